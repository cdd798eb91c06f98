//! What can stop planning, replaying and fitting.

use std::path::PathBuf;

use assay::{BankError, MatrixError, PlanError, ReplayError};

use crate::error::Family;

/// Why there is no result. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// A file that cannot be read.
    #[error("{file} cannot be read; check its name and your rights", file = .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("{file} cannot be written; check its folder and your rights", file = .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is too big.
    #[error("{file} has more than {most} bytes, which no such file needs", file = .file.display())]
    TooBig {
        /// The file.
        file: PathBuf,
        /// What it may have.
        most: u64,
    },
    /// A bank that is none.
    #[error("{file}: {why}", file = .file.display())]
    Bank {
        /// The file.
        file: PathBuf,
        /// Why.
        why: BankError,
    },
    /// A response matrix that is none.
    #[error("{file}: {why}", file = .file.display())]
    Matrix {
        /// The file.
        file: PathBuf,
        /// Why.
        why: MatrixError,
    },
    /// A threshold file that is none.
    #[error("{file}: {what}", file = .file.display())]
    Threshold {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A threshold file for another bank or another plan.
    #[error(
        "{file} commits to the {what} {committed}, and this one is {found}: what was committed to has moved",
        file = .file.display()
    )]
    Moved {
        /// The threshold file.
        file: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the file names.
        committed: types::Digest,
        /// What it is.
        found: types::Digest,
    },
    /// No plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// No replay.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A table of items that is none.
    #[error("{file}, line {line}: {what}", file = .file.display())]
    Items {
        /// The file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Data from which no bank can be fitted.
    #[error("no item of {file} can be fitted: {why}", file = .file.display())]
    NothingFitted {
        /// The matrix.
        file: PathBuf,
        /// The first warning.
        why: String,
    },
    /// A person that the matrix does not have.
    #[error("the matrix has no person {0:?} with a response; --each lists those that it has")]
    NoPerson(String),
    /// A report that no attempts can be counted from.
    #[error("{file}: {what}", file = .file.display())]
    Like {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// An exposure ledger that is none.
    #[error("{file}: {what}", file = .file.display())]
    Exposures {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Options that contradict each other.
    #[error("{0}")]
    Usage(String),
    /// Something that cannot be drawn.
    #[error("the drawing could not be made")]
    Report(#[from] report::ReportError),
}

impl MeasureError {
    /// The family, and with it the exit code.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Plan(_) | Self::Replay(ReplayError::Design(_)) | Self::NoPerson(_) | Self::Usage(_) => {
                Family::Usage
            }
            Self::Read { .. }
            | Self::TooBig { .. }
            | Self::Bank { .. }
            | Self::Matrix { .. }
            | Self::Threshold { .. }
            | Self::Moved { .. }
            | Self::Items { .. }
            | Self::NothingFitted { .. }
            | Self::Like { .. }
            | Self::Exposures { .. }
            | Self::Replay(ReplayError::NothingShared | ReplayError::Score { .. }) => Family::Input,
            Self::Write { .. } | Self::Report(_) => Family::Record,
        }
    }

    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file-unreadable",
            Self::Write { .. } => "file-unwritable",
            Self::TooBig { .. } => "file-too-big",
            Self::Bank { why, .. } => why.code(),
            Self::Matrix { why, .. } => why.code(),
            Self::Threshold { .. } => "plan-threshold",
            Self::Moved { .. } => "plan-moved",
            Self::Plan(why) => why.code(),
            Self::Replay(why) => why.code(),
            Self::Items { .. } => "fit-items",
            Self::NothingFitted { .. } => "fit-nothing",
            Self::NoPerson(_) => "replay-no-person",
            Self::Like { .. } => "plan-like",
            Self::Exposures { .. } => "plan-exposures",
            Self::Usage(_) => "assay-options",
            Self::Report(_) => "assay-drawing",
        }
    }
}
