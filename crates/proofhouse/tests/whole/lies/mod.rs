//! What the holder of the right key may write and sign, and the evidence itself speaks against. Each lie is told as
//! consistently as it can be: the log, the views and the signature are made anew.

mod attempt;
mod log;
mod plan;
mod steps;

use serde_json::{Value, json};

use crate::forgery::Forgery;
use crate::house::House;

/// A lie: its name, what `verify` says to it, and how it is told.
type Lie = (&'static str, &'static str, fn(&mut Forgery<'_>));

/// Tells each lie about the honest package in `honest`, and checks that it is found out.
fn found_out(house: &House, honest: &str, lies: &[Lie]) {
    Forgery::of(house, honest).sign();
    house.verify("out").with(0);
    for (name, words, tell) in lies {
        let mut forgery = Forgery::of(house, honest);
        tell(&mut forgery);
        forgery.sign();
        let ended = house.verify("out");
        assert_eq!(ended.code, Some(8), "{name}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(words), "{name}: no {words:?} in {}", ended.stderr);
    }
}

fn honest() -> House {
    let house = House::new();
    house.review("script:reference", "honest").with(0);
    house
}

/// Tells a lie in the first attempt's transcript, and draws the views from it.
fn retold(forgery: &mut Forgery<'_>, change: impl FnOnce(&mut Vec<Value>)) {
    forgery.retell(change);
    forgery.redraw(|_| {});
}

#[track_caller]
fn event(events: &[Value], name: &str) -> usize {
    events.iter().position(|event| event["event"] == name).unwrap()
}

/// A time `seconds` away from `time`.
fn moved(time: &Value, seconds: i64) -> Value {
    let time: types::Timestamp = serde_json::from_value(time.clone()).unwrap();
    json!(types::Timestamp::from_unix_millis(time.unix_millis() + seconds * 1000).unwrap())
}

#[test]
fn a_redrawn_package_that_tells_the_truth_verifies() {
    let house = honest();
    let mut forgery = Forgery::of(&house, "honest");
    retold(&mut forgery, |_| {});
    forgery.replan(|_| {});
    forgery.sign();
    house.verify("out").with(0);
}
