//! Other processes, and what this one was given.

use std::fs::{self, File};

use super::{Finding, Targets, refused};
use crate::protocol::ENVIRONMENT;

/// The five sets of capabilities, see capabilities(7).
const CAPABILITIES: [&str; 5] = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

/// Field 22 of `/proc/<pid>/stat`, see proc(5). The name before it can hold anything.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

pub(super) fn host_processes(targets: &Targets) -> Finding {
    match started(targets.pid) {
        Some(started) if started == targets.started => {
            Finding::Open("the process that asks is visible".to_owned())
        }
        Some(_) => Finding::Blocked("another process has that number".to_owned()),
        None => Finding::Blocked("no process has that number".to_owned()),
    }
}

/// In a chamber the first process is the guest, whose memory and pipes lead to the host.
pub(super) fn first_process(_: &Targets) -> Finding {
    refused(File::open("/proc/1/mem").map(drop).or_else(|_| fs::read_dir("/proc/1/fd").map(drop)))
}

pub(super) fn inherited_descriptors(_: &Targets) -> Finding {
    let entries = match fs::read_dir("/proc/self/fd") {
        Ok(entries) => entries,
        Err(error) => return Finding::Open(format!("it cannot be tried: {error}")),
    };
    let own = format!("/proc/{}/fd", std::process::id());
    let others = entries
        .flatten()
        .filter(|entry| !matches!(entry.file_name().to_str(), Some("0" | "1" | "2")))
        .filter(|entry| fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() != own.as_str()))
        .count();
    match others {
        0 => Finding::Blocked("only the standard ones".to_owned()),
        _ => Finding::Open(format!("{others} beside the standard ones")),
    }
}

/// Names only: a value may be the secret that must not leak.
pub(super) fn environment(_: &Targets) -> Finding {
    let others =
        std::env::vars_os().filter(|(name, _)| !ENVIRONMENT.iter().any(|(known, _)| name == known)).count();
    match others {
        0 => Finding::Blocked("only what is meant".to_owned()),
        _ => Finding::Open(format!("{others} variables beside those meant")),
    }
}

/// A line of `/proc/self/status`.
fn status(name: &str) -> Option<String> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    text.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
}

pub(super) fn capabilities(_: &Targets) -> Finding {
    let held: Vec<_> = CAPABILITIES
        .into_iter()
        .filter(|name| !status(name).is_some_and(|set| set.bytes().all(|digit| digit == b'0')))
        .collect();
    if held.is_empty() {
        Finding::Blocked("all five sets are empty".to_owned())
    } else {
        Finding::Open(format!("not empty: {}", held.join(" ")))
    }
}

fn status_is(name: &str, wanted: &str) -> Finding {
    match status(name) {
        Some(value) if value == wanted => Finding::Blocked(format!("{name} is {value}")),
        Some(value) => Finding::Open(format!("{name} is {value}")),
        None => Finding::Open(format!("{name} is not known")),
    }
}

/// With it, a set-user-id program gives nothing.
pub(super) fn no_new_privileges(_: &Targets) -> Finding {
    status_is("NoNewPrivs", "1")
}

pub(super) fn system_call_filter(_: &Targets) -> Finding {
    status_is("Seccomp", "2")
}
