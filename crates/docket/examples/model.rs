//! `./script/bench docket`: the states explored, the random steps walked, and the seeded bugs caught. Prints the
//! house's result lines; ends with 1 when an invariant is broken or a seeded bug is missed.

#![expect(clippy::unwrap_used, reason = "the model names what it knows to be there")]

#[path = "../tests/model/mod.rs"]
mod model;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use docket::invariant::{INVARIANTS, REGISTER_INVARIANTS};
use docket::{Rule, Rules};
use model::alphabet::Slice;
use model::checker::explore;
use model::register::walk_register;
use model::walk::{Watch, walk};
use model::{is_of_the_register, watcher};

/// What the issue asks for.
const RANDOM_STEPS: u64 = 10_000_000;
const REGISTER_STEPS: u64 = 1_000_000;
/// Enough for every seeded bug to show, many times over.
const BUG_STEPS: u64 = 2_000_000;
const THREADS: usize = 2;

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn main() -> ExitCode {
    let began = Instant::now();
    let slices = [
        (Slice::Whole, &[0, 20, 30][..]),
        (Slice::Clocks, &[0, 1, 20, 30, 45]),
        (Slice::Decisions, &[0, 5, 10, 30]),
    ];
    let explored = slices.map(|(slice, days)| explore(slice, days, THREADS));
    let exploring = began.elapsed();

    let walking = Instant::now();
    let walked = walk(RANDOM_STEPS, 1, Rules::default(), Watch::All);
    let walking = walking.elapsed();
    let registered = walk_register(REGISTER_STEPS, 1, Rules::default());
    let caught = Rule::ALL.into_iter().filter(|rule| is_caught(*rule)).count();

    let states: usize = explored.iter().map(|it| it.states).sum();
    let invariants = INVARIANTS.len() + REGISTER_INVARIANTS.len();
    result("states_explored", states as f64, "1");
    result("random_steps", (walked.steps + registered.steps) as f64, "1");
    result("random_steps_taken", (walked.taken + registered.taken) as f64, "1");
    result("seconds", began.elapsed().as_secs_f64(), "s");
    result("invariants", invariants as f64, "1");
    result("seeded_bugs", Rule::ALL.len() as f64, "1");
    result("seeded_bugs_caught", caught as f64, "1");
    result("states_per_s", states as f64 / exploring.as_secs_f64(), "1/s");
    result("random_steps_per_s", walked.steps as f64 / walking.as_secs_f64(), "1/s");

    let broken = explored.iter().flat_map(|it| &it.broken).copied();
    let broken: Vec<_> = broken.chain(walked.broken).chain(registered.broken).collect();
    if broken.is_empty() && caught == Rule::ALL.len() {
        return ExitCode::SUCCESS;
    }
    // Nobody reads it if the terminal is gone.
    let _ = writeln!(std::io::stderr(), "broken: {broken:?}; {caught} seeded bugs caught");
    ExitCode::FAILURE
}

fn is_caught(rule: Rule) -> bool {
    let (rules, name) = (Rules::without(rule), watcher(rule));
    let walked = if is_of_the_register(rule) {
        walk_register(BUG_STEPS, 1, rules)
    } else {
        walk(BUG_STEPS, 1, rules, Watch::Only(name))
    };
    walked.broken == Some(name)
}

/// One line in the house's format; nothing else does this, so there is no peer.
fn result(metric: &str, value: f64, unit: &str) {
    let line = format!(
        "{{\"bench\":\"docket\",\"metric\":\"{metric}\",\"value\":{value},\"unit\":\"{unit}\",\"peer\":null,\"peer_value\":null,\"ratio\":null}}\n"
    );
    // A reader that went away wants no more.
    let _ = std::io::stdout().write_all(line.as_bytes());
}
