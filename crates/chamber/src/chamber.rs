//! A chamber for an agent or an oracle: commands run in it, files cross its wall, its workspace is saved and restored.

use std::fmt;
use std::io;
use std::time::Duration;

use guest::protocol::{self, BODY_MAX_BYTES, GUEST_PATH, Leftovers, Request};
use types::transcript::{Exit, ProbeCheck, ProbeResult};

use crate::answers::{self, Answer, Found, OUT_OF_TURN};
use crate::cell::{self, Cell, Inside, Unbuilt};
use crate::cgroup::Group;
use crate::exec::{Exec, Ran};
use crate::host::Host;
use crate::launch::printable;
use crate::limits::{Deadline, Limits};
use crate::probe::{self, ANSWER_MAX_BYTES, PROBE_LIMIT};
use crate::walls::Walls;
use crate::wire::{Wire, WireError};

/// What an answer may take beyond the command's own time: killing, and moving its output.
const ANSWER_GRACE: Duration = Duration::from_secs(15);

/// What moving a file or a workspace may take.
const BODY_LIMIT: Duration = Duration::from_secs(120);

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

impl fmt::Debug for Chamber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chamber").field("lost", &self.lost).finish_non_exhaustive()
    }
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
        Self::open_unbuilt(host, limits, &|unbuilt| match unbuilt {
            Unbuilt::Bubblewrap(walls) => change(walls),
            Unbuilt::Namespaces(_) => {}
        })
    }

    /// The same for either kind of walls.
    pub(crate) fn open_unbuilt(
        host: &Host,
        limits: &Limits,
        change: cell::Change<'_>,
    ) -> Result<Self, ChamberError> {
        let mut inside = Inside::agent();
        inside.arguments.extend(cell::inherited_limits(limits));
        Self::around(host, limits, inside, change)
            .map_err(|error| ChamberError::Start { reason: printable(error.to_string().as_bytes()) })
    }

    /// Brings a chamber up around another first process than an agent, which answers requests as an agent does.
    pub(crate) fn around(
        host: &Host,
        limits: &Limits,
        inside: Inside,
        change: cell::Change<'_>,
    ) -> io::Result<Self> {
        Ok(Self { cell: Cell::start(&host.0, limits, inside, change)?, lost: None })
    }

    /// The processes and limits of a chamber that answers requests no longer.
    pub(crate) fn into_cell(self) -> Cell {
        self.cell
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
        let answer = |wire: &mut Wire, deadline| answers::ran(wire, exec.output_cap_bytes, deadline);
        self.asked(&exec.request(), &[], limit, answer)
    }

    /// Writes a file in place of what was at `path`, an absolute path in `/work` or `/tmp`; folders above it are made.
    ///
    /// # Errors
    /// [`ChamberError`]; `Refused` when a folder is there or the disk is full.
    pub fn put(&mut self, path: &str, mode: u32, bytes: &[u8]) -> Result<(), ChamberError> {
        let request = Request::Put { path: path.to_owned(), mode, size_bytes: bytes.len() as u64 };
        self.asked(&request, bytes, BODY_LIMIT, answers::done)
    }

    /// Makes a folder, and those above it, where absent.
    ///
    /// # Errors
    /// [`ChamberError`].
    pub fn make_folder(&mut self, path: &str, mode: u32) -> Result<(), ChamberError> {
        self.asked(&Request::MakeFolder { path: path.to_owned(), mode }, &[], BODY_LIMIT, answers::done)
    }

    /// Collects a regular file of at most `cap_bytes`. No link is followed.
    ///
    /// # Errors
    /// [`ChamberError`]; whatever an agent may have put there is none.
    pub fn get(&mut self, path: &str, cap_bytes: u64) -> Result<Collected, ChamberError> {
        let cap_bytes = cap_bytes.min(BODY_MAX_BYTES);
        let request = Request::Get { path: path.to_owned(), cap_bytes };
        let found =
            self.asked(&request, &[], BODY_LIMIT, |wire, deadline| answers::body(wire, cap_bytes, deadline));
        Ok(match found? {
            Found::Absent => Collected::Absent,
            Found::NotAFile => Collected::NotAFile,
            Found::TooLarge => Collected::TooLarge,
            Found::Bytes(bytes) => Collected::Bytes(bytes),
        })
    }

    /// Saves `/work` and `/tmp`: regular files, folders and links. Equal trees give equal bytes. `None` when it would
    /// be above the cap. Processes are not saved; what they are writing meanwhile may be saved half.
    ///
    /// # Errors
    /// [`ChamberError`].
    pub fn snapshot(&mut self, cap_bytes: u64) -> Result<Option<Vec<u8>>, ChamberError> {
        let cap_bytes = cap_bytes.min(BODY_MAX_BYTES);
        let request = Request::Snapshot { cap_bytes };
        self.asked(&request, &[], BODY_LIMIT, |wire, deadline| {
            Ok(match answers::body(wire, cap_bytes, deadline)? {
                Ok(Found::Bytes(bytes)) => Ok(Some(bytes)),
                Ok(Found::TooLarge) => Ok(None),
                Ok(Found::Absent | Found::NotAFile) => return Err(OUT_OF_TURN),
                Err(refused) => Err(refused),
            })
        })
    }

    /// Kills every process and replaces `/work` and `/tmp` by what [`Self::snapshot`] saved.
    ///
    /// # Errors
    /// [`ChamberError`]; `Refused` when it is no saved workspace, or does not fit. The folders are then undefined.
    pub fn restore(&mut self, archive: &[u8]) -> Result<(), ChamberError> {
        let request = Request::Restore { size_bytes: archive.len() as u64 };
        self.asked(&request, archive, BODY_LIMIT, answers::done)
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
        answer: impl FnOnce(&mut Wire, Deadline) -> Answer<T>,
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
        let lost = if self.cell.is_time_over() {
            ChamberError::TimeOver
        } else {
            ChamberError::Lost { reason: error.to_string() }
        };
        self.cell.bring_down();
        self.lost = Some(lost.clone());
        lost
    }
}

fn no_answer() -> io::Error {
    io::Error::other("the probe ended without an answer")
}
