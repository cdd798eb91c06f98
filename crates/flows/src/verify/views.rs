//! The views: the report follows from the evidence.

use std::fs;
use std::path::Path;

use report::data::Review;
use types::{Digest, RunNumber};

use super::signature::prefix;
use super::{Broken, broken};
use crate::error::FlowError;
use crate::evidence::{Log, Record};
use crate::plan::Plan;
use crate::review::{inspect, inspect_file, stored};
use crate::summary;
use crate::threshold::Opening;

/// The report follows from the evidence: it is built again and compared.
pub(super) fn derived(
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
