//! Tries every known way out of a chamber and prints one line per check.
//!
//! Nothing is changed by a check that goes through: files are opened and not written, calls get arguments that a kernel
//! refuses only after it has looked at the caller's rights, and packets never leave. So the same program, run outside of
//! a chamber, is the positive control: a check that does not go through there proves nothing by being blocked inside.
//!
//! What cannot be tried (a fork that fails) counts as open: a chamber of which nothing is known does not contain.

mod files;
mod kernel;
mod network;
mod process;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::protocol::EXIT_USAGE;
use crate::sys;

/// What the host holds ready outside, for the probe to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// A port of 127.0.0.1 that accepts connections.
    pub port: u16,
    /// The name of an abstract Unix socket that accepts connections.
    pub abstract_name: String,
    /// The path of a Unix socket that accepts connections.
    pub socket: String,
    /// A file that everybody may read.
    pub canary: String,
    /// A process of the host.
    pub pid: u32,
    /// When it started, in the clock ticks of `/proc/<pid>/stat`, to tell it from another of the same number.
    pub started: u64,
}

impl Targets {
    /// The targets as the probe's arguments.
    #[must_use]
    pub fn to_arguments(&self) -> Vec<String> {
        let mut words = vec!["probe".to_owned(), self.port.to_string(), self.abstract_name.clone()];
        words.extend([
            self.socket.clone(),
            self.canary.clone(),
            self.pid.to_string(),
            self.started.to_string(),
        ]);
        words
    }

    fn parse(arguments: &[OsString]) -> Option<Self> {
        let texts: Option<Vec<&str>> = arguments.iter().map(|argument| argument.to_str()).collect();
        let [port, abstract_name, socket, canary, pid, started] = texts?.try_into().ok()?;
        Some(Self {
            port: port.parse().ok()?,
            abstract_name: abstract_name.to_owned(),
            socket: socket.to_owned(),
            canary: canary.to_owned(),
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }
}

/// What came of a check, and what was seen.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    Blocked(String),
    Open(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(detail) => write!(f, "{BLOCKED} {detail}"),
            Self::Open(detail) => write!(f, "{OPEN} {detail}"),
        }
    }
}

/// The word for a check that was stopped.
pub const BLOCKED: &str = "blocked";

/// The word for a check that went through.
pub const OPEN: &str = "open";

type Check = fn(&Targets) -> Finding;

/// Every check, in the order printed.
const CHECKS: &[(&str, Check)] = &[
    ("tcp-host-loopback", network::tcp_host_loopback),
    ("ipv4-route", network::ipv4_route),
    ("ipv6-route", network::ipv6_route),
    ("unix-abstract", network::unix_abstract),
    ("unix-path", network::unix_path),
    ("vsock", network::vsock),
    ("kernel-crypto", network::kernel_crypto),
    ("packet-socket", network::packet_socket),
    ("netlink", network::netlink),
    ("canary-file", files::canary),
    ("proc-sys-write", files::proc_sys_write),
    ("sysrq-write", files::sysrq_write),
    ("usr-write", files::usr_write),
    ("etc-write", files::etc_write),
    ("root-write", files::root_write),
    ("dev-write", files::dev_write),
    ("devices", files::devices),
    ("sysfs", files::sysfs),
    ("host-processes", process::host_processes),
    ("first-process", process::first_process),
    ("inherited-descriptors", process::inherited_descriptors),
    ("environment", process::environment),
    ("capabilities", process::capabilities),
    ("no-new-privileges", process::no_new_privileges),
    ("system-call-filter", process::system_call_filter),
    ("mount", kernel::mount),
    ("new-mount-api", kernel::new_mount_api),
    ("user-namespace", kernel::user_namespace),
    ("clone-namespace", kernel::clone_namespace),
    ("clone3-namespace", kernel::clone3_namespace),
    ("ptrace", kernel::ptrace),
    ("process-memory", kernel::process_memory),
    ("bpf", kernel::bpf),
    ("io-uring", kernel::io_uring),
    ("userfaultfd", kernel::userfaultfd),
    ("perf-event", kernel::perf_event),
    ("keyring", kernel::keyring),
    ("clock-set", kernel::clock_set),
    ("reboot", kernel::reboot),
    ("kernel-module", kernel::kernel_module),
    ("kernel-log", kernel::kernel_log),
    ("terminal-input", kernel::terminal_input),
    ("foreign-calls", kernel::foreign_calls),
];

/// The names of all checks, in the order printed.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// Runs every check and prints `NAME blocked|open DETAIL` lines.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let Some(targets) = Targets::parse(arguments) else { return ExitCode::from(EXIT_USAGE) };
    let mut lines = String::new();
    for (name, check) in CHECKS {
        let line = format!("{name} {}", check(&targets)).replace('\n', " ");
        lines.push_str(&line);
        lines.push('\n');
    }
    match io::stdout().write_all(lines.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// For what must not work at all: any error blocks.
fn refused<T>(result: io::Result<T>) -> Finding {
    match result {
        Ok(_) => Finding::Open("it worked".to_owned()),
        Err(error) => Finding::Blocked(error.to_string()),
    }
}

/// For calls whose arguments make no sense: only an error that says "you may not" blocks; any other means that the
/// kernel went on to look at the arguments.
fn out_of_reach<T>(result: io::Result<T>) -> Finding {
    match result {
        Ok(_) => Finding::Open("it worked".to_owned()),
        Err(error) if matches!(error.raw_os_error(), Some(sys::EPERM | sys::EACCES | sys::ENOSYS)) => {
            Finding::Blocked(error.to_string())
        }
        Err(error) => Finding::Open(format!("it was let through to {error}")),
    }
}

/// For what would change this process: tried in one of its own.
fn refused_in_child(attempt: fn() -> io::Result<()>) -> Finding {
    match sys::probes::in_child(attempt) {
        Ok(result) => refused(result),
        Err(error) => Finding::Open(format!("it cannot be tried: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        Targets {
            port: 1,
            abstract_name: "a".to_owned(),
            socket: "/s".to_owned(),
            canary: "/c".to_owned(),
            pid: 2,
            started: 3,
        }
    }

    #[test]
    fn targets_survive_the_command_line() {
        let arguments: Vec<OsString> = targets().to_arguments().into_iter().skip(1).map(Into::into).collect();
        assert_eq!(Targets::parse(&arguments), Some(targets()));
        assert_eq!(Targets::parse(&arguments[1..]), None);
    }

    #[test]
    fn every_check_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = names().collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
