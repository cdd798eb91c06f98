//! What an outsider checks of an aggregate.

use std::collections::BTreeSet;

use super::aggregate::{Aggregate, AggregateError, Period, Rules, header};
use super::charter::Charter;
use super::tally::MEDIAN_STEP;
use crate::key::VerifierKey;
use crate::note::Note;
use crate::rotation::LogKeys;
use crate::spelling::from_decimal;
use crate::tiles::{LogReader, TileSource};

/// What an outsider does: believes the aggregate of `period` that the house and the auditor signed, for the very
/// leaves that the log has, with every count rounded, or suppressed, as the charter says.
///
/// # Errors
/// [`AggregateError::House`], [`AggregateError::Note`], [`AggregateError::Charter`] and [`AggregateError::Read`].
pub fn verify_period<S: TileSource>(
    note: &Note,
    (keys, auditor): (&LogKeys, &VerifierKey),
    charter: &Charter,
    period: Period,
    log: &mut LogReader<S>,
) -> Result<Aggregate, AggregateError> {
    let rules = charter.rules();
    rules.check(period)?;
    let head = log.head_at(period.end.saturating_mul(rules.width))?;
    let text = keys.open_about(note, head.size)?;
    note.verify(auditor)?;
    if auditor.public() == keys.current().public() {
        return Err(AggregateError::Charter("the auditor is the house"));
    }
    let expected = header(charter.origin(), head, period, rules);
    let counts = text.strip_prefix(&expected).ok_or(AggregateError::Charter("its first lines differ"))?;
    check_counts(counts, rules)?;
    Ok(Aggregate(text.to_owned()))
}

/// Each family is suppressed whole, or each of its measures has a rounded count and median; in one order.
fn check_counts(counts: &str, rules: &Rules) -> Result<(), AggregateError> {
    let wrong = AggregateError::Charter;
    let mut lines = counts.lines().peekable();
    let mut hidden = BTreeSet::new();
    while let Some(family) = lines.peek().and_then(|line| line.strip_suffix(" suppressed")) {
        hidden.insert(family);
        lines.next();
    }
    for measure in rules.measures.iter().filter(|measure| !hidden.contains(measure.family())) {
        let count = lines.next().and_then(|line| line.strip_prefix(&format!("{measure} ")));
        let (count, median) = count
            .and_then(|words| words.split_once(" median "))
            .and_then(|(count, median)| Some((from_decimal(count)?, from_decimal(median)?)))
            .ok_or(wrong("a measure is missing or misspelt"))?;
        if count < rules.k as u64 || !count.is_multiple_of(rules.k as u64) {
            return Err(wrong("a count is not rounded down to a multiple of k"));
        }
        if !median.is_multiple_of(u64::from(MEDIAN_STEP)) {
            return Err(wrong("a median is not rounded"));
        }
    }
    if lines.next().is_some() { Err(wrong("it counts what the charter does not name")) } else { Ok(()) }
}
