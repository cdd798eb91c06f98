//! What an evaluator needs to know.

use serde::Serialize;
use types::{Digest, Timestamp};

use super::parts::{self, GrantLine, LostLine, WindowLine, WorkLine};
use crate::case::File;
use crate::gate::Compartment;
use crate::names::{CaseId, LookId, PersonId};

/// What an evaluator sees whom the terms name: the clock, the subject, the work, and their own grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvaluatorView {
    /// The case.
    pub case: CaseId,
    /// The review window.
    pub window: WindowLine,
    /// Digest of the present subject.
    pub subject: Option<Digest>,
    /// Planned work.
    pub work: Vec<WorkLine>,
    /// Time lost beside the clock.
    pub lost: LostLine,
    /// The reader's own grants.
    pub grants: Vec<GrantLine>,
    /// Looks that have no result yet.
    pub open_looks: Vec<LookId>,
}

impl EvaluatorView {
    /// What an evaluator may read, if policies say so.
    pub const COMPARTMENTS: &'static [Compartment] = &[Compartment::Access, Compartment::Measurement];

    /// `person`'s part of `file`; none if the terms do not name them.
    #[must_use]
    pub fn of(file: &File, person: &PersonId, now: Timestamp) -> Option<Self> {
        file.readers().filter(|readers| readers.contains(person))?;
        let open = file.looks.iter().filter(|(_, look)| look.evidence().is_none());
        Some(Self {
            case: file.id.clone(),
            window: parts::window(file, now),
            subject: file.subject.map(|subject| subject.digest()),
            work: parts::work(file),
            lost: parts::lost(file),
            grants: parts::grants(file).into_iter().filter(|grant| grant.person == *person).collect(),
            open_looks: open.map(|(id, _)| id.clone()).collect(),
        })
    }
}
