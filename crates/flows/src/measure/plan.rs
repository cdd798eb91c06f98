//! `proofhouse assay plan`: what a review will cost and how often it errs, before the first item.

use std::path::{Path, PathBuf};

use assay::{Access, Assurance, Bank, Budget, ExposureLedger, Plan, Simulation, Spent, Stage, plan_watched};
use report::measure as shown;

use super::{CommittedPlan, DesignOptions, MeasureError, TableScale, files, read_bank};

/// A report is a few megabytes at most.
const REPORT_MOST_BYTES: u64 = 256 << 20;
/// Hundreds of thousands of exposures fit.
const LEDGER_MOST_BYTES: u64 = 256 << 20;

/// The threshold: a cut with its design, or a file that committed to both.
#[derive(Debug, Clone, PartialEq)]
pub enum Threshold {
    /// A new one.
    New(DesignOptions, Simulation),
    /// One that was committed to; the items that it excludes are in it.
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
    /// Exposures so far, which may have spent items.
    pub exposures: Option<ExposureQuestion>,
    /// An earlier review, whose attempts show tokens and seconds.
    pub like: Option<PathBuf>,
    /// What a million tokens cost.
    pub price: Option<f64>,
}

/// To whom items would be shown, and what was shown before.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureQuestion {
    /// The exposure ledger's file (JSON).
    pub file: PathBuf,
    /// Whose endpoint it is.
    pub party: String,
    /// What they promise.
    pub assurance: Assurance,
    /// What is allowed.
    pub budget: Budget,
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
    let exposures = order.exposures.as_ref().map(|question| ask(question, &file.bank)).transpose()?;
    let spent = |place: usize| exposures.as_ref().is_some_and(|all| all.items[place].spent.is_some());
    let plan = match &order.threshold {
        Threshold::New(options, simulation) => {
            plan_watched(&file.bank, &options.design(&file.bank), *simulation, |place| !spent(place), watch)?
        }
        Threshold::Committed { file: threshold, threads } => {
            let committed = CommittedPlan::read(threshold)?;
            committed.is_for(threshold, &file.bank)?;
            let simulation = Simulation { threads: *threads, ..committed.simulation };
            let may = |place: usize| !committed.excluded.contains(&file.bank.items()[place].name);
            let plan = plan_watched(&file.bank, &committed.design, simulation, may, watch)?;
            committed.names(threshold, &plan)?;
            plan
        }
    };
    let shown = show(&file, &plan, prices, exposures);
    Ok(Planned { plan, shown })
}

/// Writes the threshold file that commits to the plan.
///
/// # Errors
/// [`MeasureError`]
pub fn commit(planned: &Planned, file: &Path) -> Result<(), MeasureError> {
    files::write(file, &CommittedPlan::of(&planned.plan, &planned.shown.excluded).text(file)?)
}

/// Writes the page with the plan's curves.
///
/// # Errors
/// [`MeasureError`]
pub fn draw(plan: &shown::Plan, file: &Path) -> Result<(), MeasureError> {
    files::write(file, &shown::plan_page(plan)?)
}

/// What of each item's exposure budget is used towards this party.
fn ask(question: &ExposureQuestion, bank: &Bank) -> Result<shown::Exposures, MeasureError> {
    let wrong = |what: String| MeasureError::Exposures { file: question.file.clone(), what };
    let text = files::text(&question.file, LEDGER_MOST_BYTES)?;
    let ledger: ExposureLedger = serde_json::from_str(&text).map_err(|why| wrong(why.to_string()))?;
    let known: std::collections::HashSet<&str> = bank.items().iter().map(|item| item.name.as_str()).collect();
    let seen = ledger.exposures.iter().map(|exposure| &exposure.item).chain(&ledger.leaked);
    if let Some(stranger) = seen.into_iter().find(|item| !known.contains(item.as_str())) {
        return Err(wrong(format!("names the item {stranger:?}, which the bank does not have")));
    }
    let (party, budget) = (question.party.as_str(), question.budget);
    let spent = ledger.spent(bank, party, Access::DeveloperHosted, question.assurance, budget);
    let item = |(item, spent): (&assay::Item, Option<Spent>)| shown::ItemExposure {
        item: item.name.clone(),
        used: ledger.cost(&item.name, party, budget).1,
        spent: spent.map(|why| spent_words(why).to_owned()),
    };
    Ok(shown::Exposures { items: bank.items().iter().zip(spent).map(item).collect(), allowed: budget.total })
}

fn spent_words(why: Spent) -> &'static str {
    match why {
        Spent::ForParty => "for this party",
        Spent::Retired => "for everybody",
        Spent::Leaked => "leaked",
    }
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

fn show(
    file: &super::BankFile,
    plan: &Plan,
    prices: shown::Prices,
    spent: Option<shown::Exposures>,
) -> shown::Plan {
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
            doubts: assay::DOUBTS.iter().map(|name| (*name).to_owned()).zip(plan.population.doubts).collect(),
        },
        exposures: shown::ExpectedExposures { items: exposures, most: plan.design.selection.exposure_most },
        available: plan.available,
        excluded: plan.excluded.iter().map(|place| bank.items()[*place].name.clone()).collect(),
        spent,
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
