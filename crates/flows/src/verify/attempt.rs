//! One attempt: its transcript, its verdict, its submission.

use std::path::Path;

use range::agent::prompt::refused;
use range::transcript;
use types::transcript::{Entry, Event, ProbeResult, Submission};
use types::{AttemptId, Outcome};

use super::{Broken, broken};
use crate::evidence::Log;
use crate::plan::Plan;
use crate::summary::{submission_file, transcript_file};

/// The transcript tells of this attempt from its start to this outcome, and its submission is there.
pub(super) fn attempt(
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
