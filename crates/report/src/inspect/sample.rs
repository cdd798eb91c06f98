//! One item as an Inspect sample.

use serde_json::{Map, Value, json};
use types::Outcome;

use crate::data::{Review, Run};
use crate::inert::clipped;
use crate::inspect::walk::{Walk, seconds};
use crate::inspect::{Sample, header};

/// The one scorer: the item's oracle, which judges outside the chamber.
pub(super) const SCORER: &str = "oracle";

/// What the list of samples shows of a prompt.
const THIN_CHARS: usize = 1_024;

/// A sample in the two forms that a log holds.
pub(super) struct SampleView {
    pub id: String,
    pub whole: Value,
    pub summary: Value,
    /// `C` or `I`; `None` when there is no score.
    pub value: Option<&'static str>,
    pub usage: Map<String, Value>,
}

impl SampleView {
    pub(super) fn of(review: &Review, run: &Run, sample: &Sample<'_>) -> Self {
        let item = sample.item;
        let model = header::model(review);
        let walk = Walk::over(item.id.as_str(), &model, review.plan.budget, sample.entries);
        let usage: Map<String, Value> = [(model.clone(), usage(walk.usage))].into_iter().collect();
        let scores = item
            .outcome
            .and_then(|outcome| score(outcome, &item.reason))
            .map(|score| json!({ SCORER: score }));
        let (limit, said) = (walk.limit.as_ref().map(|limit| limit["type"].clone()), walk.conversation.len());
        let shared = shared(review, run, sample, &walk, &usage, scores.as_ref());
        Self {
            id: item.id.to_string(),
            whole: whole(sample, walk, shared.clone()),
            summary: summary(sample, limit, said, shared),
            value: item.outcome.and_then(value),
            usage,
        }
    }
}

/// What the sample and its summary have in common.
fn shared(
    review: &Review,
    run: &Run,
    sample: &Sample<'_>,
    walk: &Walk<'_>,
    usage: &Map<String, Value>,
    scores: Option<&Value>,
) -> Map<String, Value> {
    let item = sample.item;
    let fields = [
        ("id", json!(item.id)),
        ("epoch", 1.into()),
        ("target", "".into()),
        ("scores", json!(scores)),
        ("model_usage", json!(usage)),
        ("started_at", json!(walk.started)),
        ("completed_at", json!(walk.ended)),
        ("total_time", item.seconds.into()),
        ("working_time", seconds(walk.working_ms).into()),
        ("uuid", format!("{}-{}", header::identifier(review, run), item.id).into()),
        ("metadata", metadata(sample)),
        ("turn_count", walk.turns.into()),
        ("token_limit", review.plan.budget.tokens.into()),
        ("time_limit", review.plan.budget.seconds.into()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn whole(sample: &Sample<'_>, walk: Walk<'_>, mut fields: Map<String, Value>) -> Value {
    let messages: Vec<&Value> = walk.conversation.iter().map(|spoken| &walk.pool[spoken.place]).collect();
    fields.insert("input".to_owned(), sample.instruction.into());
    fields.insert("messages".to_owned(), json!(messages));
    if !walk.output.is_null() {
        fields.insert("output".to_owned(), walk.output);
    }
    fields.insert("events".to_owned(), walk.events.into());
    fields.insert("events_data".to_owned(), json!({ "messages": walk.pool, "calls": [] }));
    if let Some(limit) = walk.limit {
        fields.insert("limit".to_owned(), limit);
    }
    if let Some(message) = error(sample) {
        fields
            .insert("error".to_owned(), json!({ "message": message, "traceback": "", "traceback_ansi": "" }));
    }
    fields.into()
}

fn summary(sample: &Sample<'_>, limit: Option<Value>, said: usize, mut fields: Map<String, Value>) -> Value {
    let thin: String = sample.instruction.chars().take(THIN_CHARS).collect();
    fields.insert("input".to_owned(), thin.into());
    fields.insert("limit".to_owned(), json!(limit));
    fields.insert("message_count".to_owned(), said.into());
    fields.insert("completed".to_owned(), sample.item.outcome.is_some().into());
    if let Some(message) = error(sample) {
        fields.insert("error".to_owned(), message.into());
    }
    fields.into()
}

fn metadata(sample: &Sample<'_>) -> Value {
    let item = sample.item;
    json!({
        "area": item.area,
        "difficulty_guessed_by_author": item.difficulty,
        "outcome": item.outcome.map_or("open", Outcome::word),
        "unscorable_because": unscorable(item.outcome),
        "reason": clipped(&item.reason),
        "transcript": item.transcript,
    })
}

fn unscorable(outcome: Option<Outcome>) -> Option<&'static str> {
    match outcome {
        Some(Outcome::Unscorable(reason)) => Some(reason.words()),
        Some(Outcome::Passed | Outcome::Failed | Outcome::Refused) | None => None,
    }
}

/// An unscorable sample is an errored one in Inspect's words. A refusal is none: the model did answer.
fn error(sample: &Sample<'_>) -> Option<String> {
    unscorable(sample.item.outcome).map(|reason| format!("unscorable: {reason}"))
}

/// Inspect's letter for an outcome that can be scored.
fn value(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Passed => Some("C"),
        Outcome::Failed => Some("I"),
        Outcome::Refused | Outcome::Unscorable(_) => None,
    }
}

/// The score of an outcome that can be scored.
pub(super) fn score(outcome: Outcome, reason: &str) -> Option<Value> {
    value(outcome).map(|value| json!({ "value": value, "explanation": clipped(reason) }))
}

fn usage([input, output, total]: [u64; 3]) -> Value {
    json!({ "input_tokens": input, "output_tokens": output, "total_tokens": total })
}
