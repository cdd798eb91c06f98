//! What nobody can ever do, as functions that say whether it still holds.
//!
//! An [`Audit`] follows a case from outside: it sees only what was recorded, who signed it and when, and keeps its
//! own books. So an invariant does not ask the rules whether the rules were kept. Each one is checked over every
//! reachable state of a bounded case and along millions of random steps (`tests/invariants.rs`, `./script/bench docket`),
//! and each is shown to fail when the rule behind it is dropped.

mod audit;
mod people;
mod register;
mod windows;

use types::Timestamp;

pub use audit::Audit;
pub use people::{
    invariant_a_look_is_one_measurement, invariant_no_determination_before_consultation_closed,
    invariant_no_error_budget_is_spent_twice, invariant_no_partner_grant_without_both_signatures,
    invariant_only_the_designator_determines, invariant_the_conflicted_do_not_act,
    invariant_two_persons_are_two,
};
pub use register::{
    REGISTER_INVARIANTS, RegisterAudit, RegisterInvariant, invariant_nobody_is_on_two_sides,
    invariant_register_takes_two_persons,
};
pub use windows::{
    invariant_a_release_is_never_held, invariant_classified_stays_outside,
    invariant_no_grant_outlives_its_window, invariant_no_key_outlives_its_window,
    invariant_no_partner_grant_outlives_its_window, invariant_no_unsigned_window_over_30_days,
    invariant_no_word_judges_a_release, invariant_replay_gives_the_same_case,
    invariant_the_window_closes_by_itself, invariant_threshold_never_moves,
    invariant_threshold_precedes_access, invariant_withdrawing_is_always_open,
    invariant_withdrawing_leaves_no_mark,
};

use crate::case::Case;
use crate::decide::Setting;

/// A case as somebody outside sees it right after something was recorded.
pub struct Seen<'a> {
    /// The case.
    pub case: &'a Case,
    /// The case that the recorded events lead to when they are read back.
    pub replayed: &'a Case,
    /// The outsider's own books.
    pub audit: &'a Audit,
    /// What decisions are taken under.
    pub setting: &'a Setting<'a>,
    /// When it was recorded.
    pub at: Timestamp,
}

/// An invariant: its name, and whether it holds.
pub type Invariant = (&'static str, fn(&Seen) -> bool);

macro_rules! named {
    ($($invariant:ident),* $(,)?) => {
        [$((stringify!($invariant), $invariant as fn(&Seen) -> bool)),*]
    };
}

/// Every invariant of a case.
pub const INVARIANTS: [Invariant; 20] = named![
    invariant_no_word_judges_a_release,
    invariant_a_release_is_never_held,
    invariant_withdrawing_is_always_open,
    invariant_withdrawing_leaves_no_mark,
    invariant_no_grant_outlives_its_window,
    invariant_no_key_outlives_its_window,
    invariant_no_unsigned_window_over_30_days,
    invariant_the_window_closes_by_itself,
    invariant_only_the_designator_determines,
    invariant_no_determination_before_consultation_closed,
    invariant_no_partner_grant_without_both_signatures,
    invariant_no_partner_grant_outlives_its_window,
    invariant_threshold_precedes_access,
    invariant_threshold_never_moves,
    invariant_two_persons_are_two,
    invariant_no_error_budget_is_spent_twice,
    invariant_a_look_is_one_measurement,
    invariant_replay_gives_the_same_case,
    invariant_the_conflicted_do_not_act,
    invariant_classified_stays_outside,
];

/// The name of the first invariant that does not hold.
#[must_use]
pub fn broken(seen: &Seen) -> Option<&'static str> {
    INVARIANTS.iter().find(|(_, holds)| !holds(seen)).map(|(name, _)| *name)
}
