//! The package's files: what belongs to evidence of a plan, that it is there as the log names it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use types::{AttemptId, Digest, RunNumber};

use super::{Broken, broken};
use crate::evidence::{CHECKPOINT, LOCK, LOG, Log, Record, SIGNER, digest_of};
use crate::plan::{PLAN, Plan, PlannedItem, PlannedModel};
use crate::review::{inspect_file, model_probe_file};
use crate::summary::{run_file, submission_file, transcript_file};

/// Checks that the files that the log names are there as it names them, and belong to evidence of this plan.
pub(super) fn named(folder: &Path, log: &Log, plan: &Plan, present: &BTreeSet<String>) -> Result<(), Broken> {
    let runs = log.lines.iter().filter(|line| matches!(line.record, Record::RunStarted { .. })).count();
    let mut named: BTreeMap<&str, (Digest, u64)> = BTreeMap::new();
    for line in &log.lines {
        if let Record::FileAdded { path, digest, size_bytes } = &line.record {
            let before = named.insert(path, (*digest, *size_bytes));
            if before.is_some() && !is_view(path, runs) {
                return broken(path, "stands in the log twice");
            }
        }
    }
    for (path, (digest, size_bytes)) in &named {
        if !belongs(path, plan, runs) && !probes_model(path, plan, log) {
            return broken(*path, "is no file that evidence of this plan has");
        }
        if !present.contains(*path) {
            return broken(*path, "is missing");
        }
        let size = fs::metadata(folder.join(path)).map_or(0, |about| about.len());
        let found = if size == *size_bytes {
            digest_of(&folder.join(path)).ok().map(|(found, _)| found)
        } else {
            None
        };
        if found != Some(*digest) {
            return broken(*path, "is not the file that the log names");
        }
    }
    Ok(())
}

/// No other file lies in the folder.
pub(super) fn no_strays(log: &Log, present: &BTreeSet<String>) -> Result<(), Broken> {
    let own = [LOG, CHECKPOINT, LOCK];
    let stray = |path: &&String| !own.contains(&path.as_str()) && log.file(path).is_none();
    present.iter().find(stray).map_or(Ok(()), |path| broken(path, "is not in the log"))
}

/// Views are drawn from the rest, and drawn again after each run.
fn is_view(path: &str, runs: usize) -> bool {
    matches!(path, "report.json" | "report.html") || numbers(runs).any(|run| path == inspect_file(run))
}

fn belongs(path: &str, plan: &Plan, runs: usize) -> bool {
    let claimed = matches!(plan.model, PlannedModel::Claimed { .. });
    let of_run = |run: RunNumber| {
        let probes = [run_file(run, "endpoint-start.json"), run_file(run, "endpoint-end.json")];
        let of_item = |item: &PlannedItem| {
            let attempt = AttemptId { run, item: item.id.clone() };
            path == transcript_file(&attempt) || path == submission_file(&attempt)
        };
        path == run_file(run, "controls.json")
            || (claimed && probes.iter().any(|probe| path == probe))
            || plan.suite.items.iter().any(of_item)
    };
    let manifest = path == "manifest.json" && matches!(plan.model, PlannedModel::Weights { .. });
    [PLAN, SIGNER].contains(&path) || manifest || is_view(path, runs) || numbers(runs).any(of_run)
}

/// What the probe found in the model's own chamber, at each start of a run.
fn probes_model(path: &str, plan: &Plan, log: &Log) -> bool {
    let starts = log.lines.iter().filter_map(|line| match line.record {
        Record::RunStarted { run, .. } | Record::RunResumed { run, .. } => Some(run),
        _ => None,
    });
    let mut known: BTreeMap<RunNumber, usize> = BTreeMap::new();
    let mut files = starts.map(|run| {
        let start = known.entry(run).or_default();
        *start += 1;
        model_probe_file(run, *start)
    });
    matches!(plan.model, PlannedModel::Weights { .. }) && files.any(|file| file == path)
}

fn numbers(runs: usize) -> impl Iterator<Item = RunNumber> {
    std::iter::successors(Some(RunNumber::FIRST), |run| Some(run.next())).take(runs)
}

pub(super) fn list(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> Result<(), Broken> {
    let entries = fs::read_dir(folder.join(prefix)).or_else(|_| broken(prefix, "cannot be read"))?;
    for entry in entries {
        let Ok(entry) = entry else { return broken(prefix, "cannot be read") };
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let Ok(about) = entry.metadata() else { return broken(path, "cannot be read") };
        if about.is_dir() {
            list(folder, &path, found)?;
        } else if about.is_file() && (path != LOCK || about.len() == 0) {
            found.insert(path);
        } else {
            return broken(path, "is not a file of the evidence");
        }
    }
    Ok(())
}
