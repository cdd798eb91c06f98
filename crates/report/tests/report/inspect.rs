//! The Inspect log: read back by Inspect itself where it is installed, and by hand everywhere.

use std::io::{Cursor, Read as _};
use std::path::Path;

use report::data::{Item, Review, Run};
use report::{ReportError, Sample, inspect_log};
use serde_json::{Value, json};
use types::Outcome;
use types::chat::Usage;
use types::transcript::{Entry, Event};

use crate::fixtures;
use crate::transcripts::{INSTRUCTION, transcript};

fn transcripts(review: &Review, run: &Run) -> Vec<(Item, Vec<Entry>)> {
    let given = run.items.iter().filter(|item| !item.transcript.is_empty());
    given.map(|item| (item.clone(), transcript(review, run.number, item))).collect()
}

fn samples(transcripts: &[(Item, Vec<Entry>)]) -> Vec<Sample<'_>> {
    transcripts.iter().map(|(item, entries)| Sample { item, instruction: INSTRUCTION, entries }).collect()
}

fn packed(review: &Review, run: &Run) -> Vec<u8> {
    inspect_log(review, run.number, &samples(&transcripts(review, run))).unwrap()
}

fn file(archive: &[u8], name: &str) -> Value {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.is_ascii(), "{name}");
    serde_json::from_str(&text).unwrap()
}

/// What a reader must find, computed from the review alone.
fn expected(review: &Review, run: &Run) -> Value {
    let tally = &run.overall;
    let given: Vec<&Item> = run.items.iter().filter(|item| !item.transcript.is_empty()).collect();
    let samples: Value = given.iter().map(|item| (item.id.to_string(), expected_sample(item))).collect();
    json!({
        "status": match (run.ended_at, &run.decision) { (None, _) => "started", (_, Some(_)) => "success", _ => "cancelled" },
        "log_root": review.log.root,
        "plan_digest": review.plan.digest,
        "threshold_commitment": review.threshold.commitment,
        "total_samples": review.suite.items,
        "samples": samples,
        "metrics": {
            "passed": tally.passed, "failed": tally.failed, "refused": tally.refused,
            "unscorable": tally.unscorable, "open": tally.open,
            "accuracy_missing_failed": tally.missing_failed.share,
            "accuracy_missing_passed": tally.missing_passed.share,
        },
    })
}

fn expected_sample(item: &Item) -> Value {
    let value = match item.outcome {
        Some(Outcome::Passed) => json!("C"),
        Some(Outcome::Failed) => json!("I"),
        _ => Value::Null,
    };
    let answers = if item.area.as_str() == "repair" { 3 } else { 2 };
    json!({
        "outcome": item.outcome.map_or("open", Outcome::word),
        "value": value,
        "errored": matches!(item.outcome, Some(Outcome::Unscorable(_))),
        "messages": ["system", "user", "assistant", "tool", "assistant", "tool"],
        "inputs": if answers == 3 { json!([2, 4, 4]) } else { json!([2, 4]) },
        "model_events": answers,
        "tool_events": 2,
        "tokens": 520 * answers,
    })
}

#[test]
fn the_same_review_gives_the_same_bytes() {
    let review = fixtures::undetermined();
    assert_eq!(packed(&review, &review.runs[0]), packed(&review, &review.runs[0]));
}

#[test]
fn refused_and_unscorable_items_have_no_score_and_no_target() {
    let review = fixtures::undetermined();
    let archive = packed(&review, &review.runs[0]);
    for item in &review.runs[0].items {
        let sample = file(&archive, &format!("samples/{}_epoch_1.json", item.id));
        assert_eq!(sample["target"], "");
        let scored = matches!(item.outcome, Some(Outcome::Passed | Outcome::Failed));
        assert_eq!(sample["scores"].is_object(), scored, "{}", item.id);
    }
    let header = file(&archive, "header.json");
    assert_eq!(header["results"]["scores"][0]["scored_samples"], 19);
    assert_eq!(header["results"]["scores"][0]["unscored_samples"], 5);
}

#[test]
fn the_model_carries_its_label() {
    for (review, model) in [
        (fixtures::covered(), "script/reference"),
        (fixtures::claimed(), "claimed/big-2"),
        (fixtures::two_runs(), "weights/mixed-8b"),
    ] {
        assert_eq!(file(&packed(&review, &review.runs[0]), "header.json")["eval"]["model"], model);
    }
}

#[test]
fn samples_must_be_exactly_the_transcripts_of_the_run() {
    let review = fixtures::two_runs();
    let first = transcripts(&review, &review.runs[0]);
    let all = samples(&first);
    let run = review.runs[0].number;
    assert!(matches!(inspect_log(&review, run, &all[1..]), Err(ReportError::MissingSample(_))));
    let twice = [&all[..], &all[..1]].concat();
    assert!(matches!(inspect_log(&review, run, &twice), Err(ReportError::StraySample(_))));
    assert!(matches!(inspect_log(&review, run.next(), &all), Err(ReportError::ForeignSample(_))));
    assert!(matches!(inspect_log(&review, run.next().next(), &all), Err(ReportError::NoRun(_))));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "Inspect itself, in the Python that the test script names, is the judge"
)]
#[expect(clippy::print_stdout, reason = "a check that was left out says so")]
fn inspect_reads_back_what_the_review_says() {
    let Some(python) = std::env::var_os("PROOFHOUSE_INSPECT_PYTHON") else {
        println!("left out: PROOFHOUSE_INSPECT_PYTHON names no interpreter that has inspect_ai");
        return;
    };
    let read_back = |log: &Path, wanted: &Value| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_back.py");
        let file = log.with_extension("expected");
        std::fs::write(&file, wanted.to_string()).unwrap();
        let output = std::process::Command::new(&python).arg(script).arg(log).arg(file).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("run.eval");
    for review in [fixtures::unfinished(), fixtures::hostile(), fixtures::undetermined()] {
        let run = &review.runs[0];
        std::fs::write(&log, packed(&review, run)).unwrap();
        let (same, said) = read_back(&log, &expected(&review, run));
        assert!(same, "{said}");
    }
    // The control: a wrong expectation is noticed.
    let review = fixtures::undetermined();
    let mut wrong = expected(&review, &review.runs[0]);
    wrong["metrics"]["refused"] = 0.into();
    let (same, said) = read_back(&log, &wrong);
    assert!(!same && said.contains("header metrics"), "{said}");
}

#[test]
fn counts_that_no_model_can_reach_are_shown_and_break_nothing() {
    let review = fixtures::covered();
    let run = &review.runs[0];
    let mut told = transcripts(&review, run);
    let most = Usage { prompt_tokens: u64::MAX, completion_tokens: u64::MAX, total_tokens: u64::MAX };
    for entry in told.iter_mut().flat_map(|(_, entries)| entries) {
        if let Event::Answered { usage, .. } = &mut entry.event {
            *usage = Some(most);
        }
    }
    let archive = inspect_log(&review, run.number, &samples(&told)).unwrap();
    let header = file(&archive, "header.json");
    let used = header["stats"]["model_usage"].as_object().unwrap().values().next().unwrap().clone();
    assert_eq!(used["total_tokens"], u64::MAX, "{used}");
}
