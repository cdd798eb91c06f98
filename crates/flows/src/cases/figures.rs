//! Figures for everybody, over all cases: as the docket stood at the start of a quarter that is long past, suppressed and
//! rounded by the rule of the public log's aggregates. No developer, no case and no participation stands in them.

use std::collections::{BTreeMap, BTreeSet};

use docket::view::{OfficeView, PublicFigures};
use docket::{Case, CaseId, PartyId, Record, Refusal, StreamId, receive_time};
use ledger::public::{Measure, Tally, tally};
use serde::Serialize;
use types::Timestamp;

use super::{CaseError, Office};

/// The figures' format.
const FORMAT: &str = "proofhouse-figures-1";
const DAY_MILLIS: i64 = 86_400_000;

/// What is published, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiguresRules {
    /// The fewest developers behind each figure of a family.
    pub k: u32,
    /// Days that must have passed since the end of what is counted.
    pub lag_days: u32,
}

/// Figures for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// `proofhouse-figures-1`.
    pub format: &'static str,
    /// Up to when is counted: the start of a quarter (UTC). Between two quarters nothing changes here, so that nobody
    /// learns the day of anything.
    pub until: Timestamp,
    /// The fewest developers behind each figure of a family.
    pub k: u32,
    /// Days that passed since then at least.
    pub lag_days: u32,
    /// The figures, in one order, every one of them always.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// `family/name`.
    pub measure: String,
    /// What is told.
    pub told: Told,
}

/// What is told of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Fewer than k developers are behind it, or behind another one of its family.
    Suppressed,
    /// How many, rounded down to a multiple of k.
    Count(u64),
    /// The same, with the median of their days, rounded down to a multiple of five.
    Days {
        /// How many.
        count: u64,
        /// The median.
        median_days: u32,
    },
}

const INQUIRIES: &str = "inquiry/asked";
const REVIEWS: &str = "review/over";
const COVERED: &str = "outcome/determined-covered";
const NOT_COVERED: &str = "outcome/determined-not-covered";
const NONE_MADE: &str = "outcome/no-determination-made";
const PROMISED: &str = "safeguard/promised";
const DELIVERED: &str = "safeguard/delivered";
const LAPSED: &str = "safeguard/lapsed";

/// The order in which figures stand.
const MEASURES: [&str; 8] =
    [INQUIRIES, REVIEWS, COVERED, NOT_COVERED, NONE_MADE, PROMISED, DELIVERED, LAPSED];

/// The figures over all cases.
///
/// # Errors
/// [`CaseError`]
pub fn figures(office: &Office<'_>, rules: FiguresRules) -> Result<Figures, CaseError> {
    let until = quarter(office.clock.now(), rules.lag_days)?;
    let mut developers: BTreeMap<PartyId, Vec<Case>> = BTreeMap::new();
    for id in office.cases()? {
        let case = as_of(office, &id, until)?;
        if let Ok(file) = case.file() {
            developers.entry(OfficeView::of(file, until).developer).or_default().push(case);
        }
    }
    let facts = developers.into_iter().flat_map(|(developer, cases)| {
        facts(&PublicFigures::of(&cases)).into_iter().map(move |(name, days)| (developer.clone(), name, days))
    });
    let named = facts.filter_map(|(developer, name, days)| Some((developer, measure(name)?, days)));
    let measures: BTreeSet<Measure> = MEASURES.into_iter().filter_map(measure).collect();
    let counted = tally(&measures, named, rules.k as usize);
    let figures = MEASURES.into_iter().filter_map(measure).map(|measure| told(&measure, &counted)).collect();
    Ok(Figures { format: FORMAT, until, k: rules.k, lag_days: rules.lag_days, figures })
}

fn measure(name: &str) -> Option<Measure> {
    Measure::new(name).ok()
}

/// A developer's figures, one by one, with their days.
fn facts(figures: &PublicFigures) -> Vec<(&'static str, u32)> {
    let counts = [
        (INQUIRIES, figures.inquiries),
        (COVERED, figures.determined_covered),
        (NOT_COVERED, figures.determined_not_covered),
        (NONE_MADE, figures.no_determination_made),
        (PROMISED, figures.safeguards_promised),
        (DELIVERED, figures.safeguards_delivered),
        (LAPSED, figures.safeguards_lapsed),
    ];
    let counted = counts.into_iter().flat_map(|(name, number)| (0..number).map(move |_| (name, 1)));
    let days = figures.review_days.iter().map(|days| (REVIEWS, u32::try_from(*days).unwrap_or(u32::MAX)));
    counted.chain(days).collect()
}

fn told(measure: &Measure, counted: &Tally) -> Figure {
    let told = match counted.told.get(measure) {
        None => Told::Suppressed,
        Some(count) if measure.to_string() == REVIEWS => {
            Told::Days { count: count.facts as u64, median_days: count.median }
        }
        Some(count) => Told::Count(count.facts as u64),
    };
    Figure { measure: measure.to_string(), told }
}

/// A case as it stood just before `until`, with everything that was due by then.
fn as_of(office: &Office<'_>, id: &CaseId, until: Timestamp) -> Result<Case, CaseError> {
    let stream = StreamId::Case(id.clone());
    let broken = |source| CaseError::Record { stream: stream.clone(), source };
    let mut record = Record::of_case(id.clone());
    for entry in office.entries(id)?.iter().take_while(|entry| entry.at() < until) {
        record = record.following(std::slice::from_ref(entry)).map_err(broken)?;
    }
    let due = receive_time(&record, until)?;
    Ok(record.following(&due).map_err(broken)?.state().clone())
}

/// The start of the last quarter that began `lag_days` before `now` or earlier.
fn quarter(now: Timestamp, lag_days: u32) -> Result<Timestamp, CaseError> {
    let beyond = || CaseError::Refused(Refusal::BeyondCalendar);
    let millis = now.unix_millis().saturating_sub(i64::from(lag_days) * DAY_MILLIS);
    let text = Timestamp::from_unix_millis(millis).map_err(|_| beyond())?.to_string();
    // RFC 3339: YYYY-MM-…
    let (year, rest) = text.split_at_checked(4).ok_or_else(beyond)?;
    let month: u32 = rest.get(1..3).and_then(|month| month.parse().ok()).ok_or_else(beyond)?;
    let first = month.saturating_sub(1) / 3 * 3 + 1;
    format!("{year}-{first:02}-01T00:00:00.000Z").parse().map_err(|_| beyond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_end_at_the_start_of_a_quarter_that_is_long_past() {
        let until = |now: &str, lag| quarter(now.parse().unwrap(), lag).unwrap().to_string();
        assert_eq!(until("2026-09-28T23:59:59.999Z", 90), "2026-04-01T00:00:00.000Z");
        assert_eq!(until("2026-09-29T00:00:00.000Z", 90), "2026-07-01T00:00:00.000Z");
        assert_eq!(until("2026-12-31T00:00:00.000Z", 0), "2026-10-01T00:00:00.000Z");
        assert_eq!(until("2026-01-01T00:00:00.000Z", 1), "2025-10-01T00:00:00.000Z");
    }
}
