//! The calendar rule: how a window of days is counted.
//!
//! A day is exactly 86,400 seconds of POSIX time in UTC, counted from the instant of opening. A window holds its
//! first instant and not its last: one of 30 days that opens at 2026-12-01T14:00:00.000Z is closed at
//! 2026-12-31T14:00:00.000Z. So a window is never longer than its days say, which one that ran to the end of a
//! calendar day would be, by up to 24 hours. UTC has no daylight saving. POSIX time counts no leap seconds: a
//! window that one falls into lasts a second longer on an atomic clock, and closes at the same wall time.
//! Argued in `docs/decisions/0007-docket.md`.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::refusal::Refusal;

/// One day.
pub const DAY_MILLIS: u64 = 86_400_000;
/// The review window's cap (the order: "up to 30 days").
pub const REVIEW_WINDOW_DAYS: u32 = 30;
/// What evaluators' guidance asks for.
pub const GUIDANCE_BUSINESS_DAYS: u32 = 20;

/// The instant `days` after `from`.
///
/// # Errors
/// [`Refusal::BeyondCalendar`].
pub fn after_days(from: Timestamp, days: u32) -> Result<Timestamp, Refusal> {
    after_millis(from, u64::from(days) * DAY_MILLIS)
}

pub(crate) fn after_millis(from: Timestamp, millis: u64) -> Result<Timestamp, Refusal> {
    i64::try_from(millis)
        .ok()
        .and_then(|millis| from.unix_millis().checked_add(millis))
        .and_then(|millis| Timestamp::from_unix_millis(millis).ok())
        .ok_or(Refusal::BeyondCalendar)
}

/// The number of the day that `now` lies in, from 1 at the opening: day 31 begins where 30 days end.
#[must_use]
pub fn day_of(opened_at: Timestamp, now: Timestamp) -> u64 {
    now.millis_since(opened_at) / DAY_MILLIS + 1
}

/// Mondays to Fridays (UTC) that begin within `from..until`. Public holidays differ by country and are not known.
#[must_use]
pub fn business_days(from: Timestamp, until: Timestamp) -> u32 {
    let day = i64::try_from(DAY_MILLIS).unwrap_or(i64::MAX);
    let (first, end) = (from.unix_millis(), until.unix_millis());
    let first_midnight = first.div_euclid(day) + i64::from(first.rem_euclid(day) != 0);
    let end_midnight = end.div_euclid(day) + i64::from(end.rem_euclid(day) != 0);
    let days = (end_midnight - first_midnight).max(0);
    let (weeks, rest) = (days / 7, days % 7);
    let odd = (0..rest).filter(|n| is_business_day(first_midnight + n)).count();
    u32::try_from(weeks * 5).unwrap_or(u32::MAX).saturating_add(u32::try_from(odd).unwrap_or(0))
}

/// Whether the day that many days after 1970-01-01, a Thursday, is a Monday to Friday.
fn is_business_day(days_since_1970: i64) -> bool {
    (days_since_1970 + 3).rem_euclid(7) < 5
}

/// A plan that needs more than its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TightPlan {
    /// Business days that the plan asks for.
    pub needs_business_days: u32,
    /// Business days that begin within the window.
    pub has_business_days: u32,
}

/// Holds a plan against a window.
#[must_use]
pub fn tightness(from: Timestamp, until: Timestamp, needs_business_days: u32) -> Option<TightPlan> {
    let has_business_days = business_days(from, until);
    (needs_business_days > has_business_days).then_some(TightPlan { needs_business_days, has_business_days })
}
