//! One thread that starts every program and never ends.
//!
//! "Die with the parent" (`PR_SET_PDEATHSIG`) means the parent *thread*: a chamber opened by a worker would die with
//! that worker. Started from here, it dies with the process.

use std::io;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

struct Job {
    command: Command,
    answer: Sender<io::Result<Child>>,
}

static JOBS: OnceLock<Option<Sender<Job>>> = OnceLock::new();

fn start() -> Option<Sender<Job>> {
    let (jobs, queue) = channel::<Job>();
    let serve = move || {
        for mut job in queue {
            // Nobody waits for the answer only when the asking thread has ended; the child is then dropped.
            let _ = job.answer.send(job.command.spawn());
        }
    };
    thread::Builder::new().name("spawner".to_owned()).spawn(serve).ok()?;
    Some(jobs)
}

/// Starts `command` from the thread that never ends.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts programs is gone");
    let (answer, result) = channel();
    let jobs = JOBS.get_or_init(start).as_ref().ok_or_else(gone)?;
    jobs.send(Job { command, answer }).map_err(|_| gone())?;
    result.recv().map_err(|_| gone())?
}
