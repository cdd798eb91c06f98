//! Why an artefact was not taken in, or cannot be read.

use super::store::StoreError;
use crate::take::SealError;

/// Why an intake stopped. What was committed stays: the same call goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The source could not be read: see there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Storage failed: see there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is not room for all of it, so nothing was begun.
    #[error("{needed} bytes are needed and {free} are free; make room, then start again")]
    NoSpace {
        /// Bytes that the missing parts take.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// An intake of other files was begun here.
    #[error("an intake of other files was begun here ({0:?} differs); finish that one or discard it")]
    OtherFiles(String),
    /// What was begun here has another key or belongs to another artefact.
    #[error("what was begun here was sealed with another key or for another artefact; name its own folder")]
    OtherKey,
    /// There is nothing left to do.
    #[error("this artefact was taken in already; open it, or name another folder")]
    Finished,
    /// The part's bytes are not those that its digest names.
    #[error("part {part} of {path:?} has another digest than was announced; send it again")]
    WrongHash {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// The part ended early, or went on after its end.
    #[error("part {part} of {path:?} is not as long as planned; send it again")]
    WrongLength {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// There is no such part.
    #[error("there is no part {part} of file {file} in the plan; ask which are missing")]
    NoSuchPart {
        /// Number of the file.
        file: u32,
        /// Number of the part.
        part: u32,
    },
    /// Parts are missing.
    #[error("{0} parts are missing; send them, then finish again")]
    Incomplete(usize),
    /// The part sizes do not allow it.
    #[error("the artefact has more than 4294967295 parts in a file or is otherwise too large; split it")]
    TooLarge,
    /// No random numbers, or the cipher failed.
    #[error("encryption failed; start the same command again")]
    Cipher,
}

/// Why an artefact cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Storage failed: see there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The artefact was not taken in to its end.
    #[error("the intake of this artefact was not finished; finish it first")]
    Unfinished,
    /// The key is another one, or the artefact is another one.
    #[error(
        "the index does not open with this key for this case and artefact; use the key it was sealed with"
    )]
    Key,
    /// The index opens and is none.
    #[error("the index is not one that this version can read ({0})")]
    Index(String),
    /// There is no such file in it, or it ends before.
    #[error("file {file} has no bytes {at} to {end}; read within the file")]
    Range {
        /// Number of the file.
        file: u32,
        /// First byte asked for.
        at: u64,
        /// First byte not asked for.
        end: u64,
    },
    /// A part is not there.
    #[error("part {part} of {path:?} is missing; restore it from a copy of this artefact")]
    Missing {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// A part is shorter or longer than it was.
    #[error("part {part} of {path:?} was cut short or added to; restore it from a copy of this artefact")]
    Truncated {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// A part of this artefact lies in another's place.
    #[error(
        "part {part} of {path:?} is part {from_part} of {from_path:?}; restore it from a copy of this artefact"
    )]
    MovedPart {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
        /// Where it belongs.
        from_path: String,
        /// Where it belongs.
        from_part: u32,
    },
    /// A part that is none of this artefact's.
    #[error(
        "part {part} of {path:?} belongs to another artefact or was changed; restore it from a copy of this one"
    )]
    ForeignPart {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// A part of this place that was replaced before the intake was finished.
    #[error("part {part} of {path:?} is an earlier version of it; restore it from a copy of this artefact")]
    StalePart {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
    },
    /// A chunk lies in another's place of the same part.
    #[error("chunk {chunk} in part {part} of {path:?} is its chunk {from}; restore the part from a copy")]
    MovedChunk {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
        /// Which chunk.
        chunk: u64,
        /// Where it belongs.
        from: u64,
    },
    /// A chunk that is none of this part's.
    #[error(
        "chunk {chunk} in part {part} of {path:?} was changed or comes from elsewhere; restore the part from a copy"
    )]
    ForeignChunk {
        /// Which file.
        path: String,
        /// Which part.
        part: u32,
        /// Which chunk.
        chunk: u64,
    },
    /// The parts hold together, but the file is not the one that was taken in.
    #[error("{path:?} opens, but its digest is not that of the index; take it in again")]
    Digest {
        /// Which file.
        path: String,
    },
}

impl IntakeError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Seal(_) => "intake-source",
            Self::Store(_) => "intake-store",
            Self::NoSpace { .. } => "intake-no-space",
            Self::OtherFiles(_) => "intake-other-files",
            Self::OtherKey => "intake-other-key",
            Self::Finished => "intake-finished",
            Self::WrongHash { .. } => "intake-wrong-hash",
            Self::WrongLength { .. } => "intake-wrong-length",
            Self::NoSuchPart { .. } => "intake-no-such-part",
            Self::Incomplete(_) => "intake-incomplete",
            Self::TooLarge => "intake-too-large",
            Self::Cipher => "intake-cipher",
        }
    }
}

impl OpenError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "open-store",
            Self::Unfinished => "open-unfinished",
            Self::Key => "open-key",
            Self::Index(_) => "open-index",
            Self::Range { .. } => "open-range",
            Self::Missing { .. } => "open-missing",
            Self::Truncated { .. } => "open-truncated",
            Self::MovedPart { .. } => "open-moved-part",
            Self::ForeignPart { .. } => "open-foreign-part",
            Self::StalePart { .. } => "open-stale-part",
            Self::MovedChunk { .. } => "open-moved-chunk",
            Self::ForeignChunk { .. } => "open-foreign-chunk",
            Self::Digest { .. } => "open-digest",
        }
    }
}
