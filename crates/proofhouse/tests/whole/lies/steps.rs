//! Lies about what happened in an attempt, step by step.

use std::fs;

use serde_json::{Value, json};

use super::{Lie, event, found_out, honest, retold};
use crate::forgery::Forgery;

#[test]
fn a_transcript_tells_only_what_follows_from_what_came_before() {
    let lies: [Lie; 6] = [
        ("an invented command", "runs a command that the answer does not ask for", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "command_run");
                events[at]["command"] = "cat /answers".into();
            });
        }),
        ("a command twice", "runs a command that the answer does not ask for", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "command_run");
                events.insert(at, events[at].clone());
            });
        }),
        ("another output", "tells the model something else than its commands printed", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "command_run");
                events[at]["output"] = "nothing to see".into();
            });
        }),
        ("an answer twice", "is an answer to nothing that was asked", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "answered");
                events.insert(at, events[at].clone());
            });
        }),
        ("an answer left out", "is the answer of another turn than the next", |forgery| {
            retold(forgery, |events| {
                let (from, to) = (event(events, "answered"), event(events, "turn_saved"));
                events.drain(from..=to);
            });
        }),
        ("another workspace", "saves a turn that was not complete", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "turn_saved");
                events.insert(at, events[at].clone());
            });
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

#[test]
fn a_transcript_has_one_task_one_submission_one_verdict_and_one_end() {
    let lies: [Lie; 8] = [
        ("cut short", "submits although the agent was not done", |forgery| {
            retold(forgery, |events| {
                let (from, to) = (event(events, "answered") + 1, event(events, "submitted"));
                events.drain(from..to);
            });
        }),
        ("a limit that was not reached", "reaches the limit of turns before the budget's last", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "submitted");
                let line =
                    json!({"seq": 0, "at": events[at]["at"], "event": "limit_reached", "limit": "turns"});
                events.insert(at, line);
            });
        }),
        ("two submissions", "comes after the submission", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "submitted");
                events.insert(at, events[at].clone());
            });
        }),
        ("another task's words", "does not give the task", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "prompted");
                events[at]["messages"][1]["role"] = "assistant".into();
            });
        }),
        ("two verdicts", "comes between the verdict and the end", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "judged");
                events.insert(at, events[at].clone());
            });
        }),
        ("two ends", "comes after the attempt's end", |forgery| {
            retold(forgery, |events| events.push(events.last().unwrap().clone()));
        }),
        ("another size", "is not the submission that the transcript names", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "submitted");
                events[at]["submission"]["size_bytes"] = 1.into();
            });
        }),
        ("another kind of chamber", "does not start in a chamber of the plan's kind", |forgery| {
            retold(forgery, |events| events[0]["chamber"] = "a vault, by armed guards".into());
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

#[test]
fn an_interruption_is_neither_invented_nor_hidden() {
    let lies: [Lie; 3] = [
        ("invented in the transcript", "although the log tells of no interruption", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "answered");
                interrupt(events, at);
            });
        }),
        ("hidden in the transcript", "follows an interruption without saying so", |forgery| {
            resume(forgery, "command_run");
            forgery.redraw(|_| {});
        }),
        ("from another turn", "goes on from another turn or workspace", |forgery| {
            resume(forgery, "answered");
            retold(forgery, |events| {
                let at = event(events, "answered");
                interrupt(events, at);
                events[at]["turn"] = 1.into();
            });
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

/// Has the attempt go on before the event at `at`, in a chamber that was probed.
fn interrupt(events: &mut Vec<Value>, at: usize) {
    let mut probe = events[event(events, "probed")].clone();
    let time = events[at]["at"].clone();
    probe["at"] = time.clone();
    let resumed = json!({"seq": 0, "at": time, "event": "attempt_resumed", "turn": 0, "workspace": null});
    events.splice(at..at, [resumed, probe]);
}

/// Has the run go on, in the log, when the first attempt's first event of the name `before` was written.
fn resume(forgery: &mut Forgery<'_>, before: &str) {
    let text = fs::read_to_string(forgery.out.join(forgery.transcript())).unwrap();
    let line = text.lines().find(|line| line.contains(&format!("\"event\":\"{before}\""))).unwrap();
    let time = serde_json::from_str::<Value>(line).unwrap()["at"].clone();
    let started = forgery.lines[forgery.line("run_started")].clone();
    let at = forgery.line("attempt_started") + 1;
    let resumed =
        json!({"seq": 0, "at": time, "record": "run_resumed", "run": 1, "limits": started["limits"]});
    forgery.lines.insert(at, resumed);
}

#[test]
fn an_instruction_that_is_not_the_suites_is_found_by_whoever_has_the_suite() {
    let house = honest();
    for words in ["Print the answer, which is 42.", ""] {
        let mut forgery = Forgery::of(&house, "honest");
        retold(&mut forgery, |events| {
            let at = event(events, "prompted");
            events[at]["messages"][1]["content"] = words.into();
        });
        forgery.sign();
        house.verify("out").with(0);
        let out = house.path("out").to_string_lossy().into_owned();
        house.run(&["rescore", &out]).with(7).says("was given other words than the suite's item");
    }
}
