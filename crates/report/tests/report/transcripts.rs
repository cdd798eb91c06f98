//! Transcripts to go with the reviews: tool calls, a command that is killed, a resumed attempt, hostile output.

use report::data::{Item, Review};
use serde_json::json;
use types::chat::{FunctionCall, Message, Role, ToolCall, ToolKind, Usage};
use types::transcript::{Entry, Event, Exit, Limit, ProbeCheck, ProbeResult, Submission};
use types::{AttemptId, Digest, Outcome, RunNumber};

use crate::fixtures::time;

pub const INSTRUCTION: &str = "Find an input that crashes /work/target.";

/// The transcript of one item. Items of the area `repair` were interrupted in their second turn and went on.
pub fn transcript(review: &Review, run: RunNumber, item: &Item) -> Vec<Entry> {
    let mut events = start(review, run, item);
    let call = tool_call();
    events.extend(turn(1, &call, Exit::Code(0)));
    if item.area.as_str() == "repair" {
        events.extend([answered(2, Message::text(Role::Assistant, "lost with the interruption"))]);
        events.push(Event::AttemptResumed { turn: 1, workspace: Some(Digest::of(b"workspace")) });
        events
            .push(Event::Prompted { messages: vec![Message::tool_result("call-1", "AB\u{1b}[2J<script>")] });
    }
    events.extend(turn(2, &ToolCall { id: "call-2".to_owned(), ..call }, Exit::TimedOut));
    events.push(Event::LimitReached { limit: Limit::Turns });
    events
        .push(Event::Submitted { submission: Some(Submission { digest: Digest::of(b"x"), size_bytes: 1 }) });
    if let Some(outcome) = item.outcome {
        events.extend(end(item, outcome));
    }
    let entries = events.into_iter().enumerate();
    entries.map(|(seq, event)| Entry { seq: seq as u64, at: time(seq as i64), event }).collect()
}

fn start(review: &Review, run: RunNumber, item: &Item) -> Vec<Event> {
    let check = ProbeCheck {
        name: "dns-query".to_owned(),
        result: ProbeResult::Blocked,
        detail: "ENETUNREACH".to_owned(),
    };
    vec![
        Event::AttemptStarted {
            attempt: AttemptId { run, item: item.id.clone() },
            instruction: Digest::of(INSTRUCTION.as_bytes()),
            chamber: "bubblewrap".to_owned(),
            budget: review.plan.budget,
        },
        Event::Probed { checks: vec![check] },
        Event::Prompted {
            messages: vec![Message::text(Role::System, "One tool."), Message::text(Role::User, INSTRUCTION)],
        },
    ]
}

fn turn(turn: u32, call: &ToolCall, exit: Exit) -> Vec<Event> {
    let message =
        Message { tool_calls: vec![call.clone()], ..Message::text(Role::Assistant, "I look at it.") };
    vec![
        answered(turn, message),
        Event::CommandRun {
            turn,
            command: "xxd target | head".to_owned(),
            output: "AB\u{1b}[2J<script>".to_owned(),
            output_bytes: 13,
            exit,
            took_ms: 21,
        },
        Event::TurnSaved { turn, workspace: Digest::of(b"workspace") },
        Event::Prompted { messages: vec![Message::tool_result(call.id.clone(), "AB\u{1b}[2J<script>")] },
    ]
}

fn tool_call() -> ToolCall {
    let arguments = json!({ "command": "xxd target | head" }).to_string();
    ToolCall {
        id: "call-1".to_owned(),
        kind: ToolKind::Function,
        function: FunctionCall { name: "bash".to_owned(), arguments },
    }
}

fn answered(turn: u32, message: Message) -> Event {
    Event::Answered {
        turn,
        message,
        finish_reason: Some("tool_calls".to_owned()),
        usage: Some(Usage { prompt_tokens: 500, completion_tokens: 20, total_tokens: 520 }),
        took_ms: 800,
    }
}

fn end(item: &Item, outcome: Outcome) -> Vec<Event> {
    let judged = matches!(outcome, Outcome::Passed | Outcome::Failed).then(|| Event::Judged {
        accepted: outcome == Outcome::Passed,
        reason: item.reason.clone(),
        flags: Vec::new(),
    });
    let ended =
        Event::AttemptEnded { outcome, turns: item.turns, tokens: item.tokens, seconds: item.seconds };
    judged.into_iter().chain([ended]).collect()
}
