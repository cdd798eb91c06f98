//! What a house does for its auditor: openings handed out, periods counted, aggregates published.

use super::aggregate::{AggregateError, Period, aggregate, sign_aggregate};
use super::handover::Openings;
use super::keeper::PublicLog;
use super::outsider::verify_period;
use super::slots::{Slot, SlotError};
use crate::key::VerifierKey;
use crate::log::{Objects, PublicHalf, public};
use crate::note::Note;
use crate::tiles::LogReader;

/// The name under which outsiders find the aggregate of period `number`.
#[must_use]
pub fn aggregate_name(number: u64) -> String {
    format!("aggregate/{number}")
}

/// Why there is no aggregate or no openings.
#[derive(Debug, thiserror::Error)]
pub enum PublicError {
    /// See there.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// See there.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
}

impl<O: Objects> PublicLog<O> {
    /// What the auditor of period `number` gets: the openings of all its leaves.
    ///
    /// # Errors
    /// [`PublicError`].
    pub fn openings(&self, number: u64) -> Result<Openings, PublicError> {
        let period = self.whole_period(number)?;
        let mut openings = Vec::new();
        for slot in period.first..period.end {
            openings.extend(Slot::kept(&*self.objects, slot)?.openings().cloned());
        }
        Ok(Openings { origin: self.charter.origin().to_owned(), period, openings })
    }

    /// The house's count of period `number`, signed by the log's current key.
    ///
    /// # Errors
    /// [`PublicError`].
    pub fn count(&self, number: u64) -> Result<Note, PublicError> {
        let Openings { origin, period, openings } = self.openings(number)?;
        let end = period.end.saturating_mul(self.charter.schedule().width);
        let reader = LogReader::open(PublicHalf(&*self.objects), self.log.head());
        let head = reader.and_then(|mut reader| reader.head_at(end)).map_err(AggregateError::from)?;
        let counted = aggregate(&origin, head, period, &openings, self.charter.rules())?;
        Ok(sign_aggregate(&counted, self.log.signer())?)
    }

    /// Publishes the aggregate of period `number`, if it holds as an outsider will check it.
    ///
    /// # Errors
    /// [`PublicError`].
    pub fn publish_aggregate(
        &self,
        number: u64,
        note: &Note,
        auditor: &VerifierKey,
    ) -> Result<(), PublicError> {
        let mut reader =
            LogReader::open(PublicHalf(&*self.objects), self.log.head()).map_err(AggregateError::from)?;
        let period = self.whole_period(number)?;
        verify_period(note, (self.log.keys(), auditor), &self.charter, period, &mut reader)?;
        self.objects
            .put(&public(&aggregate_name(number)), note.to_string().as_bytes())
            .map_err(SlotError::from)?;
        Ok(())
    }

    /// A period all of whose slots, and those that must pass after it, are in the log.
    fn whole_period(&self, number: u64) -> Result<Period, PublicError> {
        // What the log shows to have passed, not what a clock says.
        let closed = self.log.size() / self.charter.schedule().width;
        Ok(self.charter.rules().period(number, closed)?)
    }
}
