//! Proving a suite: every item can be solved, and nothing else than a solution counts.

use std::path::Path;
use std::time::Duration;

use chamber::{Chamber, ChamberError, Collected, Exec, Host, Limits};
use types::{Digest, ItemId};

use crate::SUBMISSION_PATH;
use crate::agent::judge;
use crate::contained;
use crate::oracle::{Builds, OracleError, Rule};
use crate::suite::{self, Item, SuiteError};

/// A reference solution may search for a while; it must end well before an attempt would.
const SOLUTION_TIMEOUT: Duration = Duration::from_secs(120);
/// What is kept of a script's messages, which nobody reads.
const OUTPUT_MAX_BYTES: u64 = 4 << 10;
/// A reward is a number.
const REWARD_MAX_BYTES: u64 = 64;
/// Where `/tests` and `/logs` lie here: a chamber's root is read-only.
const TESTS_FOLDER: &str = "/tmp/tests";
const LOGS_FOLDER: &str = "/tmp/logs";
/// Sizes of the random submissions, in bytes.
const RANDOM_SIZES: [usize; 5] = [1, 16, 256, 4096, 65536];

/// One thing that was checked of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The item.
    pub item: ItemId,
    /// What was checked.
    pub what: String,
    /// What was found against it; `None` when it holds.
    pub against: Option<String>,
}

/// An item that could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A file cannot be read.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// A chamber failed.
    #[error("the chamber failed while {item} was checked")]
    Chamber {
        /// The item.
        item: ItemId,
        /// Why.
        source: ChamberError,
    },
    /// The probe found a way out of a chamber.
    #[error("the chamber for {item} does not contain: {open} was open; nothing was run in it")]
    NotContained {
        /// The item.
        item: ItemId,
        /// The check that went through.
        open: String,
    },
    /// The oracle failed.
    #[error("the oracle of {item} failed")]
    Oracle {
        /// The item.
        item: ItemId,
        /// Why.
        source: OracleError,
    },
}

/// A submission whose verdict is known beforehand.
struct Trial {
    what: String,
    submission: Option<Vec<u8>>,
    counts: bool,
}

/// Checks one item: its reference solution counts; empty, random and benign submissions do not; what the agent is
/// given is what the oracle judges; and `tests/test.sh`, which other harnesses run, agrees with the oracle.
///
/// # Errors
/// [`CheckError`] when the item could not be checked at all.
pub fn item(host: &Host, builds: &Builds, item: &Item) -> Result<Vec<Check>, CheckError> {
    let mut checks = vec![same_program(item)];
    let tests = files_in(&item.folder.join("tests"))?;
    for trial in trials(host, item)? {
        let submission = trial.submission.as_deref();
        let verdict = judge(host, builds, item, submission).map_err(|error| oracle_failed(item, error))?;
        let against = (verdict.accepted != trial.counts).then(|| verdict.reason.clone());
        checks.push(Check { item: item.id.clone(), what: trial.what.clone(), against });
        let reward = test_script(open(host, item)?, item, &tests, submission)
            .map_err(|source| CheckError::Chamber { item: item.id.clone(), source })?;
        let against = (reward != Some(verdict.accepted)).then(|| match reward {
            None => "tests/test.sh wrote no reward of 0 or 1".to_owned(),
            Some(_) => "tests/test.sh and the oracle disagree".to_owned(),
        });
        checks.push(Check {
            item: item.id.clone(),
            what: format!("tests/test.sh on {}", trial.what),
            against,
        });
    }
    Ok(checks)
}

fn oracle_failed(item: &Item, error: OracleError) -> CheckError {
    let item = item.id.clone();
    match error {
        OracleError::NotContained(open) => CheckError::NotContained { item, open },
        source => CheckError::Oracle { item, source },
    }
}

/// The program that the agent sees must be the one that is judged.
fn same_program(item: &Item) -> Check {
    let against = match &item.oracle.rule {
        Rule::Crash { vulnerable, .. } if !item.files.iter().any(|file| &file.bytes == vulnerable) => {
            Some("none of the agent's files is the vulnerable source that is judged".to_owned())
        }
        Rule::Crash { .. } | Rule::Fields(_) | Rule::Repair { .. } | Rule::Accepts { .. } => None,
    };
    Check { item: item.id.clone(), what: "the agent's program".to_owned(), against }
}

fn trials(host: &Host, item: &Item) -> Result<Vec<Trial>, CheckError> {
    let trial = |what: &str, submission, counts| Trial { what: what.to_owned(), submission, counts };
    let mut trials = vec![
        trial("the reference solution", solved(host, item)?, true),
        trial("no submission", None, false),
        trial("an empty submission", Some(Vec::new()), false),
    ];
    for size in RANDOM_SIZES {
        trials.push(trial(&format!("{size} random bytes"), Some(random(item, size)), false));
    }
    for (name, bytes) in files_in(&item.folder.join("tests").join("benign"))? {
        trials.push(trial(&format!("the benign submission {name}"), Some(bytes), false));
    }
    if let Rule::Repair { .. } = item.oracle.rule {
        for file in &item.files {
            trials.push(trial(&format!("the unrepaired {}", file.path), Some(file.bytes.clone()), false));
        }
    }
    Ok(trials)
}

/// Bytes that look random and are the same at each check.
fn random(item: &Item, size: usize) -> Vec<u8> {
    let block = |number: u64| {
        Digest::of_parts(&[b"random submission", item.id.as_str().as_bytes(), &number.to_be_bytes()])
    };
    let blocks = (size as u64..).flat_map(|number| *block(number).as_bytes());
    blocks.take(size).collect()
}

/// What the reference solution leaves when it works as an agent would.
fn solved(host: &Host, item: &Item) -> Result<Option<Vec<u8>>, CheckError> {
    let script = suite::read_bytes(&item.folder.join("solution").join("solve.sh"))?;
    let mut chamber = open(host, item)?;
    let solve = || -> Result<Option<Vec<u8>>, ChamberError> {
        for file in &item.files {
            chamber.put(&file.path, 0o644, &file.bytes)?;
        }
        chamber.put("/tmp/solve.sh", 0o755, &script)?;
        chamber.exec(&Exec::words(["bash", "/tmp/solve.sh"], SOLUTION_TIMEOUT, OUTPUT_MAX_BYTES))?;
        let collected = chamber.get(SUBMISSION_PATH, item.oracle.max_bytes)?;
        chamber.close()?;
        Ok(bytes_of(collected))
    };
    solve().map_err(|source| CheckError::Chamber { item: item.id.clone(), source })
}

/// The reward of `tests/test.sh`, as another harness would see it: 1 counts, 0 does not.
fn test_script(
    mut chamber: Chamber,
    item: &Item,
    tests: &[(String, Vec<u8>)],
    submission: Option<&[u8]>,
) -> Result<Option<bool>, ChamberError> {
    for (name, bytes) in tests {
        let path = format!("{TESTS_FOLDER}/{name}");
        match std::str::from_utf8(bytes) {
            Ok(text) if name == "test.sh" => chamber.put(&path, 0o755, rebased(text).as_bytes())?,
            Ok(_) | Err(_) => chamber.put(&path, 0o755, bytes)?,
        }
    }
    if let Some(bytes) = submission {
        chamber.put(SUBMISSION_PATH, 0o644, bytes)?;
    }
    let timeout = Duration::from_secs(item.task.verifier.timeout_sec.into());
    let script = format!("{TESTS_FOLDER}/test.sh");
    chamber.exec(&Exec::words(["bash", &script], timeout, OUTPUT_MAX_BYTES))?;
    let collected = chamber.get(&format!("{LOGS_FOLDER}/verifier/reward.txt"), REWARD_MAX_BYTES)?;
    chamber.close()?;
    let text = bytes_of(collected).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.and_then(|text| text.trim().parse::<f64>().ok()).and_then(|reward| match reward {
        1.0 => Some(true),
        0.0 => Some(false),
        _ => None,
    }))
}

/// A script's text with its two fixed folders where they lie here.
fn rebased(script: &str) -> String {
    script.replace("/tests", TESTS_FOLDER).replace("/logs", LOGS_FOLDER)
}

/// The regular files directly in `folder`. The benign submissions beneath it are not a harness's business.
fn files_in(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, SuiteError> {
    let unreadable = |source| SuiteError::Unreadable { file: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !path.is_dir() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push((name, suite::read_bytes(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// A chamber as an agent has it, probed: what an item has executed is its author's.
fn open(host: &Host, item: &Item) -> Result<Chamber, CheckError> {
    let environment = &item.task.environment;
    let limits = Limits {
        memory_bytes: u64::from(environment.memory_mb) << 20,
        pids: 256,
        disk_bytes: u64::from(environment.storage_mb) << 20,
        cpu_millis: environment.cpus.saturating_mul(1000),
        wall: SOLUTION_TIMEOUT * 4,
    };
    let id = || item.id.clone();
    contained::open(host, &limits)
        .map_err(|source| CheckError::Chamber { item: id(), source })?
        .map_err(|open| CheckError::NotContained { item: id(), open })
}

fn bytes_of(collected: Collected) -> Option<Vec<u8>> {
    match collected {
        Collected::Bytes(bytes) => Some(bytes),
        Collected::Absent | Collected::NotAFile | Collected::TooLarge => None,
    }
}
