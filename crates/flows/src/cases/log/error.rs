//! What keeps a case's log from following its record, or from being believed.

use ledger::log::{CommitError, ObjectError, OpenError};
use ledger::tiles::ReadError;

/// Why nothing was done with a case's log. Its record is not touched by any of these.
#[derive(Debug, thiserror::Error)]
pub enum CaseLogError {
    /// The docket is an old copy, or entries were taken out of it.
    #[error(
        "the log has {log} entries and the record accounts for {record}: the docket went back; restore its newer copy"
    )]
    Ahead {
        /// Entries in the log.
        log: u64,
        /// Entries that it should have at most.
        record: u64,
    },
    /// A line was changed and everything after it made to fit, or the log is another case's.
    #[error(
        "the log is not of this record from entry {version} of it on: that was changed after it was logged, or the log \
         is another case's; compare with the parties' copies"
    )]
    Differs {
        /// Entry of the record.
        version: u64,
    },
    /// What says which log is the case's cannot be read.
    #[error("{0} is damaged; restore it from a copy")]
    Damaged(String),
    /// The record names a checkpoint that was cosigned, and the log is not the one that it is of.
    #[error(
        "the log is not the one of which a checkpoint was cosigned (entry {version}); restore it from a copy"
    )]
    Cosigned {
        /// Entry of the record.
        version: u64,
        /// What does not hold.
        source: crate::cases::CosignError,
    },
    /// Another process has the logs' lock.
    #[error("another process writes to the logs; try again when it has ended")]
    Busy,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Draw(#[source] std::io::Error),
    /// Storage does not answer.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The log cannot be opened: see there.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log did not take the entries, or it is not known whether it did. The next command finds out.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The log's tiles are not what its checkpoint says.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The record says nothing of that kind.
    #[error("the record holds no {0}")]
    NotSaid(String),
    /// An inclusion proof could not be made.
    #[error(transparent)]
    Proof(#[from] ledger::ProofError),
}

impl CaseLogError {
    /// Whether log and record say different things: nothing more should be built on either before somebody looked.
    #[must_use]
    pub fn is_contradiction(&self) -> bool {
        match self {
            Self::Ahead { .. }
            | Self::Differs { .. }
            | Self::Damaged(_)
            | Self::Cosigned { .. }
            | Self::Read(_) => true,
            Self::Open(error) => matches!(
                error,
                OpenError::Damaged { .. }
                    | OpenError::Checkpoint(_)
                    | OpenError::Read(_)
                    | OpenError::RolledBack { .. }
            ),
            Self::Busy
            | Self::Draw(_)
            | Self::Object(_)
            | Self::Commit(_)
            | Self::NotSaid(_)
            | Self::Proof(_) => false,
        }
    }
}
