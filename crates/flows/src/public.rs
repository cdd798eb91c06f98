//! What happened in cases, as facts for the public log: what, how much, and a tag for the developer; no name, no time.
//!
//! A fact follows from one entry of a case's record, as the difference that the entry makes to the public figures. Its
//! key follows from the entry too, so that whoever queues all facts again, at any time, queues none twice.
//!
//! | measure | one fact for | amount |
//! |---|---|---|
//! | `inquiry/asked` | a case's first inquiry | 1 |
//! | `review/days` | a review window that is over, however it ended | its begun days |
//! | `determination/covered`, `determination/not-covered` | a determination made, and one that a reconsideration changed | 1 |
//! | `determination/none` | a case that was closed with its review over and no determination made | 1 |
//! | `safeguard/promised`, `safeguard/delivered`, `safeguard/lapsed` | a safeguard that was | 1 |
//!
//! That a case was withdrawn is no fact: its review is over like any other, and its promised safeguards end as nothing.

use docket::acts::standing;
use docket::view::PublicFigures;
use docket::{Case, CaseId, Entry, Event, evolve};
use ledger::public::{DeveloperTag, Fact, FactError, Measure};
use types::Digest;

use crate::cases::{CaseError, Office};
use crate::error::FlowError;
use crate::house::House;

/// Everything that a house's public log counts of its cases.
pub const MEASURES: [&str; 8] = [
    "determination/covered",
    "determination/none",
    "determination/not-covered",
    "inquiry/asked",
    "review/days",
    "safeguard/delivered",
    "safeguard/lapsed",
    "safeguard/promised",
];

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// See there.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A developer's tag cannot be kept or read.
    #[error(transparent)]
    House(#[from] FlowError),
    /// A measure has another name than the log allows.
    #[error(transparent)]
    Measure(#[from] FactError),
}

/// Every fact of every case so far, each under its key.
///
/// # Errors
/// [`FactsError`]
pub fn facts(office: &Office<'_>, house: &House) -> Result<Vec<(Digest, Fact)>, FactsError> {
    let mut facts = Vec::new();
    for id in office.cases()? {
        facts.extend(of_case(office, house, &id)?);
    }
    Ok(facts)
}

/// Every fact of one case so far, each under its key.
///
/// # Errors
/// [`FactsError`]
pub fn of_case(office: &Office<'_>, house: &House, id: &CaseId) -> Result<Vec<(Digest, Fact)>, FactsError> {
    let (mut case, mut tag, mut facts) = (Case::unopened(id.clone()), None, Vec::new());
    for entry in office.entries(id)? {
        if let Event::Standing(standing::Event::Opened { developer, .. }) = entry.event() {
            tag = Some(DeveloperTag(house.developer_tag(developer)?));
        }
        let before = PublicFigures::of([&case]);
        case = evolve(case, entry.event(), entry.at());
        let made = made(&before, &PublicFigures::of([&case]), entry.event());
        // The first event of a case opens it, and makes no fact.
        let Some(developer) = tag else { continue };
        for (number, (measure, amount)) in (0_u64..).zip(made) {
            let fact = Fact { developer, measure: Measure::new(measure)?, amount };
            facts.push((key(&entry, number)?, fact));
        }
    }
    Ok(facts)
}

/// What an entry added to the figures of its case.
fn made(before: &PublicFigures, after: &PublicFigures, event: &Event) -> Vec<(&'static str, u32)> {
    let mut made = Vec::new();
    for (measure, before, after) in [
        ("inquiry/asked", before.inquiries, after.inquiries),
        ("determination/covered", before.determined_covered, after.determined_covered),
        ("determination/not-covered", before.determined_not_covered, after.determined_not_covered),
        ("safeguard/promised", before.safeguards_promised, after.safeguards_promised),
        ("safeguard/delivered", before.safeguards_delivered, after.safeguards_delivered),
        ("safeguard/lapsed", before.safeguards_lapsed, after.safeguards_lapsed),
    ] {
        made.extend((before..after).map(|_| (measure, 1)));
    }
    // A case has one review window, and it closes once.
    let days = after.review_days.iter().skip(before.review_days.len());
    made.extend(days.map(|days| ("review/days", u32::try_from(*days).unwrap_or(u32::MAX))));
    // Until a case is closed its determination is still to come.
    if let Event::Standing(standing::Event::Closed {}) = event {
        made.extend((0..after.no_determination_made).map(|_| ("determination/none", 1)));
    }
    made
}

/// Names a fact by the entry that made it, which names everything before it.
fn key(entry: &Entry<Event>, number: u64) -> Result<Digest, FactsError> {
    let line = entry.line().map_err(|source| CaseError::Record { stream: entry.stream().clone(), source })?;
    Ok(Digest::of_parts(&[b"proofhouse-fact-1", line.as_bytes(), &number.to_be_bytes()]))
}
