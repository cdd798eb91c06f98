//! The log as it is written: entries in batches, each staged, decided by one compare-and-swap, applied and
//! published, in that order; and the way back after anything that stops it.
//!
//! A batch is in the log from the moment at which its *state* was swapped in, and not before. Everything after
//! that can be done again from the stage, and is: opening a log takes the same steps as writing to it.

mod appender;
mod error;
mod memory;
mod objects;
mod posix;
mod prune;
mod publish;
mod recover;
mod rotate;
mod settle;
mod stage;
mod state;
mod write;

pub use appender::{AppendError, Appender, Receipt, Ticket, is_fatal};
pub use error::{CommitError, OpenError};
pub use memory::{Fault, MemoryObjects};
pub use objects::{Object, ObjectError, Objects, SwapError};
pub(crate) use objects::{PublicHalf, public};
pub use posix::{FolderSource, PosixObjects};
pub use prune::prune;
pub use publish::{Cosigning, MAX_WITNESSES, PublishError, Unwitnessed, Witnessing, WitnessingError};
pub use rotate::{FollowError, RotateError, follow_published, keys_kept, rotation_name};
pub use settle::{Settled, Settling};
pub use write::{Appended, Log};

/// What outsiders see lies under this folder; a web server is pointed at it.
pub const PUBLIC: &str = "public";
