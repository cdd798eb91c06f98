//! Proof files: all that shows, offline, that one entry is in a log.
//!
//! Source: C2SP tlog-proof, version `c2sp.org/tlog-proof@v1`.

use std::fmt;

use types::Digest;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::VerifierKey;
use crate::note::{MAX_NOTE_BYTES, Note};
use crate::proof::{ProofError, verify_inclusion};
use crate::rotation::LogKeys;
use crate::spelling::{digest_from_base64, from_base64, from_decimal, to_base64};

const VERSION: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 entries is 64 levels high.
const MAX_HASHES: usize = 64;
/// The longest file that is read: a note and as much again for extra data.
const MAX_FILE_BYTES: usize = 2 * MAX_NOTE_BYTES;

/// Why a proof file was not read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The bytes are no proof file: fetch them again, or they were changed.
    #[error("not a proof file: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it does not hold: see there.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof in it does not hold: see there.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// A proof file. `Display` writes the very bytes that were parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    index: u64,
    hashes: Vec<Digest>,
    checkpoint: Note,
    extra: Option<Vec<u8>>,
}

impl TlogProof {
    /// The proof that `hashes` lead from entry `index` to the root in `checkpoint`; nothing is checked yet.
    #[must_use]
    pub fn new(index: u64, hashes: Vec<Digest>, checkpoint: Note) -> Self {
        Self { index, hashes, checkpoint, extra: None }
    }

    /// Reads a proof file without believing it.
    ///
    /// # Errors
    /// [`TlogProofError::Malformed`], and [`TlogProofError::Checkpoint`] when the checkpoint is no note.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(TlogProofError::Malformed("it is longer than 2000000 bytes"));
        }
        let file = std::str::from_utf8(bytes).map_err(|_| TlogProofError::Malformed("it is not UTF-8"))?;
        let (head, note) = file
            .split_once("\n\n")
            .ok_or(TlogProofError::Malformed("no empty line precedes a checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(VERSION) {
            return Err(TlogProofError::Malformed("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let mut line = lines.next();
        let mut extra = None;
        if let Some(base64) = line.and_then(|line| line.strip_prefix("extra ")) {
            let bytes = from_base64(base64);
            extra = Some(bytes.ok_or(TlogProofError::Malformed("its extra data is not base64"))?);
            line = lines.next();
        }
        let index = line.and_then(|line| line.strip_prefix("index ")).and_then(from_decimal);
        let index = index.ok_or(TlogProofError::Malformed("no line `index` with a decimal number"))?;
        let hashes: Option<Vec<_>> = lines.map(digest_from_base64).collect();
        let hashes = hashes
            .filter(|hashes| hashes.len() <= MAX_HASHES)
            .ok_or(TlogProofError::Malformed("its hashes are not at most 64 lines of 32 bytes in base64"))?;
        let checkpoint = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        Ok(Self { index, hashes, checkpoint, extra })
    }

    /// Checks that `leaf` is in the log whose checkpoint `key` signed, and gives that checkpoint; the caller
    /// still compares its origin.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`] and [`TlogProofError::Proof`].
    pub fn verify(&self, leaf: &Digest, key: &VerifierKey) -> Result<Checkpoint, TlogProofError> {
        let text = self.checkpoint.verify(key).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::parse(text)?;
        verify_inclusion(leaf, self.index, checkpoint.head(), &self.hashes)?;
        Ok(checkpoint)
    }

    /// Like [`TlogProof::verify`] for a reader who has no key, and says so: anybody may have written the checkpoint.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`] and [`TlogProofError::Proof`].
    pub fn unverified(&self, leaf: &Digest) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::parse(self.checkpoint.unverified_text())?;
        verify_inclusion(leaf, self.index, checkpoint.head(), &self.hashes)?;
        Ok(checkpoint)
    }

    /// Like [`TlogProof::verify`], for a log whose keys may have changed; its origin is checked too.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`] and [`TlogProofError::Proof`].
    pub fn verify_for(&self, leaf: &Digest, keys: &LogKeys) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = keys.open(&self.checkpoint)?;
        verify_inclusion(leaf, self.index, checkpoint.head(), &self.hashes)?;
        Ok(checkpoint)
    }

    /// The same proof with data beside it that no signature covers, such as what an entry is made of.
    #[must_use]
    pub fn with_extra(self, extra: Vec<u8>) -> Self {
        Self { extra: Some(extra), ..self }
    }

    /// The checkpoint in it, with its cosignatures, not believed yet.
    #[must_use]
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The entry's index in the log, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Data that came along. No signature covers it.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{VERSION}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
