//! A bounded case for the model checker and the random walk: who there is, and what they try.
//!
//! Shared by `tests/invariants.rs` and the bench (`examples/model.rs`).

pub mod alphabet;
pub mod checker;
pub mod people;
pub mod register;
pub mod walk;
pub mod world;

use docket::Rule;

/// The invariant that notices when `rule` is dropped.
pub fn watcher(rule: Rule) -> &'static str {
    match rule {
        Rule::ReleaseIsTheDevelopers => "invariant_a_release_is_never_held",
        Rule::StandingJudgesNoRelease => "invariant_no_word_judges_a_release",
        Rule::WithdrawalIsAlwaysOpen => "invariant_withdrawing_is_always_open",
        Rule::WithdrawalLeavesNoMark => "invariant_withdrawing_leaves_no_mark",
        Rule::GrantEndsWithWindow | Rule::ClosingEndsGrants => "invariant_no_grant_outlives_its_window",
        Rule::LeaseEndsWithWindow => "invariant_no_key_outlives_its_window",
        Rule::WindowHasThirtyDays | Rule::DeveloperSignsExtension | Rule::LostTimeStaysBeside => {
            "invariant_no_unsigned_window_over_30_days"
        }
        Rule::WindowClosesByItself => "invariant_the_window_closes_by_itself",
        Rule::DesignatorDetermines => "invariant_only_the_designator_determines",
        Rule::ConsultationClosesFirst => "invariant_no_determination_before_consultation_closed",
        Rule::BothSignForPartners => "invariant_no_partner_grant_without_both_signatures",
        Rule::PartnerGrantEndsWithWindow => "invariant_no_partner_grant_outlives_its_window",
        Rule::ThresholdComesFirst => "invariant_threshold_precedes_access",
        Rule::ThresholdStays => "invariant_threshold_never_moves",
        Rule::AttesterIsAnother | Rule::PersonsAreDistinct | Rule::DelegationMakesNoPerson => {
            "invariant_two_persons_are_two"
        }
        Rule::EveryLookSpends | Rule::DeltaRefillsNothing => "invariant_no_error_budget_is_spent_twice",
        Rule::LookStartsOnce => "invariant_a_look_is_one_measurement",
        Rule::RecordsAreWhole => "invariant_replay_gives_the_same_case",
        Rule::ConflictExcludes => "invariant_the_conflicted_do_not_act",
        Rule::ClassifiedStaysOutside => "invariant_classified_stays_outside",
        Rule::OneSideEach => "invariant_nobody_is_on_two_sides",
        Rule::EnrolmentTakesTwo | Rule::DelegationTakesTwo => "invariant_register_takes_two_persons",
    }
}

/// Whether the rule is one of the register's, which has a model of its own.
pub fn is_of_the_register(rule: Rule) -> bool {
    matches!(rule, Rule::OneSideEach | Rule::EnrolmentTakesTwo | Rule::DelegationTakesTwo)
}
