//! Where events are kept: one append-only stream for the register and one for each case.
//!
//! The docket says what it needs; rooms beneath it provide it. A line is opaque here: whoever reads it checks that it
//! follows from the one before.

use std::fmt;
use std::str::FromStr;

use types::{Digest, NameError};

use crate::envelope::StreamId;
use crate::record::ENTRY_MAX_BYTES;

/// The longest document that is kept beside the lines, such as a signed envelope. Artefacts are named by digest and
/// lie elsewhere.
pub const DOCUMENT_MAX_BYTES: usize = 1 << 20;

/// The most lines of one append: an act has a handful of consequences.
pub const APPEND_MAX_LINES: usize = 1024;

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register => f.write_str("register"),
            Self::Case(case) => write!(f, "case/{case}"),
        }
    }
}

impl FromStr for StreamId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.strip_prefix("case/") {
            Some(case) => case.parse().map(Self::Case),
            None if text == "register" => Ok(Self::Register),
            None => Err(NameError),
        }
    }
}

/// What a decision leaves: lines at the end of a stream, and messages for whoever carries out its effects.
#[derive(Debug, Clone, Copy)]
pub struct Append<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// Its length when the decision was made.
    pub expected: u64,
    /// Other streams that the decision was made on, and their versions then: a key that was revoked meanwhile signs
    /// nothing.
    pub unmoved: &'a [(StreamId, u64)],
    /// The lines. At least one.
    pub lines: &'a [String],
    /// Messages, kept until they are [sent](Journal::sent).
    pub outbox: &'a [String],
    /// What the lines name by digest, such as signed envelopes, kept with them under that digest. Whoever reads a
    /// document holds it against its digest.
    pub documents: &'a [(Digest, String)],
}

/// The name of a message: the version of its stream after the append that left it, and its place among that append's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The stream.
    pub stream: StreamId,
    /// The stream's version after the append.
    pub version: u64,
    /// The place, from 0.
    pub place: u32,
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its name. A worker that sees it twice has seen one message.
    pub id: MessageId,
    /// What it says.
    pub body: String,
}

/// An append that left nothing, or of which it is not known what it left.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A stream has moved since the decision was made. Nothing was kept: read it again and decide again.
    #[error("{stream} is at version {found} by now, not {expected}; read it again and decide again")]
    Moved {
        /// Which.
        stream: StreamId,
        /// What was expected.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// What was to be kept is outside the limits. Nothing was kept.
    #[error(
        "an append has 1 to {APPEND_MAX_LINES} lines of at most {ENTRY_MAX_BYTES} bytes, without line ends"
    )]
    OutOfBounds,
    /// It may have been kept or not: read the stream before saying either.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Nothing was found out or kept; the same call may succeed later.
    #[error(
        "the docket cannot be read or written ({0}); free some space or check its permissions, then try again"
    )]
    Unavailable(String),
    /// What is kept cannot be what was written.
    #[error("the docket is damaged: {0}; restore it from a copy")]
    Damaged(String),
    /// It was written by a newer program.
    #[error(
        "the docket was written by a newer program (layout {found}, this one knows {known}); use that one"
    )]
    Newer {
        /// Its layout.
        found: i64,
        /// The newest layout known here.
        known: i64,
    },
}

/// Keeps streams of lines.
///
/// **Durability.** When [`append`](Self::append) returns `Ok`, lines and messages survive a crash of the process and of
/// the machine. **Atomicity.** All lines, messages and documents of an append are kept, or none. **Order.** A stream's lines
/// are read in the order in which they were appended; an append succeeds only on the version that it expects, and only
/// while the streams in `unmoved` have those that it names. **Retry.** After [`AppendError::Journal`] the append
/// may have been kept: the caller reads the stream again and looks for its own lines.
pub trait Journal: Send + Sync {
    /// All lines of a stream; none when nothing was ever appended.
    ///
    /// # Errors
    /// [`JournalError`]
    fn read(&self, stream: &StreamId) -> Result<Vec<String>, JournalError>;

    /// The streams that have lines, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError`]
    fn streams(&self) -> Result<Vec<StreamId>, JournalError>;

    /// Keeps what a decision leaves and says the stream's new version.
    ///
    /// # Errors
    /// [`AppendError`]
    fn append(&self, append: &Append<'_>) -> Result<u64, AppendError>;

    /// A document by its digest, if it was ever kept.
    ///
    /// # Errors
    /// [`JournalError`]
    fn document(&self, digest: Digest) -> Result<Option<String>, JournalError>;

    /// Messages that wait, oldest first within a stream, at most `limit`.
    ///
    /// # Errors
    /// [`JournalError`]
    fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, JournalError>;

    /// Forgets a message whose effect has happened. One that is not there was forgotten before.
    ///
    /// # Errors
    /// [`JournalError`]; the message may be handed out again.
    fn sent(&self, id: &MessageId) -> Result<(), JournalError>;
}

impl Append<'_> {
    /// Checks the limits.
    ///
    /// # Errors
    /// [`AppendError::OutOfBounds`]
    pub fn check(&self) -> Result<(), AppendError> {
        let fits = |line: &String| line.len() <= ENTRY_MAX_BYTES && !line.contains('\n');
        let sound = (1..=APPEND_MAX_LINES).contains(&self.lines.len())
            && self.outbox.len() <= APPEND_MAX_LINES
            && self.documents.len() <= APPEND_MAX_LINES
            && self.documents.iter().all(|(_, document)| document.len() <= DOCUMENT_MAX_BYTES)
            && self.lines.iter().chain(self.outbox).all(fits);
        if sound { Ok(()) } else { Err(AppendError::OutOfBounds) }
    }

    /// The stream's version once the lines are kept.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.expected + self.lines.len() as u64
    }
}
