//! Lies about when something happened, and about what there was.

use std::fs;

use super::{Lie, found_out, honest, moved, retold};

#[test]
fn time_goes_forward_and_each_event_lies_within_its_attempt() {
    let lies: [Lie; 6] = [
        ("the log's clock goes back", "log.jsonl: line 6 is dated before the line above it", |forgery| {
            forgery.lines[5]["at"] = moved(&forgery.lines[4]["at"], -1);
            forgery.redraw(|_| {});
        }),
        ("a transcript's clock goes back", "line 4 is dated before what came before it", |forgery| {
            retold(forgery, |events| events[3]["at"] = moved(&events[2]["at"], -1));
        }),
        (
            "an attempt begins before it was started",
            "line 1 is dated before what came before it",
            |forgery| {
                retold(forgery, |events| events[0]["at"] = moved(&events[0]["at"], -3600));
            },
        ),
        (
            "an attempt goes on after its end",
            "is dated after the transcript was added to the log",
            |forgery| {
                retold(forgery, |events| {
                    let last = events.len() - 1;
                    events[last]["at"] = moved(&events[last]["at"], 3600);
                });
            },
        ),
        ("the report is dated back", "report.json: is dated before what it tells of", |forgery| {
            forgery.redraw(|review| review.written_at = review.runs[0].started_at);
        }),
        ("the report is dated forward", "or after it was added to the log", |forgery| {
            forgery.redraw(|review| {
                let later = review.written_at.unix_millis() + 3_600_000;
                review.written_at = types::Timestamp::from_unix_millis(later).unwrap();
            });
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

#[test]
fn each_file_is_added_when_it_is_made() {
    let lies: [Lie; 5] = [
        ("a transcript after its attempt", "at a time when it is not made", |forgery| {
            let (from, to) = (forgery.added(&forgery.transcript()), forgery.line("attempt_ended"));
            forgery.postpone(from, to);
            forgery.redraw(|_| {});
        }),
        ("controls after the first attempt", "controls.json: is added to the log at a time", |forgery| {
            let (from, to) = (forgery.added("runs/1/controls.json"), forgery.line("attempt_ended"));
            forgery.postpone(from, to);
            forgery.redraw(|_| {});
        }),
        ("a plan after the run", "plan.json: is added to the log at a time", |forgery| {
            let (from, to) = (forgery.added("plan.json"), forgery.line("attempt_ended"));
            forgery.postpone(from, to);
            forgery.redraw(|_| {});
        }),
        ("a report before the run", "report.json: is added to the log at a time", |forgery| {
            let at = forgery.line("run_started");
            forgery.add(at, "report.json");
            forgery.redraw(|_| {});
        }),
        ("a probe of a chamber that there was not", "is no file that evidence of this plan has", |forgery| {
            fs::copy(forgery.out.join("runs/1/controls.json"), forgery.out.join("runs/1/model-probe-1.json"))
                .unwrap();
            let at = forgery.line("run_started") + 1;
            forgery.add(at, "runs/1/model-probe-1.json");
            forgery.redraw(|_| {});
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

#[test]
fn every_run_that_ended_is_shown_as_it_was() {
    let house = honest();
    let out = house.path("honest").to_string_lossy().into_owned();
    let first = house.path("first");
    crate::house::copy(&house.path("honest"), &first);
    house.run(&["rerun", &out]).with(0);
    let lies: [Lie; 3] = [
        ("a report of the first run only", "report.json: was not drawn from the log as it was", |forgery| {
            for view in ["report.json", "report.html"] {
                fs::copy(forgery.out.join("../first").join(view), forgery.out.join(view)).unwrap();
            }
        }),
        ("a report that was not drawn again", "is not in the log since the last run", |forgery| {
            let end = forgery.lines.iter().rposition(|line| line["record"] == "run_ended").unwrap();
            forgery.lines.truncate(end + 1);
            for view in ["report.json", "report.html"] {
                fs::copy(forgery.out.join("../first").join(view), forgery.out.join(view)).unwrap();
            }
            fs::remove_file(forgery.out.join("run-2.eval")).unwrap();
        }),
        ("another log of the first run", "run-1.eval: does not follow from the evidence", |forgery| {
            fs::copy(forgery.out.join("run-2.eval"), forgery.out.join("run-1.eval")).unwrap();
            forgery.redraw(|_| {});
        }),
    ];
    found_out(&house, "honest", &lies);
}
