//! What is kept is found out when it was changed, and leads to the same case.

use crate::house::{House, at, day, own, text};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::{Record, RecordError, Refusal, receive_time};

fn lines() -> Vec<String> {
    let mut house = House::with_window(day(0));
    house.act(&[own("dee"), own("oda")], Window::Extend { until: day(40) }, day(3)).unwrap();
    house.lines
}

fn load(lines: &[String]) -> Result<Record<docket::Case>, RecordError> {
    Record::of_case(text("case-1")).load(lines.iter().map(String::as_str))
}

#[test]
fn replaying_the_lines_gives_the_same_case() {
    let mut house = House::with_window(day(0));
    house.consulted(day(1));
    house.determine(day(5)).unwrap();
    house.one("dee", Standing::Withdraw {}, day(6)).unwrap();
    assert_eq!(load(&house.lines).unwrap(), house.case);
    let lines = house.register_lines.iter().map(String::as_str);
    assert_eq!(Record::of_register().load(lines).unwrap(), house.register);
}

#[test]
fn a_line_is_versioned_ascii_json() {
    for line in lines() {
        assert!(line.starts_with("{\"v\":1,\"stream\":{\"case\":\"case-1\"},\"version\":"), "{line}");
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
    }
}

#[test]
fn a_hole_another_order_and_another_case_are_found() {
    let lines = lines();
    let mut hole = lines.clone();
    hole.remove(2);
    assert_eq!(load(&hole).err(), Some(RecordError::Hole { version: 3, found: 4 }));
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    assert_eq!(load(&swapped).err(), Some(RecordError::Hole { version: 3, found: 4 }));
    let other = Record::of_case(text("case-2")).load(lines.iter().map(String::as_str));
    assert_eq!(other.err(), Some(RecordError::OtherStream { version: 1 }));
    let mut doubled = lines.clone();
    doubled.insert(3, lines[2].clone());
    assert_eq!(load(&doubled).err(), Some(RecordError::Hole { version: 4, found: 3 }));
}

#[test]
fn every_flipped_byte_is_found() {
    let lines = lines();
    for (number, line) in lines.iter().enumerate() {
        for place in 0..line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[place] ^= 2;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let mut lines = lines.clone();
            lines[number] = changed;
            assert!(load(&lines).is_err(), "line {number}, byte {place}");
        }
    }
}

#[test]
fn a_line_of_another_history_does_not_follow() {
    let ours = lines();
    let mut house = House::new();
    house.offered(day(0), crate::house::terms());
    house.one("dee", Standing::PlanRelease { at: day(30) }, day(0)).unwrap();
    let mut mixed = ours.clone();
    // A sound line with a sound digest, but after another predecessor.
    house.one("dee", Standing::PlanRelease { at: day(31) }, day(0)).unwrap();
    mixed[3] = house.lines[3].clone();
    assert_eq!(load(&mixed).err(), Some(RecordError::Broken { version: 4 }));
}

/// The line with `from` replaced and its digest made to fit again: somebody who knows the format.
fn forged(line: &str, from: &str, to: &str) -> String {
    let (open, _) = line.rsplit_once(",\"digest\":\"").unwrap();
    let open = open.replacen(from, to, 1);
    assert!(!line.starts_with(&open), "nothing was replaced");
    format!("{open},\"digest\":\"{}\"}}", types::Digest::of(open.as_bytes()))
}

#[test]
fn a_future_version_and_an_unknown_field_are_refused_by_name() {
    let lines = lines();
    let mut future = lines.clone();
    future[0] = forged(&lines[0], "{\"v\":1", "{\"v\":2");
    assert_eq!(load(&future).err(), Some(RecordError::OtherFormat { version: 1, v: 2 }));
    let mut unknown = lines.clone();
    unknown[0] = forged(&lines[0], "{\"v\":1", "{\"v\":1,\"more\":0");
    assert_eq!(load(&unknown).err(), Some(RecordError::Unreadable { version: 1 }));
    let mut event = lines.clone();
    event[0] = forged(&lines[0], "\"model\":", "\"more\":0,\"model\":");
    assert_eq!(load(&event).err(), Some(RecordError::Unreadable { version: 1 }));
    let mut spaced = lines.clone();
    spaced[0] = forged(&lines[0], "\"version\":1", "\"version\": 1");
    assert_eq!(load(&spaced).err(), Some(RecordError::Unreadable { version: 1 }));
    for garbage in ["", "{", "null", "{\"v\":1}", &"x".repeat(200_000)] {
        assert_eq!(load(&[garbage.to_owned()]).err(), Some(RecordError::Unreadable { version: 1 }));
    }
}

#[test]
fn a_clock_that_goes_back_is_refused_by_name() {
    let mut house = House::with_window(day(3));
    let refused = house.one("dee", Standing::PlanRelease { at: day(9) }, at(-1 + 3 * crate::house::DAY));
    assert_eq!(refused, Err(Refusal::ClockWentBack { last: day(3), now: at(-1 + 3 * crate::house::DAY) }));
    let refused = receive_time(&house.case, day(2)).err();
    assert_eq!(refused, Some(Refusal::ClockWentBack { last: day(3), now: day(2) }));
    let mut lines = lines();
    let last = lines.len() - 1;
    lines[last] = forged(&lines[last].clone(), "2026-12-04T", "2026-11-04T");
    let version = lines.len() as u64;
    assert_eq!(load(&lines).err(), Some(RecordError::ClockWentBack { version }));
}

#[test]
fn a_missing_tail_shows_in_the_head() {
    let whole = load(&lines()).unwrap().head();
    let mut cut = lines();
    cut.pop();
    let cut = load(&cut).unwrap().head();
    assert_ne!(cut, whole);
    assert_eq!(cut.version + 1, whole.version);
}
