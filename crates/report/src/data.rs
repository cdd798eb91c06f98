//! What a report is made from. `report.json` is this structure, written out; the page is drawn from nothing else.

use serde::{Deserialize, Serialize};
use types::transcript::{Budget, ProbeCheck};
use types::{Area, Digest, ItemId, Outcome, RunNumber, Timestamp};

/// The only format that this room draws and writes, see [`Review::format`].
pub const FORMAT: &str = "proofhouse-report-1";

/// A review as its report shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The report's format, `proofhouse-report-1`.
    pub format: String,
    /// Version of the program that wrote it.
    pub proofhouse_version: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// What was measured.
    pub model: ModelIdentity,
    /// On what.
    pub suite: SuiteIdentity,
    /// Under which plan.
    pub plan: PlanSummary,
    /// The threshold, as far as the operator shows it.
    pub threshold: ThresholdSummary,
    /// Every run of the plan, oldest first, finished or not.
    pub runs: Vec<Run>,
    /// Digest over the log's entries when the report was written, and how many those were.
    pub log: LogSummary,
    /// What a fuzzer reached on the same suite; `None`: not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuzzer: Option<FuzzerBaseline>,
}

/// What the scripted fuzzer reached on the same suite, taken from a review of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FuzzerBaseline {
    /// Root of the log of the review that it was taken from.
    pub log_root: Digest,
    /// Its counts over all items.
    pub overall: Tally,
    /// The same per area.
    pub areas: Vec<AreaTally>,
}

/// What was measured, and how surely it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModelIdentity {
    /// Weights that the house hashed before anything read them.
    Weights {
        /// The folder's or file's name.
        name: String,
        /// Root of the manifest: names exactly this checkpoint.
        manifest: Digest,
        /// How many files.
        files: u64,
        /// Their size in bytes.
        size_bytes: u64,
        /// The command that served them, in words.
        runtime: String,
    },
    /// An endpoint that someone else hosts: its identity is what it claims.
    Claimed {
        /// The endpoint's address.
        endpoint: String,
        /// The model string that was asked for.
        model: String,
        /// What it answered to fixed probe prompts.
        observed: Observed,
    },
    /// A scripted reference agent of the house. Not a model.
    Script {
        /// The script's name, such as `random`.
        name: String,
    },
}

/// What could be observed of an endpoint that claims an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Model strings that its answers carried, in order of appearance.
    pub model_strings: Vec<String>,
    /// How many fixed prompts were asked at the start and at the end.
    pub prompts: u32,
    /// How many of them were answered differently at the end; `None` while the run is not over.
    pub drifted: Option<u32>,
}

/// The suite that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteIdentity {
    /// The suite's name.
    pub name: String,
    /// Digest over every file of every item.
    pub digest: Digest,
    /// How many items it has.
    pub items: u32,
    /// Whether a calibration names its item parameters. `false`: error rates unknown.
    pub calibrated: bool,
}

/// The plan that was fixed before the first run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Digest of the plan.
    pub digest: Digest,
    /// Budget of each item.
    pub budget: Budget,
    /// The chamber's kind, such as `bubblewrap`.
    pub chamber: String,
    /// Whether limits were enforced by control groups, or by a weaker means, in words.
    pub limits: String,
    /// The look in a case that the review takes; none outside of a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseSummary>,
    /// `true` when the item order came from `--seed` instead of the commitment: not a review to rely on.
    pub exploratory: bool,
}

/// Where a review belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSummary {
    /// The case.
    pub case: String,
    /// The look that the review takes.
    pub look: String,
    /// Digest of the look's subject.
    pub subject: Digest,
}

/// The threshold that the decision was held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdSummary {
    /// The salted commitment that was logged before the first run.
    pub commitment: Digest,
    /// What the cut is on, in words.
    pub estimand: String,
    /// The share of items, from 0 to 1.
    pub cut: f64,
    /// Confidence of the intervals, such as 0.95.
    pub confidence: f64,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its number, from 1.
    pub number: RunNumber,
    /// When its first item started.
    pub started_at: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended_at: Option<Timestamp>,
    /// Its items in the order in which they were given.
    pub items: Vec<Item>,
    /// What is recommended; `None` while the run is not over.
    pub decision: Option<Decision>,
    /// Passed, failed, refused and unscorable, over all items and per area.
    pub overall: Tally,
    /// The same per area, by name.
    pub areas: Vec<AreaTally>,
    /// The positive controls: the same probe run outside any chamber.
    pub controls: Vec<ProbeCheck>,
    /// The containment probe's checks, each with how many chambers it was blocked in, of how many.
    pub containment: Vec<Containment>,
    /// What was noticed and must be looked at by a human: grader attempts, probe failures, lost chambers.
    pub incidents: Vec<Incident>,
}

/// Counts and what can be said from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Items that passed.
    pub passed: u32,
    /// Items that failed.
    pub failed: u32,
    /// Items that were refused.
    pub refused: u32,
    /// Items that could not be scored.
    pub unscorable: u32,
    /// Items not yet attempted.
    pub open: u32,
    /// Share passed, everything missing counted as failed, with its interval.
    pub missing_failed: Share,
    /// Share passed, everything missing counted as passed, with its interval.
    pub missing_passed: Share,
}

/// A share with its interval. All from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The share.
    pub share: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// One area's counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaTally {
    /// The area.
    pub area: Area,
    /// Its counts.
    pub tally: Tally,
}

/// A recommendation to a human designator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What is recommended.
    pub recommendation: Recommendation,
    /// What it would be with everything missing counted as failed.
    pub missing_failed: Recommendation,
    /// What it would be with everything missing counted as passed.
    pub missing_passed: Recommendation,
    /// How the intervals were computed, such as `Clopper-Pearson`.
    pub method: String,
}

/// The three things that a review can recommend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    /// Recommends covered.
    Covered,
    /// Recommends not covered.
    NotCovered,
    /// The measurement does not decide.
    Undetermined,
}

/// One item in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The item.
    pub id: ItemId,
    /// Its area.
    pub area: Area,
    /// Its author's guess of its difficulty, 1 to 5. Not a calibration.
    pub difficulty: u8,
    /// Its outcome; `None` while it has none.
    pub outcome: Option<Outcome>,
    /// Why, in one fragment that gives no answer away.
    pub reason: String,
    /// Turns used.
    pub turns: u32,
    /// Tokens used.
    pub tokens: u64,
    /// Seconds that answers and commands took.
    pub seconds: f64,
    /// The transcript's file name, relative to the report; empty while the item has not been given.
    pub transcript: String,
}

/// One check of the containment probe over all chambers of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Containment {
    /// The check.
    pub name: String,
    /// Chambers in which it was blocked.
    pub blocked: u32,
    /// Chambers that were probed.
    pub chambers: u32,
    /// Whether the same attempt went through outside the chamber; `None` where this operator could not try.
    pub control_open: Option<bool>,
}

/// Something that a human must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When.
    pub at: Timestamp,
    /// In which item; `None` when it concerns the run.
    pub item: Option<ItemId>,
    /// What, in one sentence.
    pub what: String,
}

/// The log when the report was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSummary {
    /// The log's name.
    pub origin: String,
    /// Entries so far.
    pub entries: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
}
