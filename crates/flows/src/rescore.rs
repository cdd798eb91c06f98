//! Re-running every oracle on the recorded submissions: `proofhouse rescore OUT`. With the suite at hand it also shows
//! what `verify` cannot: that each attempt was given its item's instruction.

use std::fmt;
use std::path::Path;

use chamber::Host;
use range::agent::{ToolStyle, judge, prompt};
use range::oracle::Builds;
use range::suite::Item;
use range::transcript;
use types::transcript::{Entry, Event, Submission};
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
    pub recorded: Judgement,
    /// What the oracle says now; an error is its reason.
    pub now: Result<Judgement, String>,
}

/// What an oracle says that must be the same each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the submission counts.
    pub accepted: bool,
    /// Attempts at the grader that were noticed.
    pub flags: Vec<String>,
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.accepted { "accepted" } else { "not accepted" })?;
        if self.flags.is_empty() { Ok(()) } else { write!(f, " ({})", self.flags.join("; ")) }
    }
}

impl Rescored {
    /// Whether both say the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.now.as_ref() == Ok(&self.recorded)
    }

    fn said(&self) -> String {
        self.now.as_ref().map_or_else(Clone::clone, ToString::to_string)
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
        let entries = transcript::read(&folder.join(transcript_file(attempt)))?;
        if !was_given(item, &entries) {
            return Err(EvidenceError::Broken {
                file: folder.join(transcript_file(attempt)),
                what: "was given other words than the suite's item".to_owned(),
            }
            .into());
        }
        let Some((submission, recorded)) = recorded(&entries) else { continue };
        let bytes = submission.map(|known| submitted(folder, attempt, known)).transpose()?;
        let now = judge(host, &builds, item, bytes.as_deref())
            .map(|verdict| Judgement { accepted: verdict.accepted, flags: verdict.flags });
        let now = now.map_err(|error| error.to_string());
        let rescored = Rescored { run: attempt.run, item: attempt.item.clone(), recorded, now };
        let against = if rescored.agrees() {
            Vec::new()
        } else {
            vec![format!("recorded {}, now {}", rescored.recorded, rescored.said())]
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

/// Whether the model was told what the suite's item says.
fn was_given(item: &Item, entries: &[Entry]) -> bool {
    let named = entries.iter().find_map(|entry| match entry.event {
        Event::AttemptStarted { instruction, .. } => Some(instruction),
        _ => None,
    });
    let opening = entries.iter().find_map(|entry| match &entry.event {
        Event::Prompted { messages } => Some(messages),
        _ => None,
    });
    let known = [ToolStyle::Native, ToolStyle::Fenced].map(|style| prompt::opening(item, style));
    // An attempt that ended before it was prompted was told nothing.
    named == Some(Digest::of(item.instruction.as_bytes()))
        && opening.is_none_or(|messages| known.contains(messages))
}

/// What was submitted and judged; `None` when the attempt never came so far.
fn recorded(entries: &[Entry]) -> Option<(Option<Submission>, Judgement)> {
    let submission = entries.iter().rev().find_map(|entry| match entry.event {
        Event::Submitted { submission } => Some(submission),
        _ => None,
    });
    let judged = entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Judged { accepted, flags, .. } => {
            Some(Judgement { accepted: *accepted, flags: flags.clone() })
        }
        _ => None,
    });
    submission.zip(judged)
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
