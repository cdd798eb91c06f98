//! Real weights, served in a chamber of their own.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::house::{Ended, House};

/// The model, when the test script has fetched it.
fn model() -> Option<String> {
    let model = std::env::var("PROOFHOUSE_TEST_MODEL").ok();
    if model.is_none() {
        eprintln!("skipped: PROOFHOUSE_TEST_MODEL names no weights (script/test fetches them)");
    }
    model
}

fn review(house: &House, model: &str, out: &str, more: &[&str]) -> std::process::Command {
    let path = |name: &str| house.path(name).to_string_lossy().into_owned();
    let (suite, threshold, out) = (path("suite"), path("threshold.toml"), path(out));
    let words = ["review", model, "--suite", &suite, "--threshold", &threshold, "--out", &out];
    let budget = ["--budget", "tokens=1200,turns=2,seconds=60"];
    house.command(&[&words[..], &budget[..], more].concat())
}

#[test]
fn weights_are_sealed_served_without_a_network_and_measured() {
    let Some(model) = model() else { return };
    let house = House::new();
    let ended: Ended = review(&house, &model, "out", &[]).output().unwrap().into();
    ended.with(0).says("4 items");
    house.verify("out").with(0);
    let plan: serde_json::Value =
        serde_json::from_slice(&fs::read(house.path("out/plan.json")).unwrap()).unwrap();
    assert_eq!(plan["model"]["kind"], "weights");
    let manifest = fs::read_to_string(house.path("out/manifest.json")).unwrap();
    assert!(manifest.contains("sha256:"));
    let transcript =
        fs::read_to_string(house.path("out/runs/1/attempts/crack-1-repeating-xor.jsonl")).unwrap();
    assert!(transcript.contains("completion_tokens"), "{transcript}");
}

/// Waits until the first answer of the model is written down, or the program has ended.
fn until_answered(house: &House, child: &mut Child, answers: usize) {
    for _ in 0..12_000 {
        let files = fs::read_dir(house.path("out/runs/1/attempts")).into_iter().flatten().flatten();
        let found: usize = files
            .map(|file| fs::read_to_string(file.path()).unwrap_or_default().matches("\"answered\"").count())
            .sum();
        if found >= answers || child.try_wait().unwrap().is_some() {
            return;
        }
        // A kill has no event to wait for but the files themselves.
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the model gave no {answers} answers");
}

#[test]
fn a_model_that_is_killed_goes_on_to_the_same_results() {
    let Some(model) = model() else { return };
    let house = House::new();
    assert!(review(&house, &model, "undisturbed", &["--seed", "1"]).output().unwrap().status.success());
    for answers in [1, 3] {
        let mut command = review(&house, &model, "out", &["--seed", "1"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until_answered(&house, &mut child, answers);
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(review(&house, &model, "out", &["--seed", "1"]).output().unwrap().status.success());
    assert_eq!(house.outcomes("out"), house.outcomes("undisturbed"));
    house.verify("out").with(0);
}

#[test]
fn a_runtime_of_another_kind_serves_in_the_same_chamber() {
    let Some(model) = model() else { return };
    let house = House::new();
    let line =
        format!("{} runtime {{weights}} --socket {{socket}} --threads 1", env!("CARGO_BIN_EXE_proofhouse"));
    let ended: Ended = review(&house, &model, "out", &["--runtime", &line]).output().unwrap().into();
    ended.with(0);
    let none: Ended =
        review(&house, &model, "other", &["--runtime", "cat {weights}"]).output().unwrap().into();
    none.with(2).says("{socket} or {port}");
}
