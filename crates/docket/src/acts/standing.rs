//! Opening a case, planning a release, withdrawing, closing.
//!
//! Withdrawing and planning a release are the developer's alone: no other state, person or policy stands in front of
//! them.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::safeguards;
use super::window::{Ending, Window};
use crate::actor::Signers;
use crate::case::File;
use crate::names::PartyId;
use crate::refusal::Refusal;
use crate::rules::{Rule, Rules};
use crate::scene::{DEVELOPER, OFFICE, Scene};
use crate::text::Text;
use crate::vocabulary::NEVER_WORDS;

/// Acts on the case as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Opens the case: by the developer, or by the reviewing office on evidence that it lawfully holds.
    Open {
        /// Whose model it is.
        developer: PartyId,
        /// What the developer calls it.
        model: Text,
    },
    /// States when the developer plans to give the model to other trusted partners. Earlier ends the review
    /// window earlier; later never makes it longer.
    PlanRelease {
        /// When.
        at: Timestamp,
    },
    /// Withdraws the model from review.
    Withdraw {},
    /// Closes the case. A determination may still follow.
    Close {},
}

/// What happened to the case as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The case is open.
    Opened {
        /// Whose model it is.
        developer: PartyId,
        /// What the developer calls it.
        model: Text,
    },
    /// The developer stated a date.
    ReleasePlanned {
        /// When.
        at: Timestamp,
    },
    /// The developer withdrew.
    Withdrawn {},
    /// The case is closed.
    Closed {},
}

/// Whether the case goes on. None of this says anything about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It goes on.
    Open,
    /// The developer withdrew.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// The reviewing office closed it.
    Closed {
        /// When.
        at: Timestamp,
    },
}

impl Standing {
    /// The standing in one word.
    pub(crate) fn word(self, rules: Rules) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Closed { .. } if rules.keep(Rule::StandingJudgesNoRelease) => "closed",
            Self::Closed { .. } => NEVER_WORDS[0],
        }
    }
}

impl Scene<'_> {
    /// Whether the case goes on, for what makes sense only then.
    pub(crate) fn goes_on(&self) -> Result<(), Refusal> {
        match self.file.standing {
            Standing::Open => Ok(()),
            Standing::Withdrawn { .. } => Err(Refusal::CaseWithdrawn),
            Standing::Closed { .. } => Err(Refusal::CaseClosed),
        }
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    match act {
        Act::Open { .. } => Err(Refusal::AlreadyFiled),
        Act::PlanRelease { at } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            if !scene.rules.keep(Rule::ReleaseIsTheDevelopers) && !scene.file.asked.is_empty() {
                return Err(Refusal::StillOpen);
            }
            Ok(vec![Event::ReleasePlanned { at: *at }])
        }
        Act::Withdraw {} => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            if !scene.rules.keep(Rule::WithdrawalIsAlwaysOpen) && !scene.file.leases.is_empty() {
                return Err(Refusal::StillOpen);
            }
            scene.goes_on()?;
            Ok(vec![Event::Withdrawn {}])
        }
        Act::Close {} => {
            scene.signed_by(Signers::One(OFFICE))?;
            if matches!(scene.file.standing, Standing::Closed { .. }) {
                return Err(Refusal::CaseClosed);
            }
            let partner_open = scene.file.partners.values().any(|window| window.is_open(scene.now));
            if partner_open || matches!(scene.file.window, Window::Open { .. }) {
                return Err(Refusal::StillOpen);
            }
            Ok(vec![Event::Closed {}])
        }
    }
}

pub(crate) fn evolve(file: &mut File, event: &Event, at: Timestamp, rules: Rules) {
    match event {
        // The first event makes the file; see `crate::evolve`.
        Event::Opened { .. } => {}
        // One in the past takes effect now: what was done meanwhile was done.
        Event::ReleasePlanned { at: release } => {
            file.planned_release = Some((*release).max(at));
            if let Some(end) = file.window_ends_at() {
                file.end_access(end);
            }
        }
        Event::Withdrawn {} => {
            file.standing = Standing::Withdrawn { at };
            file.offer = super::access::Offer::None;
            if let Window::Open { opened_at, .. } = file.window {
                let ending = if rules.keep(Rule::WithdrawalLeavesNoMark) {
                    Ending::Withdrawn
                } else {
                    Ending::RanOut { unfinished: file.unfinished() }
                };
                file.window = Window::Closed { opened_at, closed_at: at, ending };
            }
            file.end_access(at);
            file.partners.values_mut().for_each(|window| window.end(at));
            file.end_partner_grants(None, at);
            safeguards::end_promised(file);
        }
        Event::Closed {} => file.standing = Standing::Closed { at },
    }
}
