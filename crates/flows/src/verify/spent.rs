//! What an attempt used: its end names what its answers and commands took, nothing took longer than the time that
//! passed, and no answer was asked for when the budget was used up.

use types::transcript::{Entry, Event};

use super::{Broken, broken};
use crate::plan::Plan;

/// The fewest tokens for which an answer is asked.
const ANSWER_LEAST_TOKENS: u64 = 16;

/// Checks the amounts of a transcript whose steps follow from each other.
pub(super) fn adds_up(path: &str, entries: &[Entry], plan: &Plan) -> Result<(), Broken> {
    let Some(Event::AttemptEnded { turns, tokens, seconds, .. }) = entries.last().map(|entry| &entry.event)
    else {
        return broken(path, "does not end");
    };
    if (*turns, *tokens) != range::agent::used(entries) || *turns > plan.budget.turns {
        return broken(path, "uses other amounts than its answers, or more turns than the budget");
    }
    let time = Time::of(path, entries)?;
    let last = entries.iter().rposition(|entry| matches!(entry.event, Event::Answered { .. }));
    if let Some(last) = last {
        let (_, before) = range::agent::used(&entries[..last]);
        let over = before.saturating_add(ANSWER_LEAST_TOKENS) > plan.budget.tokens
            || time.before_last_answer_ms >= u64::from(plan.budget.seconds) * 1000;
        if over {
            return broken(path, format!("line {} is an answer beyond the budget", entries[last].seq + 1));
        }
    }
    let (least, most) =
        (in_seconds(time.spent_ms), in_seconds(time.spent_ms.saturating_add(time.waited_at_most_ms)));
    if (least..=most).contains(seconds) {
        Ok(())
    } else {
        broken(path, format!("ends after {seconds} seconds, but its answers and commands took {least}"))
    }
}

/// As an attempt's end writes it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of one attempt are far below 2^52")]
fn in_seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

/// The time that an attempt used.
#[derive(Debug, Default)]
struct Time {
    /// What answers and commands took. What followed the last answer before an interruption is done once more, and
    /// counts once.
    spent_ms: u64,
    /// The same when the last answer was asked for.
    before_last_answer_ms: u64,
    /// How long at most was waited for an answer that did not come: it counts, and stands nowhere else.
    waited_at_most_ms: u64,
}

impl Time {
    fn of(path: &str, entries: &[Entry]) -> Result<Self, Broken> {
        let (mut time, mut kept_ms) = (Self::default(), 0);
        let mut before = entries.first().map(|entry| entry.at);
        for entry in entries {
            let passed_ms = before.map_or(0, |before| entry.at.millis_since(before));
            before = Some(entry.at);
            match &entry.event {
                Event::Answered { took_ms, .. } | Event::CommandRun { took_ms, .. } => {
                    if *took_ms > passed_ms {
                        return broken(
                            path,
                            format!("line {} took longer than the time that passed", entry.seq + 1),
                        );
                    }
                    let answered = matches!(entry.event, Event::Answered { .. });
                    if answered {
                        time.before_last_answer_ms = time.spent_ms;
                    }
                    time.spent_ms = time.spent_ms.saturating_add(*took_ms);
                    if answered {
                        kept_ms = time.spent_ms;
                        time.waited_at_most_ms = if declined_outside(&entry.event) { passed_ms } else { 0 };
                    }
                }
                Event::TurnSaved { .. } => kept_ms = time.spent_ms,
                Event::AttemptResumed { .. } => (time.spent_ms, time.waited_at_most_ms) = (kept_ms, 0),
                Event::LimitReached { .. } => time.waited_at_most_ms = passed_ms,
                Event::AttemptEnded { outcome, .. } if *outcome == UNANSWERED => {
                    time.waited_at_most_ms = time.waited_at_most_ms.saturating_add(passed_ms);
                }
                _ => {}
            }
        }
        Ok(time)
    }
}

/// Whether the endpoint declined in place of its model: it then gave no answer, and how long that took is not written.
fn declined_outside(event: &Event) -> bool {
    matches!(event, Event::Answered { message, usage: None, took_ms: 0, .. }
        if message.refusal.as_deref().is_some_and(|text| text.starts_with(DECLINED)))
}

/// What stands in place of an answer that an endpoint did not let its model give.
const DECLINED: &str = "declined by the endpoint (";

/// How an attempt ends whose model does not answer within the protocol.
const UNANSWERED: types::Outcome = types::Outcome::Unscorable(types::Unscorable::ModelProtocol);
