//! Invariants of who may do what.

use super::Seen;
use super::audit::Breaches;
use crate::case::Case;

fn never(seen: &Seen, breach: Breaches) -> bool {
    !seen.audit.breaches.has(breach)
}

/// No determination by anyone but a designating authority.
#[must_use]
pub fn invariant_only_the_designator_determines(seen: &Seen) -> bool {
    never(seen, Breaches::NOT_DESIGNATOR)
}

/// No determination before somebody was consulted and everybody who was answered or ran out of time.
#[must_use]
pub fn invariant_no_determination_before_consultation_closed(seen: &Seen) -> bool {
    never(seen, Breaches::NOT_CONSULTED)
}

/// No partner window and no partner grant without the developer's and the office's signature.
#[must_use]
pub fn invariant_no_partner_grant_without_both_signatures(seen: &Seen) -> bool {
    never(seen, Breaches::PARTNER_UNSIGNED)
}

/// One person never satisfies a rule of two, by whatever seats and delegations: extension, lease, export, partners,
/// attestation and determination.
#[must_use]
pub fn invariant_two_persons_are_two(seen: &Seen) -> bool {
    never(seen, Breaches::ONE_PERSON)
}

/// The looks' shares add up to what the case says is spent, and never to more than its budget.
#[must_use]
pub fn invariant_no_error_budget_is_spent_twice(seen: &Seen) -> bool {
    let Case::Opened(file) = seen.case else { return true };
    let spent = (u64::from(file.spent.alpha_ppm.get()), u64::from(file.spent.beta_ppm.get()));
    spent == seen.audit.spent_ppm && never(seen, Breaches::OVERSPENT)
}

/// A look has one evidence package: what did not suit is not measured again under the same share of the error budget.
#[must_use]
pub fn invariant_a_look_is_one_measurement(seen: &Seen) -> bool {
    never(seen, Breaches::LOOKED_AGAIN)
}

/// Who declared a conflict of interest with a case signs nothing in it for the house, and holds no grant.
#[must_use]
pub fn invariant_the_conflicted_do_not_act(seen: &Seen) -> bool {
    let Case::Opened(file) = seen.case else { return true };
    let register = seen.setting.register();
    let clean = |person| !register.is_conflicted(person, &file.developer, &file.id);
    never(seen, Breaches::CONFLICTED) && file.grants.values().all(|grant| clean(&grant.person))
}
