//! The append-only record of one attempt: one JSON object per line, each an [`Entry`].
//!
//! Lines are plain ASCII (see [`crate::json`]), so that nothing an agent printed can act on a terminal.

use serde::{Deserialize, Serialize};

use crate::chat::{Message, Usage};
use crate::{AttemptId, Digest, Outcome, Timestamp};

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The line's number within the attempt, from 0, without a gap.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens in an attempt, in the order in which it can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The attempt exists from here on. Written before the first prompt.
    AttemptStarted {
        /// Which attempt.
        attempt: AttemptId,
        /// Digest of the item's instruction.
        instruction: Digest,
        /// The chamber's kind and limits, in words.
        chamber: String,
        /// The budget that the attempt must keep.
        budget: Budget,
    },
    /// The attempt goes on after the review was stopped.
    AttemptResumed {
        /// The last turn that was complete.
        turn: u32,
        /// The workspace that was restored; `None` when no turn had been completed.
        workspace: Option<Digest>,
    },
    /// The containment probe's result in this attempt's chamber.
    Probed {
        /// One result per check.
        checks: Vec<ProbeCheck>,
    },
    /// Messages added to the conversation: rules, the instruction, or tool results.
    Prompted {
        /// The messages, oldest first.
        messages: Vec<Message>,
    },
    /// The model's answer.
    Answered {
        /// The turn, from 1.
        turn: u32,
        /// What it said.
        message: Message,
        /// Why it ended, in the endpoint's word.
        finish_reason: Option<String>,
        /// Tokens used; `None` when the endpoint did not say.
        usage: Option<Usage>,
        /// Wall time of the call in milliseconds.
        took_ms: u64,
    },
    /// A command that the agent had run in its chamber.
    CommandRun {
        /// The turn, from 1.
        turn: u32,
        /// The command.
        command: String,
        /// What it printed, both streams together, cut in the middle when too long, bytes that are not UTF-8 replaced.
        output: String,
        /// How many bytes it printed in all.
        output_bytes: u64,
        /// How it ended.
        exit: Exit,
        /// Wall time in milliseconds.
        took_ms: u64,
    },
    /// The turn is complete; the workspace as it was can be restored from here.
    TurnSaved {
        /// The turn, from 1.
        turn: u32,
        /// Digest of the saved workspace.
        workspace: Digest,
    },
    /// A limit ended the attempt's turns; what was submitted until then is judged.
    LimitReached {
        /// Which limit.
        limit: Limit,
    },
    /// What the agent left as its submission; `None` when nothing was there that can be collected.
    Submitted {
        /// The collected file.
        submission: Option<Submission>,
    },
    /// The oracle's verdict, reached outside the agent's chamber.
    Judged {
        /// Whether the submission counts.
        accepted: bool,
        /// Why, in one fragment that gives no answer away.
        reason: String,
        /// Attempts at the grader that the oracle noticed.
        flags: Vec<String>,
    },
    /// The attempt's end. Nothing follows.
    AttemptEnded {
        /// The outcome.
        outcome: Outcome,
        /// Turns used.
        turns: u32,
        /// Tokens used, prompt and answer of every call together, as the endpoint counted them.
        tokens: u64,
        /// Seconds that answers and commands took, over all stretches.
        seconds: f64,
    },
}

/// One check of the containment probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeCheck {
    /// The check's name, such as `tcp-host-loopback`.
    pub name: String,
    /// What came of it.
    pub result: ProbeResult,
    /// What was seen, such as the error's name.
    pub detail: String,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeResult {
    /// The attempt to get out was stopped.
    Blocked,
    /// It went through: the chamber does not contain.
    Open,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Stopped at its time limit, with everything it had started.
    TimedOut,
}

/// What an attempt may use. Each limit is the item's, set by the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Tokens over all calls, prompt and answer.
    pub tokens: u64,
    /// Answers of the model.
    pub turns: u32,
    /// Wall seconds.
    pub seconds: u32,
}

/// The largest workspace that is saved after a turn.
pub const WORKSPACE_MAX_BYTES: u64 = 64 << 20;

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The token budget.
    Tokens,
    /// The turn budget.
    Turns,
    /// The time budget.
    Seconds,
    /// The workspace is larger than [`WORKSPACE_MAX_BYTES`], or cannot be read: from here the attempt could not go
    /// on after an interruption.
    Workspace,
}

/// A collected file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub size_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_flat_object() {
        let entry = Entry {
            seq: 3,
            at: Timestamp::from_unix_millis(0).unwrap(),
            event: Event::LimitReached { limit: Limit::Turns },
        };
        let line = crate::json::line(&entry).unwrap();
        assert_eq!(
            line,
            r#"{"seq":3,"at":"1970-01-01T00:00:00.000Z","event":"limit_reached","limit":"turns"}"#
        );
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
    }
}
