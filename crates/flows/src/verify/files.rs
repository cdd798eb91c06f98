//! The package's files: what belongs to evidence of a plan, that it is there as the log names it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use types::{AttemptId, Digest, ItemId, RunNumber};

use super::{Broken, broken};
use crate::evidence::{CASE_PROOF, CHECKPOINT, LOCK, LOG, Log, REPORT_PROOF, Record, SIGNER, digest_of};
use crate::plan::{PLAN, Plan, PlannedModel};

/// What a file of the evidence is, and thereby when it is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Fixed before the first run.
    Opening,
    /// A run's, before its first attempt.
    RunOpening(RunNumber),
    /// What the probe found in the model's own chamber, the so manieth time that the run was started or resumed.
    ModelProbe(RunNumber, usize),
    /// An attempt's, while it is under way.
    Attempt(AttemptId),
    /// A run's, after its last attempt.
    RunClosing(RunNumber),
    /// Drawn from the rest after a run, and drawn again.
    View,
    /// A view of one run.
    RunView(RunNumber),
}

impl Place {
    /// What the file at `path` is in evidence of this plan.
    pub(super) fn of(path: &str, plan: &Plan) -> Option<Self> {
        let weights = matches!(plan.model, PlannedModel::Weights { .. });
        match path {
            PLAN | SIGNER => return Some(Self::Opening),
            "manifest.json" => return weights.then_some(Self::Opening),
            "report.json" | "report.html" => return Some(Self::View),
            _ => {}
        }
        if let Some(run) = path.strip_prefix("run-").and_then(|rest| number(rest.strip_suffix(".eval")?)) {
            return Some(Self::RunView(run));
        }
        let (run, name) = path.strip_prefix("runs/")?.split_once('/')?;
        Self::in_run(number(run)?, name, plan)
    }

    fn in_run(run: RunNumber, name: &str, plan: &Plan) -> Option<Self> {
        let claimed = matches!(plan.model, PlannedModel::Claimed { .. });
        let of_item = |name: &str| {
            let item: ItemId = name.parse().ok()?;
            plan.suite
                .items
                .iter()
                .any(|known| known.id == item)
                .then_some(Self::Attempt(AttemptId { run, item }))
        };
        match name.split_once('/') {
            Some(("attempts", name)) => of_item(name.strip_suffix(".jsonl")?),
            Some(("submissions", name)) => of_item(name),
            Some(_) => None,
            None => match name {
                "controls.json" => Some(Self::RunOpening(run)),
                "endpoint-start.json" => claimed.then_some(Self::RunOpening(run)),
                "endpoint-end.json" => claimed.then_some(Self::RunClosing(run)),
                _ => {
                    let start = name.strip_prefix("model-probe-")?.strip_suffix(".json")?;
                    let weights = matches!(plan.model, PlannedModel::Weights { .. });
                    let start = number(start).filter(|_| weights)?.get();
                    Some(Self::ModelProbe(run, usize::try_from(start).ok()?))
                }
            },
        }
    }

    fn is_view(&self) -> bool {
        matches!(self, Self::View | Self::RunView(_))
    }
}

/// A number from 1, in the one way of writing it.
fn number(text: &str) -> Option<RunNumber> {
    let value: u32 = text.parse().ok()?;
    let read: RunNumber = serde_json::from_value(value.into()).ok()?;
    (read.to_string() == text).then_some(read)
}

/// Checks that the files that the log names are there as it names them, and belong to evidence of this plan.
pub(super) fn named(folder: &Path, log: &Log, plan: &Plan, present: &BTreeSet<String>) -> Result<(), Broken> {
    let mut named: BTreeMap<&str, (Digest, u64)> = BTreeMap::new();
    for line in &log.lines {
        if let Record::FileAdded { path, digest, size_bytes } = &line.record {
            let Some(place) = Place::of(path, plan) else {
                return broken(path, "is no file that evidence of this plan has");
            };
            if named.insert(path, (*digest, *size_bytes)).is_some() && !place.is_view() {
                return broken(path, "stands in the log twice");
            }
        }
    }
    for (path, (digest, size_bytes)) in &named {
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
    let own = [LOG, CHECKPOINT, LOCK, REPORT_PROOF, CASE_PROOF];
    let stray = |path: &&String| !own.contains(&path.as_str()) && log.file(path).is_none();
    present.iter().find(stray).map_or(Ok(()), |path| broken(path, "is not in the log"))
}

/// Lists every file beneath `folder`.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlannedItem, PlannedSuite};
    use crate::review::inspect_file;
    use crate::summary::{submission_file, transcript_file};
    use types::transcript::Budget;

    fn plan(model: PlannedModel) -> Plan {
        let area = "crack".parse::<types::Area>().unwrap();
        let item = PlannedItem { id: "an-item".parse().unwrap(), area: area.clone(), difficulty: 1 };
        let suite = PlannedSuite {
            name: "s".to_owned(),
            digest: Digest::of(b""),
            areas: vec![area],
            items: vec![item],
        };
        let budget = Budget { tokens: 1, turns: 1, seconds: 1 };
        Plan::new(model, suite, budget, "bubblewrap".to_owned(), Digest::of(b""), None)
    }

    #[test]
    fn every_path_that_is_written_has_its_place_and_no_other_spelling_does() {
        let plan = plan(PlannedModel::Claimed { endpoint: "e".to_owned(), model: "m".to_owned() });
        let (run, item) = (RunNumber::FIRST.next(), "an-item".parse().unwrap());
        let attempt = AttemptId { run, item };
        let written = [transcript_file(&attempt), submission_file(&attempt)];
        assert!(written.iter().all(|path| Place::of(path, &plan) == Some(Place::Attempt(attempt.clone()))));
        assert_eq!(Place::of(&inspect_file(run), &plan), Some(Place::RunView(run)));
        assert_eq!(Place::of("runs/2/endpoint-end.json", &plan), Some(Place::RunClosing(run)));
        for path in [
            "runs/02/controls.json",
            "runs/0/controls.json",
            "runs/+2/controls.json",
            "runs/2/attempts/another.jsonl",
            "runs/2/submissions/an-item.jsonl",
            "runs/2/attempts/an-item",
            "run-2.eval/x",
            "run-02.eval",
            "manifest.json",
            "runs/2/model-probe-1.json",
            "certificate.html",
        ] {
            assert_eq!(Place::of(path, &plan), None, "{path}");
        }
    }
}
