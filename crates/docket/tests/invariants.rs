//! The invariants over all reachable states of a bounded case, along random steps, and under every seeded bug.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod model;

use docket::{Rule, Rules};
use model::alphabet::Slice;
use model::checker::explore;
use model::register::walk_register;
use model::walk::{Watch, walk};
use model::{is_of_the_register, watcher};

/// Enough for every seeded bug to show, many times over.
const BUG_STEPS: u64 = 400_000;

#[test]
fn every_reachable_state_of_a_bounded_case_keeps_every_invariant() {
    let whole = explore(Slice::Whole, &[0, 30], 2);
    let clocks = explore(Slice::Clocks, &[0, 20, 30], 2);
    assert_eq!([whole.broken, clocks.broken].concat(), Vec::<&str>::new());
    assert!(whole.states >= 100_000, "only {} states", whole.states);
}

#[test]
fn a_million_random_steps_keep_every_invariant() {
    let walked = walk(1_000_000, 1, Rules::default(), Watch::All);
    assert_eq!(walked.broken, None);
    assert!(walked.taken > 100_000, "only {} of {} steps did something", walked.taken, walked.steps);
}

#[test]
fn random_steps_keep_the_registers_invariants() {
    let walked = walk_register(60_000, 1, Rules::default());
    assert_eq!(walked.broken, None);
    assert!(walked.taken > 3_000, "only {} of {} steps did something", walked.taken, walked.steps);
}

#[test]
fn every_seeded_bug_is_noticed_by_its_invariant() {
    for rule in Rule::ALL {
        let rules = Rules::without(rule);
        let walked = if is_of_the_register(rule) {
            walk_register(BUG_STEPS, 1, rules)
        } else {
            walk(BUG_STEPS, 1, rules, Watch::Only(watcher(rule)))
        };
        assert_eq!(walked.broken, Some(watcher(rule)), "without {rule:?}, after {} steps", walked.steps);
    }
}
