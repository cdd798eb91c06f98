//! Invariants of windows, grants, withdrawal and records.

use types::Timestamp;

use super::Seen;
use super::audit::Breaches;
use crate::actor::{Actor, Authority, Verified};
use crate::acts::items::{Content, Marking};
use crate::acts::partner::PartnerWindow;
use crate::acts::safeguards::Keeping;
use crate::acts::standing::{Act as StandingAct, Standing};
use crate::acts::window::{Ending, Window};
use crate::case::{Case, File};
use crate::decide::{Act, decide};
use crate::names::PersonId;
use crate::seat::{Role, Seat};
use crate::vocabulary::never_word;

fn file<'a>(seen: &'a Seen) -> Option<&'a File> {
    match seen.case {
        Case::Unopened(_) => None,
        Case::Opened(file) => Some(file),
    }
}

/// Whether the developer, signing alone, could do `act` now.
fn developer_can(seen: &Seen, file: &File, act: StandingAct) -> bool {
    // Whoever it is: the register vouches for persons before anything is decided.
    let Ok(person) = "anybody".parse::<PersonId>() else { return false };
    let seat = Seat { role: Role::Developer, party: file.developer.clone() };
    let by = vec![Actor { person, seat, authority: Authority::Own }];
    let act = Verified::new(Act::Standing(act), by, types::Digest::from_bytes([0; 32]));
    decide(seen.case, &act, seen.setting, seen.at).is_ok()
}

/// What a case's standing is called holds no word of a licence.
#[must_use]
pub fn invariant_no_word_judges_a_release(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| never_word(file.standing.word(seen.setting.rules())).is_none())
}

/// The developer can plan its release in every state, for any time: nothing holds it up.
#[must_use]
pub fn invariant_a_release_is_never_held(seen: &Seen) -> bool {
    let now = StandingAct::PlanRelease { at: seen.at };
    file(seen).is_none_or(|file| developer_can(seen, file, now))
}

/// The developer can withdraw in every open state.
#[must_use]
pub fn invariant_withdrawing_is_always_open(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        file.standing != Standing::Open || developer_can(seen, file, StandingAct::Withdraw {})
    })
}

/// A withdrawn case lists no unfinished work for the withdrawal, and breaks no promise by it.
#[must_use]
pub fn invariant_withdrawing_leaves_no_mark(seen: &Seen) -> bool {
    let Some(file) = file(seen) else { return true };
    let Standing::Withdrawn { at } = file.standing else { return true };
    let window = match &file.window {
        Window::Unopened => true,
        Window::Open { .. } => false,
        // One that had closed before lists what was unfinished then.
        Window::Closed { closed_at, ending, .. } => {
            seen.audit.closed_at == Some(*closed_at) || !lists_work(ending)
        }
    };
    let promises = file.safeguards.values().all(|it| it.keeping != Keeping::Lapsed || it.due_at <= at);
    window && promises
}

fn lists_work(ending: &Ending) -> bool {
    match ending {
        Ending::RanOut { .. } | Ending::ReleaseCame { .. } => true,
        Ending::Withdrawn | Ending::Finished => false,
    }
}

/// When access is over at the latest: nothing is in force after it.
fn access_over(file: &File) -> Option<Timestamp> {
    match &file.window {
        Window::Unopened => None,
        Window::Open { .. } => file.window_ends_at(),
        Window::Closed { closed_at, .. } => Some(*closed_at),
    }
}

fn all_over_by(over: Option<Timestamp>, mut ends: impl Iterator<Item = Timestamp>) -> bool {
    ends.all(|until| over.is_some_and(|over| until <= over))
}

/// No grant is in force after the review window's end, however that came.
#[must_use]
pub fn invariant_no_grant_outlives_its_window(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        let live = file.grants.values().map(|grant| grant.until);
        all_over_by(access_over(file), live)
    })
}

/// No lease is in force after the review window's end, however that came.
#[must_use]
pub fn invariant_no_key_outlives_its_window(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        let live = file.leases.values().map(|lease| lease.until);
        all_over_by(access_over(file), live)
    })
}

/// The review window never ends later than 30 days after it opened, or than what the developer signed.
#[must_use]
pub fn invariant_no_unsigned_window_over_30_days(seen: &Seen) -> bool {
    let Some(file) = file(seen) else { return true };
    access_over(file).is_none_or(|over| seen.audit.signed_until.is_some_and(|signed| over <= signed))
        && match (&file.window, seen.audit.opened_at) {
            (Window::Unopened, opened_at) => opened_at.is_none(),
            (Window::Open { opened_at, .. } | Window::Closed { opened_at, .. }, audited) => {
                audited == Some(*opened_at)
            }
        }
}

/// Nothing is recorded at or after the review window's end while the window is still open, and likewise for partners.
#[must_use]
pub fn invariant_the_window_closes_by_itself(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        let review = file.window_ends_at().is_none_or(|end| seen.at < end);
        let partners = file.partners.values().all(|window| match window {
            PartnerWindow::Selected { until, .. } => seen.at < *until,
            PartnerWindow::Closed { .. } => true,
        });
        review && partners
    })
}

/// No partner grant is in force after its partner window's end.
#[must_use]
pub fn invariant_no_partner_grant_outlives_its_window(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        file.partner_grants.values().all(|grant| match file.partners.get(&grant.partner) {
            Some(PartnerWindow::Selected { until, .. }) => grant.until <= *until,
            Some(PartnerWindow::Closed { closed_at, .. }) => grant.until <= *closed_at,
            None => false,
        })
    })
}

/// Access started after a threshold was committed to and the commitment cosigned.
#[must_use]
pub fn invariant_threshold_precedes_access(seen: &Seen) -> bool {
    !seen.audit.breaches.has(Breaches::THRESHOLD_LATE)
}

/// The threshold is the one that was committed to first.
#[must_use]
pub fn invariant_threshold_never_moves(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        file.threshold.commitment() == seen.audit.threshold
            && !seen.audit.breaches.has(Breaches::THRESHOLD_MOVED)
    })
}

/// What was recorded, read back, leads to the same case.
#[must_use]
pub fn invariant_replay_gives_the_same_case(seen: &Seen) -> bool {
    seen.case == seen.replayed
}

/// No item marked as classified is held.
#[must_use]
pub fn invariant_classified_stays_outside(seen: &Seen) -> bool {
    file(seen).is_none_or(|file| {
        let held = |content| matches!(content, Content::Held(_));
        file.items.values().all(|item| item.marking != Marking::Classified || !held(item.content))
    })
}
