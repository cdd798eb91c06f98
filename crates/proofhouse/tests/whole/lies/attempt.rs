//! Lies about what an attempt used, where it ran, and how it ended.

use serde_json::{Value, json};
use types::Outcome;

use super::{Lie, event, found_out, honest, retold};
use crate::forgery::Forgery;

#[test]
fn an_attempt_names_what_it_used_and_uses_no_more_than_the_budget() {
    let lies: [Lie; 6] = [
        ("more seconds", "but its answers and commands took", |forgery| {
            retold(forgery, |events| events.last_mut().unwrap()["seconds"] = json!(99.5));
        }),
        ("a slow command", "took longer than the time that passed", |forgery| {
            retold(forgery, |events| {
                let at = event(events, "command_run");
                let took = events[at]["took_ms"].as_u64().unwrap();
                events[at]["took_ms"] = (took + 60_000).into();
                let seconds = events.last().unwrap()["seconds"].as_f64().unwrap();
                events.last_mut().unwrap()["seconds"] = json!(seconds + 60.0);
            });
        }),
        ("fewer tokens", "uses other amounts than its answers", |forgery| {
            retold(forgery, |events| events.last_mut().unwrap()["tokens"] = 1.into());
        }),
        ("a smaller budget of turns", "more turns than the budget", |forgery| smaller(forgery, "turns", 1)),
        ("a smaller budget of tokens", "is an answer beyond the budget", |forgery| {
            smaller(forgery, "tokens", 17)
        }),
        ("a budget that the attempt did not have", "under the plan's budget", |forgery| {
            forgery.replan(|plan| plan["budget"]["turns"] = 9.into());
            forgery.redraw(|_| {});
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

/// Says in the plan and in every transcript that the budget was smaller.
fn smaller(forgery: &mut Forgery<'_>, what: &str, value: u64) {
    forgery.replan(|plan| plan["budget"][what] = value.into());
    retold(forgery, |events| events[0]["budget"][what] = value.into());
}

#[test]
fn a_chamber_is_probed_with_every_check_of_this_version_and_no_other() {
    let lies: [Lie; 9] = [
        ("a check less", "does not hold every check of the probe once", |forgery| {
            probed(forgery, |checks| drop(checks.remove(3)));
        }),
        ("no check", "does not hold every check of the probe once", |forgery| probed(forgery, Vec::clear)),
        ("an invented check", "does not hold every check of the probe once", |forgery| {
            probed(forgery, |checks| {
                let mut invented = checks[0].clone();
                invented["name"] = "quantum-firewall".into();
                checks.push(invented);
            });
        }),
        ("a check twice", "does not hold every check of the probe once", |forgery| {
            probed(forgery, |checks| checks.insert(1, checks[0].clone()));
        }),
        ("an open check", "in a chamber that was not shown to contain", |forgery| {
            probed(forgery, |checks| checks[0]["result"] = "open".into());
        }),
        ("no probe", "in a chamber that was not shown to contain", |forgery| {
            retold(forgery, |events| drop(events.remove(event(events, "probed"))));
        }),
        ("a control less", "controls.json: does not hold every check", |forgery| {
            controls(forgery, |checks| drop(checks.pop()));
        }),
        ("an invented control", "controls.json: does not hold every check", |forgery| {
            controls(forgery, |checks| checks[2]["name"] = "laser".into());
        }),
        ("invented limits", "names limits in words that no run of this version has", |forgery| {
            let at = forgery.line("run_started");
            forgery.lines[at]["limits"] = "a vault".into();
            forgery.redraw(|_| {});
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

fn probed(forgery: &mut Forgery<'_>, change: impl FnOnce(&mut Vec<Value>)) {
    retold(forgery, |events| {
        let at = event(events, "probed");
        change(events[at]["checks"].as_array_mut().unwrap());
    });
}

fn controls(forgery: &mut Forgery<'_>, change: impl FnOnce(&mut Vec<Value>)) {
    forgery.rewrite("runs/1/controls.json", |file| change(file["checks"].as_array_mut().unwrap()));
    forgery.redraw(|_| {});
}

#[test]
fn an_outcome_is_the_one_that_was_reached() {
    let ends = [
        json!({"outcome": "failed"}),
        json!({"outcome": "refused"}),
        json!({"outcome": "unscorable", "reason": "interrupted"}),
        json!({"outcome": "unscorable", "reason": "oracle_failed"}),
        json!({"outcome": "unscorable", "reason": "chamber_lost"}),
    ];
    let house = honest();
    for outcome in ends {
        let mut forgery = Forgery::of(&house, "honest");
        let at = forgery.line("attempt_ended");
        forgery.lines[at]["outcome"] = outcome.clone();
        retold(&mut forgery, |events| events.last_mut().unwrap()["outcome"] = outcome);
        forgery.sign();
        house.verify("out").with(8).says("ends with another outcome than the transcript tells of");
    }
    let lies: [Lie; 2] = [
        ("only the log lies", "does not end with the outcome that the log names", |forgery| {
            let at = forgery.line("attempt_ended");
            forgery.lines[at]["outcome"] = json!({"outcome": "failed"});
            forgery.redraw(|_| {});
        }),
        ("only the report lies", "report.json: does not follow from the evidence", |forgery| {
            forgery.redraw(|review| {
                let run = &mut review.runs[0];
                run.items[0].outcome = Some(Outcome::Failed);
                let area = run.areas.iter_mut().find(|area| area.area == run.items[0].area).unwrap();
                for tally in [&mut run.overall, &mut area.tally] {
                    (tally.passed, tally.failed) = (tally.passed - 1, tally.failed + 1);
                }
            });
        }),
    ];
    found_out(&house, "honest", &lies);
}
