//! Checkpoints: a signed note that says how large a log is and what its root is.
//!
//! Source: C2SP tlog-checkpoint 1.0.0.

use crate::key::{KeyId, SignerKey, VerifierKey};
use crate::note::{MAX_TEXT_BYTES, Note, NoteError};
use crate::spelling::{digest_from_base64, from_decimal, to_base64};
use crate::tree::TreeHead;

/// Why a checkpoint was not made, read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it does not hold: see there.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no checkpoint: fetch it again, or it was changed.
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    /// Another log speaks: fetch the checkpoint of the log that is meant.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    Origin {
        /// The log that is meant.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
    /// A retired key signed a tree that is larger than the one at which it was retired: perhaps it was stolen.
    #[error("key {id} was retired at {until} entries and signed a checkpoint of {size}")]
    Retired {
        /// The key's id.
        id: KeyId,
        /// The size that it signed.
        size: u64,
        /// The largest size for which it speaks.
        until: u64,
    },
}

/// What a log claims: its origin, its size, its root, and further lines that are kept but not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint of the log `origin`: a URL without its scheme that no other log has.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] when `origin` or an extension is empty or holds control characters, or
    /// when all is longer than a note's text.
    pub fn new(origin: String, head: TreeHead, extensions: Vec<String>) -> Result<Self, CheckpointError> {
        let checkpoint = Self { origin, head, extensions };
        let mut lines = std::iter::once(&checkpoint.origin).chain(&checkpoint.extensions);
        if !lines.all(|line| !line.is_empty() && line.bytes().all(|byte| byte >= b' ')) {
            return Err(CheckpointError::Malformed("a line is empty or holds control characters"));
        }
        if checkpoint.text().len() > MAX_TEXT_BYTES {
            return Err(CheckpointError::Malformed("it is longer than 900000 bytes"));
        }
        Ok(checkpoint)
    }

    /// Reads what [`Checkpoint::text`] writes.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let short = CheckpointError::Malformed("origin, size and root each need a line with a line end");
        let lines = text.strip_suffix('\n').ok_or_else(|| short.clone())?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(short);
        };
        let size =
            from_decimal(size).ok_or(CheckpointError::Malformed("its size is not a decimal number"))?;
        let root = digest_from_base64(root)
            .ok_or(CheckpointError::Malformed("its root is not 32 bytes in base64"))?;
        Self::new(origin.to_owned(), TreeHead { size, root }, lines.map(str::to_owned).collect())
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = to_base64(self.head.root.as_bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.head.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Which log speaks. The caller compares it with the log that it expects: one key may sign for several.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The tree that the checkpoint vouches for.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Further lines, opaque here.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The checkpoint in a note that `key` signed.
///
/// # Errors
/// Any [`CheckpointError`].
pub fn open_checkpoint(note: &[u8], key: &VerifierKey) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::parse(Note::parse(note)?.verify(key)?)
}

/// The checkpoint as a note signed by `key`. A log signs only what is consistent with all that it signed before.
#[must_use]
pub fn sign_checkpoint(checkpoint: &Checkpoint, key: &SignerKey) -> String {
    Note::signed(checkpoint.text(), key).to_string()
}
