//! What is shown. Abilities, difficulties and cuts are on the bank's scale; shares run from 0 to 1.

use serde::Serialize;
use types::Digest;

/// Where a bank's numbers come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BankSummary {
    /// Its name.
    pub name: String,
    /// The digest of its file in the house's format.
    pub digest: Digest,
    /// How many items.
    pub items: usize,
    /// Its areas.
    pub areas: Vec<String>,
    /// Who answered.
    pub source: String,
    /// How many.
    pub persons: u32,
    /// Under which scaffold.
    pub scaffold: String,
    /// With how many tokens an attempt; 0 where the bank does not say.
    pub tokens: u64,
    /// The mean of their abilities.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// Items of an imported table that cannot be used, each with the reason.
    pub left_out: Vec<String>,
}

/// What happens at one ability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The ability.
    pub ability: f64,
    /// Share of simulated reviews that recommend covered.
    pub covered: f64,
    /// Share that recommend not covered.
    pub not_covered: f64,
    /// Share that stay undetermined.
    pub undetermined: f64,
    /// Mean number of items.
    pub items: f64,
    /// Number of items that nine in ten do not exceed.
    pub items_p90: usize,
}

/// The same over the calibration's population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Population {
    /// Mean number of items.
    pub items: f64,
    /// Number of items that nine in ten do not exceed.
    pub items_p90: usize,
    /// Share that stay undetermined.
    pub undetermined: f64,
    /// Share that end with "not covered" held back by a doubt.
    pub doubted: f64,
    /// The same for each doubt, by name: the signal's rate of false alarms among models that do their best.
    pub doubts: Vec<(String, f64)>,
}

/// How often an item is expected to be given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemRate {
    /// The item.
    pub item: String,
    /// The share of reviews that are given it.
    pub share: f64,
}

/// Expected exposures, the most frequent first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectedExposures {
    /// Every item that may be given.
    pub items: Vec<ItemRate>,
    /// The share that exposure control allows; none without control.
    pub most: Option<f64>,
}

/// What an attempt costs, and who says so.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Prices {
    /// Tokens of one attempt, where an earlier review shows them.
    pub tokens_each: Option<f64>,
    /// Seconds of one attempt, where an earlier review shows them.
    pub seconds_each: Option<f64>,
    /// Where the two come from, in words.
    pub source: String,
    /// What a million tokens cost, as given.
    pub per_million: Option<f64>,
}

/// What one review is expected to take. `None` is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// The prices that it is computed from.
    pub prices: Prices,
    /// Tokens at most: items times the bank's tokens an attempt.
    pub tokens_most: Option<f64>,
    /// Tokens as in the earlier review.
    pub tokens: Option<f64>,
    /// Cost at most, in the currency of the price.
    pub cost_most: Option<f64>,
    /// Cost as in the earlier review.
    pub cost: Option<f64>,
    /// Hours, one attempt after the other, as in the earlier review.
    pub hours: Option<f64>,
}

/// What the plan promises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guarantee {
    /// What the cut is on, in words.
    pub estimand: String,
    /// The cut.
    pub cut: f64,
    /// δ: within this of the cut either answer is right.
    pub indifference: f64,
    /// P(recommends covered | ability at most cut − δ).
    pub alpha: f64,
    /// P(recommends not covered | ability at least cut + δ).
    pub beta: f64,
    /// What is held against the lines, in words.
    pub statistic: String,
    /// How items are chosen, in words.
    pub selection: String,
    /// Items at least and at most.
    pub lengths: (usize, usize),
    /// Covered at or above this log ratio.
    pub covered_line: f64,
    /// Not covered at or below this log ratio.
    pub not_covered_line: f64,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// `proofhouse-assay-plan-1`.
    pub format: String,
    /// The digest that belongs into the commitment.
    pub digest: Digest,
    /// The bank.
    pub bank: BankSummary,
    /// What is promised.
    pub guarantee: Guarantee,
    /// The seed of the simulation.
    pub seed: u64,
    /// Simulated reviews at each ability.
    pub replications: usize,
    /// Operating characteristic and lengths.
    pub curve: Vec<CurvePoint>,
    /// Over the calibration's population.
    pub population: Population,
    /// How often each item is expected to be given.
    pub exposures: ExpectedExposures,
    /// Items that may be given.
    pub available: usize,
    /// Items that may not, because their exposure budget is spent.
    pub excluded: Vec<String>,
    /// What of the exposure budgets is used, where a ledger was given.
    pub spent: Option<Exposures>,
    /// What a review takes.
    pub expected: Expected,
}

/// An item on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapItem {
    /// Its name.
    pub item: String,
    /// Its difficulty.
    pub difficulty: f64,
    /// Whether it is drawn filled.
    pub filled: bool,
}

/// An ability with its interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Of what: an area, or all of them.
    pub label: String,
    /// The estimate.
    pub ability: f64,
    /// The interval's ends.
    pub low: f64,
    /// The interval's ends.
    pub high: f64,
    /// From how many scored items.
    pub items: usize,
}

/// Difficulties and abilities on one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemMap {
    /// The items.
    pub items: Vec<MapItem>,
    /// What filled and hollow items are, such as `exposed` and `not exposed`.
    pub words: (String, String),
    /// The ability, where one was measured.
    pub ability: Option<Measured>,
    /// The confidence of its interval.
    pub confidence: f64,
    /// The cut.
    pub cut: f64,
}

/// How much the items tell at each ability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestInformation {
    /// Ability, Fisher information of every item that may be given, and of those that were given.
    pub points: Vec<(f64, f64, f64)>,
    /// The cut.
    pub cut: f64,
}

/// One item of a decision's path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathStep {
    /// The item.
    pub item: String,
    /// Its score; `None` is missing.
    pub score: Option<u8>,
    /// The log ratio with everything missing counted as failed.
    pub missing_failed: f64,
    /// The same with everything missing counted as passed.
    pub missing_passed: f64,
}

/// A decision, item by item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// What came of it, in words.
    pub recommendation: String,
    /// The items in the order in which they were given.
    pub steps: Vec<PathStep>,
    /// Covered at or above this.
    pub covered_line: f64,
    /// Not covered at or below this.
    pub not_covered_line: f64,
}

/// Areas with their intervals. Descriptive: the decision is on the estimand alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Areas {
    /// One for each area.
    pub areas: Vec<Measured>,
    /// Over all of them.
    pub overall: Measured,
    /// The cut, which is on the estimand.
    pub cut: f64,
    /// The confidence of the intervals.
    pub confidence: f64,
}

/// What of an item's exposure budget is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemExposure {
    /// The item.
    pub item: String,
    /// Exposures used.
    pub used: u32,
    /// Why it is not given any more, in words; `None` where it may be.
    pub spent: Option<String>,
}

/// Exposures used and left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exposures {
    /// Every item of the bank.
    pub items: Vec<ItemExposure>,
    /// Exposures that an item may have.
    pub allowed: u32,
}

/// Shares of the persons outside the indifference region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shares {
    /// Persons outside the indifference region, by all their items.
    pub outside: usize,
    /// Decided as all items decide.
    pub agreeing: f64,
    /// Decided the other way.
    pub contradicting: f64,
    /// Left undetermined.
    pub undetermined: f64,
}

/// One person's test, played again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Played {
    /// Who.
    pub person: String,
    /// What the adaptive test recommends.
    pub adaptive: String,
    /// What all recorded items say.
    pub full: String,
    /// Items given.
    pub items: usize,
    /// Items recorded, which the full suite takes.
    pub recorded: usize,
    /// The ability from the items given, with its standard error.
    pub ability_given: (f64, f64),
    /// The ability from all recorded items, with its standard error.
    pub ability_all: (f64, f64),
}

/// A replay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replay {
    /// `proofhouse-replay-1`.
    pub format: String,
    /// The bank.
    pub bank: BankSummary,
    /// What was decided, and how. Error rates are nominal.
    pub guarantee: Guarantee,
    /// Where the lines come from, in words.
    pub lines_from: String,
    /// The seed.
    pub seed: u64,
    /// Items of the matrix that the bank does not have.
    pub unknown_items: Vec<String>,
    /// Items of the bank that the matrix does not have.
    pub unrecorded_items: usize,
    /// Persons without a response, who are left out.
    pub without_responses: usize,
    /// Mean number of items.
    pub items: f64,
    /// Number of items that nine in ten do not exceed.
    pub items_p90: usize,
    /// Mean number of recorded items.
    pub recorded: f64,
    /// Mean absolute difference of the two abilities.
    pub ability_off: f64,
    /// Agreement.
    pub shares: Shares,
    /// Each person.
    pub persons: Vec<Played>,
}

/// What came of fitting a bank.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FittedBank {
    /// `proofhouse-fit-1`.
    pub format: String,
    /// The bank.
    pub bank: BankSummary,
    /// Items of the matrix.
    pub asked: usize,
    /// Iterations of the EM algorithm.
    pub iterations: usize,
    /// The marginal log likelihood.
    pub log_likelihood: f64,
    /// How much a person's areas differ from the overall ability, and where that comes from.
    pub area_spread: (f64, String),
    /// Median standard errors of slope and difficulty.
    pub median_errors: (f64, f64),
    /// Warnings by name: the name, and the sentence.
    pub warnings: Vec<(String, String)>,
    /// Items whose curve the data contradict: infit outside 0.7 to 1.3, with its value.
    pub misfits: Vec<(String, f64)>,
}
