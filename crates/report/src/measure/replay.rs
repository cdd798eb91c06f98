//! A replay: its lines in a terminal, and one person's test as a page.

use crate::ReportError;
use crate::figures::percent;
use crate::inert::shortened;
use crate::measure::data::{Areas, Exposures, ItemMap, Path, Played, Replay, TestInformation};
use crate::measure::figure::signed;
use crate::measure::page::{Content, Section, draw};
use crate::measure::tables::{NAME, aligned, bank_lines, folded, items, question};

/// The three recommendations as the data names them, in the order of the tables.
const RECOMMENDATIONS: [&str; 3] = ["covered", "not covered", "undetermined"];
/// Contradicted persons that are named without `--each`.
const NAMED_MOST: usize = 10;

/// The replay as lines for a terminal; `each` names every person.
#[must_use]
pub fn replay_lines(replay: &Replay, each: bool) -> Vec<String> {
    let mut lines = bank_lines(&replay.bank);
    lines.push(question(&replay.guarantee));
    lines.push(format!("  {}; {}", replay.guarantee.statistic, replay.guarantee.selection));
    lines.push(format!("  {}, seed {}", replay.lines_from, replay.seed));
    lines.extend(left_out(replay));
    lines.push(String::new());
    if each {
        lines.extend(aligned(&persons(&replay.persons)));
        lines.push(String::new());
    }
    lines.push("decisions: by all items in lines, by the adaptive test in columns".to_owned());
    lines.extend(aligned(&crossed(&replay.persons)));
    lines.push(String::new());
    lines.extend(figures(replay));
    if !each {
        lines.extend(contradicted(replay));
    }
    folded(lines)
}

fn left_out(replay: &Replay) -> Vec<String> {
    let mut lines = Vec::new();
    if !replay.unknown_items.is_empty() {
        let named: Vec<String> =
            replay.unknown_items.iter().take(3).map(|name| shortened(name, NAME)).collect();
        let count = items(replay.unknown_items.len());
        lines.push(format!("  {count} of the matrix not in the bank, so not used: {} …", named.join(", ")));
    }
    if replay.unrecorded_items > 0 {
        let count = items(replay.unrecorded_items);
        lines.push(format!("  {count} of the bank without a column in the matrix, so never given"));
    }
    if replay.without_responses > 0 {
        lines.push(format!(
            "  {} of the matrix without any response are left out",
            persons_word(replay.without_responses)
        ));
    }
    lines
}

fn persons_word(number: usize) -> String {
    crate::figures::count(number as u64, "person")
}

/// How the adaptive decisions stand against those of all items.
fn crossed(persons: &[Played]) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(RECOMMENDATIONS.map(str::to_owned));
    for full in RECOMMENDATIONS {
        let here: Vec<&Played> = persons.iter().filter(|one| one.full == full).collect();
        let word = if full == "undetermined" { "within ±δ of the cut" } else { full };
        let mut row = vec![word.to_owned()];
        row.extend(
            RECOMMENDATIONS.map(|word| here.iter().filter(|one| one.adaptive == word).count().to_string()),
        );
        rows.push(row);
    }
    rows
}

fn persons(persons: &[Played]) -> Vec<Vec<String>> {
    let head = ["person", "adaptive", "items", "of", "all items say", "ability", "by all"];
    let row = |one: &Played| {
        vec![
            shortened(&one.person, NAME),
            one.adaptive.clone(),
            one.items.to_string(),
            one.recorded.to_string(),
            if one.full == "undetermined" { "either".to_owned() } else { one.full.clone() },
            signed(one.ability_given.0, 2),
            signed(one.ability_all.0, 2),
        ]
    };
    std::iter::once(head.into_iter().map(str::to_owned).collect()).chain(persons.iter().map(row)).collect()
}

fn figures(replay: &Replay) -> Vec<String> {
    let shares = &replay.shares;
    let agreement = if shares.outside == 0 {
        "nobody lies outside the indifference region, so there is no agreement to state".to_owned()
    } else {
        format!(
            "of {} outside the indifference region {} decided as by all items, {} the other way, {} undetermined",
            shares.outside,
            percent(shares.agreeing),
            percent(shares.contradicting),
            percent(shares.undetermined)
        )
    };
    vec![
        format!(
            "items      {:.1} of {:.1} recorded on average ({}); 9 in 10 persons within {}",
            replay.items,
            replay.recorded,
            percent(replay.items / replay.recorded.max(1.0)),
            replay.items_p90
        ),
        format!("agreement  {agreement}"),
        format!(
            "ability    {:.2} off that of all items on average (mean absolute difference)",
            replay.ability_off
        ),
    ]
}

fn contradicted(replay: &Replay) -> Vec<String> {
    let against = |one: &&Played| {
        one.full != "undetermined" && one.adaptive != "undetermined" && one.adaptive != one.full
    };
    let all: Vec<&Played> = replay.persons.iter().filter(against).collect();
    let mut lines: Vec<String> = all
        .iter()
        .take(NAMED_MOST)
        .map(|one| {
            let name = shortened(&one.person, 40);
            format!("  the other way: {name}, {} after {}", one.adaptive, items(one.items))
        })
        .collect();
    if all.len() > NAMED_MOST {
        lines.push(format!("  and {} more; --each names them", all.len() - NAMED_MOST));
    }
    lines
}

/// One person's adaptive test as a page of figures.
///
/// # Errors
/// [`ReportError`]
pub fn person_page(
    (replay, person): (&Replay, &Played),
    map: &ItemMap,
    information: &TestInformation,
    path: &Path,
    areas: &Areas,
    exposures: Option<&Exposures>,
) -> Result<String, ReportError> {
    let section = |id, eyebrow, heading: &str, figure| Section {
        id,
        eyebrow,
        heading: heading.to_owned(),
        figure,
        facts: Vec::new(),
    };
    let mut sections = vec![
        section("path", "Decision path", &super::path::title(path), super::decision_path(path)?),
        section("areas", "Areas", &super::bank::areas::title(areas), super::areas(areas)?),
        section("map", "Item map", &super::bank::map::title(map), super::item_map(map)?),
        section(
            "information",
            "Test information",
            "Where the items tell most, and what was used of it",
            super::test_information(information)?,
        ),
    ];
    if let Some(exposures) = exposures {
        let figure = super::exposures(exposures)?;
        sections.push(section("exposures", "Exposures", "What of the exposure budget is used", figure));
    }
    let name = shortened(&person.person, 64);
    draw(Content {
        title: format!("{name} – Proofhouse replay"),
        kind: "adaptive test, played again over recorded responses",
        labels: vec![
            "Replayed from a recorded matrix: nobody was asked anything".to_owned(),
            "Not for the developer where the cut is secret: every figure here shows it".to_owned(),
        ],
        finding: format!("{name}: {} after {} of {}", person.adaptive, person.items, items(person.recorded)),
        lead: vec![format!(
            "All recorded items put the ability at {} (standard error {:.2}), the items given at {} ({:.2}).",
            signed(person.ability_all.0, 2),
            person.ability_all.1,
            signed(person.ability_given.0, 2),
            person.ability_given.1
        )],
        beside: vec![
            ("Decided", question(&replay.guarantee)),
            ("Lines", replay.lines_from.clone()),
            ("Bank", shortened(&replay.bank.name, 48)),
        ],
        sections,
    })
}
