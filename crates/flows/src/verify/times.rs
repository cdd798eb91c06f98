//! The latest time that a package names. A writer that goes on must not date anything before it.

use std::path::Path;

use range::transcript;
use types::{AttemptId, Timestamp};

use crate::evidence::{Log, Record};
use crate::summary::transcript_file;

/// The latest time in the package in `folder`: of its log's last line, or of the attempt that was under way. `None`
/// where there is none that can be read; whoever opens the package then says why.
#[must_use]
pub fn latest(folder: &Path) -> Option<Timestamp> {
    let log = Log::read(folder).ok()?;
    let last = log.lines.last()?;
    let attempt = log.lines.iter().rev().find_map(|line| match &line.record {
        Record::AttemptStarted { run, item } => Some(AttemptId { run: *run, item: item.clone() }),
        _ => None,
    });
    let entries = attempt.and_then(|attempt| transcript::read(&folder.join(transcript_file(&attempt))).ok());
    let in_attempt = entries.and_then(|entries| entries.last().map(|entry| entry.at));
    Some(in_attempt.map_or(last.at, |at| at.max(last.at)))
}
