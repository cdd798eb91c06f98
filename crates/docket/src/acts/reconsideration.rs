//! Reconsideration of a determination on new evidence. It gives no legal right, and the record says so.

use serde::{Deserialize, Serialize};
use types::Digest;

use crate::actor::Signers;
use crate::case::File;
use crate::refusal::Refusal;
use crate::scene::{DEVELOPER, Scene};
use crate::seat::Role;
use crate::text::Text;

/// What every request states.
pub const NO_LEGAL_RIGHT: &str =
    "This request is considered voluntarily. It creates no right or benefit enforceable at law.";

/// Acts of a reconsideration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The developer brings new evidence.
    Request {
        /// Digest of the evidence.
        evidence: Digest,
        /// What is new in it.
        what_is_new: Text,
    },
    /// The designator leaves the determination as it is. Changing it is a determination of its own.
    Keep {
        /// Why.
        why: Text,
    },
}

/// What happened to a reconsideration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A request is open.
    Requested {
        /// Digest of the evidence.
        evidence: Digest,
        /// What is new in it.
        what_is_new: Text,
        /// That it gives no legal right.
        statement: NoLegalRight,
    },
    /// The determination stays as it is.
    Kept {
        /// Why.
        why: Text,
    },
}

/// [`NO_LEGAL_RIGHT`], and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoLegalRight;

impl TryFrom<String> for NoLegalRight {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == NO_LEGAL_RIGHT { Ok(Self) } else { Err("a request states that it gives no legal right") }
    }
}

impl From<NoLegalRight> for String {
    fn from(_: NoLegalRight) -> Self {
        NO_LEGAL_RIGHT.to_owned()
    }
}

/// Whether a request is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reconsideration {
    /// No.
    None,
    /// Yes.
    Open {
        /// What is new.
        what_is_new: Text,
    },
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let open = scene.file.reconsideration != Reconsideration::None;
    let event = match act.clone() {
        Act::Request { evidence, what_is_new } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            let made = scene.file.determination.as_ref().ok_or(Refusal::NotDetermined)?;
            if open {
                return Err(Refusal::ReconsiderationOpen);
            }
            if made.memo.evidence.contains(&evidence) {
                return Err(Refusal::OldEvidence);
            }
            Event::Requested { evidence, what_is_new, statement: NoLegalRight }
        }
        Act::Keep { why } => {
            scene.signed_by(Signers::One(&[Role::DesignatingAuthority]))?;
            if !open {
                return Err(Refusal::NoReconsideration);
            }
            Event::Kept { why }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Requested { what_is_new, .. } => {
            file.reconsideration = Reconsideration::Open { what_is_new };
        }
        Event::Kept { .. } => {
            file.reconsideration = Reconsideration::None;
            file.attestation = None;
        }
    }
}
