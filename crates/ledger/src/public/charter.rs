//! The charter: what is fixed for the life of a public log and known to everybody, as a note that its first key signed.
//!
//! ```text
//! proofhouse public log v1
//! ORIGIN
//! start 2026-12-01T00:00:00.000Z    (when slot 0 is due)
//! every 86400000                    (milliseconds between slots)
//! width 16                          (leaves in a slot)
//! k 5                               (the fewest developers behind what is counted)
//! period 30                         (slots that an aggregate covers)
//! lag 30                            (slots that pass before it is made)
//! measure FAMILY/NAME               (each, in order)
//! ```

use std::collections::BTreeSet;

use crate::key::SignerKey;
use crate::note::{Note, NoteError};
use crate::rotation::LogKeys;
use crate::spelling::from_decimal;

use super::aggregate::Rules;
use super::fact::Measure;
use super::slots::Schedule;

const CHARTER: &str = "proofhouse public log v1";
/// The charter's name beside the tiles.
pub const CHARTER_NAME: &str = "charter";
/// A slot is one write; more leaves than this would be mostly padding.
const MAX_WIDTH: u64 = 4_096;
/// A slot takes its writer some milliseconds.
const MIN_EVERY_MILLIS: u64 = 1_000;
/// Each is a line of every aggregate.
const MAX_MEASURES: usize = 256;

/// Why there is no charter, or none that is believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CharterError {
    /// Choose other numbers.
    #[error("{0}")]
    Numbers(&'static str),
    /// The text is none: fetch it again, or it was changed.
    #[error("not a public log's charter")]
    Malformed,
    /// The log's first key did not sign it, or it is another log's.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It belongs to another log.
    #[error("the charter is of the log {0}")]
    Origin(String),
}

/// A public log's schedule and the rules of its aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    origin: String,
    schedule: Schedule,
    rules: Rules,
}

impl Charter {
    /// The charter of the log `origin`.
    ///
    /// # Errors
    /// [`CharterError::Numbers`].
    pub fn new(origin: &str, schedule: Schedule, rules: Rules) -> Result<Self, CharterError> {
        let wrong = |what| Err(CharterError::Numbers(what));
        if schedule.width == 0 || schedule.width > MAX_WIDTH || rules.width != schedule.width {
            return wrong("a slot has 1 to 4096 leaves");
        }
        if schedule.every_millis < MIN_EVERY_MILLIS {
            return wrong("slots are at least a second apart");
        }
        if rules.k < 2 {
            return wrong("what one developer alone did is never counted: k is at least 2");
        }
        if rules.period_slots == 0 {
            return wrong("a period has at least one slot");
        }
        if rules.measures.is_empty() || rules.measures.len() > MAX_MEASURES {
            return wrong("a public log counts 1 to 256 measures");
        }
        if schedule.start.unix_millis() % 1000 != 0 {
            return wrong("the first slot is due at a whole second");
        }
        Ok(Self { origin: origin.to_owned(), schedule, rules })
    }

    /// The log's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// When slots are due.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// What aggregates tell.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let (schedule, rules) = (&self.schedule, &self.rules);
        let mut text = format!(
            "{CHARTER}\n{}\nstart {}\nevery {}\nwidth {}\nk {}\nperiod {}\nlag {}\n",
            self.origin,
            schedule.start,
            schedule.every_millis,
            schedule.width,
            rules.k,
            rules.period_slots,
            rules.lag_slots
        );
        for measure in &rules.measures {
            text.push_str(&format!("measure {measure}\n"));
        }
        text
    }

    /// The charter, signed.
    ///
    /// # Errors
    /// [`CharterError::Note`] when the origin cannot stand in a note.
    pub fn sign(&self, first: &SignerKey) -> Result<Note, CharterError> {
        Ok(Note::sign(&self.text(), first)?)
    }

    /// Reads a charter that the first of `keys` must have signed for its log.
    ///
    /// # Errors
    /// [`CharterError::Malformed`], [`CharterError::Note`] and [`CharterError::Origin`].
    pub fn open(note: &Note, keys: &LogKeys) -> Result<Self, CharterError> {
        let charter = Self::parse(note.verify(keys.first())?).ok_or(CharterError::Malformed)?;
        if charter.origin == keys.origin() { Ok(charter) } else { Err(CharterError::Origin(charter.origin)) }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(CHARTER) {
            return None;
        }
        let origin = lines.next()?;
        let start = lines.next()?.strip_prefix("start ")?.parse().ok()?;
        let mut number = |name: &str| from_decimal(lines.next()?.strip_prefix(name)?.strip_prefix(' ')?);
        let (every_millis, width) = (number("every")?, number("width")?);
        let k = usize::try_from(number("k")?).ok()?;
        let (period_slots, lag_slots) = (number("period")?, number("lag")?);
        let measures = lines.map(|line| Measure::new(line.strip_prefix("measure ")?).ok());
        let measures = measures.collect::<Option<BTreeSet<_>>>()?;
        let rules = Rules { width, k, period_slots, lag_slots, measures };
        let charter = Self::new(origin, Schedule { start, every_millis, width }, rules).ok()?;
        // One spelling: what is signed is what is understood.
        (charter.text() == text).then_some(charter)
    }
}
