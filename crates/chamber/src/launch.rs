//! Starts bubblewrap with pipes, and learns which process is the chamber's first.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use guest::protocol::Recipe;
use serde::Deserialize;

use crate::builder::Builder;
use crate::limits::Deadline;
use crate::sys::{self, BeforeExec, Readiness};
use crate::{spawner, wire::Wire};

/// How long a chamber may take until its first process is known: four milliseconds when the machine is idle.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(20);

/// The most that is read of bubblewrap's note on the chamber: three numbers.
const NOTE_MAX_BYTES: usize = 4096;

/// The most that is kept of what bubblewrap says when it fails.
const COMPLAINT_MAX_BYTES: usize = 2048;

/// A started chamber.
pub(crate) struct Launched {
    /// What was started, where it is a program of its own.
    pub(crate) child: Option<Child>,
    pub(crate) wire: Wire,
    pub(crate) complaints: File,
    /// Stands for the chamber's first process: when it is gone, all of the chamber is.
    pub(crate) first: OwnedFd,
    pub(crate) first_pid: i32,
}

#[derive(Deserialize)]
struct Note {
    #[serde(rename = "child-pid")]
    child_pid: i32,
}

/// Starts `program`, which writes its note to `note`.
pub(crate) fn launch(
    program: &Path,
    arguments: Vec<OsString>,
    before: BeforeExec,
    note: PipeReader,
) -> io::Result<Launched> {
    #[expect(clippy::disallowed_methods, reason = "this is the room that starts processes")]
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    sys::set_before_exec(&mut command, before);
    let mut child = spawner::spawn(command)?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(complaints)) = pipes else {
        return Err(io::Error::other("a started program has no pipes"));
    };
    let complaints = File::from(OwnedFd::from(complaints));
    sys::set_nonblocking(complaints.as_fd())?;
    let wire = Wire::new(input.into(), output.into())?;
    match first_process(note) {
        Ok((first_pid, first)) => Ok(Launched { child: Some(child), wire, complaints, first, first_pid }),
        Err(error) => {
            child.kill()?;
            child.wait()?;
            let said = complaint(&complaints);
            if said.is_empty() { Err(error) } else { Err(io::Error::other(said)) }
        }
    }
}

/// Has `builder` start a chamber with pipes, in `groups`.
pub(crate) fn build(builder: &Builder, recipe: Recipe, groups: &[OwnedFd]) -> io::Result<Launched> {
    let (inner_input, input) = io::pipe()?;
    let (output, inner_output) = io::pipe()?;
    let (complaints, inner_errors) = io::pipe()?;
    let mut fds = vec![inner_input.as_fd(), inner_output.as_fd(), inner_errors.as_fd()];
    fds.extend(groups.iter().map(AsFd::as_fd));
    let first = builder.open(recipe, &fds)?;
    let first_pid = sys::process_number(first.as_fd())?;
    let complaints = File::from(OwnedFd::from(complaints));
    sys::set_nonblocking(complaints.as_fd())?;
    let wire = Wire::new(input.into(), output.into())?;
    Ok(Launched { child: None, wire, complaints, first, first_pid })
}

fn first_process(note: PipeReader) -> io::Result<(i32, OwnedFd)> {
    let mut note = File::from(OwnedFd::from(note));
    sys::set_nonblocking(note.as_fd())?;
    let deadline = Deadline::within(START_LIMIT);
    let mut text = Vec::new();
    let mut buffer = [0; 256];
    while !text.contains(&b'}') {
        match note.read(&mut buffer) {
            Ok(0) => return Err(io::Error::other("bubblewrap ended before the chamber began")),
            Ok(count) => text.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if deadline.passed() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                sys::poll([(note.as_fd(), Readiness::Read)], deadline.left_ms())?;
            }
            Err(error) => return Err(error),
        }
        if text.len() > NOTE_MAX_BYTES {
            return Err(io::Error::other("bubblewrap's note on the chamber is too long"));
        }
    }
    let note: Note = serde_json::from_slice(&text)?;
    Ok((note.child_pid, sys::process_handle(note.child_pid)?))
}

/// What bubblewrap or the guest have said on their error stream, on one line of printable ASCII.
pub(crate) fn complaint(complaints: &File) -> String {
    let mut bytes = vec![0; COMPLAINT_MAX_BYTES];
    let mut reader = complaints;
    let count = reader.read(&mut bytes).unwrap_or(0);
    printable(&bytes[..count])
}

/// `bytes` on one line of printable ASCII.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text: String =
        bytes.iter().map(|byte| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { ' ' }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
