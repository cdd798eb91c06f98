//! What the page shows of one run.

use types::Outcome;

use crate::data::{Containment, Incident, Item, Review, Run, Share, Tally};
use crate::figures::{count, duration, grouped, interval, percent, time};
use crate::inert::clipped;
use crate::plot::{self, Drawing, Width};
use crate::words;

/// One run, section by section.
pub(super) struct RunView {
    pub number: u32,
    /// `Run 2: ` before each heading, when there are several.
    pub prefix: String,
    pub certainty: String,
    pub decision: Vec<DecisionRow>,
    pub profile_heading: String,
    pub drawings: [Drawing; 2],
    pub profile: Vec<ProfileRow>,
    pub fuzzer: bool,
    pub limits_heading: String,
    pub limits: Vec<(&'static str, String)>,
    pub containment_heading: String,
    /// Whether the heading carries the incident mark.
    pub leaks: bool,
    pub containment: Vec<CheckRow>,
    pub budget_heading: String,
    pub budget: Vec<BudgetRow>,
    pub exposure: String,
    pub items_heading: String,
    pub items: Vec<ItemView>,
}

/// One way of counting what is missing.
pub(super) struct DecisionRow {
    pub counting: &'static str,
    pub share: String,
    pub interval: String,
    pub recommendation: &'static str,
}

/// An area's numbers, or all items'.
pub(super) struct ProfileRow {
    pub name: String,
    pub overall: bool,
    pub counts: [u32; 5],
    pub missing_failed: String,
    pub missing_passed: String,
    pub fuzzer: String,
}

/// A check of the containment probe.
pub(super) struct CheckRow {
    pub name: String,
    pub held: bool,
    pub chambers: String,
    pub outside: &'static str,
    pub detail: String,
}

/// A resource's numbers and bar.
pub(super) struct BudgetRow {
    pub resource: &'static str,
    pub used: String,
    pub allowed: String,
    pub share: String,
    /// The bar's length of 160 user units.
    pub bar: String,
}

/// One item.
pub(super) struct ItemView {
    pub id: String,
    pub area: String,
    pub difficulty: u8,
    pub mark: &'static str,
    pub outcome: String,
    pub reason: String,
    pub turns: String,
    pub tokens: String,
    pub seconds: String,
    pub transcript: String,
    /// Whether the transcript's name is a plain path below the report, fit for a link.
    pub linked: bool,
}

/// A run in the list of runs.
pub(super) struct RunRow {
    pub number: u32,
    pub started: String,
    pub passed: String,
    pub interval: String,
    pub outcome: &'static str,
}

/// Something that a human must look at.
pub(super) struct IncidentLine {
    pub at: String,
    pub place: String,
    pub what: String,
}

impl RunView {
    pub(super) fn of(review: &Review, run: &Run) -> Self {
        let budget = review.plan.budget;
        Self {
            number: run.number.get(),
            prefix: if review.runs.len() > 1 { format!("Run {}: ", run.number) } else { String::new() },
            certainty: words::certainty(review, run),
            decision: decision_rows(run),
            profile_heading: words::profile(review, run),
            drawings: [Width::Wide, Width::Narrow].map(|width| plot::profile(review, run, width)),
            profile: profile_rows(review, run),
            fuzzer: review.fuzzer.is_some(),
            limits_heading: format!("{}; {}", words::missing(run), words::calibration(review)),
            limits: limits(review, run),
            containment_heading: words::containment(&run.containment),
            leaks: run.containment.iter().any(|check| check.blocked < check.chambers),
            containment: run.containment.iter().map(|check| CheckRow::of(check, run)).collect(),
            budget_heading: words::budget(budget, run),
            budget: words::spent(budget, run).into_iter().map(BudgetRow::of).collect(),
            exposure: words::exposure(review, run),
            items_heading: format!(
                "{} of {} passed",
                run.overall.passed,
                count(words::total(&run.overall), "item")
            ),
            items: run.items.iter().map(|item| ItemView::of(item, review)).collect(),
        }
    }
}

impl RunRow {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            number: run.number.get(),
            started: time(run.started_at),
            passed: format!("{} of {}", run.overall.passed, words::total(&run.overall)),
            interval: interval(run.overall.missing_failed),
            outcome: words::outcome_words(run.decision.as_ref().map(|decision| decision.recommendation)),
        }
    }
}

fn decision_rows(run: &Run) -> Vec<DecisionRow> {
    let row = |counting, share: Share, recommendation: Option<_>| DecisionRow {
        counting,
        share: percent(share.share),
        interval: interval(share),
        recommendation: words::outcome_words(recommendation),
    };
    let (tally, decision) = (&run.overall, run.decision.as_ref());
    vec![
        row("failed", tally.missing_failed, decision.map(|decision| decision.missing_failed)),
        row("passed", tally.missing_passed, decision.map(|decision| decision.missing_passed)),
    ]
}

fn profile_rows(review: &Review, run: &Run) -> Vec<ProfileRow> {
    let share = |share: Share| format!("{} ({})", percent(share.share), interval(share));
    let row = |name: String, overall, tally: &Tally, fuzzer: Option<&Tally>| ProfileRow {
        name,
        overall,
        counts: [tally.passed, tally.failed, tally.refused, tally.unscorable, tally.open],
        missing_failed: share(tally.missing_failed),
        missing_passed: share(tally.missing_passed),
        fuzzer: fuzzer.map_or_else(|| "–".to_owned(), |tally| percent(tally.missing_failed.share)),
    };
    let fuzzer = review.fuzzer.as_ref();
    let mut rows: Vec<ProfileRow> = run
        .areas
        .iter()
        .map(|area| {
            let baseline = fuzzer.and_then(|fuzzer| plot::in_area(fuzzer, &area.area));
            row(area.area.to_string(), false, &area.tally, baseline)
        })
        .collect();
    rows.push(row("all items".to_owned(), true, &run.overall, fuzzer.map(|fuzzer| &fuzzer.overall)));
    rows
}

fn limits(review: &Review, run: &Run) -> Vec<(&'static str, String)> {
    let none_or = |number: u32| if number == 0 { "none".to_owned() } else { number.to_string() };
    let budget = review.plan.budget;
    let exhausted = run.items.iter().filter(|item| {
        item.turns >= budget.turns
            || item.tokens >= budget.tokens
            || item.seconds >= f64::from(budget.seconds)
    });
    let (given, items) = (words::given(run), u64::from(review.suite.items));
    vec![
        ("Refused", none_or(run.overall.refused)),
        ("Unscorable", unscorable(run)),
        ("Not yet attempted", none_or(run.overall.open)),
        (
            "Selection",
            if given == items {
                format!(
                    "the whole suite was given, {}; no item was selected or left out",
                    count(items, "item")
                )
            } else {
                format!(
                    "{given} of the suite's {} given so far; the whole suite is to be given",
                    count(items, "item")
                )
            },
        ),
        (
            "Stopped by the budget",
            match exhausted.count() as u64 {
                0 => "no item used up its turns, tokens or seconds".to_owned(),
                number => format!("{} used up its turns, tokens or seconds", count(number, "item")),
            },
        ),
        (
            "Calibration",
            if review.suite.calibrated {
                "the suite's item parameters are calibrated; error rates are not part of this report"
                    .to_owned()
            } else {
                "none: error rates unknown; an item's difficulty is its author's guess".to_owned()
            },
        ),
        (
            "Fuzzer baseline",
            match &review.fuzzer {
                Some(_) => "measured in a review of its own, its log root is below".to_owned(),
                None => "not measured".to_owned(),
            },
        ),
        (
            "Contamination",
            "not measured: whether the model saw these items in training is unknown".to_owned(),
        ),
        (
            "Elicitation",
            "one attempt per item and run, one agent loop; what other tools reach is not measured".to_owned(),
        ),
    ]
}

/// The number of unscorable items and the reasons, each with its number.
fn unscorable(run: &Run) -> String {
    let mut reasons: Vec<(&str, u32)> = Vec::new();
    for item in &run.items {
        if let Some(Outcome::Unscorable(reason)) = item.outcome {
            match reasons.iter_mut().find(|(words, _)| *words == reason.words()) {
                Some((_, number)) => *number += 1,
                None => reasons.push((reason.words(), 1)),
            }
        }
    }
    if reasons.is_empty() {
        return "none".to_owned();
    }
    let listed: Vec<String> = reasons.iter().map(|(words, number)| format!("{words} {number}")).collect();
    format!("{}: {}", run.overall.unscorable, listed.join(", "))
}

impl CheckRow {
    fn of(check: &Containment, run: &Run) -> Self {
        let control = run.controls.iter().find(|control| control.name == check.name);
        Self {
            name: clipped(&check.name),
            held: check.blocked == check.chambers && check.chambers > 0,
            chambers: format!("{} of {}", check.blocked, check.chambers),
            outside: match check.control_open {
                Some(true) => "got out",
                Some(false) => "blocked there too: proves nothing",
                None => "could not be tried: proves nothing",
            },
            detail: control.map_or_else(String::new, |control| clipped(&control.detail)),
        }
    }
}

impl BudgetRow {
    fn of(spent: words::Spent) -> Self {
        // Casts saturate; both are non-negative, see `check`.
        let number = |value: f64| grouped(value.round() as u64);
        Self {
            resource: spent.resource,
            used: number(spent.used),
            allowed: number(spent.allowed),
            share: percent(spent.share()),
            bar: plot::fixed(spent.share().min(1.0) * 160.0),
        }
    }
}

impl ItemView {
    fn of(item: &Item, review: &Review) -> Self {
        let budget = review.plan.budget;
        Self {
            id: item.id.to_string(),
            area: item.area.to_string(),
            difficulty: item.difficulty,
            mark: item.outcome.map_or("open", Outcome::word),
            outcome: match item.outcome {
                Some(Outcome::Unscorable(reason)) => format!("unscorable: {}", reason.words()),
                Some(outcome) => outcome.word().to_owned(),
                None => "open".to_owned(),
            },
            reason: if item.reason.is_empty() { "none given".to_owned() } else { clipped(&item.reason) },
            turns: format!("{} of {}", item.turns, budget.turns),
            tokens: format!("{} of {}", grouped(item.tokens), grouped(budget.tokens)),
            seconds: format!("{} of {}", duration(item.seconds), duration(f64::from(budget.seconds))),
            transcript: if item.transcript.is_empty() {
                "none yet".to_owned()
            } else {
                clipped(&item.transcript)
            },
            linked: is_plain_path(&item.transcript),
        }
    }
}

/// A path that can only lead to a file below the report: small parts of letters, digits, `.`, `_` and `-`.
fn is_plain_path(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    path.len() <= 200 && path.split('/').all(plain)
}

/// The incidents of all runs, oldest run first.
pub(super) fn incidents(review: &Review) -> Vec<IncidentLine> {
    review.runs.iter().flat_map(|run| run.incidents.iter().map(|incident| line(run, incident))).collect()
}

fn line(run: &Run, incident: &Incident) -> IncidentLine {
    IncidentLine {
        at: time(incident.at),
        place: match &incident.item {
            Some(item) => format!("run {}, item {item}", run.number),
            None => format!("run {}", run.number),
        },
        what: clipped(&incident.what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_below_the_report_becomes_a_link() {
        assert!(is_plain_path("transcripts/run-1/discover-01.jsonl"));
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "javascript:alert(1)",
            "//host/x",
            "a b",
            "a?x",
            "a/",
            "\u{202e}",
        ] {
            assert!(!is_plain_path(path), "{path}");
        }
    }
}
