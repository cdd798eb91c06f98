//! Re-running every oracle on the recorded submissions: `proofhouse rescore OUT`.

use std::path::Path;

use chamber::Host;
use range::agent::judge;
use range::oracle::Builds;
use range::transcript;
use types::transcript::{Event, Submission};
use types::{AttemptId, Digest, ItemId, RunNumber};

use crate::error::FlowError;
use crate::evidence::{EvidenceError, Log, Record};
use crate::plan::Plan;
use crate::progress::{Progress, Step};
use crate::review::take_suite;
use crate::summary::{submission_file, transcript_file};
use crate::verify;

/// One submission, judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescored {
    /// The run.
    pub run: RunNumber,
    /// The item.
    pub item: ItemId,
    /// What the record says.
    pub recorded: bool,
    /// What the oracle says now; an error is its reason.
    pub now: Result<bool, String>,
}

impl Rescored {
    /// Whether both say the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.now == Ok(self.recorded)
    }
}

/// Judges every recorded submission of the package in `folder` again, if the package is consistent.
///
/// # Errors
/// [`FlowError`] when the package or the suite cannot be read, or is another than the plan's.
pub fn run(
    folder: &Path,
    suite: &Path,
    host: &Host,
    progress: &mut dyn Progress,
) -> Result<Vec<Rescored>, FlowError> {
    verify::run(folder, None, None)
        .map_err(|broken| EvidenceError::Broken { file: folder.join(broken.what), what: broken.why })?;
    let (plan, _) = Plan::read(folder)?;
    let (suite, planned) = take_suite(suite, progress)?;
    if planned != plan.suite {
        return Err(FlowError::OtherPlan { folder: folder.to_owned(), differs: "the suite" });
    }
    let log = Log::read(folder)?;
    let attempts: Vec<AttemptId> = (log.lines.iter())
        .filter_map(|line| match &line.record {
            Record::AttemptEnded { run, item, .. } => Some(AttemptId { run: *run, item: item.clone() }),
            _ => None,
        })
        .collect();
    let builds = Builds::default();
    let mut all = Vec::new();
    for (at, attempt) in attempts.iter().enumerate() {
        let Some(item) = suite.item(&attempt.item) else { continue };
        let Some((submission, recorded)) = recorded(folder, attempt)? else { continue };
        let bytes = submission.map(|known| submitted(folder, attempt, known)).transpose()?;
        let now = judge(host, &builds, item, bytes.as_deref()).map(|verdict| verdict.accepted);
        let now = now.map_err(|error| error.to_string());
        let rescored = Rescored { run: attempt.run, item: attempt.item.clone(), recorded, now };
        let against = if rescored.agrees() {
            Vec::new()
        } else {
            vec![format!("recorded {recorded}, now {:?}", rescored.now)]
        };
        progress.step(Step::Checked {
            place: at + 1,
            of: attempts.len(),
            item: &attempt.item,
            against: &against,
        });
        all.push(rescored);
    }
    Ok(all)
}

/// What was submitted and judged; `None` when the attempt never came so far.
fn recorded(folder: &Path, attempt: &AttemptId) -> Result<Option<(Option<Submission>, bool)>, FlowError> {
    let entries = transcript::read(&folder.join(transcript_file(attempt)))?;
    let submission = entries.iter().rev().find_map(|entry| match entry.event {
        Event::Submitted { submission } => Some(submission),
        _ => None,
    });
    let accepted = entries.iter().rev().find_map(|entry| match entry.event {
        Event::Judged { accepted, .. } => Some(accepted),
        _ => None,
    });
    Ok(submission.zip(accepted))
}

fn submitted(folder: &Path, attempt: &AttemptId, known: Submission) -> Result<Vec<u8>, FlowError> {
    let file = folder.join(submission_file(attempt));
    let bytes =
        std::fs::read(&file).map_err(|source| EvidenceError::Unreadable { file: file.clone(), source })?;
    if Digest::of(&bytes) == known.digest {
        Ok(bytes)
    } else {
        Err(EvidenceError::Broken {
            file,
            what: "is not the submission that the transcript names".to_owned(),
        }
        .into())
    }
}
