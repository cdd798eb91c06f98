//! What a use case tells whoever watches.

use std::time::Duration;

use types::transcript::Entry;
use types::{ItemId, Outcome, RunNumber};

/// One step of a use case.
#[derive(Debug)]
pub enum Step<'a> {
    /// Files are hashed.
    Sealing {
        /// What is hashed.
        what: &'static str,
        /// Bytes so far.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The model's runtime starts.
    StartingModel,
    /// The model answers fixed prompts.
    ProbingEndpoint,
    /// The model attempts a practice item.
    Rehearsing,
    /// A run starts or goes on.
    Run {
        /// Its number.
        run: RunNumber,
        /// Its items.
        items: usize,
        /// Those that have an outcome already.
        done: usize,
    },
    /// An item starts or goes on.
    Item {
        /// Its place, from 1.
        place: usize,
        /// The item.
        item: &'a ItemId,
    },
    /// Something was written to an item's transcript.
    Event(&'a Entry),
    /// An item ended.
    ItemEnded {
        /// Its place, from 1.
        place: usize,
        /// The item.
        item: &'a ItemId,
        /// Its outcome.
        outcome: Outcome,
        /// How long it took.
        took: Duration,
    },
    /// A check or a comparison ended.
    Checked {
        /// Its place, from 1.
        place: usize,
        /// How many there are.
        of: usize,
        /// The item.
        item: &'a ItemId,
        /// What was found against it; empty when it holds.
        against: &'a [String],
    },
    /// Source packages are downloaded.
    Fetching,
    /// A source package is built.
    Building {
        /// The package.
        package: &'a str,
    },
    /// A CVE was tried.
    Candidate {
        /// The package.
        package: &'a str,
        /// The CVE.
        cve: &'a str,
        /// Why it gives no item, if it does not.
        against: Option<&'a str>,
    },
    /// The report is drawn.
    Reporting,
}

/// Whoever watches.
pub trait Progress {
    /// Takes in a step.
    fn step(&mut self, step: Step<'_>);
}

/// Nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&mut self, _step: Step<'_>) {}
}
