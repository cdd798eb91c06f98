//! The safeguards register: what the developer promised, the evidence asked for, when it is due, whether it came.
//! Visible to both sides, and counted in public figures.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use crate::actor::Signers;
use crate::case::File;
use crate::names::SafeguardId;
use crate::refusal::Refusal;
use crate::scene::{DEVELOPER, OFFICE, Scene};
use crate::text::Text;

/// What kind of safeguard it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the model is kept from saying.
    Filters,
    /// Who gets it when.
    StagedAccess,
    /// What is watched.
    Monitoring,
    /// What is told to whom.
    Reporting,
}

/// Acts on safeguards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The developer promises a safeguard.
    Promise {
        /// What it is called.
        safeguard: SafeguardId,
        /// Its kind.
        kind: Kind,
        /// What is promised.
        what: Text,
        /// When it is due.
        due_at: Timestamp,
    },
    /// The office asks for evidence.
    AskEvidence {
        /// For which.
        safeguard: SafeguardId,
        /// What would show it.
        what_shows_it: Text,
    },
    /// The developer delivers.
    Deliver {
        /// Which.
        safeguard: SafeguardId,
        /// Digest of the evidence.
        evidence: Digest,
    },
}

/// What happened to safeguards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A safeguard is promised.
    Promised {
        /// What it is called.
        safeguard: SafeguardId,
        /// Its kind.
        kind: Kind,
        /// What is promised.
        what: Text,
        /// When it is due.
        due_at: Timestamp,
    },
    /// Evidence is asked for.
    EvidenceAsked {
        /// For which.
        safeguard: SafeguardId,
        /// What would show it.
        what_shows_it: Text,
    },
    /// It is delivered.
    Delivered {
        /// Which.
        safeguard: SafeguardId,
        /// Digest of the evidence.
        evidence: Digest,
    },
    /// Its date passed.
    Lapsed {
        /// Which.
        safeguard: SafeguardId,
    },
}

/// A promised safeguard.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Safeguard {
    pub(crate) kind: Kind,
    pub(crate) what: Text,
    pub(crate) what_shows_it: Option<Text>,
    pub(crate) due_at: Timestamp,
    pub(crate) keeping: Keeping,
}

/// Whether a promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// Not due yet.
    Promised,
    /// Delivered.
    Delivered,
    /// The date passed.
    Lapsed,
    /// The developer withdrew, and the promise ended with the case: neither kept nor broken.
    Ended,
}

/// Ends what is promised and not due, without a mark.
pub(crate) fn end_promised(file: &mut File) {
    let promised = file.safeguards.values_mut().filter(|it| it.keeping == Keeping::Promised);
    promised.for_each(|safeguard| safeguard.keeping = Keeping::Ended);
}

impl File {
    /// Safeguards whose date has passed by `now`.
    pub(crate) fn lapses(&self, now: Timestamp) -> Vec<(Timestamp, Event)> {
        let due =
            self.safeguards.iter().filter(|(_, it)| it.keeping == Keeping::Promised && it.due_at <= now);
        due.map(|(id, it)| (it.due_at, Event::Lapsed { safeguard: id.clone() })).collect()
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let open = |safeguard: &SafeguardId| match scene.file.safeguards.get(safeguard) {
        None => Err(Refusal::NoSuchThing),
        Some(it) if it.keeping == Keeping::Promised => Ok(()),
        Some(_) => Err(Refusal::SafeguardSettled),
    };
    let event = match act.clone() {
        Act::Promise { safeguard, kind, what, due_at } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            scene.goes_on()?;
            if scene.file.safeguards.contains_key(&safeguard) {
                return Err(Refusal::NameTaken);
            }
            if due_at <= scene.now {
                return Err(Refusal::DatesDisorder);
            }
            Event::Promised { safeguard, kind, what, due_at }
        }
        Act::AskEvidence { safeguard, what_shows_it } => {
            scene.signed_by(Signers::One(OFFICE))?;
            open(&safeguard)?;
            Event::EvidenceAsked { safeguard, what_shows_it }
        }
        Act::Deliver { safeguard, evidence } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            open(&safeguard)?;
            Event::Delivered { safeguard, evidence }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    let mut settle = |safeguard, keeping| {
        file.safeguards.entry(safeguard).and_modify(|it| it.keeping = keeping);
    };
    match event.clone() {
        Event::Promised { safeguard, kind, what, due_at } => {
            let it = Safeguard { kind, what, what_shows_it: None, due_at, keeping: Keeping::Promised };
            file.safeguards.insert(safeguard, it);
        }
        Event::EvidenceAsked { safeguard, what_shows_it } => {
            file.safeguards.entry(safeguard).and_modify(|it| it.what_shows_it = Some(what_shows_it));
        }
        Event::Delivered { safeguard, evidence: _ } => settle(safeguard, Keeping::Delivered),
        Event::Lapsed { safeguard } => settle(safeguard, Keeping::Lapsed),
    }
}
