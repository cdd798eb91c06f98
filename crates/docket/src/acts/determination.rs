//! The determination: the designator decides it on a memo, after a second officer attested its preconditions and the
//! consultation is over. It may follow a closed window, a withdrawal, or no access at all, on evidence that the case
//! holds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use types::Digest;

use super::reconsideration::Reconsideration;
use crate::actor::Signers;
use crate::case::File;
use crate::names::PersonId;
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::Scene;
use crate::seat::Role;
use crate::text::Text;

/// What is determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A covered frontier model.
    Covered,
    /// Not a covered frontier model.
    NotCovered,
}

/// Whether a reason may be given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Releasable {
    /// To the developer.
    ToDeveloper,
    /// To nobody outside the house.
    Withheld,
}

/// A reason for a determination.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The reason.
    pub text: Text,
    /// Who may read it.
    pub releasable: Releasable,
}

/// What a determination rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memo {
    /// What is determined.
    pub finding: Finding,
    /// Digests of the evidence, each held by the case.
    pub evidence: Vec<Digest>,
    /// The reasons.
    pub reasons: Vec<Reason>,
    /// Digest of the whole memo.
    pub document: Digest,
}

/// Acts of a determination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// A second officer attests that this memo's preconditions are met.
    Attest(Memo),
    /// The designator determines.
    Determine(Memo),
}

/// What happened to a determination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The preconditions are attested. Whatever changes them ends this.
    Attested {
        /// Digest of the whole memo.
        document: Digest,
        /// The officer.
        officer: PersonId,
    },
    /// It is determined.
    Determined {
        /// The memo.
        memo: Memo,
        /// The officer who attested.
        attested_by: PersonId,
    },
}

/// An attestation that still stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attestation {
    pub(crate) document: Digest,
    pub(crate) officer: PersonId,
}

/// A determination that was made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Made {
    pub(crate) memo: Memo,
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act {
        Act::Attest(memo) => {
            scene.signed_by(Signers::One(&[Role::DesignatingAuthority, Role::ReviewingOffice]))?;
            preconditions(scene, memo)?;
            let officer = scene.by.first().ok_or(Refusal::NoSignatory)?.person.clone();
            Event::Attested { document: memo.document, officer }
        }
        Act::Determine(memo) => {
            scene.signed_under(Rule::DesignatorDetermines, Signers::One(&[Role::DesignatingAuthority]))?;
            preconditions(scene, memo)?;
            let attestation = scene.file.attestation.as_ref();
            let attestation = attestation.filter(|it| it.document == memo.document);
            let attested_by = attestation.ok_or(Refusal::NotAttested)?.officer.clone();
            let same = scene.by.iter().any(|actor| actor.person == attested_by);
            if same && scene.rules.keep(Rule::AttesterIsAnother) {
                return Err(Refusal::SamePerson { person: attested_by });
            }
            Event::Determined { memo: memo.clone(), attested_by }
        }
    };
    Ok(vec![event])
}

fn preconditions(scene: &Scene, memo: &Memo) -> Result<(), Refusal> {
    scene.consultation_is_over()?;
    let reconsidered = matches!(scene.file.reconsideration, Reconsideration::Open { .. });
    if scene.file.determination.is_some() && !reconsidered {
        return Err(Refusal::AlreadyDetermined);
    }
    if memo.evidence.is_empty() || memo.reasons.is_empty() {
        return Err(Refusal::EmptyMemo);
    }
    let held = memo.evidence.iter().all(|evidence| scene.file.holds_evidence(*evidence));
    if held { Ok(()) } else { Err(Refusal::EvidenceNotHeld) }
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Attested { document, officer } => {
            file.attestation = Some(Attestation { document, officer });
        }
        Event::Determined { memo, attested_by: _ } => {
            file.attestation = None;
            file.determination = Some(Arc::new(Made { memo }));
            file.reconsideration = Reconsideration::None;
        }
    }
}
