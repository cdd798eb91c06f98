//! The review window: its clock, the work planned for it, and the time lost beside it.
//!
//! It ends at the earliest of the planned release to other trusted partners, its 30 days, and withdrawal. Only the
//! developer's signature makes it longer than 30 days. Lost time is accounted for and never added.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::access::{Offer, Threshold};
use crate::actor::Signers;
use crate::calendar::{
    GUIDANCE_BUSINESS_DAYS, REVIEW_WINDOW_DAYS, TightPlan, after_days, after_millis, tightness,
};
use crate::case::File;
use crate::names::WorkId;
use crate::refusal::Refusal;
use crate::rules::{Rule, Rules};
use crate::scene::{MEASURERS, OFFICE, Scene};
use crate::seat::Role;
use crate::text::Text;

/// What one extension may add: a longer one would be a second window by another name.
pub const EXTENSION_MAX_DAYS: u32 = REVIEW_WINDOW_DAYS;

/// Why time was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// Keys or credentials came late.
    LateKeys,
    /// The endpoint let fewer requests through than the plan needs.
    RateLimits,
    /// The endpoint was down.
    Outage,
    /// Something on the house's side.
    House,
}

/// A period of the window in which work could not go on. Beside the clock, never added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostTime {
    /// Why.
    pub cause: LossCause,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Acts around the review window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Plans a piece of work, before or after the window opens.
    PlanWork {
        /// What it is called.
        work: WorkId,
        /// What it is.
        what: Text,
        /// How many business days it needs.
        business_days: u32,
    },
    /// Marks a piece of work as done.
    FinishWork {
        /// Which.
        work: WorkId,
    },
    /// Opens the window: access starts.
    Open {},
    /// Writes lost time down.
    LoseTime(LostTime),
    /// Extends the window: the developer and the reviewing office together.
    Extend {
        /// The new end.
        until: Timestamp,
    },
    /// Ends the window before its time.
    Finish {},
}

/// What happened to the review window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Work is planned.
    WorkPlanned {
        /// What it is called.
        work: WorkId,
        /// What it is.
        what: Text,
        /// How many business days it needs.
        business_days: u32,
    },
    /// Work is done.
    WorkFinished {
        /// Which.
        work: WorkId,
    },
    /// The window is open.
    Opened {
        /// When its 30 days end.
        cap: Timestamp,
        /// A warning when the plan, or the guidance's 20 business days where no work is planned, needs more.
        tight: Option<TightPlan>,
    },
    /// Time was lost.
    TimeLost(LostTime),
    /// The window is longer by both signatures.
    Extended {
        /// The new end.
        until: Timestamp,
    },
    /// The window is closed.
    Closed {
        /// When: the instant that was due, however late anybody looked.
        closed_at: Timestamp,
        /// How.
        ending: Ending,
    },
}

/// How a review window ended. None of these is a failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// Its days, extended or not, were over.
    RanOut {
        /// Planned work that was not finished.
        unfinished: Vec<WorkId>,
    },
    /// The planned release to other trusted partners came first.
    ReleaseCame {
        /// Planned work that was not finished.
        unfinished: Vec<WorkId>,
    },
    /// The developer withdrew. Nothing is listed: there is nothing that should have been done.
    Withdrawn,
    /// The reviewing office was done.
    Finished,
}

/// The review window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Window {
    /// Access has not started.
    Unopened,
    /// Access goes on.
    Open {
        /// Since when.
        opened_at: Timestamp,
        /// Until when at the latest: 30 days, or what the developer signed.
        cap: Timestamp,
    },
    /// Access is over. A window opens once.
    Closed {
        /// When it opened.
        opened_at: Timestamp,
        /// When it closed.
        closed_at: Timestamp,
        /// How.
        ending: Ending,
    },
}

/// A piece of planned work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Work {
    /// What it is.
    pub(crate) what: Text,
    /// What it needs.
    pub(crate) business_days: u32,
    /// How far it is.
    pub(crate) progress: Progress,
}

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// To be done.
    Planned,
    /// Done.
    Done,
}

impl File {
    /// When the open window ends.
    pub(crate) fn window_ends_at(&self) -> Option<Timestamp> {
        match self.window {
            Window::Open { cap, .. } => Some(self.planned_release.map_or(cap, |release| release.min(cap))),
            Window::Unopened | Window::Closed { .. } => None,
        }
    }

    pub(crate) fn unfinished(&self) -> Vec<WorkId> {
        let planned = self.work.iter().filter(|(_, work)| work.progress == Progress::Planned);
        planned.map(|(id, _)| id.clone()).collect()
    }

    /// The closing that is due by `now`, if any.
    pub(crate) fn window_closing(&self, now: Timestamp, rules: Rules) -> Option<Event> {
        let closed_at = self.window_ends_at().filter(|end| *end <= now)?;
        if !rules.keep(Rule::WindowClosesByItself) {
            return None;
        }
        let unfinished = self.unfinished();
        let came = self.planned_release == Some(closed_at);
        let ending = if came { Ending::ReleaseCame { unfinished } } else { Ending::RanOut { unfinished } };
        Some(Event::Closed { closed_at, ending })
    }

    /// Milliseconds lost, each instant counted once however many causes it had.
    pub(crate) fn lost_millis(&self) -> u64 {
        let mut lost = self.lost.clone();
        lost.sort_by_key(|lost| lost.from);
        let mut counted: Option<Timestamp> = None;
        lost.iter().fold(0, |sum, lost| {
            let from = counted.map_or(lost.from, |until| until.max(lost.from));
            counted = Some(counted.map_or(lost.until, |until| until.max(lost.until)));
            sum + lost.until.millis_since(from)
        })
    }
}

impl Scene<'_> {
    /// The open review window's end.
    pub(crate) fn window_end(&self) -> Result<Timestamp, Refusal> {
        self.file.window_ends_at().ok_or(Refusal::WindowNotOpen)
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::PlanWork { work, what, business_days } => {
            scene.signed_by(Signers::One(MEASURERS))?;
            scene.goes_on()?;
            if scene.file.work.contains_key(&work) {
                return Err(Refusal::NameTaken);
            }
            Event::WorkPlanned { work, what, business_days }
        }
        Act::FinishWork { work } => {
            scene.signed_by(Signers::One(MEASURERS))?;
            scene.window_end()?;
            let planned = scene.file.work.get(&work).is_some_and(|it| it.progress == Progress::Planned);
            if !planned {
                return Err(Refusal::NoSuchThing);
            }
            Event::WorkFinished { work }
        }
        Act::Open {} => open(scene)?,
        Act::LoseTime(lost) => {
            scene.signed_by(Signers::One(MEASURERS))?;
            lose_time(scene, lost)?
        }
        Act::Extend { until } => {
            scene.signed_under(Rule::DeveloperSignsExtension, Signers::Both(Role::Developer, OFFICE))?;
            extend(scene, until)?
        }
        Act::Finish {} => {
            scene.signed_by(Signers::One(OFFICE))?;
            scene.window_end()?;
            Event::Closed { closed_at: scene.now, ending: Ending::Finished }
        }
    };
    Ok(vec![event])
}

fn open(scene: &Scene) -> Result<Event, Refusal> {
    scene.signed_by(Signers::One(OFFICE))?;
    scene.goes_on()?;
    let file = scene.file;
    let Offer::Accepted(terms) = &file.offer else { return Err(Refusal::NotAccepted) };
    if file.window != Window::Unopened {
        return Err(Refusal::WindowOpened);
    }
    if terms.expires <= scene.now {
        return Err(Refusal::OfferExpired { at: terms.expires });
    }
    if scene.rules.keep(Rule::ThresholdComesFirst) {
        match file.threshold {
            Threshold::Uncommitted => return Err(Refusal::NoThreshold),
            Threshold::Committed { .. } => return Err(Refusal::NotCosigned),
            Threshold::Cosigned { .. } => {}
        }
    }
    if file.planned_release.is_some_and(|release| release <= scene.now) {
        return Err(Refusal::ReleasePlanPast);
    }
    let days = REVIEW_WINDOW_DAYS + u32::from(!scene.rules.keep(Rule::WindowHasThirtyDays));
    let cap = after_days(scene.now, days)?;
    let end = file.planned_release.map_or(cap, |release| release.min(cap)).min(terms.expires);
    let planned: u32 = file.work.values().map(|work| work.business_days).fold(0, u32::saturating_add);
    let needs = if file.work.is_empty() { GUIDANCE_BUSINESS_DAYS } else { planned };
    Ok(Event::Opened { cap, tight: tightness(scene.now, end, needs) })
}

fn lose_time(scene: &Scene, lost: LostTime) -> Result<Event, Refusal> {
    let Window::Open { opened_at, .. } = scene.file.window else { return Err(Refusal::WindowNotOpen) };
    if scene.file.lost.contains(&lost) {
        return Err(Refusal::AlreadyLost);
    }
    let inside = opened_at <= lost.from && lost.from < lost.until && lost.until <= scene.now;
    if inside { Ok(Event::TimeLost(lost)) } else { Err(Refusal::LostOutside) }
}

fn extend(scene: &Scene, until: Timestamp) -> Result<Event, Refusal> {
    let Window::Open { cap, .. } = scene.file.window else { return Err(Refusal::WindowNotOpen) };
    if until <= cap || until <= scene.now {
        return Err(Refusal::ExtensionBackward);
    }
    if until > after_days(cap, EXTENSION_MAX_DAYS)? {
        return Err(Refusal::ExtensionTooLong);
    }
    if scene.file.planned_release.is_some_and(|release| release < until) {
        return Err(Refusal::ExtensionPastRelease);
    }
    Ok(Event::Extended { until })
}

pub(crate) fn evolve(file: &mut File, event: &Event, at: Timestamp, rules: Rules) {
    match event.clone() {
        Event::WorkPlanned { work, what, business_days } => {
            file.work.insert(work, Work { what, business_days, progress: Progress::Planned });
        }
        Event::WorkFinished { work } => {
            file.work.entry(work).and_modify(|work| work.progress = Progress::Done);
        }
        Event::Opened { cap, tight: _ } => file.window = Window::Open { opened_at: at, cap },
        Event::TimeLost(lost) => {
            file.lost.push(lost);
            if let Window::Open { cap, .. } = &mut file.window
                && !rules.keep(Rule::LostTimeStaysBeside)
            {
                let later = after_millis(*cap, lost.until.millis_since(lost.from));
                *cap = later.unwrap_or(*cap);
            }
        }
        Event::Extended { until } => {
            if let Window::Open { cap, .. } = &mut file.window {
                *cap = until;
            }
        }
        Event::Closed { closed_at, ending } => {
            if let Window::Open { opened_at, .. } = file.window {
                file.window = Window::Closed { opened_at, closed_at, ending };
            }
            if rules.keep(Rule::ClosingEndsGrants) {
                file.end_access(closed_at);
            }
        }
    }
}
