//! What the assay says, in the words and numbers that are shown.

use assay::{Bank, Criterion, Design, Estimand, Estimate, Lines, Recommendation, Statistic};
use report::measure::{
    Areas, BankSummary, Guarantee, ItemMap, MapItem, Measured, Path, PathStep, TestInformation,
};
use types::Digest;

/// The confidence of intervals of abilities, and the normal quantile that belongs to it.
const CONFIDENCE: f64 = 0.95;
const QUANTILE: f64 = 1.959_963_984_540_054;
/// Where the information is drawn: so many points, so many deviations around the calibration's mean.
const POINTS: u32 = 81;
const REACH: f64 = 4.0;

pub(super) fn bank(bank: &Bank, left_out: &[String]) -> BankSummary {
    let calibration = bank.calibration();
    BankSummary {
        name: bank.name().to_owned(),
        digest: Digest::of(bank.to_json().as_bytes()),
        items: bank.items().len(),
        areas: bank.areas().iter().map(|area| area.name.clone()).collect(),
        source: calibration.source.clone(),
        persons: calibration.persons,
        scaffold: calibration.scaffold.clone(),
        tokens: calibration.tokens,
        mean: calibration.mean,
        deviation: calibration.deviation,
        left_out: left_out.to_vec(),
    }
}

pub(super) fn guarantee(bank: &Bank, design: &Design, lines: Lines) -> Guarantee {
    Guarantee {
        estimand: match &design.estimand {
            Estimand::Overall if bank.areas().len() == 1 => "the ability".to_owned(),
            Estimand::Overall => "the overall ability (weighted mean of the areas)".to_owned(),
            Estimand::Area(name) => format!("the ability in {name}"),
        },
        cut: design.cut,
        indifference: design.indifference,
        alpha: design.alpha,
        beta: design.beta,
        statistic: match design.statistic {
            Statistic::Sprt => "likelihood ratio (Wald)",
            Statistic::Glr => "generalised likelihood ratio",
            Statistic::Bayes => "posterior odds",
        }
        .to_owned(),
        selection: selection(design),
        lengths: (design.lengths.least, design.lengths.most),
        covered_line: lines.covered,
        not_covered_line: -lines.not_covered,
    }
}

fn selection(design: &Design) -> String {
    let criterion = match design.selection.criterion {
        Criterion::Information => "items by information at the cut",
        Criterion::KullbackLeibler => "items by Kullback-Leibler divergence at the cut",
        Criterion::Secret => "items by mean information, without regard to the cut",
        Criterion::Random => "items at random",
    };
    let drawn = match design.selection.randomesque {
        1 => String::new(),
        many => format!(", one of the {many} best"),
    };
    let exposure = design.selection.exposure_most.map_or(String::new(), |most| {
        format!(", none in more than {}% of reviews", (most * 1000.0).round() / 10.0)
    });
    format!("{criterion}{drawn}{exposure}")
}

pub(super) fn word(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Covered => "covered",
        Recommendation::NotCovered => "not covered",
        Recommendation::Undetermined => "undetermined",
    }
}

/// An estimate with its interval.
fn measured(label: &str, estimate: Estimate, items: usize) -> Measured {
    let half = QUANTILE * estimate.error;
    Measured {
        label: label.to_owned(),
        ability: estimate.ability,
        low: estimate.ability - half,
        high: estimate.ability + half,
        items,
    }
}

/// The item map of one test; `filled` says of each item of the bank whether the test gave it.
pub(super) fn item_map(bank: &Bank, cut: f64, ability: (&str, Estimate, usize), filled: &[bool]) -> ItemMap {
    let items = bank.items().iter().zip(filled).map(|(item, filled)| MapItem {
        item: item.name.clone(),
        difficulty: item.curve.difficulty(),
        filled: *filled,
    });
    let ability = Some(measured(ability.0, ability.1, ability.2));
    let words = ("given in this test".to_owned(), "not given".to_owned());
    ItemMap { items: items.collect(), words, ability, confidence: CONFIDENCE, cut }
}

/// Information of all items that `may_be_given`, and of those `given`.
pub(super) fn information(
    bank: &Bank,
    cut: f64,
    may_be_given: impl Fn(usize) -> bool,
    given: &[usize],
) -> TestInformation {
    let (mean, deviation) = (bank.calibration().mean, bank.calibration().deviation);
    let items = bank.items();
    let point = |number: u32| {
        let share = f64::from(number) / f64::from(POINTS - 1);
        let ability = deviation.mul_add(REACH * (2.0 * share - 1.0), mean);
        let all = items.iter().enumerate().filter(|(place, _)| may_be_given(*place));
        let all = all.map(|(_, item)| item.curve.information(ability)).sum();
        (ability, all, given.iter().map(|place| items[*place].curve.information(ability)).sum())
    };
    TestInformation { points: (0..POINTS).map(point).collect(), cut }
}

/// The decision's path.
pub(super) fn path(bank: &Bank, steps: &[assay::Step], lines: Lines, recommendation: Recommendation) -> Path {
    let step = |step: &assay::Step| PathStep {
        item: bank.items()[step.item].name.clone(),
        score: step.score,
        missing_failed: step.missing_failed,
        missing_passed: step.missing_passed,
    };
    Path {
        recommendation: word(recommendation).to_owned(),
        steps: steps.iter().map(step).collect(),
        covered_line: lines.covered,
        not_covered_line: -lines.not_covered,
    }
}

/// Abilities per area and overall, from the responses given.
pub(super) fn areas(bank: &Bank, cut: f64, responses: &[(usize, u8)]) -> Areas {
    let estimates = assay::estimates(bank, responses);
    let count = |area: usize| responses.iter().filter(|(place, _)| bank.items()[*place].area == area).count();
    let rows = estimates.areas.iter().enumerate();
    Areas {
        areas: rows.map(|(place, (name, eap, _))| measured(name, *eap, count(place))).collect(),
        overall: measured("all areas", estimates.overall_eap, responses.len()),
        cut,
        confidence: CONFIDENCE,
    }
}
