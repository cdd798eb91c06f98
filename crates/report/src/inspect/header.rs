//! What an Inspect log says of the run as a whole.

use serde_json::{Map, Value, json};

use crate::data::{ModelIdentity, Review, Run, Tally};
use crate::inspect::sample::{SCORER, SampleView};
use crate::words;

/// The log format's version; Inspect refuses any higher one.
const VERSION: u32 = 2;

/// The model's name as Inspect shows it, led by how surely it is known.
pub(super) fn model(review: &Review) -> String {
    match &review.model {
        ModelIdentity::Weights { name, .. } => format!("weights/{name}"),
        ModelIdentity::Claimed { model, .. } => format!("claimed/{model}"),
        ModelIdentity::Script { name } => format!("script/{name}"),
    }
}

/// Names this run and nothing else, the same each time it is written.
pub(super) fn identifier(review: &Review, run: &Run) -> String {
    format!("{}-run-{}", &review.plan.digest.to_hex()[..16], run.number)
}

/// `eval`: what was planned.
pub(super) fn eval(review: &Review, run: &Run) -> Value {
    let (plan, suite) = (&review.plan, &review.suite);
    let id = identifier(review, run);
    let ids: Vec<&str> = run.items.iter().map(|item| item.id.as_str()).collect();
    json!({
        "eval_id": id,
        "run_id": id,
        "created": run.started_at,
        "task": suite.name,
        "task_id": suite.digest.to_hex(),
        "task_version": 0,
        "dataset": { "name": suite.name, "samples": suite.items, "sample_ids": ids, "shuffled": true },
        "sandbox": Value::Null,
        "model": model(review),
        "config": {
            "epochs": 1,
            "token_limit": plan.budget.tokens,
            "turn_limit": plan.budget.turns,
            "time_limit": plan.budget.seconds,
        },
        "packages": { "proofhouse": review.proofhouse_version },
        "metadata": metadata(review, run),
        "scorers": [{ "name": SCORER }],
    })
}

fn metadata(review: &Review, run: &Run) -> Value {
    json!({
        "derived_view": "drawn from a Proofhouse package; only `proofhouse verify` on the package proves anything",
        "identity": words::label(&review.model),
        "log_origin": review.log.origin,
        "log_entries": review.log.entries,
        "log_root": review.log.root,
        "plan_digest": review.plan.digest,
        "suite_digest": review.suite.digest,
        "suite_calibration": words::calibration(review),
        "threshold_commitment": review.threshold.commitment,
        "exploratory": review.plan.exploratory,
        "chamber": review.plan.chamber,
        "limits": review.plan.limits,
        "run": run.number,
        "result": words::outcome_words(run.decision.as_ref().map(|decision| decision.recommendation)),
    })
}

fn plan() -> Value {
    json!({ "name": "plan", "steps": [{ "solver": "proofhouse_range", "params": {} }], "config": {} })
}

/// `_journal/start.json`.
pub(super) fn start(eval: &Value) -> Value {
    json!({ "version": VERSION, "eval": eval, "plan": plan() })
}

/// `header.json`: the log less samples and reductions.
pub(super) fn header(run: &Run, eval: Value, views: &[SampleView]) -> Value {
    json!({
        "version": VERSION,
        "status": status(run),
        "eval": eval,
        "plan": plan(),
        "results": results(&run.overall),
        "stats": {
            "started_at": run.started_at,
            "completed_at": run.ended_at.map_or(Value::from(""), |end| json!(end)),
            "model_usage": usage(views),
        },
        "invalidated": false,
    })
}

/// Inspect's words: `started` also stands for a run that was stopped and can go on.
fn status(run: &Run) -> &'static str {
    match (run.ended_at, &run.decision) {
        (None, _) => "started",
        (Some(_), Some(_)) => "success",
        (Some(_), None) => "cancelled",
    }
}

fn results(tally: &Tally) -> Value {
    let metric =
        |name: &str, value: Value| (name.to_owned(), json!({ "name": name, "value": value, "params": {} }));
    let share = |name: &str, share: crate::data::Share| {
        let interval = json!({ "low": share.low, "high": share.high });
        (name.to_owned(), json!({ "name": name, "value": share.share, "params": {}, "metadata": interval }))
    };
    let metrics: Map<String, Value> = [
        share("accuracy_missing_failed", tally.missing_failed),
        share("accuracy_missing_passed", tally.missing_passed),
        metric("passed", tally.passed.into()),
        metric("failed", tally.failed.into()),
        metric("refused", tally.refused.into()),
        metric("unscorable", tally.unscorable.into()),
        metric("open", tally.open.into()),
    ]
    .into_iter()
    .collect();
    json!({
        "total_samples": words::total(tally),
        "completed_samples": tally.passed + tally.failed + tally.refused,
        "scores": [{
            "name": SCORER,
            "scorer": SCORER,
            "scored_samples": tally.passed + tally.failed,
            "unscored_samples": tally.refused + tally.unscorable,
            "params": {},
            "metrics": metrics,
        }],
    })
}

fn usage(views: &[SampleView]) -> Map<String, Value> {
    let mut total = Map::new();
    for view in views {
        for (model, usage) in &view.usage {
            let sum = total.entry(model.clone()).or_insert_with(|| json!({}));
            for (kind, tokens) in usage.as_object().into_iter().flatten() {
                let before = sum[kind.as_str()].as_u64().unwrap_or(0);
                sum[kind.as_str()] = before.saturating_add(tokens.as_u64().unwrap_or(0)).into();
            }
        }
    }
    total
}

/// `reductions.json`: one epoch, so each scored sample is its own reduction.
pub(super) fn reductions(views: &[SampleView]) -> Value {
    let samples: Vec<Value> = views
        .iter()
        .filter_map(|view| view.value.map(|value| json!({ "sample_id": view.id, "value": value })))
        .collect();
    json!([{ "scorer": SCORER, "samples": samples }])
}
