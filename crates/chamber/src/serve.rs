//! A model's runtime in a chamber of its own: a weights file is untrusted input. Whoever asks the model connects to a
//! socket of the host's, and the guest carries the bytes; the chamber has no network. Nothing of the model's is started
//! in a chamber that has not been probed, or whose probe found a way out.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use guest::protocol::{Ending, Request, Response};
use types::transcript::{Exit, ProbeCheck, ProbeResult};

use crate::answers::exit;
use crate::cell::{Cell, Change, Inside, inherited_limits};
use crate::chamber::Chamber;
use crate::host::Host;
use crate::launch::printable;
use crate::limits::{Deadline, Limits};
use crate::sys::{self, Readiness};
use crate::wire::WireError;

/// Where the weights stand in the chamber.
const WEIGHTS: &str = "/weights";

/// Where a runtime that listens on a Unix socket puts it.
const INNER_SOCKET: &str = "/tmp/model.sock";

/// Where a runtime that listens on a port does. The chamber has a loopback of its own.
const INNER_PORT: &str = "8080";

/// What the guest may take to report beyond the time that the runtime has.
const REPORT_GRACE: Duration = Duration::from_secs(10);

/// The most files of a folder of weights that are looked at.
const FILES_MAX: usize = 100_000;

/// A runtime to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeSpec {
    /// The program and its arguments. In each, `{weights}` stands for the weights' path inside, and `{socket}` or
    /// `{port}` for where to listen: one of the two must be there. A program outside `/usr` is shown by itself.
    pub command: Vec<String>,
    /// The weights, a file or a folder.
    pub weights: PathBuf,
    /// More that the runtime needs of the host, shown read-only at the same absolute path.
    pub read_only: Vec<PathBuf>,
    /// What the runtime may use. The wall limit is the service's whole life.
    pub limits: Limits,
    /// How long it may take to accept connections: loading the weights.
    pub ready_within: Duration,
}

/// Why a model is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServeError {
    /// The command does not say where to listen, or is empty.
    #[error("the runtime's command must contain {{socket}} or {{port}}, where the runtime is to listen")]
    NoAddress,
    /// Something that must be shown is not there.
    #[error("{path} cannot be shown to the runtime: {reason}")]
    Missing {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Something that must be shown could not be read inside, where nobody has the rights of root.
    #[error(
        "{path} is not readable for all users, as the unprivileged runtime needs it; run `chmod -R o+rX` on it"
    )]
    Unreadable {
        /// Its path.
        path: PathBuf,
    },
    /// The chamber did not come up.
    #[error("the runtime's chamber cannot be started: {reason}")]
    Start {
        /// What bubblewrap or the system said.
        reason: String,
    },
    /// The probe found a way out of the chamber. Nothing of the model's was started in it.
    #[error("the model's chamber does not contain: {open} was open; the model was not started")]
    NotContained {
        /// The first check that went through.
        open: String,
        /// What came of every check.
        checks: Vec<ProbeCheck>,
    },
    /// The runtime ended before it accepted connections.
    #[error("the runtime ended before it was ready ({}): {tail}", exit_in_words(*.exit))]
    Died {
        /// How.
        exit: Exit,
        /// The end of what it printed, on one line.
        tail: String,
    },
    /// The runtime did not accept connections in time.
    #[error("the runtime was not ready in time: {tail}")]
    NotReady {
        /// The end of what it printed, on one line.
        tail: String,
    },
}

fn exit_in_words(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
        Exit::TimedOut => "stopped".to_owned(),
    }
}

/// How a service ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeEnd {
    /// How the runtime ended; `None` when its chamber did.
    pub exit: Option<Exit>,
    /// The end of what it printed, on one line.
    pub tail: String,
}

/// A model that is being served. Dropping it kills the runtime.
pub struct Served {
    socket: PathBuf,
    checks: Vec<ProbeCheck>,
    end: Option<ServeEnd>,
    cell: Cell,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("end", &self.end).finish_non_exhaustive()
    }
}

impl Served {
    /// Probes the chamber, starts the runtime in it and waits until it accepts connections.
    ///
    /// # Errors
    /// [`ServeError`], with the end of what the runtime printed.
    pub fn start(host: &Host, spec: &ServeSpec) -> Result<Self, ServeError> {
        Self::start_changed(host, spec, &|_| {})
    }

    /// Does the same in a chamber whose walls are changed first; only tests change anything.
    pub(crate) fn start_changed(
        host: &Host,
        spec: &ServeSpec,
        change: Change<'_>,
    ) -> Result<Self, ServeError> {
        let start = |error: io::Error| ServeError::Start { reason: printable(error.to_string().as_bytes()) };
        let shown = shown(spec)?;
        let command = filled(spec, &shown[0].1)?;
        // Whoever reaches the socket can use the model: nobody but this user.
        let socket = host.private_folder().map_err(start)?.join("model.sock");
        let listener = OwnedFd::from(UnixListener::bind(&socket).map_err(start)?);
        let mut arguments: Vec<OsString> = vec!["relay".into(), listener.as_raw_fd().to_string().into()];
        arguments.push(spec.ready_within.as_millis().to_string().into());
        arguments.extend(address(&spec.command).ok_or(ServeError::NoAddress)?.map(OsString::from));
        arguments.extend(inherited_limits(&spec.limits));
        arguments.extend(command);
        let inside = Inside { arguments, shown, inherited: vec![listener] };
        let mut chamber = Chamber::around(host, &spec.limits, inside, change).map_err(start)?;
        let checks = contained(&mut chamber)?;
        let mut cell = chamber.into_cell();
        let deadline = cell.deadline(REPORT_GRACE);
        cell.wire.send(&Request::Serve, deadline).map_err(|error| start(error.into()))?;
        let mut served = Self { socket, checks, end: None, cell };
        served.await_ready(spec.ready_within.saturating_add(REPORT_GRACE))?;
        Ok(served)
    }

    /// The socket to connect to: it speaks what the runtime speaks.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// What the probe found in the model's chamber before anything of the model's was started: every way was blocked.
    #[must_use]
    pub fn checks(&self) -> &[ProbeCheck] {
        &self.checks
    }

    /// How the service ended, when it has.
    pub fn ended(&mut self) -> Option<ServeEnd> {
        let responses = (self.cell.wire.responses().as_fd(), Readiness::Read);
        if self.end.is_none() && sys::poll([responses], 0).is_ok_and(|[ready]| ready) {
            let deadline = Deadline::within(REPORT_GRACE);
            let end = match self.cell.wire.receive(deadline) {
                Ok(Response::Served { ending, tail }) => {
                    ServeEnd { exit: Some(exit(ending)), tail: printable(&tail) }
                }
                Ok(_) => ServeEnd { exit: None, tail: "the guest answered out of turn".to_owned() },
                Err(error) => ServeEnd { exit: None, tail: error.to_string() },
            };
            self.cell.bring_down();
            self.end = Some(end);
        }
        self.end.clone()
    }

    fn await_ready(&mut self, limit: Duration) -> Result<(), ServeError> {
        let deadline = self.cell.deadline(limit);
        match self.cell.wire.receive(deadline) {
            Ok(Response::Serving) => Ok(()),
            Ok(Response::Served { ending: Ending::TimedOut, tail }) => {
                Err(ServeError::NotReady { tail: printable(&tail) })
            }
            Ok(Response::Served { ending, tail }) => {
                Err(ServeError::Died { exit: exit(ending), tail: printable(&tail) })
            }
            Ok(_) => Err(ServeError::Start { reason: "the guest answered out of turn".to_owned() }),
            Err(WireError::TimedOut) => Err(ServeError::NotReady { tail: String::new() }),
            Err(error) => Err(ServeError::Start { reason: error.to_string() }),
        }
    }
}

/// What the probe finds in a chamber, if it contains.
fn contained(chamber: &mut Chamber) -> Result<Vec<ProbeCheck>, ServeError> {
    let checks = chamber.probe().map_err(|error| ServeError::Start { reason: error.to_string() })?;
    match checks.iter().find(|check| check.result == ProbeResult::Open).map(|check| check.name.clone()) {
        Some(open) => Err(ServeError::NotContained { open, checks }),
        None => Ok(checks),
    }
}

fn mentions(command: &[String], placeholder: &str) -> bool {
    command.iter().any(|word| word.contains(placeholder))
}

fn address(command: &[String]) -> Option<[&'static str; 2]> {
    if mentions(command, "{socket}") {
        Some(["unix", INNER_SOCKET])
    } else {
        mentions(command, "{port}").then_some(["tcp", INNER_PORT])
    }
}

/// The command with the placeholders filled in.
fn filled(spec: &ServeSpec, weights: &Path) -> Result<Vec<OsString>, ServeError> {
    address(&spec.command).ok_or(ServeError::NoAddress)?;
    let weights = weights.display().to_string();
    let fill = |word: &String| {
        word.replace("{weights}", &weights)
            .replace("{socket}", INNER_SOCKET)
            .replace("{port}", INNER_PORT)
            .into()
    };
    Ok(spec.command.iter().map(fill).collect())
}

/// What is shown, and where: first the weights, then the program, then the rest.
fn shown(spec: &ServeSpec) -> Result<Vec<(PathBuf, PathBuf)>, ServeError> {
    let weights = canonical(&spec.weights)?;
    let inside = match weights.file_name() {
        Some(name) if weights.is_file() => Path::new(WEIGHTS).join(name),
        _ => PathBuf::from(WEIGHTS),
    };
    let mut shown = vec![(weights, inside)];
    let program = spec.command.first().map(PathBuf::from);
    let program = program.filter(|path| path.is_absolute() && !path.starts_with("/usr"));
    for path in program.iter().chain(&spec.read_only) {
        if !shown.iter().any(|(_, at)| at == path) {
            shown.push((canonical(path)?, path.clone()));
        }
    }
    shown.iter().try_for_each(|(source, _)| check_readable(source))?;
    Ok(shown)
}

fn canonical(path: &Path) -> Result<PathBuf, ServeError> {
    path.canonicalize()
        .map_err(|error| ServeError::Missing { path: path.to_owned(), reason: error.to_string() })
}

/// Whether the user that the runtime runs as can read `path` and all below it.
fn check_readable(path: &Path) -> Result<(), ServeError> {
    let mut pending = vec![path.to_owned()];
    let mut looked_at = 0;
    while let Some(path) = pending.pop().filter(|_| looked_at < FILES_MAX) {
        looked_at += 1;
        let missing =
            |error: io::Error| ServeError::Missing { path: path.clone(), reason: error.to_string() };
        let metadata = fs::symlink_metadata(&path).map_err(missing)?;
        let mode = metadata.permissions().mode();
        let readable = match (sys::is_root(), metadata.is_dir()) {
            _ if metadata.is_symlink() => true,
            (true, true) => mode & 0o005 == 0o005,
            (true, false) => mode & 0o004 != 0,
            (false, true) => fs::read_dir(&path).is_ok(),
            (false, false) => fs::File::open(&path).is_ok(),
        };
        if !readable {
            return Err(ServeError::Unreadable { path });
        }
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).map_err(missing)?;
            pending.extend(entries.flatten().map(|entry| entry.path()));
        }
    }
    Ok(())
}
