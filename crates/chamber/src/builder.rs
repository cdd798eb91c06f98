//! The host's side of the builder: started once, it makes chambers of the kind `namespaces` (see `guest::builder`).

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use guest::protocol::{Order, Recipe, Reply, Template};

use crate::launch::START_LIMIT;
use crate::limits::Deadline;
use crate::spawner;
use crate::sys::{self, BeforeExec, Readiness, messages};

/// A builder and its line to here. Dropping it ends every chamber that it made.
pub(crate) struct Builder {
    child: Child,
    // One order and its answer at a time. Raising the walls is not part of it.
    socket: Mutex<OwnedFd>,
}

impl Builder {
    /// Starts `guest` as a builder and has it put the template together.
    pub(crate) fn start(guest: &Path, template: Template) -> io::Result<Self> {
        let (socket, inner) = messages::message_pair()?;
        #[expect(clippy::disallowed_methods, reason = "this is the room that starts processes")]
        let mut command = Command::new(guest);
        command.arg("builder").arg(inner.as_raw_fd().to_string()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let before =
            BeforeExec { groups: Vec::new(), shown: Vec::new(), identity: None, inherited: vec![inner] };
        sys::set_before_exec(&mut command, before);
        let child = spawner::spawn(command)?;
        let builder = Self { child, socket: Mutex::new(socket) };
        match builder.asked(&Order::Prepare(template), &[])? {
            (Reply::Ready, _) => Ok(builder),
            (reply, _) => Err(refused(reply)),
        }
    }

    /// Starts a chamber's first process on `fds`: its input, output and errors, then control groups to join.
    pub(crate) fn open(&self, recipe: Recipe, fds: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
        match self.asked(&Order::Open(recipe), fds)? {
            (Reply::Opened, Some(first)) => Ok(first),
            (reply, _) => Err(refused(reply)),
        }
    }

    fn asked(&self, order: &Order, fds: &[BorrowedFd<'_>]) -> io::Result<(Reply, Option<OwnedFd>)> {
        // A holder that panicked has sent its order or not; an answer out of turn is refused below.
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        messages::send(socket.as_fd(), &order.encode(), fds)?;
        let deadline = Deadline::within(START_LIMIT);
        loop {
            let [is_ready] = sys::poll([(socket.as_fd(), Readiness::Read)], deadline.left_ms())?;
            if is_ready {
                break;
            }
            if deadline.passed() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the builder did not answer in time"));
            }
        }
        let (message, fd) = messages::receive(socket.as_fd())?;
        if message.is_empty() {
            return Err(io::Error::other("the builder ended"));
        }
        let reply = Reply::decode(&message).map_err(io::Error::other)?;
        Ok((reply, fd))
    }
}

fn refused(reply: Reply) -> io::Error {
    io::Error::other(match reply {
        Reply::Failed { reason } => reason,
        Reply::Ready | Reply::Opened => "the builder answered out of turn".to_owned(),
    })
}

impl Drop for Builder {
    fn drop(&mut self) {
        // It fails only when the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
