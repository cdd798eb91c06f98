//! The calendar rule, for every instant.

use docket::calendar::{DAY_MILLIS, after_days, business_days, day_of, tightness};
use proptest::prelude::*;
use types::Timestamp;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

/// From 1901 to 2286: leap years, leap seconds and changes of daylight saving are all in there.
fn instants() -> impl Strategy<Value = i64> {
    -2_177_452_800_000_i64..10_000_000_000_000
}

proptest! {
    #[test]
    fn a_window_is_exactly_its_days_whenever_it_opens(opened in instants(), days in 1_u32..400) {
        let end = after_days(at(opened), days).unwrap();
        prop_assert_eq!(end.unix_millis() - opened, i64::from(days) * 86_400_000);
        // The last millisecond is the last day's, and the end begins the next one.
        prop_assert_eq!(day_of(at(opened), at(end.unix_millis() - 1)), u64::from(days));
        prop_assert_eq!(day_of(at(opened), end), u64::from(days) + 1);
    }

    #[test]
    fn days_add_up(opened in instants(), first in 0_u32..100, second in 0_u32..100) {
        let twice = after_days(after_days(at(opened), first).unwrap(), second).unwrap();
        prop_assert_eq!(twice, after_days(at(opened), first + second).unwrap());
    }

    #[test]
    fn day_numbers_never_go_back(opened in instants(), a in 0_i64..10_000_000_000, b in 0_i64..10_000_000_000) {
        let (early, late) = (a.min(b), a.max(b));
        let (early, late) = (at(opened + early), at(opened + late));
        prop_assert!(day_of(at(opened), early) <= day_of(at(opened), late));
    }

    #[test]
    fn business_days_are_counted_as_one_would_by_hand(from in instants(), length in 0_i64..5_000_000_000) {
        let day = i64::try_from(DAY_MILLIS).unwrap();
        let until = from + length;
        let midnights = (from.div_euclid(day) - 1..=until.div_euclid(day) + 1)
            .filter(|n| (from..until).contains(&(n * day)))
            // 1970-01-01 was a Thursday: Saturday is 2 days on, Sunday 3.
            .filter(|n| !matches!(n.rem_euclid(7), 2 | 3));
        prop_assert_eq!(business_days(at(from), at(until)) as usize, midnights.count());
    }

    #[test]
    fn thirty_days_always_hold_twenty_business_days(opened in instants()) {
        let end = after_days(at(opened), 30).unwrap();
        prop_assert!((20..=22).contains(&business_days(at(opened), end)));
        prop_assert_eq!(tightness(at(opened), end, 20), None);
    }
}

#[test]
fn a_window_over_a_leap_second_and_a_leap_day_closes_at_the_same_wall_time() {
    // The leap second at the end of 2016, and 29 February 2028.
    for (opened, closes) in [
        ("2016-12-15T09:30:00.000Z", "2017-01-14T09:30:00.000Z"),
        ("2028-02-15T09:30:00.000Z", "2028-03-16T09:30:00.000Z"),
        // Europe and the United States change their clocks within these.
        ("2026-10-10T23:59:59.999Z", "2026-11-09T23:59:59.999Z"),
    ] {
        assert_eq!(after_days(opened.parse().unwrap(), 30).unwrap().to_string(), closes);
    }
}

#[test]
fn a_date_beyond_the_calendar_is_refused() {
    let last = "9999-12-30T00:00:00Z".parse().unwrap();
    assert!(after_days(last, 30).is_err());
}
