//! Hosts and chambers to test on.

use std::time::Duration;

use chamber::{Chamber, Exec, Host, HostOptions, Limits, LimitsBy, Ran};

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
    Host::find(&HostOptions::default()).unwrap()
}

/// The way of users who cannot make control groups.
pub(crate) fn weaker_host() -> Host {
    Host::find(&HostOptions { limits_by: LimitsBy::Processes, ..HostOptions::default() }).unwrap()
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
