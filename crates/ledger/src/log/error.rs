//! What keeps a log from being opened or written to.

use types::Timestamp;

use super::objects::ObjectError;
use super::publish::Unwitnessed;
use crate::checkpoint::CheckpointError;
use crate::cosign::CosignatureError;
use crate::tiles::{BundleError, ReadError};

/// Why a log was not opened. Nothing is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Make a log there first, or name the folder of one.
    #[error("there is no log here")]
    NoLog,
    /// Open it instead of making it.
    #[error("there is a log here already")]
    Exists,
    /// Storage does not answer: mend it and open the log again.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Restore the object from another copy; nothing was written.
    #[error("{name} is damaged; restore it from a copy")]
    Damaged {
        /// Which object.
        name: String,
    },
    /// The state's checkpoint is not this log's: another key, another origin, or changed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tiles are not those of the checkpoint: restore what is named from another copy.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The clock was set back, or the log comes from a machine whose clock is ahead: set the clock right. Nothing
    /// is signed until then.
    #[error("time does not move forward: the log was last signed at {last}, and it is {now}")]
    Time {
        /// When the last checkpoint was signed.
        last: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// A larger checkpoint was published than the state knows: an old copy was restored. Signing on would give the
    /// log two histories.
    #[error("the log was rolled back: {published} entries were published, and its state has {kept}")]
    RolledBack {
        /// Entries in the published checkpoint.
        published: u64,
        /// Entries in the state's.
        kept: u64,
    },
    /// Too few of the witnesses that this log's rule asks for have cosigned: ask more of them.
    #[error(transparent)]
    Witnesses(CosignatureError),
    /// Somebody else writes to the log: stop one of the two, then open it again.
    #[error("another writer has changed the log")]
    AnotherWriter,
}

/// Why a batch was not, or not entirely, written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An entry cannot be logged; none of the batch was.
    #[error(transparent)]
    Entry(#[from] BundleError),
    /// The log is full: no tree is larger than 2^63 entries here.
    #[error("the log has {0} entries and takes no more")]
    Full(u64),
    /// None of the batch is in the log: hand it in again once the cause is gone.
    #[error("the entries were not logged")]
    NotAppended(#[source] ObjectError),
    /// It is not known whether the batch is in the log: open the log again, and look the entries up before handing
    /// them in again.
    #[error("it is not known whether the entries were logged")]
    Unknown(#[source] ObjectError),
    /// The batch is in the log from entry `first` on and cannot be read yet: don't hand it in again.
    #[error("the entries are in the log from {first} on, and will be readable once storage works again")]
    Pending {
        /// Index of the batch's first entry.
        first: u64,
        /// What went wrong.
        source: ObjectError,
    },
    /// The batch is in the log from entry `first` on, and is published with the next checkpoint that enough witnesses
    /// cosign: don't hand it in again.
    #[error("the entries are in the log from {first} on, and will be published once enough witnesses cosign")]
    Unwitnessed {
        /// Index of the batch's first entry.
        first: u64,
        /// Who did not cosign.
        source: Unwitnessed,
    },
    /// An earlier batch still waits for its witnesses. None of this one is in the log: hand it in again once they
    /// answer.
    #[error("the entries were not logged, because what is in the log waits for its witnesses")]
    Held(#[source] Unwitnessed),
    /// An earlier call failed: commit something, or open the log again; either mends it.
    #[error("the log has to be mended first")]
    Unsettled,
    /// The log must be opened again first, and cannot be: see there. None of the batch is in the log.
    #[error(transparent)]
    Open(#[from] OpenError),
}
