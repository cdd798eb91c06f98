//! The command line of `proofhouse ledger public`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use docket::PartyId;
use ledger::public::Measure;
use types::{Digest, Timestamp};

/// `proofhouse ledger public`.
#[derive(Debug, Subcommand)]
pub enum Public {
    /// Make an empty public log, with a charter that is fixed for its life.
    New(New),
    /// Queue what is new in the docket's cases, or one fact by hand. Each is queued once.
    Queue(Queue),
    /// Add every slot that is due: real leaves and padding that nobody can tell apart.
    Close(Close),
    /// List the house's facts: key, slot, measure, amount.
    List(List),
    /// Write a party's own opening and its proof.
    Open(Open),
    /// Check an opening and its proof, offline.
    Check(Check),
    /// Write the openings of all leaves of a period, for the auditor.
    Openings(OfPeriod),
    /// Count a period and sign the aggregate as the house.
    Count(OfPeriod),
    /// Count a period again from its openings, as the auditor, and cosign the aggregate.
    Audit(Audit),
    /// Publish an aggregate that the auditor has cosigned.
    Publish(Publish),
    /// Check a published aggregate against log, charter and both keys, as an outsider.
    Verify(Verify),
}

/// `proofhouse ledger public new`.
#[derive(Debug, Args)]
pub struct New {
    /// The log's folder. Its part `public` can be hosted by any web server.
    pub log: PathBuf,
    /// What the log is called: a URL without its scheme that no other log has.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// When the first slot is due, such as 2026-12-01T00:00:00Z; now when left out.
    #[arg(long, value_name = "TIME")]
    pub start: Option<Timestamp>,
    /// Seconds between slots.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub every: u64,
    /// Leaves in each slot.
    #[arg(long, value_name = "NUMBER", default_value_t = 16)]
    pub width: u64,
    /// The fewest developers behind anything that is counted.
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub k: usize,
    /// Slots that one aggregate covers.
    #[arg(long, value_name = "SLOTS", default_value_t = 28)]
    pub period: u64,
    /// Slots that pass before it is made.
    #[arg(long, value_name = "SLOTS", default_value_t = 28)]
    pub lag: u64,
    /// What is counted, once for each; what the docket's cases give when left out.
    #[arg(long, value_name = "FAMILY/NAME", value_parser = measure)]
    pub measure: Vec<Measure>,
}

fn measure(text: &str) -> Result<Measure, String> {
    Measure::new(text).map_err(|error| error.to_string())
}

/// `proofhouse ledger public queue`.
#[derive(Debug, Args)]
pub struct Queue {
    /// The log's folder.
    pub log: PathBuf,
    /// The docket's file, where it is not the house folder's.
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub docket: Option<PathBuf>,
    /// One fact by hand: what it is about. Under the same name nothing is queued twice.
    #[arg(long, value_name = "NAME", requires_all = ["developer", "measure"])]
    pub name: Option<String>,
    /// About which developer.
    #[arg(long, value_name = "PARTY", requires = "name")]
    pub developer: Option<PartyId>,
    /// What is counted.
    #[arg(long, value_name = "FAMILY/NAME", value_parser = measure, requires = "name")]
    pub measure: Option<Measure>,
    /// How much.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "name")]
    pub amount: u32,
}

/// `proofhouse ledger public close`.
#[derive(Debug, Args)]
pub struct Close {
    /// The log's folder.
    pub log: PathBuf,
    /// How many slots may be late; more may mean that the clock is wrong.
    #[arg(long, value_name = "SLOTS", default_value_t = 100)]
    pub late: u64,
}

/// `proofhouse ledger public list`.
#[derive(Debug, Args)]
pub struct List {
    /// The log's folder.
    pub log: PathBuf,
}

/// `proofhouse ledger public open`.
#[derive(Debug, Args)]
pub struct Open {
    /// The log's folder.
    pub log: PathBuf,
    /// The fact's key, as `list` shows it.
    #[arg(value_parser = key)]
    pub fact: Digest,
    /// The party's files: PATH.opening, to be kept as a secret, and PATH.tlog-proof.
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
}

fn key(text: &str) -> Result<Digest, String> {
    format!("sha256:{text}").parse().map_err(|_| "a fact's key is 64 hexadecimal digits".to_owned())
}

/// Which log, and who speaks for it.
#[derive(Debug, Args)]
pub struct Whose {
    /// The log's first key, from somebody you trust.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// What the log must be called.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// A change of the log's key; in order, once for each. Those that a log publishes are followed by themselves.
    #[arg(long, value_name = "FILE")]
    pub rotation: Vec<PathBuf>,
}

/// `proofhouse ledger public check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The opening.
    #[arg(long, value_name = "FILE")]
    pub opening: PathBuf,
    /// The proof of its leaf.
    #[arg(long, value_name = "FILE")]
    pub proof: PathBuf,
    /// Which log.
    #[command(flatten)]
    pub whose: Whose,
}

/// `proofhouse ledger public openings` and `count`.
#[derive(Debug, Args)]
pub struct OfPeriod {
    /// The log's folder.
    pub log: PathBuf,
    /// Which period, from 0.
    #[arg(long, value_name = "NUMBER")]
    pub period: u64,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `proofhouse ledger public audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// The log's folder, or its address (http:// or https://).
    pub log: String,
    /// The openings of the period.
    #[arg(long, value_name = "FILE")]
    pub openings: PathBuf,
    /// The aggregate that the house signed.
    #[arg(long, value_name = "FILE")]
    pub aggregate: PathBuf,
    /// The auditor's own key, made with `ledger key`.
    #[arg(long, value_name = "FILE")]
    pub auditor_key: PathBuf,
    /// The charter that you kept: the log's must be the same.
    #[arg(long, value_name = "FILE")]
    pub charter: Option<PathBuf>,
    /// The new file, with both signatures.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Which log.
    #[command(flatten)]
    pub whose: Whose,
}

/// `proofhouse ledger public publish`.
#[derive(Debug, Args)]
pub struct Publish {
    /// The log's folder.
    pub log: PathBuf,
    /// Which period, from 0.
    #[arg(long, value_name = "NUMBER")]
    pub period: u64,
    /// The aggregate with both signatures.
    #[arg(long, value_name = "FILE")]
    pub aggregate: PathBuf,
    /// The key that checks the auditor's signature.
    #[arg(long, value_name = "FILE")]
    pub auditor_key: PathBuf,
}

/// `proofhouse ledger public verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The log's folder, or its address (http:// or https://).
    pub log: String,
    /// Which period, from 0.
    #[arg(long, value_name = "NUMBER")]
    pub period: u64,
    /// The key that checks the auditor's signature.
    #[arg(long, value_name = "FILE")]
    pub auditor_key: PathBuf,
    /// The charter that you kept: the log's must be the same.
    #[arg(long, value_name = "FILE")]
    pub charter: Option<PathBuf>,
    /// Which log.
    #[command(flatten)]
    pub whose: Whose,
}
