//! What attackers of the house found, each kept closed.

use std::fs;

use serde_json::{Value, json};

use crate::endpoint::{Script, endpoint, response, says};
use crate::forgery::Forgery;
use crate::house::House;

/// An answer in which the endpoint says of itself and of its counting whatever it likes.
fn claims(model: &str, text: &str, usage: &Value) -> Option<String> {
    let choice =
        json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    let body = json!({"id": "1", "model": model, "choices": [choice], "usage": usage});
    response("200 OK", "", &body.to_string())
}

fn report(house: &House) -> Value {
    serde_json::from_slice(&fs::read(house.path("out/report.json")).unwrap()).unwrap()
}

#[test]
fn the_lock_stays_and_holds_nothing() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    let lock = house.path("out/.lock");
    assert_eq!(fs::metadata(&lock).unwrap().len(), 0);
    house.verify("out").with(0);
    fs::write(lock, "certified").unwrap();
    house.verify("out").with(8).says(".lock: is not a file of the evidence");
}

#[test]
fn a_changed_package_is_not_rescored() {
    let house = House::new();
    house.review("script:reference", "out").with(0);
    let submission = house.path("out/runs/1/submissions/crack-1-repeating-xor");
    fs::write(submission, "another").unwrap();
    let out = house.path("out").to_string_lossy().into_owned();
    house.run(&["rescore", &out]).with(7).says("is not the file that the log names");
}

#[test]
fn the_name_that_an_endpoint_gives_itself_is_cut() {
    let house = House::new();
    let (address, _) = endpoint(|_, _| claims(&"m".repeat(100_000), "DONE", &Value::Null));
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
    let probe = fs::read_to_string(house.path("out/runs/1/endpoint-start.json")).unwrap();
    assert!(probe.contains(&"m".repeat(200)) && !probe.contains(&"m".repeat(201)));
}

#[test]
fn an_endpoint_that_counts_too_few_tokens_is_not_believed() {
    let house = House::new();
    let (address, _) = endpoint(|_, _| {
        claims("m", &"DONE ".repeat(3200), &json!({"total_tokens": 1, "prompt_tokens": 500}))
    });
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
    let items = report(&house)["runs"][0]["items"].clone();
    let used = |item: &Value| item["tokens"].as_u64().unwrap() / item["turns"].as_u64().unwrap();
    assert!(items.as_array().unwrap().iter().all(|item| used(item) >= 1000), "{items}");
}

#[test]
fn an_endpoint_that_counts_too_many_tokens_ends_the_turns_and_nothing_else() {
    let house = House::new();
    let (address, _) = endpoint(|_, _| {
        let most =
            json!({"total_tokens": u64::MAX, "prompt_tokens": u64::MAX, "completion_tokens": u64::MAX});
        claims("m", "```bash\nls\n```", &most)
    });
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
}

#[test]
fn the_longest_answer_that_is_read_fits_a_transcripts_line() {
    let long: Script = |_, _| says(&"\u{85}".repeat(200 << 10));
    let house = House::new();
    let (address, _) = endpoint(long);
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
    let (address, _) = endpoint(|_, _| says(&"x".repeat(600 << 10)));
    house.review(&address, "longer").with(5).says("outside the chat protocol");
}

#[test]
fn an_interruption_stands_in_the_report() {
    let house = House::new();
    // The key is refused once, in the first attempt; the same command then goes on.
    let script: Script = |number, body| match number {
        4 => response("401 Unauthorized", "", "{}"),
        _ if body.contains("exit code") => says("DONE"),
        _ => says("```bash\nls\n```"),
    };
    let (address, _) = endpoint(script);
    house.review(&address, "out").with(5);
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
    let incidents = report(&house)["runs"][0]["incidents"].to_string();
    assert!(incidents.contains("the run was stopped and went on"), "{incidents}");
    assert!(incidents.contains("the attempt was interrupted and went on after turn 1"), "{incidents}");
}

#[test]
fn weaker_limits_for_a_while_stand_in_the_report() {
    let house = House::new();
    house.review("script:random", "honest").with(0);
    let mut forgery = Forgery::of(&house, "honest");
    let at = forgery.line("run_started");
    let started = forgery.lines[at].clone();
    for limits in [started["limits"].clone(), "rlimits and a watcher (weaker)".into()] {
        let mut resumed = started.clone();
        resumed["record"] = "run_resumed".into();
        resumed["limits"] = limits;
        forgery.lines.insert(at + 1, resumed);
    }
    forgery.redraw(|_| {});
    forgery.sign();
    house.verify("out").with(0);
    let limits = report(&house)["plan"]["limits"].to_string();
    assert!(limits.contains("rlimits and a watcher (weaker)"), "{limits}");
}

#[test]
fn a_suite_that_is_checked_is_read_as_one_that_is_reviewed() {
    let house = House::new();
    let (suite, link) = (house.suite(), house.suite().join("crack-1-repeating-xor/notes"));
    std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
    house.run(&["suite", "check", &suite.to_string_lossy()]).with(3).says("symbolic link");
    house.review("script:random", "out").with(3).says("symbolic link");
}

#[test]
fn a_view_has_no_other_name_than_its_own() {
    let house = House::new();
    house.review("script:random", "honest").with(0);
    for name in ["run-1.html", "run-2.eval", "run-01.eval", "run-certificate.eval"] {
        let mut forgery = Forgery::of(&house, "honest");
        fs::write(forgery.out.join(name), "certified").unwrap();
        forgery.add(forgery.lines.len(), name);
        forgery.sign();
        house.verify("out").with(8).says(name);
    }
}
