//! The signature over the log: whose it is, and that it is over this log.

use std::fs;
use std::io::Read;
use std::path::Path;

use ledger::{Checkpoint, Note, Tree, VerifierKey, leaf_hash, open_checkpoint};
use types::json;

use super::{Broken, broken};
use crate::evidence::{CHECKPOINT, LOG, Log, SIGNER};

/// A checkpoint or a key is a few hundred bytes; what is longer does not parse.
const NOTE_MAX_BYTES: u64 = 64 << 10;

/// The checkpoint, if its signature holds under the key that the package names and, if one was given, under that.
pub(super) fn checkpoint(folder: &Path, key: Option<&VerifierKey>) -> Result<Checkpoint, Broken> {
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
    let checkpoint =
        open_checkpoint(&note, key.unwrap_or(&own)).or_else(|error| broken(CHECKPOINT, error.to_string()))?;
    if key.is_some_and(|key| key != &own) {
        broken(SIGNER, "is not the key that signed")
    } else {
        Ok(checkpoint)
    }
}

pub(super) fn same_tree(folder: &Path, log: &Log, checkpoint: &Checkpoint) -> Result<(), Broken> {
    for (line, leaf) in log.lines.iter().zip(&log.leaves) {
        if json::line(line).map(|text| leaf_hash(text.as_bytes())).ok() != Some(*leaf) {
            return broken(LOG, format!("line {} is not written as this program writes it", line.seq + 1));
        }
    }
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

/// The log as it was when it had `entries` lines.
pub(super) fn prefix(log: &Log, entries: u64) -> Log {
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
