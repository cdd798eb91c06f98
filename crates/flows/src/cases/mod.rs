//! Cases: signed envelopes taken in, time passed, receipts delivered, records read. The docket decides; what it decided
//! is kept in one append, or not at all.

mod cosign;
mod deliver;
mod draft;
mod error;
mod export;
mod figures;
pub mod log;
mod look;
mod packs;
mod packs_check;
mod replay;
mod take_in;

use docket::journal::{Journal, JournalError};
use docket::{
    Aggregate, Case, CaseId, Entry, Event, Gate, Record, Register, RegisterEvent, Signed, StreamId,
};
use types::{Clock, Digest};

pub use cosign::{CosignError, cosign, cosigner_of, names_checkpoint};
pub use deliver::deliver;
pub use draft::{Draft, Signatory, draft, founding, seat};
pub use error::CaseError;
pub use export::{Enclosed, FORMAT, Parcel, parcel};
pub use figures::{Figure, Figures, FiguresRules, Told, figures};
pub use look::LookDesk;
pub use packs::{Evidence, report};
pub use packs_check::CheckedPack;
pub use replay::{Broken, Checked, EXPORT_MAX_BYTES, check};
pub use take_in::{Taken, pass_time, take_in, take_in_logged};

/// Where the docket is kept, and under which policies and which clock.
#[derive(Clone, Copy)]
pub struct Office<'a> {
    /// The streams.
    pub journal: &'a dyn Journal,
    /// The policies.
    pub gate: &'a dyn Gate,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Office<'_> {
    /// The register as it stands.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn register(&self) -> Result<Record<Register>, CaseError> {
        self.load(Record::of_register())
    }

    /// A case as it stands; one under whose name nothing happened is empty.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn case(&self, id: &CaseId) -> Result<Record<Case>, CaseError> {
        self.load(Record::of_case(id.clone()))
    }

    /// The names of all cases.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn cases(&self) -> Result<Vec<CaseId>, CaseError> {
        let case = |stream| match stream {
            StreamId::Case(id) => Some(id),
            StreamId::Register => None,
        };
        Ok(self.journal.streams()?.into_iter().filter_map(case).collect())
    }

    /// What happened in a case, in order.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn entries(&self, id: &CaseId) -> Result<Vec<Entry<Event>>, CaseError> {
        self.entries_of(Record::of_case(id.clone()))
    }

    /// What happened to the register, in order.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn register_entries(&self) -> Result<Vec<Entry<RegisterEvent>>, CaseError> {
        self.entries_of(Record::of_register())
    }

    /// The signed envelope of that digest, as it was taken in.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn envelope(&self, digest: Digest) -> Result<Signed, CaseError> {
        let kept = self.journal.document(digest)?.and_then(|text| Signed::parse(&text).ok());
        kept.filter(|signed| signed.digest() == digest).ok_or_else(|| {
            JournalError::Damaged(format!("the envelope {digest} is missing or not what was kept")).into()
        })
    }

    fn entries_of<S: Aggregate>(&self, mut record: Record<S>) -> Result<Vec<Entry<S::Event>>, CaseError> {
        let stream = record.state().stream();
        let mut entries = Vec::new();
        for line in self.journal.read(&stream)? {
            let (after, entry) = record
                .taking(&line)
                .map_err(|source| CaseError::Record { stream: stream.clone(), source })?;
            entries.push(entry);
            record = after;
        }
        Ok(entries)
    }

    fn load<S: Aggregate>(&self, empty: Record<S>) -> Result<Record<S>, CaseError> {
        let stream = empty.state().stream();
        let lines = self.journal.read(&stream)?;
        empty.load(lines.iter().map(String::as_str)).map_err(|source| CaseError::Record { stream, source })
    }
}
