//! Aggregates: counts that an auditor vouches for and that lead back to nobody.
//!
//! ```text
//! proofhouse aggregate v1
//! ORIGIN
//! slots FIRST END
//! log SIZE ROOT
//! k K
//! case/days 10 median 20      (facts, rounded down to a multiple of k; median, to a multiple of 5)
//! outcome suppressed          (a family one of whose measures has fewer than k developers behind it)
//! ```

use std::collections::BTreeSet;

use super::fact::Measure;
use super::leaf::Opening;
use super::tally::tally;
use crate::checkpoint::CheckpointError;
use crate::key::SignerKey;
use crate::note::{Note, NoteError};
use crate::rotation::LogKeys;
use crate::spelling::to_base64;
use crate::tiles::{LogReader, ReadError, TileSource};
use crate::tree::{TreeHead, leaf_hash};

const AGGREGATE: &str = "proofhouse aggregate v1";

/// Why an aggregate is not made, cosigned or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// Wait: what is too new could be told apart by when it appeared.
    #[error("slots up to {end} may be counted when slot {from} is due")]
    TooEarly {
        /// End of the period.
        end: u64,
        /// The slot whose time must have come.
        from: u64,
    },
    /// Periods are fixed and do not overlap: two that do could be subtracted.
    #[error("a period is {0} slots long and begins at a multiple of that")]
    Period(u64),
    /// The openings are not those of the log: nothing is cosigned.
    #[error("the opening of entry {0} is not that of the log's leaf")]
    Opening(u64),
    /// Bring the opening of every leaf of the period, padding too.
    #[error("there is not one opening for each leaf of the period")]
    Openings,
    /// The auditor counts otherwise: nothing is cosigned.
    #[error("the aggregate is not what the openings add up to")]
    Count,
    /// See there.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A signature is missing or does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The house's signature is missing or does not hold, or its key was retired before.
    #[error(transparent)]
    House(#[from] CheckpointError),
    /// Both signed something that this log's charter does not allow, or that is of another log or period.
    #[error("the aggregate is not one of this period of this log under its charter: {0}")]
    Charter(&'static str),
}

/// What is published, about whom it must be at least, and when. Known to everybody and fixed beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Leaves in a slot, as the log's schedule has it.
    pub width: u64,
    /// The fewest developers behind each measure of a family that is published.
    pub k: usize,
    /// Slots in a period.
    pub period_slots: u64,
    /// Slots that must have passed since a period's end.
    pub lag_slots: u64,
    /// Everything that is ever counted: that one is not there would be a word by itself.
    pub measures: BTreeSet<Measure>,
}

/// A run of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first slot.
    pub first: u64,
    /// The slot after its last.
    pub end: u64,
}

impl Rules {
    /// Period number `number`, once slot `due` shows that enough time has passed.
    ///
    /// # Errors
    /// [`AggregateError::TooEarly`].
    pub fn period(&self, number: u64, due: u64) -> Result<Period, AggregateError> {
        let first = number.saturating_mul(self.period_slots);
        let end = first.saturating_add(self.period_slots);
        let from = end.saturating_add(self.lag_slots);
        if due >= from { Ok(Period { first, end }) } else { Err(AggregateError::TooEarly { end, from }) }
    }

    pub(super) fn check(&self, period: Period) -> Result<(), AggregateError> {
        let whole = self.period_slots > 0
            && period.first.is_multiple_of(self.period_slots)
            && period.end.checked_sub(period.first) == Some(self.period_slots);
        if whole { Ok(()) } else { Err(AggregateError::Period(self.period_slots)) }
    }
}

/// An aggregate's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate(pub(super) String);

impl Aggregate {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Adds up what is behind the leaves of `period` in the log `origin`, which has `head` at the period's end.
///
/// # Errors
/// [`AggregateError::Period`].
pub fn aggregate(
    origin: &str,
    head: TreeHead,
    period: Period,
    openings: &[Opening],
    rules: &Rules,
) -> Result<Aggregate, AggregateError> {
    rules.check(period)?;
    let mut text = header(origin, head, period, rules);
    let facts = openings.iter().filter_map(Opening::fact);
    let facts = facts.map(|fact| (fact.developer, fact.measure.clone(), fact.amount));
    let counted = tally(&rules.measures, facts, rules.k);
    for family in &counted.suppressed {
        text.push_str(&format!("{family} suppressed\n"));
    }
    for (measure, count) in &counted.told {
        text.push_str(&format!("{measure} {} median {}\n", count.facts, count.median));
    }
    Ok(Aggregate(text))
}

/// What an aggregate says before its counts.
pub(super) fn header(origin: &str, head: TreeHead, period: Period, rules: &Rules) -> String {
    format!(
        "{AGGREGATE}\n{origin}\nslots {} {}\nlog {} {}\nk {}\n",
        period.first,
        period.end,
        head.size,
        to_base64(head.root.as_bytes()),
        rules.k
    )
}

/// The aggregate, signed by the house.
///
/// # Errors
/// [`AggregateError::Note`] when the origin cannot stand in a note.
pub fn sign_aggregate(aggregate: &Aggregate, house: &SignerKey) -> Result<Note, AggregateError> {
    Ok(Note::sign(&aggregate.0, house)?)
}

/// What the auditor does before cosigning: holds each opening against the log's leaf, counts again, and compares.
/// `openings` are those of every leaf of the period, padding too, in the log's order.
///
/// # Errors
/// Any [`AggregateError`] but [`AggregateError::TooEarly`].
pub fn audit_aggregate<S: TileSource>(
    claimed: &Note,
    keys: &LogKeys,
    log: &mut LogReader<S>,
    period: Period,
    openings: &[Opening],
    rules: &Rules,
) -> Result<Aggregate, AggregateError> {
    rules.check(period)?;
    // A leaf left out would be a fact left out.
    if Some(openings.len() as u64) != rules.width.checked_mul(rules.period_slots) {
        return Err(AggregateError::Openings);
    }
    let first = period.first.saturating_mul(rules.width);
    for (index, opening) in (first..).zip(openings) {
        if log.leaf(index)? != leaf_hash(&opening.leaf()) {
            return Err(AggregateError::Opening(index));
        }
    }
    let head = log.head_at(period.end.saturating_mul(rules.width))?;
    let counted = aggregate(keys.origin(), head, period, openings, rules)?;
    if keys.open_about(claimed, head.size)? == counted.0 { Ok(counted) } else { Err(AggregateError::Count) }
}

/// Adds the auditor's signature to what it has audited.
///
/// # Errors
/// [`AggregateError::Note`].
pub fn cosign_aggregate(
    claimed: &Note,
    audited: &Aggregate,
    auditor: &SignerKey,
) -> Result<Note, AggregateError> {
    let own = Note::sign(&audited.0, auditor)?;
    let signed = own.signatures().iter().cloned().try_fold(claimed.clone(), Note::with_signature)?;
    if signed.verify(auditor.verifier())? == audited.0 { Ok(signed) } else { Err(AggregateError::Count) }
}
