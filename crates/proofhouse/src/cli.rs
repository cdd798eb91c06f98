//! The command line.

use std::path::PathBuf;

use chamber::{HostOptions, Kind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use types::transcript::Budget;

use crate::commands::docket;

/// Pre-release review of AI models: measured in containment, decided against a committed threshold, verifiable offline.
#[derive(Debug, Parser)]
#[command(name = "proofhouse", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Review a model (single-operator profile: you own it, and the result is a recommendation).
    Review(Review),
    /// Check an evidence package or an exported case offline and name the first thing that does not hold.
    Verify(Verify),
    /// Run every oracle again on the recorded submissions and compare.
    Rescore(Rescore),
    /// Repeat a finished review from its plan, as its next run.
    Rerun(Rerun),
    /// Work with cases: every act is signed by those whom it takes.
    Case(Case),
    /// Work with the register of persons.
    Person(Person),
    /// Print figures over all cases for everybody: late, rounded, and only where enough developers are behind them.
    Figures(Figures),
    /// Work with transparency logs: write, prove, verify, serve and witness them.
    #[command(subcommand)]
    Ledger(crate::commands::ledger::Ledger),
    /// Work with item banks: plan a review, replay recorded responses, fit a bank.
    #[command(subcommand)]
    Assay(crate::commands::assay::Assay),
    /// Work with suites.
    #[command(subcommand)]
    Suite(Suite),
    /// Work with chambers.
    #[command(subcommand)]
    Range(Range),
    /// Serve weights over the chat-completions protocol on a Unix socket (what `review` starts in a chamber).
    Runtime(Runtime),
}

/// `proofhouse review`.
#[derive(Debug, Args)]
pub struct Review {
    /// A GGUF file or a folder of weights.
    #[arg(value_name = "MODEL", required_unless_present = "endpoint", conflicts_with = "endpoint")]
    pub weights: Option<PathBuf>,
    /// An OpenAI-compatible endpoint (https://host/v1), or script:random, script:fuzzer, script:reference.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// The model string to ask the endpoint for.
    #[arg(long, value_name = "NAME", requires = "endpoint")]
    pub model: Option<String>,
    /// A file holding the endpoint's key (or set PROOFHOUSE_KEY). Keys are never taken from the command line.
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    pub key_file: Option<PathBuf>,
    /// A command that serves the weights instead of the house's own runtime, with {weights} and {socket} or {port}.
    #[arg(long, value_name = "COMMAND", conflicts_with = "endpoint")]
    pub runtime: Option<String>,
    /// The suite.
    #[arg(long, value_name = "DIR", default_value = "suites/starter")]
    pub suite: PathBuf,
    /// Where the evidence goes; the same folder goes on with an unfinished review.
    #[arg(long, value_name = "DIR", default_value = "review-out")]
    pub out: PathBuf,
    /// The threshold. It is committed to before the first run [default: thresholds/starter.toml; in a case, the one that
    /// the case committed to].
    #[arg(long, value_name = "FILE")]
    pub threshold: Option<PathBuf>,
    /// The case that the review belongs to.
    #[command(flatten)]
    pub within: docket::InCase,
    /// How commands are contained.
    #[arg(long, value_enum, default_value_t = ChamberKind::Auto)]
    pub chamber: ChamberKind,
    /// What each item may use, such as tokens=20000,turns=20,seconds=600. What is left out keeps its default.
    #[arg(long, value_name = "LIST", default_value = "", value_parser = budget, hide_default_value = true)]
    pub budget: Budget,
    /// Give the whole suite. Without a calibrated item bank this is what happens anyway.
    #[arg(long)]
    pub fixed: bool,
    /// Order the items by this number. The review is then marked exploratory.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Wait this many seconds for one answer of an endpoint before asking again.
    #[arg(long, value_name = "SECONDS", default_value = "180", value_parser = clap::value_parser!(u32).range(1..))]
    pub answer_within: u32,
    /// Show the plan and the expected minutes, and stop. Without an earlier run to go by, the model first tries a
    /// practice item.
    #[arg(long)]
    pub dry_run: bool,
}

/// How commands are contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChamberKind {
    /// The strongest kind that this machine can run.
    Auto,
    /// Namespaces made by bubblewrap.
    Bubblewrap,
    /// The same namespaces made by the house's own guest, in half the time.
    Namespaces,
}

impl ChamberKind {
    /// What the machine is asked for.
    pub fn options(self) -> HostOptions {
        let kind = match self {
            Self::Auto | Self::Bubblewrap => Kind::Bubblewrap,
            Self::Namespaces => Kind::Namespaces,
        };
        HostOptions { kind, ..HostOptions::default() }
    }
}

/// `proofhouse case`.
#[derive(Debug, Args)]
pub struct Case {
    /// Where the docket lies.
    #[command(flatten)]
    pub place: docket::Place,
    /// What to do.
    #[command(subcommand)]
    pub what: docket::Case,
}

/// `proofhouse person`.
#[derive(Debug, Args)]
pub struct Person {
    /// Where the docket lies.
    #[command(flatten)]
    pub place: docket::Place,
    /// What to do.
    #[command(subcommand)]
    pub what: docket::Person,
}

/// `proofhouse figures`.
#[derive(Debug, Args)]
pub struct Figures {
    /// Where the docket lies.
    #[command(flatten)]
    pub place: docket::Place,
    /// The fewest developers behind each figure of a family; counts are rounded down to a multiple of it.
    #[arg(long, value_name = "NUMBER", default_value = "5", value_parser = clap::value_parser!(u32).range(3..=1000))]
    pub k: u32,
    /// Days that must have passed since the end of what is counted.
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = clap::value_parser!(u32).range(30..=3650))]
    pub lag_days: u32,
}

/// `proofhouse verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The evidence package, or the file of an exported case.
    pub out: PathBuf,
    /// The signer's public key. Without it, the package can only be called consistent.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The opening of the threshold's commitment.
    #[arg(long, value_name = "FILE")]
    pub opening: Option<PathBuf>,
    /// An evidence package that packs of an exported case derive from; once for each.
    #[arg(long, value_name = "DIR")]
    pub evidence: Vec<PathBuf>,
    /// Write the packs of an exported case into this folder, as pages and as JSON, once they hold.
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
}

/// `proofhouse rescore`.
#[derive(Debug, Args)]
pub struct Rescore {
    /// The evidence package.
    pub out: PathBuf,
    /// The suite, where it does not lie where it lay.
    #[arg(long, value_name = "DIR")]
    pub suite: Option<PathBuf>,
}

/// `proofhouse rerun`.
#[derive(Debug, Args)]
pub struct Rerun {
    /// The evidence package.
    pub out: PathBuf,
    /// The weights, where they do not lie where they lay.
    #[arg(long, value_name = "MODEL")]
    pub weights: Option<PathBuf>,
    /// The suite, where it does not lie where it lay.
    #[arg(long, value_name = "DIR")]
    pub suite: Option<PathBuf>,
    /// A file holding the endpoint's key (or set PROOFHOUSE_KEY).
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Where the evidence of another look goes. A package holds one look, and a look is taken once.
    #[arg(long, value_name = "DIR", requires = "look")]
    pub into: Option<PathBuf>,
    /// Who takes the other look, where the review belongs to a case.
    #[command(flatten)]
    pub taker: docket::Taker,
}

/// `proofhouse suite`.
#[derive(Debug, Subcommand)]
pub enum Suite {
    /// Prove that every item can be solved and that nothing else than a solution counts.
    Check(SuiteCheck),
    /// Make items that nobody has seen, from a secret seed, and prove each.
    Generate(SuiteGenerate),
    /// Make items of the security patches of Debian source packages. Public, and so contaminated.
    Debian(SuiteDebian),
}

/// `proofhouse suite debian`.
#[derive(Debug, Args)]
pub struct SuiteDebian {
    /// Source packages.
    #[arg(value_name = "PACKAGE", required = true)]
    pub packages: Vec<String>,
    /// A folder that holds their sources (.dsc, .orig.tar, .debian.tar). Without it they are downloaded by apt-get from
    /// where this machine gets its packages.
    #[arg(long, value_name = "DIR")]
    pub sources: Option<PathBuf>,
    /// A new folder for the suite.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `proofhouse suite generate`.
#[derive(Debug, Args)]
pub struct SuiteGenerate {
    /// A file of at least 32 secret bytes. Whoever has it has every answer.
    #[arg(long, value_name = "FILE")]
    pub seed_file: PathBuf,
    /// How many items.
    #[arg(long, value_name = "NUMBER", default_value = "18", value_parser = clap::value_parser!(u32).range(1..=i64::from(flows::suite_generate::COUNT_MAX)))]
    pub count: u32,
    /// How hard they are, in turn, from 1 to 5.
    #[arg(long, value_name = "LIST", default_value = "1,2,3,4,5", value_delimiter = ',')]
    pub difficulty: Vec<u8>,
    /// Only these families, by name or by class such as cwe-416.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub family: Vec<String>,
    /// Modules of other families beside the one with the error, whatever the difficulty says.
    #[arg(long, value_name = "NUMBER")]
    pub size: Option<u32>,
    /// Gates before the error, whatever the difficulty says.
    #[arg(long, value_name = "NUMBER")]
    pub depth: Option<u32>,
    /// Modules that look like the one with the error, whatever the difficulty says.
    #[arg(long, value_name = "NUMBER")]
    pub decoys: Option<u32>,
    /// The suite's name.
    #[arg(long, value_name = "NAME", default_value = "generated", value_parser = suite_name)]
    pub name: String,
    /// A new folder for the suite.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// A suite's name as it is given here: it stands in a file and in reports.
fn suite_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(plain) {
        return Err(
            "a suite's name is 1 to 64 letters, digits, spaces, dots, hyphens and underscores".to_owned()
        );
    }
    Ok(text.to_owned())
}

/// `proofhouse suite check`.
#[derive(Debug, Args)]
pub struct SuiteCheck {
    /// The suite.
    pub suite: PathBuf,
}

/// `proofhouse range`.
#[derive(Debug, Subcommand)]
pub enum Range {
    /// Try every known way out of a chamber, and the same outside it.
    Probe(Probe),
}

/// `proofhouse range probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// The kind of chamber.
    #[arg(long, value_enum, default_value_t = ChamberKind::Auto)]
    pub chamber: ChamberKind,
}

/// `proofhouse runtime`.
#[derive(Debug, Args)]
pub struct Runtime {
    /// A GGUF file, or a folder that holds one.
    pub weights: PathBuf,
    /// The socket to serve on.
    #[arg(long, value_name = "PATH")]
    pub socket: PathBuf,
    /// Threads to compute with; as many as there are cores when left out.
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<usize>,
}

/// Enough for a capable agent on a starter item; a small model wants less (see `script/review`).
const DEFAULT_BUDGET: Budget = Budget { tokens: 200_000, turns: 30, seconds: 600 };

fn budget(text: &str) -> Result<Budget, String> {
    let mut budget = DEFAULT_BUDGET;
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let wrong = || format!("{part:?} is not one of tokens=N, turns=N, seconds=N with N above 0");
        let (key, value) = part.split_once('=').ok_or_else(wrong)?;
        let number: u32 = value.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
        match key {
            "tokens" => budget.tokens = number.into(),
            "turns" => budget.turns = number,
            "seconds" => budget.seconds = number,
            _ => return Err(wrong()),
        }
    }
    Ok(budget)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_budget_keeps_its_defaults_and_refuses_nonsense() {
        assert_eq!(budget("turns=3").unwrap(), Budget { turns: 3, ..DEFAULT_BUDGET });
        for text in ["turns", "turns=0", "turns=-1", "money=3", "turns=3;tokens=4"] {
            assert!(budget(text).is_err(), "{text}");
        }
    }
}
