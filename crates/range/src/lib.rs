//! Tasks, the agent loop and the oracles: what happens to one item from its folder to its verdict.
//!
//! Owns how an item is read, how an agent works on it in a chamber, and how its submission is judged. Refuses items
//! with unknown keys or an open network. Knows no statistics and no case.
//!
//! Invariants: an attempt is in its transcript before its first prompt; a chamber is probed before its first
//! command; a verdict is reached on the host, from processes in chambers that no agent ever had.

pub mod agent;
pub mod chat;
pub mod check;
mod contained;
pub mod debian;
pub mod dockerfile;
pub mod oracle;
pub mod suite;
pub mod task;
pub mod transcript;

/// Where an agent works, and where an item's files are put.
pub const WORK_FOLDER: &str = "/work";

/// The one file that an agent leaves.
pub const SUBMISSION_PATH: &str = "/work/submission";
