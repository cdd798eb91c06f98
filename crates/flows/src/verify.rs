//! Checking an evidence package offline, with nothing but its files and, if given, the signer's key and the opening
//! of the threshold's commitment. Names the first thing that does not hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use ledger::{Checkpoint, Note, Tree, VerifierKey, open_checkpoint};
use range::agent::prompt::refused;
use range::transcript;
use report::data::Review;
use seal::Manifest;
use types::transcript::{Entry, Event, ProbeResult, Submission};
use types::{AttemptId, Digest, ItemId, Outcome, RunNumber};

use crate::error::FlowError;
use crate::evidence::{
    CHECKPOINT, EVIDENCE_FORMAT, EvidenceError, LOCK, LOG, Log, Record, SIGNER, digest_of,
};
use crate::plan::{PLAN, Plan, PlannedItem, PlannedModel};
use crate::review::{inspect, inspect_file, stored};
use crate::summary::{self, run_file, submission_file, transcript_file};
use crate::threshold::Opening;

/// A checkpoint or a key is a few hundred bytes; what is longer does not parse.
const NOTE_MAX_BYTES: u64 = 64 << 10;

/// What holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Who signed, where the key was given.
    pub signer: Option<String>,
    /// Whether the threshold's commitment was opened.
    pub opened: bool,
    /// Entries in the log.
    pub entries: u64,
    /// Files in the package.
    pub files: usize,
    /// Ended runs.
    pub runs: u32,
    /// The report, which follows from the evidence.
    pub review: Review,
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
    list(folder, "", &mut present)?;
    let checkpoint = checkpoint(folder, key)?;
    let log = Log::read(folder)?;
    same_tree(folder, &log, &checkpoint)?;
    let plan = planned(folder, &log)?;
    named_files(folder, &log, &plan.0, &present)?;
    let runs = history(folder, &log, &plan.0)?;
    no_strays(&log, &present)?;
    let review = derived(folder, &log, &plan, opening)?;
    Ok(Verified {
        signer: key.map(|key| key.name().to_owned()),
        opened: opening.is_some(),
        entries: log.tree.size(),
        files: present.len(),
        runs,
        review,
    })
}

/// The checkpoint, if its signature holds under the given key, or else under the one that the package names.
fn checkpoint(folder: &Path, key: Option<&VerifierKey>) -> Result<Checkpoint, Broken> {
    let read = |name: &str| {
        let mut bytes = Vec::new();
        let file = fs::File::open(folder.join(name)).map(|file| file.take(NOTE_MAX_BYTES));
        let read = file.and_then(|mut file| file.read_to_end(&mut bytes));
        read.map(|_| bytes).or_else(|_| broken(name, "cannot be read"))
    };
    let note = read(CHECKPOINT)?;
    let own = String::from_utf8(read(SIGNER)?)
        .ok()
        .and_then(|text| text.strip_suffix('\n')?.parse::<VerifierKey>().ok());
    let Some(own) = own else { return broken(SIGNER, "is not a verifier's key") };
    if let Some(key) = key
        && key != &own
        && open_checkpoint(&note, key).is_err()
    {
        return broken(CHECKPOINT, format!("was not signed with the key that was given ({})", key.name()));
    }
    if let Ok(parsed) = Note::parse(&note)
        && parsed.signatures().len() != 1
    {
        return broken(CHECKPOINT, "bears another number of signatures than one");
    }
    open_checkpoint(&note, key.unwrap_or(&own)).or_else(|error| broken(CHECKPOINT, error.to_string()))
}

fn same_tree(folder: &Path, log: &Log, checkpoint: &Checkpoint) -> Result<(), Broken> {
    let signed = prefix(log, checkpoint.head().size);
    if signed.tree.head() == checkpoint.head() && signed.tree.size() < log.tree.size() {
        return broken(LOG, "is ahead of its checkpoint; run the same review again to finish it");
    }
    if log.tree.head() != checkpoint.head() {
        return broken(LOG, "is not what the checkpoint vouches for");
    }
    if log.origin() != checkpoint.origin() {
        return broken(CHECKPOINT, "is of another log");
    }
    let size = fs::metadata(folder.join(LOG)).map_or(0, |about| about.len());
    if size == log.whole_bytes { Ok(()) } else { broken(LOG, "ends in the middle of a line") }
}

/// Checks that the files that the log names are there as it names them, and belong to evidence of this plan.
fn named_files(folder: &Path, log: &Log, plan: &Plan, present: &BTreeSet<String>) -> Result<(), Broken> {
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
        if !belongs(path, plan, runs) {
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
fn no_strays(log: &Log, present: &BTreeSet<String>) -> Result<(), Broken> {
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

fn numbers(runs: usize) -> impl Iterator<Item = RunNumber> {
    std::iter::successors(Some(RunNumber::FIRST), |run| Some(run.next())).take(runs)
}

fn list(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> Result<(), Broken> {
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

/// The plan that the log opens with.
fn planned(folder: &Path, log: &Log) -> Result<(Plan, Digest), Broken> {
    let (plan, digest) = Plan::read(folder)?;
    match log.lines.first().map(|line| &line.record) {
        Some(Record::ReviewOpened { format, plan: named, commitment, .. }) => {
            if format != EVIDENCE_FORMAT || *named != digest || *commitment != plan.commitment {
                return broken(PLAN, "is not the plan that the log opens with");
            }
        }
        _ => return broken(LOG, "does not open with a review"),
    }
    sealed(folder, &plan)?;
    Ok((plan, digest))
}

/// Checks that the log tells of a whole review: nothing that was started is missing, nothing happens twice or early.
fn history(folder: &Path, log: &Log, plan: &Plan) -> Result<u32, Broken> {
    let mut runs = 0;
    let mut open: Option<OpenRun> = None;
    for line in &log.lines[1..] {
        match &line.record {
            Record::ReviewOpened { .. } => return broken(LOG, "opens a review twice"),
            Record::FileAdded { .. } => {}
            Record::RunStarted { run, .. } => {
                if open.is_some() || run.get() != runs + 1 {
                    return broken(format!("run {run}"), "does not follow the run before it");
                }
                open = Some(OpenRun { run: *run, started: Vec::new(), ended: Vec::new() });
            }
            Record::RunResumed { run, .. } => {
                if open.as_ref().is_none_or(|known| known.run != *run) {
                    return broken(format!("run {run}"), "goes on without a start");
                }
            }
            Record::AttemptStarted { run, item } => match &mut open {
                Some(known)
                    if known.run == *run && !known.started.contains(item) && known.one_at_a_time() =>
                {
                    known.started.push(item.clone());
                }
                _ => {
                    return broken(format!("run {run} item {item}"), "was started outside its run, or twice");
                }
            },
            Record::AttemptEnded { run, item, outcome } => match &mut open {
                Some(known)
                    if known.run == *run && known.started.contains(item) && !known.ended.contains(item) =>
                {
                    attempt(folder, log, plan, &AttemptId { run: *run, item: item.clone() }, *outcome)?;
                    known.ended.push(item.clone());
                }
                _ => return broken(format!("run {run} item {item}"), "ended without a start, or twice"),
            },
            Record::RunEnded { run } => {
                let Some(known) = open.take().filter(|known| known.run == *run) else {
                    return broken(format!("run {run}"), "ended without a start");
                };
                known.whole(plan)?;
                complete(log, plan, *run)?;
                runs += 1;
            }
        }
    }
    if let Some(known) = open {
        let missing = known.started.iter().find(|item| !known.ended.contains(item));
        let what =
            missing.map_or(format!("run {}", known.run), |item| format!("run {} item {item}", known.run));
        return broken(what, "was started and has no end; run the same review again to finish it");
    }
    if runs == 0 { broken("run 1", "was never started") } else { Ok(runs) }
}

/// A run that has started and not ended.
struct OpenRun {
    run: RunNumber,
    started: Vec<ItemId>,
    ended: Vec<ItemId>,
}

impl OpenRun {
    /// No attempt is under way.
    fn one_at_a_time(&self) -> bool {
        self.started.len() == self.ended.len()
    }

    /// Every item of the plan was given, in the order that follows from the plan.
    fn whole(&self, plan: &Plan) -> Result<(), Broken> {
        let order = plan.order(self.run);
        if self.started != order {
            return broken(format!("run {}", self.run), "does not give the plan's items in the plan's order");
        }
        match order.iter().find(|item| !self.ended.contains(item)) {
            Some(item) => broken(format!("run {} item {item}", self.run), "was started and has no end"),
            None => Ok(()),
        }
    }
}

/// The run's other files are there: its controls and, for an endpoint, both probes.
fn complete(log: &Log, plan: &Plan, run: RunNumber) -> Result<(), Broken> {
    let mut wanted = vec![run_file(run, "controls.json")];
    if let PlannedModel::Claimed { .. } = plan.model {
        wanted.extend(["endpoint-start.json", "endpoint-end.json"].map(|name| run_file(run, name)));
    }
    match wanted.iter().find(|path| log.file(path).is_none()) {
        Some(missing) => broken(missing, "is not in the log"),
        None => Ok(()),
    }
}

/// The manifest is the one that the plan names.
fn sealed(folder: &Path, plan: &Plan) -> Result<(), Broken> {
    let PlannedModel::Weights { manifest, .. } = &plan.model else { return Ok(()) };
    let name = "manifest.json";
    let bytes = fs::read(folder.join(name)).or_else(|_| broken(name, "cannot be read"))?;
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(read) if read.identity() == *manifest => Ok(()),
        Ok(_) => broken(name, "is not the manifest that the plan names"),
        Err(_) => broken(name, "is not a manifest"),
    }
}

/// The transcript tells of this attempt from its start to this outcome, and its submission is there.
fn attempt(
    folder: &Path,
    log: &Log,
    plan: &Plan,
    attempt: &AttemptId,
    outcome: Outcome,
) -> Result<(), Broken> {
    let path = transcript_file(attempt);
    if log.file(&path).is_none() {
        return broken(path, "is not in the log");
    }
    let Ok(entries) = transcript::read(&folder.join(&path)) else {
        return broken(path, "is not a transcript");
    };
    let starts = |event: &Event| matches!(event, Event::AttemptStarted { attempt: found, budget, .. } if found == attempt && *budget == plan.budget);
    let ends =
        |event: &Event| matches!(event, Event::AttemptEnded { outcome: found, .. } if *found == outcome);
    if !entries.first().is_some_and(|entry| starts(&entry.event)) {
        return broken(path, "does not start with this attempt under the plan's budget");
    }
    if !entries.last().is_some_and(|entry| ends(&entry.event)) {
        return broken(path, "does not end with the outcome that the log names");
    }
    contained(&path, &entries)?;
    let judged = entries.iter().rev().find_map(|entry| match entry.event {
        Event::Judged { accepted, .. } => Some(accepted),
        _ => None,
    });
    let declined = entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Answered { message, finish_reason, .. } => Some(refused(message, finish_reason.as_deref())),
        _ => None,
    });
    let agrees = match outcome {
        Outcome::Passed => judged == Some(true),
        Outcome::Failed => judged == Some(false),
        Outcome::Refused => judged.is_none() && declined == Some(true),
        Outcome::Unscorable(_) => judged != Some(true),
    };
    if !agrees {
        return broken(path, "ends with another outcome than it tells of");
    }
    within_budget(&path, &entries, plan)?;
    let submitted = entries.iter().rev().find_map(|entry| match entry.event {
        Event::Submitted { submission } => submission,
        _ => None,
    });
    if outcome == Outcome::Passed && submitted.is_none() {
        return broken(path, "passed without a submission");
    }
    submission(log, attempt, submitted)
}

/// What the end says was used is what the answers used, and no answer was asked for beyond the budget.
fn within_budget(path: &str, entries: &[Entry], plan: &Plan) -> Result<(), Broken> {
    let (answers, used) = range::agent::used(entries);
    let told = entries.iter().rev().find_map(|entry| match entry.event {
        Event::AttemptEnded { turns, tokens, .. } => Some((turns, tokens)),
        _ => None,
    });
    if told != Some((answers, used)) || answers > plan.budget.turns {
        return broken(path, "uses other amounts than its answers, or more turns than the budget");
    }
    Ok(())
}

/// No command was run in a chamber that was not probed, or whose probe found a way out.
fn contained(path: &str, entries: &[Entry]) -> Result<(), Broken> {
    let mut probed = false;
    for entry in entries {
        match &entry.event {
            Event::AttemptStarted { .. } | Event::AttemptResumed { .. } => probed = false,
            Event::Probed { checks } => {
                probed =
                    !checks.is_empty() && checks.iter().all(|check| check.result == ProbeResult::Blocked);
            }
            Event::CommandRun { .. } | Event::Answered { .. } if !probed => {
                return broken(path, "tells of a turn in a chamber that was not shown to contain");
            }
            _ => {}
        }
    }
    Ok(())
}

fn submission(log: &Log, attempt: &AttemptId, submitted: Option<Submission>) -> Result<(), Broken> {
    let path = submission_file(attempt);
    match (submitted, log.file(&path)) {
        (Some(known), Some((digest, _))) if known.digest == digest => Ok(()),
        (None, None) => Ok(()),
        _ => broken(path, "is not the submission that the transcript names"),
    }
}

/// The report follows from the evidence: it is built again and compared.
fn derived(
    folder: &Path,
    log: &Log,
    plan: &(Plan, Digest),
    opening: Option<&Opening>,
) -> Result<Review, Broken> {
    let name = "report.json";
    let review = stored(folder).or_else(|_| broken(name, "cannot be read as a report"))?;
    let last = review.runs.last().map_or(RunNumber::FIRST, |run| run.number);
    for view in [name, "report.html", &inspect_file(last)] {
        if log.file(view).is_none() {
            return broken(view, "is not in the log; run the same review again to finish it");
        }
    }
    let threshold = match opening {
        Some(opening) if opening.commitment != plan.0.commitment => {
            return broken("the opening", "is of another commitment than the plan's");
        }
        Some(opening) => opening.open().or_else(|why| broken("the opening", why))?,
        None => shown_threshold(&review).or_else(|()| broken(name, "shows a threshold that is none"))?,
    };
    let before = prefix(log, review.log.entries);
    let again = summary::review(folder, &before, (&plan.0, plan.1), &threshold, review.written_at);
    let again = again.or_else(|error| broken(name, error.to_string()))?;
    if review.proofhouse_version != again.proofhouse_version {
        let version = &review.proofhouse_version;
        return broken(name, format!("was drawn by version {version:.20}; verify it with that version"));
    }
    let ended: Vec<RunNumber> = log
        .lines
        .iter()
        .filter_map(|line| match line.record {
            Record::RunEnded { run } => Some(run),
            _ => None,
        })
        .collect();
    if review != again || review.runs.iter().map(|run| run.number).ne(ended) {
        return broken(name, "does not follow from the evidence");
    }
    let drawn = |result: Result<Vec<u8>, FlowError>| result.or_else(|error| broken(name, error.to_string()));
    let views = [
        (name.to_owned(), drawn(report::json(&review).map(String::into_bytes).map_err(FlowError::from))?),
        (
            "report.html".to_owned(),
            drawn(report::page(&review).map(String::into_bytes).map_err(FlowError::from))?,
        ),
        (inspect_file(last), drawn(inspect(folder, &review, last))?),
    ];
    for (view, bytes) in views {
        if fs::read(folder.join(&view)).ok() != Some(bytes) {
            return broken(view, "does not follow from the evidence");
        }
    }
    Ok(review)
}

/// The threshold as the report shows it; only an opening proves that it is the one that was committed to.
fn shown_threshold(review: &Review) -> Result<assay::Threshold, ()> {
    let shown = serde_json::json!({
        "format": assay::THRESHOLD_FORMAT,
        "estimand": review.threshold.estimand,
        "cut": review.threshold.cut,
        "confidence": review.threshold.confidence,
    });
    serde_json::from_value(shown).map_err(|_| ())
}

/// The log as it was when it had `entries` lines.
fn prefix(log: &Log, entries: u64) -> Log {
    let count = usize::try_from(entries).unwrap_or(usize::MAX).min(log.lines.len());
    let mut tree = Tree::default();
    for leaf in &log.leaves[..count] {
        tree.append(*leaf);
    }
    Log {
        lines: log.lines[..count].to_vec(),
        tree,
        leaves: log.leaves[..count].to_vec(),
        whole_bytes: log.whole_bytes,
    }
}
