//! A chamber for an agent or an oracle: commands run in it, files cross its wall, its workspace is saved and restored.

use std::io;
use std::time::Duration;

use guest::protocol::{self, BODY_MAX_BYTES, Ending, GUEST_PATH, Request, Response, Stream};
use types::transcript::{Exit, ProbeCheck, ProbeResult};

use crate::cell::{self, Cell, Inside};
use crate::cgroup::Group;
use crate::host::Host;
use crate::launch::printable;
use crate::limits::{Deadline, Limits};
use crate::probe::{self, ANSWER_MAX_BYTES, PROBE_LIMIT};
use crate::walls::{ENVIRONMENT, Walls};
use crate::watch::Ended;
use crate::wire::WireError;
use crate::{Leftovers, Program, Streams};

/// What an answer may take beyond the command's own time: killing, and moving its output.
const ANSWER_GRACE: Duration = Duration::from_secs(15);

/// What moving a file or a workspace may take.
const BODY_LIMIT: Duration = Duration::from_secs(120);

/// How a reason of the guest's is cut: it may be hostile.
const REASON_MAX_BYTES: usize = 200;

/// A program to run in a chamber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// What to run.
    pub program: Program,
    /// What it reads; nothing means `/dev/null`.
    pub stdin: Vec<u8>,
    /// The folder to run it in.
    pub folder: String,
    /// Added to the chamber's environment (`PATH`, `HOME`, `LANG`).
    pub environment: Vec<(String, String)>,
    /// When to stop it, and everything else in the chamber. At most the chamber's own time.
    pub timeout: Duration,
    /// How much of each output stream is kept; the middle is left out.
    pub output_cap_bytes: u64,
    /// Whether its two output streams are one.
    pub streams: Streams,
    /// What happens to processes that are left when it ends.
    pub leftovers: Leftovers,
}

impl Exec {
    /// `command` in bash in `/work`, both streams in one, processes left to go on: what an agent's tool does.
    #[must_use]
    pub fn shell(command: impl Into<String>, timeout: Duration, output_cap_bytes: u64) -> Self {
        Self {
            program: Program::Shell(command.into()),
            stdin: Vec::new(),
            folder: "/work".to_owned(),
            environment: Vec::new(),
            timeout,
            output_cap_bytes,
            streams: Streams::Merged,
            leftovers: Leftovers::Keep,
        }
    }

    /// A program with arguments in `/work`, streams apart, nothing left behind: what an oracle does.
    #[must_use]
    pub fn words<W: Into<String>>(
        words: impl IntoIterator<Item = W>,
        timeout: Duration,
        output_cap_bytes: u64,
    ) -> Self {
        Self {
            program: Program::Words(words.into_iter().map(Into::into).collect()),
            streams: Streams::Separate,
            leftovers: Leftovers::Kill,
            ..Self::shell("", timeout, output_cap_bytes)
        }
    }

    fn request(self) -> Request {
        let fixed = ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request::Exec(protocol::Exec {
            program: self.program,
            stdin: self.stdin,
            folder: self.folder,
            environment: fixed.chain(self.environment).collect(),
            timeout_ms: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            output_cap_bytes: self.output_cap_bytes,
            streams: self.streams,
            leftovers: self.leftovers,
        })
    }
}

/// What came of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// What was kept of its output; where the middle was left out, a line says so.
    pub output: Vec<u8>,
    /// The same of its error stream; empty when both streams are one.
    pub stderr: Vec<u8>,
    /// What it printed in all, to both streams, in bytes.
    pub output_bytes: u64,
    /// How long it took, by the guest's clock.
    pub took: Duration,
}

/// What was found where a file was to be collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    /// Nothing.
    Absent,
    /// Something else than a regular file, or a link on the way.
    NotAFile,
    /// A file above the cap.
    TooLarge,
    /// A file.
    Bytes(Vec<u8>),
}

/// Why a chamber did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChamberError {
    /// It cannot be brought up.
    #[error("the chamber cannot be started: {reason}")]
    Start {
        /// What bubblewrap or the system said.
        reason: String,
    },
    /// Its whole time is over. It is gone.
    #[error("the chamber's time is over")]
    TimeOver,
    /// Its processes used more memory than they may, where only a watcher can tell. It is gone.
    #[error("the chamber's memory is used up")]
    MemoryOver,
    /// Its guest ended, stopped answering, or answered outside its protocol. It is gone.
    #[error("the chamber is lost: {reason}")]
    Lost {
        /// What was seen.
        reason: String,
    },
    /// This request cannot be done; the chamber is as before.
    #[error("the chamber refuses the request: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}

/// An open chamber. Dropping it kills everything in it.
pub struct Chamber {
    cell: Cell,
    lost: Option<ChamberError>,
}

impl Chamber {
    /// Brings a chamber up.
    ///
    /// # Errors
    /// [`ChamberError::Start`].
    pub fn open(host: &Host, limits: &Limits) -> Result<Self, ChamberError> {
        Self::open_changed(host, limits, &|_| {})
    }

    /// Brings a chamber up whose walls are changed first; only tests change anything.
    pub(crate) fn open_changed(
        host: &Host,
        limits: &Limits,
        change: &dyn Fn(&mut Walls),
    ) -> Result<Self, ChamberError> {
        let mut inside = Inside::agent();
        inside.arguments.extend(cell::inherited_limits(limits));
        let cell = Cell::start(&host.0, limits, inside, change)
            .map_err(|error| ChamberError::Start { reason: printable(error.to_string().as_bytes()) })?;
        Ok(Self { cell, lost: None })
    }

    /// Tries every known way out, from inside, and reads back the limits that the kernel keeps. A chamber in which any
    /// check is open must not be used.
    ///
    /// # Errors
    /// [`ChamberError`]; `Lost` too when the probe did not answer for every check.
    pub fn probe(&mut self) -> Result<Vec<ProbeCheck>, ChamberError> {
        let mut words = vec![GUEST_PATH.to_owned()];
        words.extend(self.cell.host.outside.arguments());
        let exec = Exec { leftovers: Leftovers::Keep, ..Exec::words(words, PROBE_LIMIT, ANSWER_MAX_BYTES) };
        let ran = self.exec(&exec)?;
        let parsed = if ran.exit == Exit::Code(0) { probe::parse(&ran.output) } else { Err(no_answer()) };
        let mut checks = parsed.map_err(|error| ChamberError::Lost { reason: error.to_string() })?;
        let kept = self.cell.group.as_ref().map(Group::limits_kept).unwrap_or_default();
        checks.extend(kept.into_iter().map(|(name, kept, detail)| ProbeCheck {
            name: name.to_owned(),
            result: if kept { ProbeResult::Blocked } else { ProbeResult::Open },
            detail,
        }));
        Ok(checks)
    }

    /// Runs a program to its end or its time limit, at which everything in the chamber is killed. A program that cannot
    /// be started exits with 126 or 127 and says why, as in a shell.
    ///
    /// # Errors
    /// [`ChamberError`]; a command that fails is none.
    pub fn exec(&mut self, exec: &Exec) -> Result<Ran, ChamberError> {
        let limit = exec.timeout.saturating_add(ANSWER_GRACE);
        let cap_bytes = exec.output_cap_bytes;
        self.asked(&exec.clone().request(), &[], limit, |wire, deadline| {
            let (mut output, mut stderr) = (Vec::new(), Vec::new());
            loop {
                match wire.receive(deadline)? {
                    Response::Chunk { stream: Stream::Out, bytes } => append(&mut output, &bytes, cap_bytes)?,
                    Response::Chunk { stream: Stream::Err, bytes } => append(&mut stderr, &bytes, cap_bytes)?,
                    Response::Ran { ending, out_bytes, err_bytes, took_us } => {
                        return Ok(Ok(Ran {
                            exit: exit(ending),
                            output: marked(output, out_bytes),
                            stderr: marked(stderr, err_bytes),
                            output_bytes: out_bytes.saturating_add(err_bytes),
                            took: Duration::from_micros(took_us),
                        }));
                    }
                    other => return refusal(other).map(Err),
                }
            }
        })
    }

    /// Writes a file in place of what was at `path`, an absolute path in `/work` or `/tmp`; folders above it are made.
    ///
    /// # Errors
    /// [`ChamberError`]; `Refused` when a folder is there or the disk is full.
    pub fn put(&mut self, path: &str, mode: u32, bytes: &[u8]) -> Result<(), ChamberError> {
        let request = Request::Put { path: path.to_owned(), mode, size_bytes: bytes.len() as u64 };
        self.asked(&request, bytes, BODY_LIMIT, done)
    }

    /// Makes a folder, and those above it, where absent.
    ///
    /// # Errors
    /// [`ChamberError`].
    pub fn make_folder(&mut self, path: &str, mode: u32) -> Result<(), ChamberError> {
        self.asked(&Request::MakeFolder { path: path.to_owned(), mode }, &[], BODY_LIMIT, done)
    }

    /// Collects a regular file of at most `cap_bytes`. No link is followed.
    ///
    /// # Errors
    /// [`ChamberError`]; whatever an agent may have put there is none.
    pub fn get(&mut self, path: &str, cap_bytes: u64) -> Result<Collected, ChamberError> {
        let cap_bytes = cap_bytes.min(BODY_MAX_BYTES);
        let request = Request::Get { path: path.to_owned(), cap_bytes };
        self.asked(&request, &[], BODY_LIMIT, |wire, deadline| {
            body(wire, cap_bytes, deadline).map(|found| {
                found.map(|found| match found {
                    Found::Absent => Collected::Absent,
                    Found::NotAFile => Collected::NotAFile,
                    Found::TooLarge => Collected::TooLarge,
                    Found::Bytes(bytes) => Collected::Bytes(bytes),
                })
            })
        })
    }

    /// Saves `/work` and `/tmp`: regular files, folders and links. Equal trees give equal bytes. `None` when it would
    /// be above the cap. Processes are not saved; what they are writing meanwhile may be saved half.
    ///
    /// # Errors
    /// [`ChamberError`].
    pub fn snapshot(&mut self, cap_bytes: u64) -> Result<Option<Vec<u8>>, ChamberError> {
        let cap_bytes = cap_bytes.min(BODY_MAX_BYTES);
        self.asked(&Request::Snapshot { cap_bytes }, &[], BODY_LIMIT, |wire, deadline| {
            match body(wire, cap_bytes, deadline)? {
                Ok(Found::Bytes(bytes)) => Ok(Ok(Some(bytes))),
                Ok(Found::TooLarge) => Ok(Ok(None)),
                Ok(Found::Absent | Found::NotAFile) => Err(OUT_OF_TURN),
                Err(refused) => Ok(Err(refused)),
            }
        })
    }

    /// Kills every process and replaces `/work` and `/tmp` by what [`Self::snapshot`] saved.
    ///
    /// # Errors
    /// [`ChamberError`]; `Refused` when it is no saved workspace, or does not fit. The folders are then undefined.
    pub fn restore(&mut self, archive: &[u8]) -> Result<(), ChamberError> {
        let request = Request::Restore { size_bytes: archive.len() as u64 };
        self.asked(&request, archive, BODY_LIMIT, done)
    }

    /// Kills everything in the chamber and waits until it is gone.
    ///
    /// # Errors
    /// [`ChamberError::Lost`] when a process would not go.
    pub fn close(mut self) -> Result<(), ChamberError> {
        if self.cell.bring_down() {
            Ok(())
        } else {
            Err(ChamberError::Lost { reason: "a killed process did not end in time".to_owned() })
        }
    }

    /// Sends a request and its body, and lets `answer` read the responses. Any breach ends the chamber.
    fn asked<T>(
        &mut self,
        request: &Request,
        body: &[u8],
        limit: Duration,
        answer: impl FnOnce(&mut crate::wire::Wire, Deadline) -> Result<Result<T, ChamberError>, WireError>,
    ) -> Result<T, ChamberError> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if request.encode().len() > protocol::FRAME_MAX_BYTES {
            return Err(ChamberError::Refused { reason: "the request is above the size limit".to_owned() });
        }
        let deadline = self.cell.deadline(limit);
        let wire = &mut self.cell.wire;
        let sent = wire.send(request, deadline).and_then(|()| wire.send_body(body, deadline));
        match sent.and_then(|()| answer(wire, deadline)) {
            Ok(result) => result,
            Err(error) => Err(self.lose(&error)),
        }
    }

    fn lose(&mut self, error: &WireError) -> ChamberError {
        let lost = match self.cell.ended() {
            Some(Ended::Wall) => ChamberError::TimeOver,
            Some(Ended::Memory) => ChamberError::MemoryOver,
            None => ChamberError::Lost { reason: error.to_string() },
        };
        self.cell.bring_down();
        self.lost = Some(lost.clone());
        lost
    }
}

fn no_answer() -> io::Error {
    io::Error::other("the probe ended without an answer")
}

const OUT_OF_TURN: WireError = WireError::Malformed(protocol::Malformed("a response out of turn"));

fn exit(ending: Ending) -> Exit {
    match ending {
        Ending::Code(code) => Exit::Code(code),
        Ending::Signal(signal) => Exit::Signal(signal),
        Ending::TimedOut => Exit::TimedOut,
    }
}

/// Takes a piece in, unless the guest sends more than it was asked for.
fn append(whole: &mut Vec<u8>, bytes: &[u8], cap_bytes: u64) -> Result<(), WireError> {
    if (whole.len() + bytes.len()) as u64 > cap_bytes {
        return Err(WireError::Malformed(protocol::Malformed("more bytes than were asked for")));
    }
    whole.extend_from_slice(bytes);
    Ok(())
}

/// Says where the middle was left out: the guest keeps the first and the last half.
fn marked(mut kept: Vec<u8>, total_bytes: u64) -> Vec<u8> {
    let left_out = total_bytes.saturating_sub(kept.len() as u64);
    if left_out > 0 {
        let middle = kept.len().div_ceil(2);
        kept.splice(middle..middle, format!("\n[... {left_out} bytes left out ...]\n").into_bytes());
    }
    kept
}

fn refusal(response: Response) -> Result<ChamberError, WireError> {
    match response {
        Response::Failed { reason } => {
            let reason = printable(&reason.as_bytes()[..reason.len().min(REASON_MAX_BYTES)]);
            Ok(ChamberError::Refused { reason })
        }
        _ => Err(OUT_OF_TURN),
    }
}

fn done(wire: &mut crate::wire::Wire, deadline: Deadline) -> Result<Result<(), ChamberError>, WireError> {
    match wire.receive(deadline)? {
        Response::Done => Ok(Ok(())),
        other => refusal(other).map(Err),
    }
}

enum Found {
    Absent,
    NotAFile,
    TooLarge,
    Bytes(Vec<u8>),
}

fn body(
    wire: &mut crate::wire::Wire,
    cap_bytes: u64,
    deadline: Deadline,
) -> Result<Result<Found, ChamberError>, WireError> {
    let mut whole = Vec::new();
    loop {
        match wire.receive(deadline)? {
            // One byte above the cap is how the guest finds a file too large that was growing.
            Response::Chunk { stream: Stream::Out, bytes } => {
                append(&mut whole, &bytes, cap_bytes.saturating_add(1))?;
            }
            Response::Done if whole.len() as u64 <= cap_bytes => return Ok(Ok(Found::Bytes(whole))),
            Response::TooLarge => return Ok(Ok(Found::TooLarge)),
            Response::Absent if whole.is_empty() => return Ok(Ok(Found::Absent)),
            Response::NotAFile if whole.is_empty() => return Ok(Ok(Found::NotAFile)),
            other => return refusal(other).map(Err),
        }
    }
}
