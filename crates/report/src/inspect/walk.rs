//! One pass over a transcript: the conversation as it stood at the end, and every event in order.
//!
//! A model's whole input would be written again at each turn. As Inspect itself does, messages are kept once in a
//! pool, and an answer's input is given as ranges of it.

use serde_json::{Map, Value, json};
use types::chat::Message;
use types::transcript::{Entry, Event, Limit, WORKSPACE_MAX_BYTES};
use types::{Outcome, Timestamp};

use crate::inspect::message;
use crate::inspect::sample::{SCORER, score};

/// What a transcript gives.
pub(super) struct Walk<'a> {
    item: &'a str,
    model: &'a str,
    budget: types::transcript::Budget,
    /// Every message ever sent or received, once.
    pub pool: Vec<Value>,
    /// The conversation: places in the pool.
    pub conversation: Vec<Spoken<'a>>,
    pub events: Vec<Value>,
    pub output: Value,
    pub usage: [u64; 3],
    pub limit: Option<Value>,
    pub turns: u32,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub working_ms: u64,
    reason: &'a str,
    resumed: bool,
}

/// A message in the conversation.
pub(super) struct Spoken<'a> {
    pub place: usize,
    message: &'a Message,
    /// The turn of an answer.
    turn: Option<u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn over(
        item: &'a str,
        model: &'a str,
        budget: types::transcript::Budget,
        entries: &'a [Entry],
    ) -> Self {
        let mut walk = Self {
            item,
            model,
            budget,
            pool: Vec::new(),
            conversation: Vec::new(),
            events: Vec::new(),
            output: Value::Null,
            usage: [0; 3],
            limit: None,
            turns: 0,
            started: entries.first().map(|entry| entry.at),
            ended: entries.last().map(|entry| entry.at),
            working_ms: 0,
            reason: "",
            resumed: false,
        };
        entries.iter().for_each(|entry| walk.step(entry));
        walk
    }

    fn step(&mut self, entry: &'a Entry) {
        match &entry.event {
            Event::AttemptStarted { attempt, instruction, chamber, budget } => self.info(
                entry,
                "attempt",
                &json!({ "started": attempt.to_string(), "instruction": instruction, "chamber": chamber,
                         "budget": budget }),
            ),
            Event::AttemptResumed { turn, workspace } => {
                self.forget_after(*turn);
                self.info(entry, "attempt", &json!({ "resumed_after_turn": turn, "workspace": workspace }));
            }
            Event::Probed { checks } => self.info(entry, "containment_probe", &json!(checks)),
            Event::Prompted { messages } => messages.iter().for_each(|message| self.hear(message)),
            Event::Answered { .. } => self.answer(entry),
            Event::CommandRun { .. } => self.command(entry),
            Event::TurnSaved { turn, workspace } => {
                self.info(entry, "turn_saved", &json!({ "turn": turn, "workspace": workspace }));
            }
            Event::LimitReached { limit } => self.limit(entry, *limit),
            Event::Submitted { submission } => self.info(entry, "submission", &json!(submission)),
            Event::Judged { accepted, reason, flags } => {
                self.reason = reason;
                self.info(
                    entry,
                    "oracle",
                    &json!({ "accepted": accepted, "reason": reason, "grader_attempts": flags }),
                );
            }
            Event::AttemptEnded { outcome, .. } => self.end(entry, *outcome),
        }
    }

    /// Takes back what was said after `turn`: the attempt went on from there.
    fn forget_after(&mut self, turn: u32) {
        let later = |spoken: &Spoken<'_>| spoken.turn.is_some_and(|said| said > turn);
        if let Some(end) = self.conversation.iter().position(later) {
            self.conversation.truncate(end);
        }
        self.resumed = true;
    }

    /// Adds a prompt, unless a resumed attempt only says again what stands there since the last answer.
    fn hear(&mut self, message: &'a Message) {
        let since_answer = self.conversation.iter().rev().take_while(|spoken| spoken.turn.is_none());
        if self.resumed && since_answer.into_iter().any(|spoken| spoken.message == message) {
            return;
        }
        self.say(message, None);
    }

    fn say(&mut self, message: &'a Message, turn: Option<u32>) {
        let place = self.pool.len();
        self.pool.push(message::message(message, &format!("{}-{place}", self.item), self.model));
        self.conversation.push(Spoken { place, message, turn });
    }

    fn answer(&mut self, entry: &'a Entry) {
        let Event::Answered { turn, message, finish_reason, usage, took_ms } = &entry.event else { return };
        let input = ranges(self.conversation.iter().map(|spoken| spoken.place));
        self.resumed = false;
        self.say(message, Some(*turn));
        self.turns += 1;
        self.working_ms += took_ms;
        if let Some(usage) = usage {
            let tokens = [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens];
            self.usage.iter_mut().zip(tokens).for_each(|(sum, tokens)| *sum = sum.saturating_add(tokens));
        }
        self.output = json!({
            "model": self.model,
            "choices": [{ "message": self.pool.last(), "stop_reason": message::stop_reason(finish_reason.as_deref()) }],
            "completion": message.content.as_deref().unwrap_or(""),
            "usage": usage.as_ref().map(message::usage),
            "time": seconds(*took_ms),
        });
        self.event(
            entry,
            "model",
            json!({
                "model": self.model, "input": [], "input_refs": input, "tools": [], "tool_choice": "auto",
                "config": {}, "output": self.output, "completed": entry.at, "working_time": seconds(*took_ms),
            }),
        );
    }

    fn command(&mut self, entry: &'a Entry) {
        let Event::CommandRun { turn, command, output, output_bytes, exit, took_ms } = &entry.event else {
            return;
        };
        self.working_ms += took_ms;
        self.event(
            entry,
            "tool",
            json!({
                "type": "function", "id": format!("{}-command-{}", self.item, entry.seq), "function": "bash",
                "arguments": { "command": command }, "result": output, "error": message::tool_error(*exit),
                "completed": entry.at, "working_time": seconds(*took_ms),
                "metadata": { "turn": turn, "exit": exit, "output_bytes": output_bytes },
            }),
        );
    }

    fn limit(&mut self, entry: &Entry, limit: Limit) {
        let used_up = |kind, value: u64| (kind, value, format!("the {kind} budget of {value} is used up"));
        let (kind, value, message) = match limit {
            Limit::Tokens => used_up("token", self.budget.tokens),
            Limit::Turns => used_up("turn", self.budget.turns.into()),
            Limit::Seconds => used_up("time", self.budget.seconds.into()),
            Limit::Workspace => {
                ("custom", WORKSPACE_MAX_BYTES, "the workspace could not be saved after the turn".to_owned())
            }
        };
        self.limit = Some(json!({ "type": kind, "limit": value }));
        self.event(entry, "sample_limit", json!({ "type": kind, "message": message, "limit": value }));
    }

    fn end(&mut self, entry: &Entry, outcome: Outcome) {
        match score(outcome, self.reason) {
            Some(score) => {
                self.event(entry, "score", json!({ "score": score, "target": "", "scorer": SCORER }))
            }
            None => self.info(entry, SCORER, &json!({ "not_scored": outcome.word(), "outcome": outcome })),
        }
    }

    fn info(&mut self, entry: &Entry, source: &str, data: &Value) {
        self.event(entry, "info", json!({ "source": source, "data": data }));
    }

    fn event(&mut self, entry: &Entry, kind: &str, rest: Value) {
        let since_start = self.started.map_or(0, |start| entry.at.millis_since(start));
        let mut event: Map<String, Value> = Map::new();
        event.insert("uuid".to_owned(), format!("{}-event-{}", self.item, entry.seq).into());
        event.insert("timestamp".to_owned(), json!(entry.at));
        event.insert("working_start".to_owned(), seconds(since_start).into());
        event.insert("event".to_owned(), kind.into());
        if let Value::Object(rest) = rest {
            event.extend(rest);
        }
        self.events.push(event.into());
    }
}

pub(super) fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}

/// Ascending places as ranges `[from, to)`.
fn ranges(places: impl Iterator<Item = usize>) -> Vec<[usize; 2]> {
    let mut ranges: Vec<[usize; 2]> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some(range) if range[1] == place => range[1] += 1,
            _ => ranges.push([place, place + 1]),
        }
    }
    ranges
}
