//! Runs one program: its output drained without end but kept within a cap, its time limited.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::capture::Capture;
use crate::limits::Deadline;
use crate::protocol::{Ending, Exec, Leftovers, OUTPUT_CAP_MAX_BYTES, Program, Streams};
use crate::sys::{self, POLLIN, POLLOUT, PollFd};

/// How long killed processes may take to disappear, before the answer is given without them.
const KILL_GRACE: Duration = Duration::from_secs(5);

/// The most that is read of a pipe after the program's end: the largest pipe that an unprivileged process can make.
pub(crate) const DRAIN_MAX_BYTES: usize = 1 << 20;

/// A shell's exit code for a program that was found but could not be started.
const EXIT_CANNOT_START: i32 = 126;
/// A shell's exit code for a program that was not found.
pub(crate) const EXIT_NOT_FOUND: i32 = 127;

/// What came of a program.
pub(crate) struct Ran {
    pub(crate) ending: Ending,
    pub(crate) out: Capture,
    pub(crate) err: Capture,
    pub(crate) took: Duration,
}

/// Runs `exec` to its end or its time limit. A program that cannot be started ends as a shell would report it.
pub(crate) fn run(exec: &Exec, children: &OwnedFd) -> io::Result<Ran> {
    let cap_bytes = usize::try_from(exec.output_cap_bytes.min(OUTPUT_CAP_MAX_BYTES)).unwrap_or(usize::MAX);
    let deadline = Deadline::within(Duration::from_millis(exec.timeout_ms));
    let mut pipes = match start(exec, cap_bytes) {
        Ok(pipes) => pipes,
        Err(error) => return Ok(not_started(&error, cap_bytes, deadline)),
    };
    let ended = pipes.attend(children, deadline)?;
    let ending = match ended {
        Some(status) => ending(status),
        None => {
            sys::kill_everything(pipes.pid);
            pipes.attend(children, Deadline::within(KILL_GRACE))?;
            Ending::TimedOut
        }
    };
    if exec.leftovers == Leftovers::Kill || ending == Ending::TimedOut {
        sys::kill_everything(pipes.pid);
        await_no_children(children)?;
    }
    let took = deadline.elapsed();
    pipes.drain();
    Ok(Ran { ending, out: pipes.out.capture, err: pipes.err.capture, took })
}

fn not_started(error: &io::Error, cap_bytes: usize, deadline: Deadline) -> Ran {
    let code = if error.kind() == ErrorKind::NotFound { EXIT_NOT_FOUND } else { EXIT_CANNOT_START };
    let mut out = Capture::new(cap_bytes);
    out.push(format!("the command cannot be started: {error}\n").as_bytes());
    Ran { ending: Ending::Code(code), out, err: Capture::new(0), took: deadline.elapsed() }
}

/// How a program ended, by its `waitpid` status.
pub(crate) fn ending(status: i32) -> Ending {
    let status = ExitStatus::from_raw(status);
    status.code().map_or_else(|| Ending::Signal(status.signal().unwrap_or(0)), Ending::Code)
}

/// Waits until no child is left, so that nothing of this run is seen by the next.
fn await_no_children(children: &OwnedFd) -> io::Result<()> {
    let deadline = Deadline::within(KILL_GRACE);
    while !deadline.passed() {
        loop {
            match sys::reap_one() {
                Err(_) => return Ok(()),
                Ok(None) => break,
                Ok(Some(_)) => {}
            }
        }
        sys::poll(&mut [PollFd::new(Some(children.as_fd()), POLLIN)], deadline.left_ms())?;
        clear(children);
    }
    Ok(())
}

/// Reads the child signals away, so that the next wait is for new ones.
pub(crate) fn clear(children: &OwnedFd) {
    let mut signals = [0; 1024];
    if let Ok(mut file) = children.try_clone().map(File::from) {
        while file.read(&mut signals).is_ok_and(|count| count == signals.len()) {}
    }
}

/// One output pipe and what was kept of it.
struct Output {
    pipe: Option<File>,
    capture: Capture,
}

impl Output {
    fn new(pipe: Option<OwnedFd>, cap_bytes: usize) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            sys::set_nonblocking(pipe.as_fd())?;
        }
        Ok(Self { pipe: pipe.map(File::from), capture: Capture::new(cap_bytes) })
    }

    /// Reads once; false when nothing is there for now or for ever.
    fn read(&mut self, buffer: &mut [u8]) -> bool {
        let Some(pipe) = &mut self.pipe else { return false };
        match pipe.read(buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                self.capture.push(&buffer[..count]);
                return true;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.pipe = None,
        }
        false
    }
}

/// A started program's pipes.
struct Pipes {
    pid: i32,
    input: Option<File>,
    unwritten: Vec<u8>,
    written: usize,
    out: Output,
    err: Output,
    buffer: Vec<u8>,
}

fn command(program: &Program) -> io::Result<Command> {
    #[expect(clippy::disallowed_methods, reason = "the guest is the chamber room's inner half")]
    let command = match program {
        Program::Shell(text) => {
            let mut command = Command::new("/bin/bash");
            command.arg("-c").arg(text);
            command
        }
        Program::Words(words) => {
            let (first, rest) = words.split_first().ok_or(ErrorKind::NotFound)?;
            let mut command = Command::new(first);
            command.args(rest);
            command
        }
    };
    Ok(command)
}

fn start(exec: &Exec, cap_bytes: usize) -> io::Result<Pipes> {
    let mut command = command(&exec.program)?;
    command.current_dir(&exec.folder).env_clear();
    command.envs(exec.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(if exec.stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
    let (out, out_writer) = io::pipe()?;
    let err = match exec.streams {
        Streams::Merged => {
            command.stderr(out_writer.try_clone()?);
            None
        }
        Streams::Separate => {
            let (err, err_writer) = io::pipe()?;
            command.stderr(err_writer);
            Some(OwnedFd::from(err))
        }
    };
    command.stdout(out_writer);
    sys::prepare_child(&mut command);
    let mut child = command.spawn()?;
    let input = child.stdin.take().map(OwnedFd::from);
    if let Some(input) = &input {
        sys::set_nonblocking(input.as_fd())?;
    }
    Ok(Pipes {
        pid: child.id().cast_signed(),
        input: input.map(File::from),
        unwritten: exec.stdin.clone(),
        written: 0,
        out: Output::new(Some(out.into()), cap_bytes)?,
        err: Output::new(err, cap_bytes)?,
        buffer: vec![0; 64 << 10],
    })
}

impl Pipes {
    /// Moves bytes until the program ends (its status) or the time is over.
    fn attend(&mut self, children: &OwnedFd, deadline: Deadline) -> io::Result<Option<i32>> {
        loop {
            while let Ok(Some(ended)) = sys::reap_one() {
                if ended.pid == self.pid {
                    return Ok(Some(ended.status));
                }
            }
            if deadline.passed() {
                return Ok(None);
            }
            let mut fds = [
                PollFd::new(Some(children.as_fd()), POLLIN),
                PollFd::new(self.out.pipe.as_ref().map(AsFd::as_fd), POLLIN),
                PollFd::new(self.err.pipe.as_ref().map(AsFd::as_fd), POLLIN),
                PollFd::new(self.input.as_ref().map(AsFd::as_fd), POLLOUT),
            ];
            sys::poll(&mut fds, deadline.left_ms())?;
            if fds[0].ready() {
                clear(children);
            }
            if fds[1].ready() {
                self.out.read(&mut self.buffer);
            }
            if fds[2].ready() {
                self.err.read(&mut self.buffer);
            }
            if fds[3].ready() {
                self.write();
            }
        }
    }

    fn write(&mut self) {
        let Some(input) = &mut self.input else { return };
        match input.write(&self.unwritten[self.written..]) {
            Ok(count) => self.written += count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.written = self.unwritten.len(),
        }
        if self.written == self.unwritten.len() {
            self.input = None;
        }
    }

    /// Takes what is left in the pipes. A process that goes on printing is not waited for.
    fn drain(&mut self) {
        for output in [&mut self.out, &mut self.err] {
            let end = output.capture.total_bytes() + DRAIN_MAX_BYTES as u64;
            while output.capture.total_bytes() < end && output.read(&mut self.buffer) {}
        }
    }
}
