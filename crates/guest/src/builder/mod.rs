//! The builder: makes chambers from a template that it puts together once.
//!
//! What costs in a chamber is what is the same in all of them: the view of `/usr`, the devices, a read-only root.
//! The builder mounts that once, in a mount namespace of its own, and each chamber is a copy of this process in new
//! namespaces that adds only what it has for itself. Nothing is executed on the way.
//!
//! It is the first process of a process namespace around all chambers: when it goes, all of them go. A chamber's mounts
//! are locked to those of the template, because it has a user namespace of its own: what lies under them cannot be
//! uncovered. The builder takes orders from the host alone; chambers never hold its socket.

mod chamber;
mod steps;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use crate::protocol::{EXIT_USAGE, Order, Reply, Template};
use crate::sys::walls::{self as sys, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, Split};
use crate::sys::{self as common, messages};

const ROOT: u32 = 0;

/// Serves the host over the socket that it handed down, whose number is the argument.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let number = arguments.first().and_then(|number| number.to_str()?.parse().ok());
    let Some(Ok(socket)) = number.map(common::inherited_socket) else { return ExitCode::from(EXIT_USAGE) };
    match outside(&socket) {
        Ok(code) => code,
        Err(error) => {
            // The host has no other way to learn of it; without a host nobody is to be told.
            let _ = reply(&socket, &failed(&error));
            ExitCode::FAILURE
        }
    }
}

/// Goes into namespaces of its own, and waits there for the process that does the work.
fn outside(socket: &OwnedFd) -> io::Result<ExitCode> {
    let (user, group) = sys::user_and_group();
    if user == ROOT {
        sys::leave_groups()?;
        sys::leave(CLONE_NEWNS)?;
    } else {
        sys::leave(CLONE_NEWUSER | CLONE_NEWNS)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    }
    sys::keep_mounts_private()?;
    match sys::split(CLONE_NEWPID)? {
        Split::Child => {
            sys::die_with_parent()?;
            serve(socket)?;
            Ok(ExitCode::SUCCESS)
        }
        Split::Parent(_, handle) => {
            common::poll(&mut [common::PollFd::new(Some(handle.as_fd()), common::POLLIN)], -1)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn serve(socket: &OwnedFd) -> io::Result<()> {
    let mut is_ready = false;
    loop {
        let (message, fds) = messages::receive(socket.as_fd())?;
        if message.is_empty() {
            return Ok(());
        }
        match Order::decode(&message).map_err(broken)? {
            Order::Prepare(template) if !is_ready => {
                let said = match prepare(&template) {
                    Ok(()) => Reply::Ready,
                    Err(error) => failed(&error),
                };
                is_ready = said == Reply::Ready;
                reply(socket, &said)?;
            }
            Order::Open(recipe) if is_ready => match chamber::open(&recipe, &fds) {
                Ok(first) => messages::send(socket.as_fd(), &Reply::Opened.encode(), Some(first.as_fd()))?,
                Err(error) => reply(socket, &failed(&error))?,
            },
            Order::Prepare(_) | Order::Open(_) => reply(socket, &failed(&out_of_turn()))?,
        }
    }
}

/// Puts the template together and makes it the root of this process and of every chamber.
fn prepare(template: &Template) -> io::Result<()> {
    sys::forget_children(true);
    sys::mount_memory(&template.scratch, 1 << 20, 0o755)?;
    for step in &template.steps {
        steps::take(step, &template.scratch)?;
    }
    std::env::set_current_dir(&template.scratch)?;
    sys::make_root_of_here()?;
    std::env::set_current_dir("/")?;
    sys::make_read_only("/", false)
}

fn reply(socket: &OwnedFd, reply: &Reply) -> io::Result<()> {
    messages::send(socket.as_fd(), &reply.encode(), None)
}

fn failed(error: &io::Error) -> Reply {
    Reply::Failed { reason: error.to_string() }
}

fn broken(malformed: crate::protocol::Malformed) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, malformed)
}

fn out_of_turn() -> io::Error {
    io::Error::other("an order out of turn")
}
