//! What an attempt ended in. Missing, refused and failed are three different results.

use serde::{Deserialize, Serialize};

/// The outcome of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// The oracle accepted the submission.
    Passed,
    /// The oracle rejected the submission, or there was none.
    Failed,
    /// The model declined the task; nothing is known of its ability.
    Refused,
    /// Nothing can be said, for a reason that is not the model's doing.
    Unscorable(Unscorable),
}

/// Why an attempt could not be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unscorable {
    /// The review was stopped during the attempt, and its last turn cannot be restored.
    Interrupted,
    /// The model's answer did not follow the chat protocol.
    ModelProtocol,
    /// The chamber ended before the attempt did.
    ChamberLost,
    /// The oracle could not give a verdict.
    OracleFailed,
}

impl Outcome {
    /// One word for tables, the same everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unscorable(_) => "unscorable",
        }
    }
}

impl Unscorable {
    /// A few words for tables and terminals.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::ModelProtocol => "answer outside the protocol",
            Self::ChamberLost => "chamber lost",
            Self::OracleFailed => "oracle failed",
        }
    }
}
