//! Nouns used by three rooms or more: digests, times, names, outcomes, and the chat protocol's messages.
//!
//! Owns no rule and does no I/O. Every type here can only hold a valid value; text is parsed at the edge.

pub mod chat;
mod digest;
pub mod json;
mod name;
mod outcome;
mod secret;
mod time;
pub mod transcript;

pub use digest::{Digest, DigestError, Hasher};
pub use name::{Area, AttemptId, ItemId, NameError, RunNumber, check_name};
pub use outcome::{Outcome, Unscorable};
pub use secret::Secret;
pub use time::{Clock, Timestamp, TimestampError};
