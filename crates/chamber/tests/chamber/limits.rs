//! What uses a chamber up must cost the chamber's owner something, and the host nothing.

use std::time::Duration;

use chamber::{Chamber, ChamberError, Exec, Host, Leftovers, Limits};
use types::transcript::Exit;

use crate::setup::{TEN_SECONDS, host, shell, small, text, weaker_host};

fn fork_bomb_is_bounded(host: &Host) {
    let mut chamber = Chamber::open(host, &small()).unwrap();
    let bomb = "f() { f | f & }; f; sleep 1000";
    let exec = Exec { leftovers: Leftovers::Kill, ..Exec::shell(bomb, Duration::from_secs(1), 4096) };
    assert_eq!(chamber.exec(&exec).unwrap().exit, Exit::TimedOut);
    assert_eq!(
        text(&shell(&mut chamber, "echo alive; grep -lsx sleep /proc/[0-9]*/comm | wc -l")),
        "alive\n0\n"
    );
}

fn memory_hog_loses_its_processes_but_not_the_chamber(host: &Host) {
    let mut chamber = Chamber::open(host, &small()).unwrap();
    shell(&mut chamber, "echo kept > file");
    let ran = shell(&mut chamber, "head -c 2G /dev/zero | tail > /dev/null; exit ${PIPESTATUS[1]}");
    assert!(matches!(ran.exit, Exit::Code(137) | Exit::Signal(9)), "{:?}", ran.exit);
    assert_eq!(text(&shell(&mut chamber, "cat file")), "kept\n");
}

fn disks_are_bounded_and_a_full_one_starves_nobody(host: &Host) {
    let mut chamber = Chamber::open(host, &small()).unwrap();
    let fill =
        "for n in /work /tmp /dev/shm; do for i in 1 2 3; do head -c 100M /dev/zero > $n/$i; done 2>/dev/null
        du -sm $n | cut -f1; done";
    for line in text(&shell(&mut chamber, fill)).lines() {
        assert!(line.parse::<u64>().unwrap() <= 17, "{line}");
    }
    assert_eq!(text(&shell(&mut chamber, "rm /tmp/*; echo alive")), "alive\n");
}

#[test]
fn a_fork_bomb_is_bounded() {
    fork_bomb_is_bounded(&host());
}

#[test]
fn a_fork_bomb_is_bounded_without_control_groups() {
    fork_bomb_is_bounded(&weaker_host());
}

#[test]
fn a_memory_hog_loses_its_processes_but_not_the_chamber() {
    memory_hog_loses_its_processes_but_not_the_chamber(&host());
}

#[test]
fn a_memory_hog_loses_its_processes_without_control_groups() {
    memory_hog_loses_its_processes_but_not_the_chamber(&weaker_host());
}

#[test]
fn disks_are_bounded() {
    disks_are_bounded_and_a_full_one_starves_nobody(&host());
}

#[test]
fn disks_are_bounded_without_control_groups() {
    disks_are_bounded_and_a_full_one_starves_nobody(&weaker_host());
}

#[test]
fn the_root_and_dev_hold_nothing_more() {
    let mut chamber = Chamber::open(&host(), &small()).unwrap();
    let ran = shell(
        &mut chamber,
        "for n in / /dev /run /etc /usr /usr/local /usr/src /proc /proc/sys /sys; do echo x > $n/x && echo reached; done
         mkdir /x /dev/x && echo reached; echo over",
    );
    assert!(text(&ran).ends_with("over\n") && !text(&ran).contains("reached"), "{}", text(&ran));
}

#[test]
fn a_chambers_whole_time_is_limited_while_nobody_asks_it_anything() {
    let limits = Limits { wall: Duration::from_millis(500), ..small() };
    let mut chamber = Chamber::open(&host(), &limits).unwrap();
    let over = chamber.exec(&Exec::shell("sleep 1000", TEN_SECONDS, 100));
    assert_eq!(over, Err(ChamberError::TimeOver));
    assert_eq!(chamber.exec(&Exec::shell("true", TEN_SECONDS, 100)), Err(ChamberError::TimeOver));
}

#[test]
fn a_core_file_is_never_written() {
    let mut chamber = Chamber::open(&host(), &small()).unwrap();
    assert_eq!(text(&shell(&mut chamber, "ulimit -Hc; ulimit -n")), "0\n1024\n");
}
