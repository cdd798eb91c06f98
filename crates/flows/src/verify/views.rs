//! The views: all of them follow from the evidence, byte for byte, and from all of it.

use std::fs;
use std::path::Path;

use assay::Threshold;
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

const REPORT: &str = "report.json";
const PAGE: &str = "report.html";

/// The report follows from the evidence: it is built again and compared, and so is everything drawn from it.
pub(super) fn derived(
    folder: &Path,
    log: &Log,
    plan: &(Plan, Digest),
    opening: Option<&Opening>,
) -> Result<Review, Broken> {
    let review = stored(folder).or_else(|_| broken(REPORT, "cannot be read as a report"))?;
    let last = drawn_after_the_last_run(log, &review)?;
    let threshold = match opening {
        Some(opening) if opening.commitment != plan.0.commitment => {
            return broken("the opening", "is of another commitment than the plan's");
        }
        Some(opening) => opening.open().or_else(|why| broken("the opening", why))?,
        None => shown_threshold(&review).or_else(|()| broken(REPORT, "shows a threshold that is none"))?,
    };
    let again = summary::review(
        folder,
        &prefix(log, review.log.entries),
        (&plan.0, plan.1),
        &threshold,
        review.written_at,
    );
    let again = again.or_else(|error| broken(REPORT, error.to_string()))?;
    if review.proofhouse_version != again.proofhouse_version {
        let version = &review.proofhouse_version;
        return broken(REPORT, format!("was drawn by version {version:.20}; verify it with that version"));
    }
    if review != again {
        return broken(REPORT, "does not follow from the evidence");
    }
    let text =
        |drawn: Result<String, report::ReportError>| drawn.map(String::into_bytes).map_err(FlowError::from);
    same(folder, REPORT, text(report::json(&review)))?;
    same(folder, PAGE, text(report::page(&review)))?;
    same(folder, &inspect_file(last), inspect(folder, &review, last))?;
    earlier(folder, log, plan, (&threshold, &review), last)?;
    Ok(review)
}

/// The report tells of the whole log until it was drawn, which was after the last run's end. Says which run that was.
fn drawn_after_the_last_run(log: &Log, review: &Review) -> Result<RunNumber, Broken> {
    let ended = log.lines.iter().rev().find_map(|line| match line.record {
        Record::RunEnded { run } => Some((run, line.seq)),
        _ => None,
    });
    let Some((last, ended_at)) = ended else { return broken("run 1", "was never started") };
    for view in [REPORT, PAGE, &inspect_file(last)] {
        if log.file(view).is_none_or(|(_, seq)| seq < ended_at) {
            return broken(
                view,
                "is not in the log since the last run; run the same review again to finish it",
            );
        }
    }
    let line = log.file(REPORT).and_then(|(_, seq)| log.lines.get(usize::try_from(seq).ok()?));
    let Some(line) = line.filter(|line| line.seq == review.log.entries) else {
        return broken(REPORT, "was not drawn from the log as it was when the report was added");
    };
    let before = usize::try_from(line.seq).ok().and_then(|at| log.lines.get(at.checked_sub(1)?));
    if before.is_some_and(|before| review.written_at < before.at) || review.written_at > line.at {
        return broken(REPORT, "is dated before what it tells of, or after it was added to the log");
    }
    Ok(last)
}

/// Inspect logs of earlier runs were drawn from the log as it was then.
fn earlier(
    folder: &Path,
    log: &Log,
    plan: &(Plan, Digest),
    (threshold, review): (&Threshold, &Review),
    last: RunNumber,
) -> Result<(), Broken> {
    let mut reported = None;
    let mut drawn = Vec::new();
    for line in &log.lines {
        match &line.record {
            Record::FileAdded { path, .. } if path == REPORT => reported = Some(line.seq),
            Record::FileAdded { path, .. } => {
                let run = review.runs.iter().map(|run| run.number).find(|run| *path == inspect_file(*run));
                if let Some(run) = run.filter(|run| *run != last) {
                    drawn.retain(|(known, _)| *known != run);
                    drawn.push((run, reported));
                }
            }
            _ => {}
        }
    }
    for (run, reported) in drawn {
        let name = inspect_file(run);
        let Some(entries) = reported else { return broken(name, "is older than the first report") };
        let then = prefix(log, entries);
        let then = summary::review(folder, &then, (&plan.0, plan.1), threshold, review.written_at);
        same(folder, &name, then.and_then(|then| inspect(folder, &then, run)))?;
    }
    Ok(())
}

/// A view is what is drawn now.
fn same(folder: &Path, view: &str, drawn: Result<Vec<u8>, FlowError>) -> Result<(), Broken> {
    let drawn = drawn.or_else(|error| broken(view, error.to_string()))?;
    if fs::read(folder.join(view)).ok() == Some(drawn) {
        Ok(())
    } else {
        broken(view, "does not follow from the evidence")
    }
}

/// The threshold as the report shows it; only an opening proves that it is the one that was committed to.
fn shown_threshold(review: &Review) -> Result<Threshold, ()> {
    let shown = serde_json::json!({
        "format": assay::THRESHOLD_FORMAT,
        "estimand": review.threshold.estimand,
        "cut": review.threshold.cut,
        "confidence": review.threshold.confidence,
    });
    serde_json::from_value(shown).map_err(|_| ())
}
