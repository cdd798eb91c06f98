//! Killed, crowded out, run twice: nothing finished is run again or lost.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::house::House;

/// Waits until the log of `out` has `lines` lines, or the program has ended.
fn until_lines(house: &House, child: &mut std::process::Child, lines: usize) {
    let log = house.path("out/log.jsonl");
    for _ in 0..6000 {
        let written = fs::read(&log).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count());
        if written >= lines || child.try_wait().unwrap().is_some() {
            return;
        }
        // A kill has no event to wait for but the file itself.
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the review wrote no {lines} lines");
}

#[test]
fn killed_anywhere_a_review_goes_on_to_the_same_results() {
    let house = House::new();
    house.review("script:reference", "undisturbed").with(0);
    // Each round is killed a little later than the one before, in the middle of whatever is being done.
    for lines in (1..24).step_by(2) {
        let mut command = house.review_command("script:reference", "out");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until_lines(&house, &mut child, lines);
        let _ = child.kill();
        child.wait().unwrap();
    }
    house.review("script:reference", "out").with(0);
    assert_eq!(house.outcomes("out"), house.outcomes("undisturbed"));
    house.verify("out").with(0);
    let log = fs::read_to_string(house.path("out/log.jsonl")).unwrap();
    assert_eq!(log.matches("attempt_started").count(), 4);
    assert_eq!(log.matches("attempt_ended").count(), 4);
}

#[test]
fn an_unfinished_review_does_not_verify() {
    let house = House::new();
    let mut command = house.review_command("script:reference", "out");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until_lines(&house, &mut child, 7);
    let _ = child.kill();
    child.wait().unwrap();
    house.verify("out").with(8).says("run the same review again");
}

#[test]
fn two_reviews_do_not_write_into_one_folder() {
    let house = House::new();
    let mut command = house.review_command("script:reference", "out");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until_lines(&house, &mut child, 3);
    house.review("script:reference", "out").with(7).says("another review writes to");
    assert!(child.wait().unwrap().success());
    house.verify("out").with(0);
}

#[test]
fn a_full_disk_stops_the_review_and_it_goes_on_when_there_is_space() {
    let house = House::new();
    let out = house.path("out");
    fs::create_dir(&out).unwrap();
    let mount = |options: &str| {
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&out)
            .stderr(Stdio::null())
            .status()
    };
    if !mount("size=40k").is_ok_and(|status| status.success()) {
        eprintln!("skipped: this user cannot mount a small disk");
        return;
    }
    let full = house.review("script:reference", "out");
    assert!(mount("remount,size=64m").unwrap().success());
    let on = house.review("script:reference", "out");
    let verified = house.verify("out");
    let unmounted = Command::new("umount").arg(&out).status();
    full.with(7).says("free some space");
    on.with(0);
    verified.with(0);
    assert!(unmounted.unwrap().success());
}
