//! Where an attempt stands, as its transcript tells it.

use types::Digest;
use types::chat::{Message, Usage};
use types::transcript::{Entry, Event, Limit, Submission};

use super::prompt::wanted;

/// An answer that was written down but whose turn was not completed.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the model said.
    pub message: Message,
    /// Why it ended.
    pub finish_reason: Option<String>,
}

/// The state after the last complete turn, and what is known beyond it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The conversation.
    pub messages: Vec<Message>,
    /// Complete turns.
    pub turn: u32,
    /// Answers so far, complete turns or not.
    pub answers: u32,
    /// Tokens used.
    pub tokens: u64,
    /// Milliseconds that answers and commands took.
    pub spent_ms: u64,
    /// Whether the model has been reminded since its last command.
    pub reminded: bool,
    /// The workspace after the last complete turn.
    pub workspace: Option<Digest>,
    /// An answer that is not asked for again: what a model has said once is not drawn anew.
    pub answered: Option<Answer>,
    /// Turns are over: a limit was reached.
    pub limited: bool,
    /// What was collected.
    pub submitted: Option<Option<Submission>>,
    /// The attempt's first event is written.
    pub started: bool,
    /// A later turn than the restorable one was complete: the attempt cannot go on.
    pub lost: bool,
}

/// No tokenizer makes one token of more bytes than this on average: an endpoint that counts fewer is not believed.
const BYTES_PER_TOKEN_MAX: u64 = 16;

/// Tokens of an answer, counted by the endpoint or, where it does not say, estimated at four bytes a token.
#[must_use]
pub fn tokens_of(usage: Option<Usage>, conversation: &[Message], message: &Message) -> u64 {
    let bytes = |message: &Message| {
        let calls: usize = message.tool_calls.iter().map(|call| call.function.arguments.len()).sum();
        (message.content.as_deref().map_or(0, str::len) + calls) as u64
    };
    let counted = usage
        .map(|usage| usage.total_tokens.max(usage.prompt_tokens.saturating_add(usage.completion_tokens)));
    match counted {
        Some(counted) if counted > 0 => counted.max(bytes(message) / BYTES_PER_TOKEN_MAX),
        Some(_) | None => (conversation.iter().map(bytes).sum::<u64>() + bytes(message)).div_ceil(4),
    }
}

impl State {
    /// Reads the state from a transcript.
    #[must_use]
    pub fn from_entries(entries: &[Entry]) -> Self {
        let mut saved = Self::default();
        // What follows the last complete turn; becomes `saved` when the turn is.
        let mut open = Self::default();
        let mut answers_open = 0;
        for entry in entries {
            match &entry.event {
                Event::AttemptStarted { .. } => (saved.started, open.started) = (true, true),
                Event::AttemptResumed { .. } => {
                    open = saved.clone();
                    open.messages.extend(saved.answered.iter().map(|answer| answer.message.clone()));
                }
                Event::Prompted { messages } => {
                    open.messages.extend(messages.iter().cloned());
                    if open.turn == 0 && open.answered.is_none() {
                        saved.messages.clone_from(&open.messages);
                    }
                }
                Event::Answered { turn, message, finish_reason, usage, took_ms } => {
                    (open.answers, saved.answers) = (*turn, *turn);
                    answers_open += 1;
                    open.tokens = open.tokens.saturating_add(tokens_of(*usage, &open.messages, message));
                    open.spent_ms = open.spent_ms.saturating_add(*took_ms);
                    open.messages.push(message.clone());
                    open.answered =
                        Some(Answer { message: message.clone(), finish_reason: finish_reason.clone() });
                    // What an answer cost stands from now on: going on from it does not count it again.
                    (saved.tokens, saved.spent_ms) = (open.tokens, open.spent_ms);
                    saved.answered.clone_from(&open.answered);
                }
                Event::CommandRun { took_ms, .. } => open.spent_ms = open.spent_ms.saturating_add(*took_ms),
                Event::TurnSaved { turn, workspace } => {
                    open.turn = *turn;
                    open.workspace = Some(*workspace);
                    open.reminded =
                        open.answered.as_ref().is_some_and(|answer| wanted(&answer.message).is_empty());
                    open.answered = None;
                    saved = open.clone();
                    answers_open = 0;
                }
                // Its turn was not saved: until the submission is written down, the turn is taken again, and ends so again.
                Event::LimitReached { limit: Limit::Workspace } => {}
                Event::LimitReached { limit: Limit::Tokens | Limit::Turns | Limit::Seconds } => {
                    (saved.limited, open.limited) = (true, true);
                }
                Event::Submitted { submission } => saved.submitted = Some(*submission),
                Event::Probed { .. } | Event::Judged { .. } | Event::AttemptEnded { .. } => {}
            }
        }
        saved.lost = answers_open > 1;
        saved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::chat::Role;
    use types::{Digest, Timestamp};

    fn entries(events: Vec<Event>) -> Vec<Entry> {
        let at = Timestamp::from_unix_millis(0).unwrap();
        (0..).zip(events).map(|(seq, event)| Entry { seq, at, event }).collect()
    }

    fn prompted(text: &str) -> Event {
        Event::Prompted { messages: vec![Message::text(Role::User, text)] }
    }

    fn answered(turn: u32) -> Event {
        let message = Message::text(Role::Assistant, format!("answer {turn}"));
        Event::Answered { turn, message, finish_reason: None, usage: None, took_ms: 10 }
    }

    fn saved(turn: u32) -> Event {
        Event::TurnSaved { turn, workspace: Digest::of(b"w") }
    }

    #[test]
    fn a_recorded_answer_is_not_asked_for_again() {
        let state = State::from_entries(&entries(vec![
            prompted("go"),
            answered(1),
            prompted("out"),
            saved(1),
            answered(2),
        ]));
        assert_eq!((state.turn, state.messages.len()), (1, 3));
        assert_eq!(state.answered.unwrap().message.content.unwrap(), "answer 2");
    }

    #[test]
    fn going_on_gives_the_state_of_an_undisturbed_attempt() {
        let whole =
            vec![prompted("go"), answered(1), prompted("a"), saved(1), answered(2), prompted("b"), saved(2)];
        let undisturbed = State::from_entries(&entries(whole.clone()));
        for cut in 1..whole.len() {
            // Whatever was not saved is done again after the cut, except for the answer itself.
            let until_saved = whole[..cut]
                .iter()
                .rposition(|event| matches!(event, Event::TurnSaved { .. }))
                .map_or(1, |at| at + 1);
            let had_answer = whole[until_saved..cut.max(until_saved)]
                .iter()
                .any(|event| matches!(event, Event::Answered { .. }));
            let mut events = whole[..cut].to_vec();
            events.push(Event::AttemptResumed { turn: 0, workspace: None });
            events.extend(whole[until_saved..].iter().skip(usize::from(had_answer)).cloned());
            assert_eq!(State::from_entries(&entries(events)), undisturbed, "cut at {cut}");
        }
    }

    #[test]
    fn an_attempt_whose_last_complete_turn_was_not_saved_is_lost() {
        let state =
            State::from_entries(&entries(vec![prompted("go"), answered(1), prompted("a"), answered(2)]));
        assert!(state.lost);
    }
}
