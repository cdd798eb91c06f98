//! The containment probe and its positive controls.

use chamber::Chamber;
use types::transcript::ProbeResult;

use crate::setup::{host, small, weaker_host};

/// What cannot be tried on every machine: the kernel may lack it, or the machine may have no route.
const NOT_EVERYWHERE: [&str; 9] = [
    "foreign-calls",
    "io-uring",
    "ipv4-route",
    "ipv6-route",
    "kernel-crypto",
    "kernel-module",
    "perf-event",
    "sysrq-write",
    "vsock",
];

/// What an ordinary user can do to the host without a chamber.
const FOR_EVERY_USER: [&str; 14] = [
    "canary-file",
    "devices",
    "environment",
    "host-processes",
    "inherited-descriptors",
    "netlink",
    "no-new-privileges",
    "process-memory",
    "ptrace",
    "system-call-filter",
    "tcp-host-loopback",
    "terminal-input",
    "unix-abstract",
    "unix-path",
];

#[test]
fn every_way_out_is_blocked_inside() {
    for host in [host(), weaker_host()] {
        let checks = Chamber::open(&host, &small()).unwrap().probe().unwrap();
        let open: Vec<_> = checks.iter().filter(|check| check.result == ProbeResult::Open).collect();
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn every_way_out_is_open_outside_where_this_user_can_go_it() {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    for check in host().controls().unwrap() {
        let name = check.name.as_str();
        let expected = if is_root { !NOT_EVERYWHERE.contains(&name) } else { FOR_EVERY_USER.contains(&name) };
        if expected {
            assert_eq!(check.result, ProbeResult::Open, "{name}: {}", check.detail);
        } else if check.result == ProbeResult::Blocked {
            assert!(
                check.detail.starts_with("not possible for this user outside either"),
                "{}",
                check.detail
            );
        }
    }
}

#[test]
fn the_limits_are_read_back_where_there_are_control_groups() {
    let host = host();
    let checks = Chamber::open(&host, &small()).unwrap().probe().unwrap();
    let limits: Vec<_> = checks.iter().filter(|check| check.name.starts_with("limit-")).collect();
    assert_eq!(limits.is_empty(), host.limits_in_words().contains("weaker"));
    assert!(limits.iter().all(|check| check.result == ProbeResult::Blocked), "{limits:?}");
}

#[test]
fn a_chamber_can_be_probed_again_after_an_agent_was_in_it() {
    let mut chamber = Chamber::open(&host(), &small()).unwrap();
    crate::setup::shell(&mut chamber, "while :; do :; done & echo 'tcp-host-loopback open' > /tmp/x");
    let checks = chamber.probe().unwrap();
    assert!(checks.iter().all(|check| check.result == ProbeResult::Blocked));
}
