//! The views of a review, drawn from the package alone.

use std::fs;
use std::path::Path;

use assay::Threshold;
use range::transcript;
use report::Sample;
use report::data::Review;
use types::chat::Role;
use types::transcript::{Entry, Event};
use types::{Digest, RunNumber};

use super::Request;
use crate::error::FlowError;
use crate::evidence::{Evidence, EvidenceError, Record};
use crate::plan::Plan;
use crate::progress::{Progress, Step};
use crate::summary;

/// Draws the views, unless they show the last run already.
pub(super) fn views(
    request: &Request<'_>,
    evidence: &mut Evidence<'_>,
    plan: (&Plan, Digest),
    threshold: &Threshold,
    progress: &mut dyn Progress,
) -> Result<Review, FlowError> {
    progress.step(Step::Reporting);
    let last = evidence.log().lines.iter().rev().find_map(|line| match line.record {
        Record::RunEnded { run } => Some((run, line.seq)),
        _ => None,
    });
    let review = summary::review(&request.out, evidence.log(), plan, threshold, request.clock.now())?;
    let Some((run, ended_at)) = last else { return Ok(review) };
    let inspect_name = inspect_file(run);
    let names = ["report.json", "report.html", &inspect_name];
    if names.iter().all(|name| evidence.log().file(name).is_some_and(|(_, seq)| seq > ended_at)) {
        return stored(&request.out);
    }
    evidence.write("report.json", report::json(&review)?.as_bytes())?;
    evidence.write("report.html", report::page(&review)?.as_bytes())?;
    evidence.write(&inspect_name, &inspect(&request.out, &review, run)?)?;
    Ok(review)
}

/// The Inspect log's file.
#[must_use]
pub fn inspect_file(run: RunNumber) -> String {
    format!("run-{run}.eval")
}

/// The report as it stands in the package.
///
/// # Errors
/// [`EvidenceError`]
pub fn stored(folder: &Path) -> Result<Review, FlowError> {
    let file = folder.join("report.json");
    let bytes = fs::read(&file).map_err(|source| EvidenceError::Unreadable { file: file.clone(), source })?;
    let read = serde_json::from_slice(&bytes);
    read.map_err(|_| EvidenceError::Broken { file, what: "is not a report".to_owned() }.into())
}

/// The Inspect log of a run, from the package alone.
///
/// # Errors
/// [`FlowError`]
pub fn inspect(folder: &Path, review: &Review, run: RunNumber) -> Result<Vec<u8>, FlowError> {
    let Some(data) = review.runs.iter().find(|data| data.number == run) else {
        return Err(report::ReportError::NoRun(run).into());
    };
    let mut read = Vec::new();
    for item in data.items.iter().filter(|item| !item.transcript.is_empty()) {
        read.push((item, transcript::read(&folder.join(&item.transcript))?));
    }
    let samples: Vec<Sample<'_>> = read
        .iter()
        .map(|(item, entries)| Sample { item, instruction: instruction(entries), entries })
        .collect();
    Ok(report::inspect_log(review, run, &samples)?)
}

/// What the model was told, as the transcript has it.
fn instruction(entries: &[Entry]) -> &str {
    let opening = entries.iter().find_map(|entry| match &entry.event {
        Event::Prompted { messages } => messages.iter().find(|message| message.role == Role::User),
        _ => None,
    });
    opening.and_then(|message| message.content.as_deref()).unwrap_or_default()
}
