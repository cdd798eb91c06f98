//! The containment probe, from the host's side: what is held ready for it to reach, and how its answer is read.

use std::fs;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use guest::probe::{self, BLOCKED, OPEN, Targets};
use types::transcript::{ProbeCheck, ProbeResult};

use crate::launch::printable;
use crate::limits::Deadline;
use crate::spawner;
use crate::sys::{self, BeforeExec, Readiness};

/// How long all checks together may take: two milliseconds when the machine is idle.
pub(crate) const PROBE_LIMIT: Duration = Duration::from_secs(20);

/// The longest answer: some forty lines.
pub(crate) const ANSWER_MAX_BYTES: u64 = 16 << 10;

/// The longest detail: the guest may be hostile.
const DETAIL_MAX_BYTES: usize = 120;

/// What waits outside for a probe to reach it. Nobody ever accepts: that a connection is made is enough.
pub(crate) struct Outside {
    targets: Targets,
    _tcp: TcpListener,
    _abstract: UnixListener,
    _path: UnixListener,
}

impl Outside {
    /// Opens the listeners and writes the canary into `run`, the run's folder.
    pub(crate) fn open(run: &Path) -> io::Result<Self> {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let canary = run.join("canary");
        fs::write(&canary, "a chamber must not read this\n")?;
        fs::set_permissions(&canary, fs::Permissions::from_mode(0o644))?;
        let socket = run.join("socket");
        let path = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o777))?;
        let targets = Targets {
            port: tcp.local_addr()?.port(),
            abstract_name: name.clone(),
            socket: socket.display().to_string(),
            canary: canary.display().to_string(),
            pid: std::process::id(),
            started: started()?,
        };
        let abstract_name = SocketAddr::from_abstract_name(&name)?;
        Ok(Self { targets, _tcp: tcp, _abstract: UnixListener::bind_addr(&abstract_name)?, _path: path })
    }

    /// The probe's arguments.
    pub(crate) fn arguments(&self) -> Vec<String> {
        self.targets.to_arguments()
    }

    /// Runs the probe as this user, without any chamber: with a variable and a descriptor that it should not have.
    pub(crate) fn controls(&self, guest: &Path) -> io::Result<Vec<ProbeCheck>> {
        #[expect(clippy::disallowed_methods, reason = "this is the room that starts processes")]
        let mut command = Command::new(guest);
        command.args(self.arguments()).env_clear().env("PROOFHOUSE_CONTROL", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let inherited = vec![fs::File::open(&self.targets.canary)?.into()];
        let before = BeforeExec { groups: Vec::new(), shown: Vec::new(), identity: None, inherited };
        sys::set_before_exec(&mut command, before);
        let mut child = spawner::spawn(command)?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("a started program has no pipes"))?;
        let read = read_within(output, PROBE_LIMIT);
        child.kill()?;
        child.wait()?;
        let mut checks = parse(&read?)?;
        for check in checks.iter_mut().filter(|check| check.result == ProbeResult::Blocked) {
            check.detail = format!("not possible for this user outside either: {}", check.detail);
        }
        Ok(checks)
    }
}

/// When this process started: field 22 of its `stat`, see proc(5).
fn started() -> io::Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    stat.rsplit_once(')')
        .and_then(|(_, fields)| fields.split_ascii_whitespace().nth(19)?.parse().ok())
        .ok_or_else(|| io::Error::other("/proc/self/stat is not as proc(5) says"))
}

fn read_within(mut output: impl Read + AsFd, limit: Duration) -> io::Result<Vec<u8>> {
    sys::set_nonblocking(output.as_fd())?;
    let deadline = Deadline::within(limit);
    let (mut whole, mut buffer) = (Vec::new(), [0; 4096]);
    while whole.len() as u64 <= ANSWER_MAX_BYTES {
        match output.read(&mut buffer) {
            Ok(0) => return Ok(whole),
            Ok(count) => whole.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !deadline.passed() => {
                sys::poll([(output.as_fd(), Readiness::Read)], deadline.left_ms())?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("the probe's answer is too long"))
}

/// Reads the probe's lines: every check once, in order, and nothing else.
pub(crate) fn parse(answer: &[u8]) -> io::Result<Vec<ProbeCheck>> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "the probe's answer is not one line per check");
    let text = std::str::from_utf8(answer).map_err(|_| wrong())?;
    if text.lines().count() != probe::names().len() {
        return Err(wrong());
    }
    let check = |(name, line): (&str, &str)| {
        let (result, detail) = line.strip_prefix(name)?.strip_prefix(' ')?.split_once(' ')?;
        let result = match result {
            BLOCKED => ProbeResult::Blocked,
            OPEN => ProbeResult::Open,
            _ => return None,
        };
        let mut detail = printable(detail.as_bytes());
        detail.truncate(DETAIL_MAX_BYTES);
        Some(ProbeCheck { name: name.to_owned(), result, detail })
    };
    probe::names().zip(text.lines()).map(check).collect::<Option<_>>().ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer() -> String {
        probe::names().map(|name| format!("{name} blocked why\n")).collect()
    }

    #[test]
    fn an_answer_that_leaves_a_check_out_is_refused() {
        assert!(parse(answer().as_bytes()).is_ok());
        for index in 0..probe::names().len() {
            let without: Vec<_> = answer().lines().map(str::to_owned).enumerate().collect();
            let without: String =
                without.into_iter().filter(|(at, _)| *at != index).map(|(_, line)| line + "\n").collect();
            assert!(parse(without.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_refused(bytes: Vec<u8>, text: String) {
            let _ = parse(&bytes);
            let _ = parse(answer().replace("why", &text).as_bytes());
        }
    }
}
