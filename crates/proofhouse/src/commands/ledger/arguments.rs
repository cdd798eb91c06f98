//! The command line of `proofhouse ledger`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `proofhouse ledger`.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Make an empty log, signed with this house's key.
    New(New),
    /// Add each line of the standard input as an entry, and print its index once it is in the log for good.
    Append(Append),
    /// Stop serving the oldest entries. What was proved stays proved.
    Prune(Prune),
    /// Serve logs and a witness over HTTP on this machine.
    Serve(Serve),
    /// Check a whole log, or one entry's proof file, and name the first thing that does not hold.
    Verify(Verify),
    /// Write the proof file of one entry.
    Prove(Prove),
    /// Be a witness for logs, or ask witnesses.
    #[command(subcommand)]
    Witness(Witness),
    /// Hand a log over to a new key.
    Rotate(Rotate),
    /// Make a signing key of one's own, as an auditor needs one.
    Key(Key),
    /// Work with the public log: commitments at fixed times, and counts that an auditor vouches for.
    #[command(subcommand)]
    Public(super::public::Public),
}

/// `proofhouse ledger new`.
#[derive(Debug, Args)]
pub struct New {
    /// The log's folder. Its part `public` can be hosted by any web server.
    pub log: PathBuf,
    /// What the log is called: a URL without its scheme that no other log has.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
}

/// `proofhouse ledger append`.
#[derive(Debug, Args)]
pub struct Append {
    /// The log's folder.
    pub log: PathBuf,
}

/// `proofhouse ledger prune`.
#[derive(Debug, Args)]
pub struct Prune {
    /// The log's folder.
    pub log: PathBuf,
    /// The first entry that must still be served.
    #[arg(long, value_name = "INDEX")]
    pub before: u64,
}

/// `proofhouse ledger serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The log's folder, served below /.
    #[arg(required_unless_present = "witness")]
    pub log: Option<PathBuf>,
    /// A witness's folder; it answers POST /add-checkpoint.
    #[arg(long, value_name = "DIR")]
    pub witness: Option<PathBuf>,
    /// A loopback address and port; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8417")]
    pub listen: SocketAddr,
}

/// `proofhouse ledger verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The log's folder, or its address (http:// or https://). Not needed with --proof.
    #[arg(required_unless_present = "proof", conflicts_with = "proof")]
    pub log: Option<String>,
    /// The log's first key, from somebody you trust.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// What the log must be called.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// A change of the log's key; in order, once for each. Those that a log publishes are followed by themselves.
    #[arg(long, value_name = "FILE")]
    pub rotation: Vec<PathBuf>,
    /// A checkpoint of this log that you kept: the log must begin with it.
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    pub older: Option<PathBuf>,
    /// A proof file instead of a log.
    #[arg(long, value_name = "FILE", requires = "entry")]
    pub proof: Option<PathBuf>,
    /// The entry that the proof file is for; its bytes, without a line end.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub entry: Option<PathBuf>,
    /// A witness's key; once for each witness.
    #[arg(long, value_name = "FILE")]
    pub witness_key: Vec<PathBuf>,
    /// How many of the witnesses must have cosigned; all when left out.
    #[arg(long, value_name = "NUMBER", requires = "witness_key")]
    pub quorum: Option<usize>,
    /// Where checking begins in a log that was pruned.
    #[arg(long, value_name = "INDEX", default_value_t = 0, conflicts_with = "proof")]
    pub from: u64,
}

/// `proofhouse ledger prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// The log's folder.
    pub log: PathBuf,
    /// The entry.
    pub index: u64,
    /// Where the proof goes; the standard output when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `proofhouse ledger witness`.
#[derive(Debug, Subcommand)]
pub enum Witness {
    /// Make a witness with a key of its own.
    New(WitnessNew),
    /// Let a witness watch one more log.
    Admit(WitnessAdmit),
    /// Let a witness follow a watched log's change of key.
    Follow(WitnessFollow),
    /// Ask witnesses, all at once, to cosign a log's checkpoint, and publish the cosignatures.
    Ask(WitnessAsk),
    /// Publish a log's checkpoints from now on only when so many of these witnesses have cosigned them.
    Require(WitnessAsk),
    /// Publish a log's checkpoints at once again.
    Release(WitnessRelease),
}

/// `proofhouse ledger witness new`.
#[derive(Debug, Args)]
pub struct WitnessNew {
    /// The witness's folder.
    pub witness: PathBuf,
    /// What the witness is called: a URL without its scheme.
    #[arg(long, value_name = "NAME")]
    pub name: String,
}

/// `proofhouse ledger witness admit`.
#[derive(Debug, Args)]
pub struct WitnessAdmit {
    /// The witness's folder.
    pub witness: PathBuf,
    /// What the log is called.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// The log's key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// `proofhouse ledger witness follow`.
#[derive(Debug, Args)]
pub struct WitnessFollow {
    /// The witness's folder.
    pub witness: PathBuf,
    /// What the log is called.
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// The log's change of key.
    #[arg(long, value_name = "FILE")]
    pub rotation: PathBuf,
}

/// `proofhouse ledger witness ask` and `require`.
#[derive(Debug, Args)]
pub struct WitnessAsk {
    /// The log's folder.
    pub log: PathBuf,
    /// A witness's submission address, once for each; /add-checkpoint is added to it.
    #[arg(long, value_name = "URL", required = true)]
    pub url: Vec<String>,
    /// Each witness's key, in the same order.
    #[arg(long, value_name = "FILE", required = true)]
    pub witness_key: Vec<PathBuf>,
    /// How many of them must cosign; all when left out.
    #[arg(long, value_name = "NUMBER")]
    pub quorum: Option<usize>,
    /// Give a witness up when there is no answer after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = clap::value_parser!(u32).range(1..))]
    pub answer_within: u32,
}

/// `proofhouse ledger witness release`.
#[derive(Debug, Args)]
pub struct WitnessRelease {
    /// The log's folder.
    pub log: PathBuf,
}

/// `proofhouse ledger rotate`.
#[derive(Debug, Args)]
pub struct Rotate {
    /// The log's folder.
    pub log: PathBuf,
}

/// `proofhouse ledger key`.
#[derive(Debug, Args)]
pub struct Key {
    /// What its owner is called: a URL without its scheme.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// The new file, for its owner only. FILE.pub is for everybody.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
