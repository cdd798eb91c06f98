//! Deltas, looks and the error budget.
//!
//! A case is about one model that may change: a new checkpoint, system prompt or safeguard setting is a delta of the
//! same case, never a new clock. A look is at one exact subject. It spends its share of the case's error budget when
//! it is planned, before anybody knows how it ends, and gets nothing back: nobody can run until it suits.

use serde::{Deserialize, Serialize};
use types::Digest;

use super::access::Threshold;
use super::look::{self, Measured};
use crate::actor::Signers;
use crate::case::File;
use crate::names::LookId;
use crate::ppm::ErrorBudget;
use crate::refusal::Refusal;
use crate::rules::{Rule, Rules};
use crate::scene::{DEVELOPER, MEASURERS, Scene};
use crate::text::Text;

/// One exact model: results belong to it and to no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The checkpoint: a manifest's identity, or what an endpoint claims to be.
    pub checkpoint: Digest,
    /// The system prompt, where there is one.
    pub system_prompt: Option<Digest>,
    /// The safeguard setting, where there is one.
    pub safeguards: Option<Digest>,
}

impl Subject {
    /// The digest that names this subject.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let part = |digest: &Option<Digest>| digest.map_or_else(Vec::new, |it| it.as_bytes().to_vec());
        Digest::of_parts(&[
            b"proofhouse-subject-1",
            self.checkpoint.as_bytes(),
            &part(&self.system_prompt),
            &part(&self.safeguards),
        ])
    }

    /// The subject with one part changed.
    #[must_use]
    pub fn changed(self, change: Change) -> Self {
        match change {
            Change::Checkpoint(checkpoint) => Self { checkpoint, ..self },
            Change::SystemPrompt(prompt) => Self { system_prompt: Some(prompt), ..self },
            Change::Safeguards(setting) => Self { safeguards: Some(setting), ..self },
        }
    }
}

/// What a delta changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Another checkpoint.
    Checkpoint(Digest),
    /// Another system prompt.
    SystemPrompt(Digest),
    /// Another safeguard setting.
    Safeguards(Digest),
}

/// Acts on the subject and looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The developer changed the model.
    Declare {
        /// What changed.
        change: Change,
        /// Why, in the developer's words.
        note: Text,
    },
    /// Plans a look and spends its share of the error budget.
    PlanLook {
        /// What it is called.
        look: LookId,
        /// Digest of the subject that is looked at: the present one.
        subject: Digest,
        /// What it spends.
        spends: ErrorBudget,
    },
    /// Starts a look: from here on it belongs to one evidence package.
    StartLook {
        /// Which look.
        look: LookId,
        /// What is measured.
        measured: Measured,
        /// The evidence package: the root of its log when that had one line.
        package: Digest,
    },
    /// Records what a look found.
    RecordResult {
        /// Which look.
        look: LookId,
        /// Digest of the evidence package: the root of its log at the end.
        evidence: Digest,
    },
}

/// What happened to the subject and to looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The model is another one.
    Declared {
        /// What changed.
        change: Change,
        /// Why.
        note: Text,
        /// Digest of the subject now.
        subject: Digest,
    },
    /// A look is planned and paid for.
    LookPlanned {
        /// What it is called.
        look: LookId,
        /// Digest of its subject.
        subject: Digest,
        /// What it spent.
        spends: ErrorBudget,
    },
    /// A look has started.
    LookStarted {
        /// Which look.
        look: LookId,
        /// Digest of its subject.
        subject: Digest,
        /// What is measured.
        measured: Measured,
        /// The evidence package that it belongs to.
        package: Digest,
    },
    /// A look has its one result.
    ResultRecorded {
        /// Which look.
        look: LookId,
        /// Digest of its subject.
        subject: Digest,
        /// Digest of the evidence package.
        evidence: Digest,
    },
}

/// A look at one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// Paid for, no result yet.
    Planned {
        /// Its subject.
        subject: Digest,
    },
    /// It is being taken, in one evidence package.
    Started {
        /// Its subject.
        subject: Digest,
        /// The package.
        package: Digest,
    },
    /// It has its result.
    Done {
        /// Its subject.
        subject: Digest,
        /// Its evidence.
        evidence: Digest,
    },
}

impl Look {
    pub(crate) fn evidence(self) -> Option<Digest> {
        match self {
            Self::Planned { .. } | Self::Started { .. } => None,
            Self::Done { evidence, .. } => Some(evidence),
        }
    }

    pub(crate) fn subject(self) -> Digest {
        match self {
            Self::Planned { subject } | Self::Started { subject, .. } | Self::Done { subject, .. } => subject,
        }
    }

    /// The package that it was started in, while it has no result.
    pub(crate) fn package(self) -> Option<Digest> {
        match self {
            Self::Started { package, .. } => Some(package),
            Self::Planned { .. } | Self::Done { .. } => None,
        }
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let file = scene.file;
    let event = match act.clone() {
        Act::Declare { change, note } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            scene.goes_on()?;
            let before = file.subject.ok_or(Refusal::NotAccepted)?;
            let after = before.changed(change);
            if after == before {
                return Err(Refusal::SameSubject);
            }
            Event::Declared { change, note, subject: after.digest() }
        }
        Act::PlanLook { look, subject, spends } => {
            scene.signed_by(Signers::One(MEASURERS))?;
            plan_look(scene, &look, subject, spends)?;
            Event::LookPlanned { look, subject, spends }
        }
        Act::StartLook { look, measured, package } => look::start(scene, look, measured, package)?,
        Act::RecordResult { look, evidence } => {
            scene.signed_by(Signers::One(MEASURERS))?;
            // Scoring may end after the window; the run itself needed a grant or lease.
            match file.looks.get(&look) {
                None => return Err(Refusal::NoSuchThing),
                Some(Look::Done { .. }) => return Err(Refusal::LookDone),
                Some(Look::Planned { subject } | Look::Started { subject, .. }) => {
                    Event::ResultRecorded { look, subject: *subject, evidence }
                }
            }
        }
    };
    Ok(vec![event])
}

fn plan_look(scene: &Scene, look: &LookId, subject: Digest, spends: ErrorBudget) -> Result<(), Refusal> {
    let file = scene.file;
    scene.window_end()?;
    let Threshold::Cosigned { budget, .. } = file.threshold else { return Err(Refusal::NotCosigned) };
    if file.looks.contains_key(look) {
        return Err(Refusal::NameTaken);
    }
    if file.subject.map(|present| present.digest()) != Some(subject) {
        return Err(Refusal::OtherSubject);
    }
    if is_free(file, subject, scene.rules) {
        return Ok(());
    }
    let fits = file.spent.plus(spends).is_some_and(|sum| sum.fits(budget));
    if fits { Ok(()) } else { Err(Refusal::BudgetSpent) }
}

/// Never, unless a test dropped the rule that a repeat spends as well.
fn is_free(file: &File, subject: Digest, rules: Rules) -> bool {
    !rules.keep(Rule::EveryLookSpends) && file.looks.values().any(|look| look.subject() == subject)
}

pub(crate) fn evolve(file: &mut File, event: &Event, rules: Rules) {
    match event.clone() {
        Event::Declared { change, .. } => {
            file.subject = file.subject.map(|subject| subject.changed(change));
            file.deltas = file.deltas.saturating_add(1);
            // The officer attested preconditions for another model.
            file.attestation = None;
            if !rules.keep(Rule::DeltaRefillsNothing) {
                file.spent = ErrorBudget::default();
            }
        }
        Event::LookPlanned { look, subject, spends } => {
            if !is_free(file, subject, rules) {
                file.spent = file.spent.plus(spends).unwrap_or(file.spent);
            }
            file.looks.insert(look, Look::Planned { subject });
        }
        Event::LookStarted { look, subject, package, .. } => {
            file.looks.insert(look, Look::Started { subject, package });
        }
        Event::ResultRecorded { look, subject, evidence } => {
            file.looks.insert(look, Look::Done { subject, evidence });
        }
    }
}
