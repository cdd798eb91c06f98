//! Checking an evidence package offline, with nothing but its files and, if given, the signer's key and the opening
//! of the threshold's commitment. Names the first thing that does not hold.

mod attempt;
mod files;
mod history;
mod plan;
mod probes;
mod proofs;
mod signature;
mod spent;
mod times;
mod turns;
mod views;

pub use proofs::Named;
pub use times::latest;

use std::collections::BTreeSet;
use std::path::Path;

use ledger::VerifierKey;
use report::data::Review;
use types::Digest;

use crate::evidence::{EvidenceError, Log};
use crate::threshold::Opening;

/// What holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Who signed, where the key was given.
    pub signer: Option<String>,
    /// Whether the threshold's commitment was opened.
    pub opened: bool,
    /// Entries in the log.
    pub entries: u64,
    /// The log's root: what a case's record calls the evidence.
    pub root: Digest,
    /// Files in the package.
    pub files: usize,
    /// Ended runs.
    pub runs: u32,
    /// The report, which follows from the evidence.
    pub review: Review,
    /// The case that names the package as evidence, where the package carries a proof of it.
    pub case: Option<Named>,
}

/// The first thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Broken {
    /// The file, run or item.
    pub what: String,
    /// Why it does not hold.
    pub why: String,
}

fn broken<T>(what: impl Into<String>, why: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { what: what.into(), why: why.into() })
}

impl From<EvidenceError> for Broken {
    fn from(error: EvidenceError) -> Self {
        let text = error.to_string();
        match error {
            EvidenceError::Broken { file, what } => Self { what: name_of(&file), why: what },
            EvidenceError::Disk { file, .. } | EvidenceError::Unreadable { file, .. } => {
                Self { what: name_of(&file), why: "cannot be read".to_owned() }
            }
            EvidenceError::Busy { folder } => Self { what: name_of(&folder), why: text },
        }
    }
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Checks the package in `folder`.
///
/// # Errors
/// [`Broken`], the first thing that does not hold.
pub fn run(folder: &Path, key: Option<&VerifierKey>, opening: Option<&Opening>) -> Result<Verified, Broken> {
    let mut present = BTreeSet::new();
    files::list(folder, "", &mut present)?;
    let checkpoint = signature::checkpoint(folder, key)?;
    let log = Log::read(folder)?;
    signature::same_tree(folder, &log, &checkpoint)?;
    let plan = plan::planned(folder, &log)?;
    files::named(folder, &log, &plan.0, &present)?;
    let runs = history::whole(folder, &log, &plan.0)?;
    files::no_strays(&log, &present)?;
    let review = views::derived(folder, &log, &plan, opening)?;
    proofs::report(folder, &log)?;
    let case = proofs::case(folder, &log, plan.0.case.as_ref(), key)?;
    Ok(Verified {
        signer: key.map(|key| key.name().to_owned()),
        opened: opening.is_some(),
        entries: log.tree.size(),
        root: log.tree.root(),
        files: present.len(),
        runs,
        review,
        case,
    })
}
