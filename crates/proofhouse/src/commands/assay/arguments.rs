//! The command line of `proofhouse assay`.

use std::path::PathBuf;

use assay::{Criterion, Statistic};
use clap::{Args, Subcommand, ValueEnum};
use flows::measure::DesignOptions;

/// Simulated reviews at each ability: shows an error of 0.05 to a standard error of 0.002.
pub const REPLICATIONS: usize = 10_000;
/// Half the width of the indifference region.
const INDIFFERENCE: f64 = 0.3;

/// `proofhouse assay`.
#[derive(Debug, Subcommand)]
pub enum Assay {
    /// Say before a review how often it would err, how many items it takes, and what it costs.
    Plan(Plan),
    /// Play the adaptive test over recorded responses, beside what all items decide.
    Replay(Replay),
    /// Fit an item bank to recorded responses.
    Fit(Fit),
}

/// `proofhouse assay plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The bank: JSON, or a CSV table of items (docs/bank.md).
    #[arg(long, value_name = "FILE")]
    pub bank: PathBuf,
    /// The cut on the bank's scale, or a file that --commit wrote: it is then planned again and compared.
    #[arg(long, value_name = "NUMBER|FILE", allow_negative_numbers = true)]
    pub threshold: String,
    #[command(flatten)]
    pub design: Design,
    #[command(flatten)]
    pub scale: Scale,
    /// The same seed gives the same plan [default: 1].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Simulated reviews at each ability [default: 10000].
    #[arg(long, value_name = "NUMBER", value_parser = count(100, 1_000_000))]
    pub replications: Option<usize>,
    #[command(flatten)]
    pub exposed: Exposed,
    /// The folder of an earlier review, whose attempts show how many tokens and seconds one takes.
    #[arg(long, value_name = "DIR")]
    pub like: Option<PathBuf>,
    /// What a million tokens cost, in your currency.
    #[arg(long, value_name = "NUMBER")]
    pub price: Option<f64>,
    /// Write the threshold file to commit to: cut, design, seed, and the digests of bank and plan.
    #[arg(long, value_name = "FILE")]
    pub commit: Option<PathBuf>,
    /// Draw the curves into this page.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What was shown before, and to whom.
#[derive(Debug, Args)]
pub struct Exposed {
    /// The exposure ledger (JSON): items whose budget is spent are not planned with.
    #[arg(long, value_name = "FILE", requires_all = ["party", "per_party", "total"])]
    pub exposures: Option<PathBuf>,
    /// Whose endpoint the items would be shown to.
    #[arg(long, value_name = "NAME", requires = "exposures")]
    pub party: Option<String>,
    /// Exposures of an item to one party, at most.
    #[arg(long, value_name = "NUMBER", requires = "exposures")]
    pub per_party: Option<u32>,
    /// Exposures of an item to all parties together, at most.
    #[arg(long, value_name = "NUMBER", requires = "exposures")]
    pub total: Option<u32>,
    /// What an exposure counts for where the party has not promised neither to keep nor to train on what it sees.
    #[arg(long, value_name = "NUMBER", requires = "exposures", default_value_t = 1)]
    pub unassured: u32,
    /// The party has promised both.
    #[arg(long, requires = "exposures")]
    pub assured: bool,
}

/// `proofhouse assay replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The bank: JSON, or a CSV table of items with a,b,c or mirt's a1,d,g,u.
    #[arg(long, value_name = "FILE")]
    pub bank: PathBuf,
    /// The response matrix: persons in lines, items in columns.
    #[arg(long, value_name = "FILE")]
    pub responses: PathBuf,
    /// The cut on the bank's scale.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub cut: f64,
    #[command(flatten)]
    pub design: Design,
    #[command(flatten)]
    pub scale: Scale,
    /// Draw the lines by simulating this bank first, as a review does, instead of Wald's.
    #[arg(long)]
    pub planned: bool,
    /// The seed of choices among the best items, and of the simulation [default: 1].
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// With --planned: simulated reviews at each ability [default: 10000].
    #[arg(long, value_name = "NUMBER", requires = "planned", value_parser = count(100, 1_000_000))]
    pub replications: Option<usize>,
    /// List every person.
    #[arg(long)]
    pub each: bool,
    /// Draw the test of this person.
    #[arg(long, value_name = "NAME", requires = "page")]
    pub person: Option<String>,
    /// Into this page.
    #[arg(long, value_name = "FILE", requires = "person")]
    pub page: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse assay fit`.
#[derive(Debug, Args)]
pub struct Fit {
    /// The response matrix: persons in lines, items in columns.
    #[arg(long, value_name = "FILE")]
    pub responses: PathBuf,
    /// A table of the items (CSV) with item, area, and optionally minutes and anchor (yes or no).
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Where the bank goes.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The bank's name.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Who answered, in words, such as "320 language models".
    #[arg(long, value_name = "WORDS")]
    pub source: String,
    /// The scaffold under which they answered: error rates hold under this one alone.
    #[arg(long, value_name = "NAME")]
    pub scaffold: String,
    /// The tokens that an attempt had.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub tokens: u64,
    /// The expected chance to pass by guessing: fits lower asymptotes around it.
    #[arg(long, value_name = "SHARE")]
    pub guess: Option<f64>,
    /// How much a person's areas differ (a standard deviation), instead of measuring it.
    #[arg(long, value_name = "NUMBER")]
    pub area_spread: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The population of an item table. A bank in JSON states its own.
#[derive(Debug, Args)]
pub struct Scale {
    /// Of a CSV bank: the mean ability of those who answered.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0, allow_negative_numbers = true)]
    pub mean: f64,
    /// Of a CSV bank: its standard deviation.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    pub deviation: f64,
}

/// What a test is like.
#[derive(Debug, Args)]
pub struct Design {
    /// At most this share of models at cut − δ or below is recommended as covered.
    #[arg(long, value_name = "SHARE")]
    pub alpha: Option<f64>,
    /// At most this share of models at cut + δ or above is recommended as not covered.
    #[arg(long, value_name = "SHARE")]
    pub beta: Option<f64>,
    /// δ: within this of the cut either answer is right [default: 0.3].
    #[arg(long, value_name = "NUMBER")]
    pub delta: Option<f64>,
    /// Decide on this area alone [default: the overall ability].
    #[arg(long, value_name = "NAME")]
    pub area: Option<String>,
    /// What is held against the lines [default: glr for plans, sprt for replays].
    #[arg(long, value_enum)]
    pub statistic: Option<StatisticKind>,
    /// How items are ranked; secret: without regard to the cut [default: information].
    #[arg(long, value_enum)]
    pub criterion: Option<CriterionKind>,
    /// Draw one of so many best items [default: 5].
    #[arg(long, value_name = "NUMBER", value_parser = count(1, 1_000))]
    pub randomesque: Option<usize>,
    /// Give no item in more than this share of reviews [default: no limit].
    #[arg(long, value_name = "SHARE")]
    pub exposure_most: Option<f64>,
    /// No decision before so many items [default: 4].
    #[arg(long, value_name = "NUMBER", value_parser = count(1, 100_000))]
    pub least: Option<usize>,
    /// Undetermined after so many [default: every item of the bank].
    #[arg(long, value_name = "NUMBER", value_parser = count(1, 100_000))]
    pub most: Option<usize>,
    /// "Not covered" needs at least so many items [default: 0].
    #[arg(long, value_name = "NUMBER", value_parser = count(0, 100_000))]
    pub not_covered_least: Option<usize>,
    /// "Not covered" needs at least so many anchors, not failed beyond what the rest explains [default: 0].
    #[arg(long, value_name = "NUMBER", value_parser = count(0, 1_000))]
    pub anchors: Option<usize>,
}

/// What is held against the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatisticKind {
    /// Wald's likelihood ratio.
    Sprt,
    /// The generalised likelihood ratio: shorter far from the cut.
    Glr,
    /// Posterior odds.
    Bayes,
}

/// How items are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CriterionKind {
    /// Fisher information at the cut.
    Information,
    /// Kullback-Leibler divergence at the cut.
    KullbackLeibler,
    /// Mean information: items do not give the cut away.
    Secret,
    /// No ranking.
    Random,
}

impl Design {
    /// Whether any of it was named.
    pub fn any_given(&self) -> bool {
        let numbers = [self.alpha, self.beta, self.delta, self.exposure_most].iter().any(Option::is_some);
        let counts = [self.randomesque, self.least, self.most, self.not_covered_least, self.anchors];
        let kinds = self.statistic.is_some() || self.criterion.is_some() || self.area.is_some();
        numbers || counts.iter().any(Option::is_some) || kinds
    }

    /// The options with their defaults.
    pub fn options(&self, cut: f64, alpha: f64, beta: f64, statistic: Statistic) -> DesignOptions {
        DesignOptions {
            cut,
            alpha,
            beta,
            indifference: self.delta.unwrap_or(INDIFFERENCE),
            area: self.area.clone(),
            statistic: match self.statistic {
                None => statistic,
                Some(StatisticKind::Sprt) => Statistic::Sprt,
                Some(StatisticKind::Glr) => Statistic::Glr,
                Some(StatisticKind::Bayes) => Statistic::Bayes,
            },
            criterion: match self.criterion {
                None | Some(CriterionKind::Information) => Criterion::Information,
                Some(CriterionKind::KullbackLeibler) => Criterion::KullbackLeibler,
                Some(CriterionKind::Secret) => Criterion::Secret,
                Some(CriterionKind::Random) => Criterion::Random,
            },
            randomesque: self.randomesque.unwrap_or(5),
            exposure_most: self.exposure_most,
            least: self.least.unwrap_or(4),
            most: self.most,
            guard_least: self.not_covered_least.unwrap_or(0),
            guard_anchors: self.anchors.unwrap_or(0),
        }
    }
}

/// A whole number within limits.
fn count(least: usize, most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text: &str| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("{text:?} is not a whole number from {least} to {most}"))
    }
}
