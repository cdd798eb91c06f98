//! The Inspect log (`.eval`): a derived view of one run for people who read logs with Inspect.
//!
//! It proves nothing: a changed log reads back as fine. What can be verified is the package, whose log root stands
//! in `eval.metadata`. It holds no answers: `target` is empty. Refused and unscorable items carry no score, because
//! Inspect turns whatever value they had into a number and into its denominator.
//!
//! Source: `inspect_ai` 0.3.285, `inspect_ai.log` and `inspect_ai.event`; held against it in `tests/read_back.py`.

mod archive;
mod header;
mod message;
mod sample;
mod walk;

use std::collections::BTreeSet;

use types::RunNumber;
use types::transcript::{Entry, Event};

use crate::ReportError;
use crate::data::{Item, Review, Run};
use archive::Archive;
use sample::SampleView;

/// An item with its transcript.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The item, as the run has it.
    pub item: &'a Item,
    /// What the model was asked.
    pub instruction: &'a str,
    /// The attempt's transcript, oldest entry first.
    pub entries: &'a [Entry],
}

/// Writes one run as an Inspect log. The same input gives the same bytes.
///
/// # Errors
/// [`ReportError`] when the review contradicts itself, has no such run, or when `samples` are not exactly the
/// transcripts of the run's given items.
pub fn inspect_log(review: &Review, run: RunNumber, samples: &[Sample<'_>]) -> Result<Vec<u8>, ReportError> {
    crate::check::review(review)?;
    let run = review.runs.iter().find(|known| known.number == run).ok_or(ReportError::NoRun(run))?;
    hold_together(run, samples)?;
    let views: Vec<SampleView> = samples.iter().map(|sample| SampleView::of(review, run, sample)).collect();

    let mut archive = Archive::default();
    let eval = header::eval(review, run);
    archive.add("_journal/start.json", &header::start(&eval))?;
    for view in &views {
        archive.add(&format!("samples/{}_epoch_1.json", view.id), &view.whole)?;
    }
    let summaries: Vec<_> = views.iter().map(|view| &view.summary).collect();
    archive.add("_journal/summaries/1.json", &summaries)?;
    archive.add("summaries.json", &summaries)?;
    archive.add("reductions.json", &header::reductions(&views))?;
    archive.add("header.json", &header::header(run, eval, &views))?;
    archive.finish()
}

/// Every given item has exactly one transcript, and it is of this attempt.
fn hold_together(run: &Run, samples: &[Sample<'_>]) -> Result<(), ReportError> {
    let given = run.items.iter().filter(|item| item.outcome.is_some() || !item.transcript.is_empty());
    let mut expected: BTreeSet<_> = given.map(|item| &item.id).collect();
    for sample in samples {
        if !expected.remove(&sample.item.id) {
            return Err(ReportError::StraySample(sample.item.id.clone()));
        }
        let foreign = sample.entries.iter().any(|entry| {
            matches!(&entry.event, Event::AttemptStarted { attempt, .. }
                if attempt.run != run.number || attempt.item != sample.item.id)
        });
        if foreign {
            return Err(ReportError::ForeignSample(sample.item.id.clone()));
        }
    }
    match expected.first() {
        Some(missing) => Err(ReportError::MissingSample((*missing).clone())),
        None => Ok(()),
    }
}
