//! Consultation: who is asked, by when, what they said; and other authorities' clocks on the same model.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use crate::actor::Signers;
use crate::calendar::{DAY_MILLIS, after_millis};
use crate::case::File;
use crate::names::{ClockId, PartyId};
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{OFFICE, Scene};
use crate::seat::Role;
use crate::text::Text;

/// A due date that nobody could meet would make silence out of a question.
pub const CONSULTATION_MIN_MILLIS: u64 = DAY_MILLIS;

/// Acts of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Asks a party.
    Consult {
        /// Whom.
        party: PartyId,
        /// What.
        question: Text,
        /// By when.
        due_at: Timestamp,
    },
    /// Answers.
    Comment {
        /// The answer in short.
        comment: Text,
        /// Digest of the whole answer.
        document: Digest,
    },
    /// Writes another authority's clock down, by hand. It is shown beside ours and moves nothing.
    NoteClock {
        /// What it is called.
        clock: ClockId,
        /// Whose, and what for.
        what: Text,
        /// When it ends.
        ends_at: Timestamp,
    },
}

/// What happened in a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A party is asked.
    Asked {
        /// Whom.
        party: PartyId,
        /// What.
        question: Text,
        /// By when.
        due_at: Timestamp,
    },
    /// A party answered.
    Commented {
        /// Who.
        party: PartyId,
        /// The answer in short.
        comment: Text,
        /// Digest of the whole answer.
        document: Digest,
        /// Whether it came by the date.
        timing: Timing,
    },
    /// A party's date passed in silence: "no comment".
    NoComment {
        /// Who.
        party: PartyId,
    },
    /// Another authority's clock.
    ClockNoted {
        /// What it is called.
        clock: ClockId,
        /// Whose, and what for.
        what: Text,
        /// When it ends.
        ends_at: Timestamp,
    },
}

/// Whether an answer came by its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// By the date.
    OnTime,
    /// After it: the record keeps "no comment" and the answer.
    Late,
}

/// How far a party's consultation is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Nothing came yet.
    Waiting {
        /// What was asked.
        question: Text,
        /// By when.
        due_at: Timestamp,
    },
    /// The date passed in silence.
    NoComment {
        /// What was asked.
        question: Text,
    },
    /// It answered.
    Commented {
        /// What was asked.
        question: Text,
        /// The answer in short.
        comment: Text,
        /// Whether it came by the date.
        timing: Timing,
    },
}

impl Asked {
    pub(crate) fn question(&self) -> &Text {
        match self {
            Self::Waiting { question, .. }
            | Self::NoComment { question }
            | Self::Commented { question, .. } => question,
        }
    }
}

/// Another authority's clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OtherClock {
    pub(crate) what: Text,
    pub(crate) ends_at: Timestamp,
}

impl File {
    /// Parties whose date passed in silence by `now`, earliest date first.
    pub(crate) fn silences(&self, now: Timestamp) -> Vec<(Timestamp, Event)> {
        let due = self.asked.iter().filter_map(|(party, asked)| match asked {
            Asked::Waiting { due_at, .. } if *due_at <= now => {
                Some((*due_at, Event::NoComment { party: party.clone() }))
            }
            Asked::Waiting { .. } | Asked::NoComment { .. } | Asked::Commented { .. } => None,
        });
        due.collect()
    }
}

impl Scene<'_> {
    /// Whether everybody who was asked answered or ran out of time, and somebody was asked.
    pub(crate) fn consultation_is_over(&self) -> Result<(), Refusal> {
        if !self.rules.keep(Rule::ConsultationClosesFirst) {
            return Ok(());
        }
        if self.file.asked.is_empty() {
            return Err(Refusal::NothingConsulted);
        }
        let waiting = self.file.asked.iter().find(|(_, asked)| matches!(asked, Asked::Waiting { .. }));
        waiting.map_or(Ok(()), |(party, _)| Err(Refusal::ConsultationOpen { party: party.clone() }))
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::Consult { party, question, due_at } => {
            scene.signed_by(Signers::One(OFFICE))?;
            if scene.file.asked.contains_key(&party) {
                return Err(Refusal::AlreadyAsked);
            }
            if due_at < after_millis(scene.now, CONSULTATION_MIN_MILLIS)? {
                return Err(Refusal::DueTooSoon);
            }
            Event::Asked { party, question, due_at }
        }
        Act::Comment { comment, document } => {
            scene.signed_by(Signers::One(&[Role::ConsultedDepartment]))?;
            let party = scene.party()?.clone();
            let timing = match scene.file.asked.get(&party) {
                None => return Err(Refusal::NotAsked),
                Some(Asked::Commented { .. }) => return Err(Refusal::AlreadyCommented),
                Some(Asked::Waiting { .. }) => Timing::OnTime,
                Some(Asked::NoComment { .. }) => Timing::Late,
            };
            Event::Commented { party, comment, document, timing }
        }
        Act::NoteClock { clock, what, ends_at } => {
            scene.signed_by(Signers::One(OFFICE))?;
            Event::ClockNoted { clock, what, ends_at }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Asked { party, question, due_at } => {
            file.asked.insert(party, Asked::Waiting { question, due_at });
            // Somebody else has to be heard first.
            file.attestation = None;
        }
        Event::Commented { party, comment, timing, document: _ } => {
            if let Some(asked) = file.asked.get_mut(&party) {
                let question = asked.question().clone();
                *asked = Asked::Commented { question, comment, timing };
            }
        }
        Event::NoComment { party } => {
            if let Some(asked) = file.asked.get_mut(&party) {
                *asked = Asked::NoComment { question: asked.question().clone() };
            }
        }
        Event::ClockNoted { clock, what, ends_at } => {
            file.clocks.insert(clock, OtherClock { what, ends_at });
        }
    }
}
