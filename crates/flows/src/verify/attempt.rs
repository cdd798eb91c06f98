//! One attempt: its transcript is whole and its own, lies within the attempt's lines of the log, and its submission is
//! there.

use std::fs;
use std::path::Path;

use range::transcript;
use types::transcript::{Entry, Event, Submission};
use types::{AttemptId, Outcome, Timestamp, json};

use super::history::Start;
use super::{Broken, broken, spent, turns};
use crate::evidence::{Log, Record};
use crate::plan::Plan;
use crate::summary::{submission_file, transcript_file};

/// What the log tells of an attempt.
#[derive(Debug)]
pub(super) struct Told<'a> {
    /// When it was started.
    pub started: Timestamp,
    /// When its transcript was added.
    pub added: Timestamp,
    /// Each time that its run was started or went on, until the attempt's end.
    pub starts: &'a [Start<'a>],
    /// Its outcome.
    pub outcome: Outcome,
}

/// Checks an attempt against what the log tells of it.
pub(super) fn check(
    folder: &Path,
    log: &Log,
    plan: &Plan,
    id: &AttemptId,
    told: &Told<'_>,
) -> Result<(), Broken> {
    let path = transcript_file(id);
    let entries = read(folder, &path)?;
    within_its_lines(&path, &entries, told)?;
    starts_and_ends(&path, &entries, plan, id, told)?;
    turns::follow(&path, &entries, plan, told.starts)?;
    spent::adds_up(&path, &entries, plan)?;
    let submitted = entries.iter().find_map(|entry| match entry.event {
        Event::Submitted { submission } => submission,
        _ => None,
    });
    if told.outcome == Outcome::Passed && submitted.is_none() {
        return broken(path, "passed without a submission");
    }
    submission(log, id, submitted)
}

/// The transcript's events, if they are all that stands in it, written as this program writes them.
fn read(folder: &Path, path: &str) -> Result<Vec<Entry>, Broken> {
    let file = folder.join(path);
    let (Ok(entries), Ok(bytes)) = (transcript::read(&file), fs::read(&file)) else {
        return broken(path, "is not a transcript");
    };
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    for entry in &entries {
        let again = json::line(entry).unwrap_or_default() + "\n";
        if lines.next() != Some(again.as_bytes()) {
            return broken(path, format!("line {} is not written as this program writes it", entry.seq + 1));
        }
    }
    if lines.next().is_none() { Ok(entries) } else { broken(path, "ends in the middle of a line") }
}

fn starts_and_ends(
    path: &str,
    entries: &[Entry],
    plan: &Plan,
    id: &AttemptId,
    told: &Told<'_>,
) -> Result<(), Broken> {
    let Some(Entry { event: Event::AttemptStarted { attempt, chamber, budget, .. }, at, .. }) =
        entries.first()
    else {
        return broken(path, "does not start with this attempt under the plan's budget");
    };
    if attempt != id || *budget != plan.budget {
        return broken(path, "does not start with this attempt under the plan's budget");
    }
    let limits = told.starts.iter().rev().find(|start| start.at <= *at).map_or("", |start| start.limits);
    let version = chamber
        .strip_suffix(limits)
        .and_then(|rest| rest.strip_suffix(", ")?.strip_prefix(plan.chamber.as_str())?.strip_prefix(' '));
    if version.is_none_or(|version| version.is_empty() || version.contains(' ')) {
        return broken(
            path,
            "does not start in a chamber of the plan's kind under the limits that the log names",
        );
    }
    match entries.last().map(|entry| &entry.event) {
        Some(Event::AttemptEnded { outcome, .. }) if *outcome == told.outcome => Ok(()),
        _ => broken(path, "does not end with the outcome that the log names"),
    }
}

/// The time never goes back, and lies between the attempt's start in the log and the line that adds the transcript.
/// Where the run went on meanwhile, the attempt says so before anything else.
fn within_its_lines(path: &str, entries: &[Entry], told: &Told<'_>) -> Result<(), Broken> {
    let mut before = told.started;
    for entry in entries {
        let line = entry.seq + 1;
        if entry.at < before {
            return broken(path, format!("line {line} is dated before what came before it"));
        }
        if entry.at > told.added {
            return broken(path, format!("line {line} is dated after the transcript was added to the log"));
        }
        let interrupted =
            entry.seq > 0 && told.starts.iter().any(|start| before < start.at && start.at <= entry.at);
        match (interrupted, matches!(entry.event, Event::AttemptResumed { .. })) {
            (false, true) => {
                return broken(
                    path,
                    format!("line {line} goes on although the log tells of no interruption"),
                );
            }
            (true, false) => {
                return broken(path, format!("line {line} follows an interruption without saying so"));
            }
            (true, true) | (false, false) => {}
        }
        before = entry.at;
    }
    Ok(())
}

fn submission(log: &Log, id: &AttemptId, submitted: Option<Submission>) -> Result<(), Broken> {
    let path = submission_file(id);
    let added = log.lines.iter().find_map(|line| match &line.record {
        Record::FileAdded { path: added, digest, size_bytes } if *added == path => {
            Some(Submission { digest: *digest, size_bytes: *size_bytes })
        }
        _ => None,
    });
    if added == submitted { Ok(()) } else { broken(path, "is not the submission that the transcript names") }
}
