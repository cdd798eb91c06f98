//! `proofhouse assay plan`: what a review will cost and how often it errs, before the first item.

use std::path::{Path, PathBuf};

use assay::{Plan, Simulation, Stage, plan_watched};
use report::measure as shown;

use super::{CommittedPlan, DesignOptions, MeasureError, TableScale, files, read_bank};

/// A report is a few megabytes at most.
const REPORT_MOST_BYTES: u64 = 256 << 20;

/// The threshold: a cut with its design, or a file that committed to both.
#[derive(Debug, Clone, PartialEq)]
pub enum Threshold {
    /// A new one.
    New(DesignOptions, Simulation),
    /// One that was committed to.
    Committed {
        /// The file.
        file: PathBuf,
        /// Threads to compute with.
        threads: usize,
    },
}

/// What is to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOrder {
    /// The bank's file.
    pub bank: PathBuf,
    /// The population of an item table.
    pub scale: TableScale,
    /// The threshold.
    pub threshold: Threshold,
    /// An earlier review, whose attempts show tokens and seconds.
    pub like: Option<PathBuf>,
    /// What a million tokens cost.
    pub price: Option<f64>,
}

/// A plan, and how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What is shown of it.
    pub shown: shown::Plan,
}

/// Makes the plan; `watch` is told what is being simulated.
///
/// # Errors
/// [`MeasureError`]
pub fn run(order: &PlanOrder, watch: &mut dyn FnMut(Stage)) -> Result<Planned, MeasureError> {
    let prices = prices(order)?;
    let file = read_bank(&order.bank, order.scale)?;
    let plan = match &order.threshold {
        Threshold::New(options, simulation) => {
            plan_watched(&file.bank, &options.design(&file.bank), *simulation, |_| true, watch)?
        }
        Threshold::Committed { file: threshold, threads } => {
            let committed = CommittedPlan::read(threshold)?;
            committed.is_for(threshold, &file.bank)?;
            let simulation = Simulation { threads: *threads, ..committed.simulation };
            let plan = plan_watched(&file.bank, &committed.design, simulation, |_| true, watch)?;
            committed.names(threshold, &plan)?;
            plan
        }
    };
    let shown = show(&file, &plan, prices);
    Ok(Planned { plan, shown })
}

/// Writes the threshold file that commits to `plan`.
///
/// # Errors
/// [`MeasureError`]
pub fn commit(plan: &Plan, file: &Path) -> Result<(), MeasureError> {
    files::write(file, &CommittedPlan::of(plan).text(file)?)
}

/// Writes the page with the plan's curves.
///
/// # Errors
/// [`MeasureError`]
pub fn draw(plan: &shown::Plan, file: &Path) -> Result<(), MeasureError> {
    files::write(file, &shown::plan_page(plan)?)
}

/// Tokens and seconds of the attempts of an earlier review, from its `report.json`.
fn prices(order: &PlanOrder) -> Result<shown::Prices, MeasureError> {
    if let Some(price) = order.price.filter(|price| !(price.is_finite() && *price >= 0.0)) {
        return Err(MeasureError::Usage(format!("a price is a number from 0 on, not {price}")));
    }
    let Some(folder) = &order.like else {
        return Ok(shown::Prices { per_million: order.price, ..shown::Prices::default() });
    };
    let file = folder.join("report.json");
    let wrong = |what: String| MeasureError::Like { file: file.clone(), what };
    let review: report::data::Review = serde_json::from_str(&files::text(&file, REPORT_MOST_BYTES)?)
        .map_err(|why| wrong(format!("is not a report: {why}")))?;
    let attempts: Vec<&report::data::Item> =
        review.runs.iter().flat_map(|run| &run.items).filter(|item| item.outcome.is_some()).collect();
    if attempts.is_empty() {
        return Err(wrong("has no finished attempt to go by".to_owned()));
    }
    let count = attempts.len() as f64;
    let tokens = attempts.iter().map(|item| item.tokens as f64).sum::<f64>() / count;
    Ok(shown::Prices {
        tokens_each: Some(tokens),
        seconds_each: Some(attempts.iter().map(|item| item.seconds).sum::<f64>() / count),
        source: format!("mean of {} attempts of an earlier review", attempts.len()),
        per_million: order.price,
    })
}

fn show(file: &super::BankFile, plan: &Plan, prices: shown::Prices) -> shown::Plan {
    let bank = &file.bank;
    let mut exposures: Vec<shown::ItemRate> = (0..bank.items().len())
        .filter(|place| !plan.excluded.contains(place) && bank.items()[*place].retired.is_none())
        .map(|place| shown::ItemRate { item: bank.items()[place].name.clone(), share: plan.exposures[place] })
        .collect();
    exposures.sort_by(|x, y| y.share.total_cmp(&x.share).then(x.item.cmp(&y.item)));
    let curve = plan.curve.iter().map(|point| shown::CurvePoint {
        ability: point.ability,
        covered: point.summary.covered,
        not_covered: point.summary.not_covered,
        undetermined: point.summary.undetermined,
        items: point.summary.items,
        items_p90: point.summary.items_p90,
    });
    shown::Plan {
        format: plan.format.to_owned(),
        digest: plan.digest(),
        bank: super::shown::bank(bank, &file.left_out),
        guarantee: super::shown::guarantee(bank, &plan.design, plan.lines),
        seed: plan.simulation.seed,
        replications: plan.simulation.replications,
        curve: curve.collect(),
        population: shown::Population {
            items: plan.population.items,
            items_p90: plan.population.items_p90,
            undetermined: plan.population.undetermined,
            doubted: plan.population.doubted,
        },
        exposures: shown::ExpectedExposures { items: exposures, most: plan.design.selection.exposure_most },
        available: plan.available,
        expected: expected(plan.population.items, bank.calibration().tokens, prices),
    }
}

fn expected(items: f64, tokens_most_each: u64, prices: shown::Prices) -> shown::Expected {
    let tokens_most = (tokens_most_each > 0).then_some(items * tokens_most_each as f64);
    let tokens = prices.tokens_each.map(|each| each * items);
    let cost = |tokens: Option<f64>| Some(tokens? * prices.per_million? / 1e6);
    shown::Expected {
        tokens_most,
        tokens,
        cost_most: cost(tokens_most),
        cost: cost(tokens),
        hours: prices.seconds_each.map(|each| each * items / 3600.0),
        prices,
    }
}
