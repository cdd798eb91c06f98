//! Hosts and chambers to test on.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chamber::{Chamber, Exec, Host, HostOptions, Limits, LimitsBy, Ran};

use crate::KIND;

pub(crate) const TEN_SECONDS: Duration = Duration::from_secs(10);

/// Small enough to be reached quickly.
pub(crate) fn small() -> Limits {
    Limits {
        memory_bytes: 128 << 20,
        pids: 64,
        disk_bytes: 16 << 20,
        cpu_millis: 2000,
        wall: Duration::from_secs(120),
    }
}

pub(crate) fn host() -> Host {
    Host::find(&HostOptions { kind: KIND, ..HostOptions::default() }).unwrap()
}

/// The way of users who cannot make control groups.
pub(crate) fn weaker_host() -> Host {
    Host::find(&HostOptions { limits_by: LimitsBy::Processes, kind: KIND, ..HostOptions::default() }).unwrap()
}

/// Seconds that only this test's processes sleep; the tests of all kinds run beside each other.
pub(crate) fn nap(test: u32) -> String {
    format!("{}{test}", 1 + KIND as u32)
}

/// How many processes of this machine sleep so long.
pub(crate) fn napping(seconds: &str) -> usize {
    let words = format!("sleep\0{seconds}\0");
    let naps = |path: &Path| fs::read(path.join("cmdline")).is_ok_and(|found| found == words.as_bytes());
    fs::read_dir("/proc").unwrap().flatten().filter(|entry| naps(&entry.path())).count()
}

pub(crate) fn open() -> Chamber {
    Chamber::open(&host(), &small()).unwrap()
}

pub(crate) fn shell(chamber: &mut Chamber, command: &str) -> Ran {
    chamber.exec(&Exec::shell(command, TEN_SECONDS, 4096)).unwrap()
}

pub(crate) fn text(ran: &Ran) -> String {
    String::from_utf8_lossy(&ran.output).into_owned()
}
