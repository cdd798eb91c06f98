//! A plan: its curves, its page, and its lines in a terminal.

mod curves;

pub use curves::{operating_characteristic, sample_numbers};

use crate::ReportError;
use crate::figures::{grouped, percent};
use crate::inert::shortened;
use crate::measure::data::{Expected, Plan};
use crate::measure::figure::signed;
use crate::measure::page::{Content, Section, draw};
use crate::measure::tables::{aligned, bank_lines, calibration, folded, items, question};

/// What the plan says of the errors that it was drawn for.
const METHOD: &str = "Lines are drawn where the simulated errors at cut ± indifference stay below α and β with 99.9 % \
                      confidence, in the world that the bank declares: its spreads and standard errors.";

/// The plan as lines for a terminal.
#[must_use]
pub fn plan_lines(plan: &Plan) -> Vec<String> {
    let guarantee = &plan.guarantee;
    let mut lines = bank_lines(&plan.bank);
    lines.push(question(guarantee));
    lines.push(format!("  {}; {}", guarantee.statistic, guarantee.selection));
    lines.push(format!(
        "  covered from {} on, not covered from {} on; {} to {} items",
        signed(guarantee.covered_line, 3),
        signed(guarantee.not_covered_line, 3),
        guarantee.lengths.0,
        guarantee.lengths.1
    ));
    lines.push(String::new());
    lines.extend(aligned(&rows(plan)));
    lines.push(format!(
        "  shares of {} simulated reviews at each ability, seed {}",
        grouped(plan.replications as u64),
        plan.seed
    ));
    lines.push(String::new());
    lines.push(format!(
        "expected over the calibration's population (mean {}, deviation {:.2}):",
        signed(plan.bank.mean, 2),
        plan.bank.deviation
    ));
    lines.extend(facts(plan).into_iter().map(|(name, value)| format!("  {name:<10} {value}")));
    lines.push(String::new());
    let mut lines = folded(lines);
    lines.push(format!("plan {}", plan.digest));
    lines
}

fn rows(plan: &Plan) -> Vec<Vec<String>> {
    let head = ["ability", "covered", "not covered", "undetermined", "items", "9 in 10 within"];
    let head: Vec<String> = head.into_iter().map(str::to_owned).collect();
    let row = |point: &crate::measure::CurvePoint| {
        vec![
            format!("{}{}", signed(point.ability, 2), place_of(plan, point.ability)),
            percent(point.covered),
            percent(point.not_covered),
            percent(point.undetermined),
            format!("{:.1}", point.items),
            point.items_p90.to_string(),
        ]
    };
    std::iter::once(head).chain(plan.curve.iter().map(row)).collect()
}

/// Names the three abilities that the plan is about.
fn place_of(plan: &Plan, ability: f64) -> &'static str {
    let steps = (ability - plan.guarantee.cut) / plan.guarantee.indifference;
    let is = |wanted: f64| (steps - wanted).abs() < 1e-9;
    if is(0.0) {
        "  cut"
    } else if is(-1.0) {
        "  cut \u{2212} δ"
    } else if is(1.0) {
        "  cut + δ"
    } else {
        ""
    }
}

/// What one review is expected to take.
fn facts(plan: &Plan) -> Vec<(&'static str, String)> {
    let (population, expected) = (&plan.population, &plan.expected);
    let mut facts = vec![
        (
            "items",
            format!(
                "{:.1} of {} that may be given ({} of the fixed suite's exposures); 9 in 10 reviews within {}",
                population.items,
                plan.available,
                percent(population.items / plan.available.max(1) as f64),
                population.items_p90
            ),
        ),
        ("undecided", format!("{} of reviews stay undetermined", percent(population.undetermined))),
        ("exposures", exposure_words(plan)),
        ("tokens", tokens_words(expected)),
        ("cost", cost_words(expected)),
        ("time", time_words(expected)),
    ];
    if let Some(spent) = &plan.spent {
        let gone = spent.items.iter().filter(|item| item.spent.is_some()).count();
        facts
            .insert(3, ("spent", format!("{} of {} by the exposure ledger", gone, items(spent.items.len()))));
    }
    if population.doubted > 0.0 {
        let each: Vec<String> = population
            .doubts
            .iter()
            .filter(|(_, share)| *share > 0.0)
            .map(|(name, share)| format!("{name} {}", percent(*share)))
            .collect();
        let words = format!(
            "{} of reviews end with \"not covered\" held back, though every simulated model does its best: {}",
            percent(population.doubted),
            each.join(", ")
        );
        facts.insert(2, ("doubts", words));
    }
    facts
}

/// Names as a page writes them.
fn capitalised(facts: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let word = |name| match name {
        "items" => "Items",
        "undecided" => "Undecided",
        "doubts" => "Doubts",
        "exposures" => "Exposures",
        "spent" => "Spent",
        "tokens" => "Tokens",
        "cost" => "Cost",
        "time" => "Time",
        other => other,
    };
    facts.into_iter().map(|(name, value)| (word(name), value)).collect()
}

fn exposure_words(plan: &Plan) -> String {
    let Some(first) = plan.exposures.items.first() else { return "no item may be given".to_owned() };
    format!(
        "{:.1} a review at an endpoint that others host, none in an enclave; {} most often, in {}",
        plan.population.items,
        shortened(&first.item, 32),
        percent(first.share)
    )
}

fn tokens_words(expected: &Expected) -> String {
    let whole = |tokens: f64| grouped(tokens.max(0.0).round() as u64);
    match (expected.tokens, expected.tokens_most) {
        (Some(tokens), Some(most)) => {
            format!("about {} ({}); {} at most", whole(tokens), expected.prices.source, whole(most))
        }
        (Some(tokens), None) => format!("about {} ({})", whole(tokens), expected.prices.source),
        (None, Some(most)) => format!("{} at most, by the bank's tokens an attempt", whole(most)),
        (None, None) => "not known: the bank states no tokens an attempt".to_owned(),
    }
}

fn cost_words(expected: &Expected) -> String {
    let Some(price) = expected.prices.per_million else {
        return "not known; give what a million tokens cost with --price".to_owned();
    };
    let at = format!("at {price} for a million tokens");
    match (expected.cost, expected.cost_most) {
        (Some(cost), Some(most)) => format!("about {cost:.2}, {most:.2} at most, {at}"),
        (Some(cost), None) => format!("about {cost:.2} {at}"),
        (None, Some(most)) => format!("{most:.2} at most {at}"),
        (None, None) => "not known: the bank states no tokens an attempt".to_owned(),
    }
}

fn time_words(expected: &Expected) -> String {
    match expected.hours {
        Some(hours) => format!(
            "about {}, one attempt after the other ({})",
            crate::figures::duration(hours * 3600.0),
            expected.prices.source
        ),
        None => "not known; name an earlier review's folder with --like".to_owned(),
    }
}

/// The plan as a page with its curves.
///
/// # Errors
/// [`ReportError`]
pub fn plan_page(plan: &Plan) -> Result<String, ReportError> {
    let guarantee = &plan.guarantee;
    let section = |id, eyebrow, heading, figure| Section { id, eyebrow, heading, figure, facts: Vec::new() };
    let mut sections = vec![
        section(
            "decides",
            "Operating characteristic",
            curves::decides(plan),
            operating_characteristic(&plan.curve, guarantee)?,
        ),
        section(
            "length",
            "Average sample number",
            curves::length(plan),
            sample_numbers(&plan.curve, guarantee, plan.available)?,
        ),
        section(
            "exposure",
            "Expected exposures",
            format!("A review exposes {:.1} of {} on average", plan.population.items, items(plan.available)),
            super::expected_exposures(&plan.exposures)?,
        ),
        Section {
            id: "takes",
            eyebrow: "What a review takes",
            heading: "Expected over the calibration's population".to_owned(),
            figure: String::new(),
            facts: capitalised(facts(plan)),
        },
        method(plan),
    ];
    if let Some(spent) = &plan.spent {
        let heading = super::bank::exposure::title(spent);
        sections.insert(3, section("spent", "Exposures so far", heading, super::exposures(spent)?));
    }
    draw(Content {
        title: format!("Plan for {} – Proofhouse", shortened(&plan.bank.name, 64)),
        kind: "plan of an adaptive review",
        labels: vec![
            "A plan, not a result: nothing has been measured with it".to_owned(),
            "Not for the developer where the cut is secret: every figure here shows it".to_owned(),
        ],
        finding: format!(
            "A review takes {:.1} items on average, with errors of at most {} (covered) and {} (not covered)",
            plan.population.items,
            percent(guarantee.alpha),
            percent(guarantee.beta)
        ),
        lead: vec![
            format!(
                "At most {} of models at ability {} or below are recommended as covered, and at most {} of those at {} or \
                 above as not covered. In between, either answer is right.",
                percent(guarantee.alpha),
                signed(guarantee.cut - guarantee.indifference, 2),
                percent(guarantee.beta),
                signed(guarantee.cut + guarantee.indifference, 2)
            ),
            METHOD.to_owned(),
        ],
        beside: beside(plan),
        sections,
    })
}

fn beside(plan: &Plan) -> Vec<(&'static str, String)> {
    vec![
        ("Cut", format!("{} on {}", signed(plan.guarantee.cut, 2), plan.guarantee.estimand)),
        ("Indifference", format!("±{:.2}", plan.guarantee.indifference)),
        ("Bank", format!("{}, {}", shortened(&plan.bank.name, 48), items(plan.bank.items))),
        ("Plan", plan.digest.to_string()),
    ]
}

fn method(plan: &Plan) -> Section {
    let guarantee = &plan.guarantee;
    Section {
        id: "method",
        eyebrow: "Method",
        heading: "The plan's digest fixes all of this before the first run".to_owned(),
        figure: String::new(),
        facts: vec![
            ("Calibration", calibration(&plan.bank)),
            ("Bank's digest", plan.bank.digest.to_string()),
            ("Statistic", guarantee.statistic.clone()),
            ("Items are chosen by", guarantee.selection.clone()),
            (
                "Lines",
                format!(
                    "covered from {} on, not covered from {} on (log likelihood ratio)",
                    signed(guarantee.covered_line, 3),
                    signed(guarantee.not_covered_line, 3)
                ),
            ),
            ("Length", format!("{} to {} items", guarantee.lengths.0, guarantee.lengths.1)),
            (
                "Simulation",
                format!("{} reviews at each ability, seed {}", grouped(plan.replications as u64), plan.seed),
            ),
            ("Plan's digest", plan.digest.to_string()),
        ],
    }
}
