//! One thread that ends chambers whose time is over and, where there are no control groups, kills a chamber's processes
//! when they use more memory than they may.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crate::limits::Deadline;
use crate::processes::Processes;
use crate::sys;

/// How often memory is summed up where the kernel does not limit it: a process fills some 100 MB in this time.
const MEMORY_EVERY: Duration = Duration::from_millis(20);

/// How often a control group that is still busy is tried again.
const REMOVE_EVERY: Duration = Duration::from_millis(20);

/// How long a busy control group is tried; after that it is left to the next run.
const REMOVE_LIMIT: Duration = Duration::from_secs(10);

/// A chamber that is watched.
pub(crate) struct Watched {
    /// Stands for the chamber's first process.
    pub(crate) first: OwnedFd,
    pub(crate) first_pid: i32,
    pub(crate) deadline: Deadline,
    /// Set when nobody else limits memory.
    pub(crate) memory_bytes: Option<u64>,
    /// Set when it was ended, so that it is ended once.
    pub(crate) is_over: AtomicBool,
}

impl Watched {
    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        // It fails only when the process is gone already.
        let _ = sys::kill(self.first.as_fd());
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
struct Work {
    chambers: Vec<Weak<Watched>>,
    busy_groups: Vec<(PathBuf, Deadline)>,
}

#[derive(Default)]
struct Watch {
    work: Mutex<Work>,
    changed: Condvar,
}

static WATCH: OnceLock<io::Result<Arc<Watch>>> = OnceLock::new();

fn watch() -> io::Result<&'static Watch> {
    let started = WATCH.get_or_init(|| {
        let watch = Arc::new(Watch::default());
        let watching = Arc::clone(&watch);
        thread::Builder::new().name("watch".to_owned()).spawn(move || watching.run())?;
        Ok(watch)
    });
    started
        .as_deref()
        .map_err(|error| io::Error::new(error.kind(), "the thread that enforces limits cannot be started"))
}

/// Has `chamber` ended when its time or memory is over, until it is dropped.
pub(crate) fn add(chamber: &Arc<Watched>) -> io::Result<()> {
    let watch = watch()?;
    watch.lock().chambers.push(Arc::downgrade(chamber));
    watch.changed.notify_one();
    Ok(())
}

/// Has the control group `folder` removed once its last process is gone.
pub(crate) fn remove_later(folder: PathBuf) {
    if let Ok(watch) = watch() {
        watch.lock().busy_groups.push((folder, Deadline::within(REMOVE_LIMIT)));
        watch.changed.notify_one();
    }
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Work> {
        // Nothing is half done when a holder panics: the lists are only added to and retained.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut work = self.lock();
        loop {
            let pause = work.pause();
            work = self.changed.wait_timeout(work, pause).unwrap_or_else(PoisonError::into_inner).0;
            work.enforce();
        }
    }
}

impl Work {
    fn pause(&self) -> Duration {
        let chambers = self.chambers.iter().filter_map(Weak::upgrade).filter(|chamber| !chamber.is_over());
        let next = chambers.map(|chamber| match chamber.memory_bytes {
            Some(_) => chamber.deadline.left().min(MEMORY_EVERY),
            None => chamber.deadline.left(),
        });
        let pause = next.min().unwrap_or(Duration::MAX);
        let pause = if self.busy_groups.is_empty() { pause } else { pause.min(REMOVE_EVERY) };
        // A condition variable's clock has a range; an hour's wait for nothing costs nothing.
        pause.min(Duration::from_secs(3600))
    }

    fn enforce(&mut self) {
        self.busy_groups.retain(|(folder, deadline)| {
            fs::remove_dir(folder).is_err_and(|error| error.kind() == io::ErrorKind::ResourceBusy)
                && !deadline.passed()
        });
        self.chambers.retain(|chamber| chamber.strong_count() > 0);
        let chambers: Vec<_> = self.chambers.iter().filter_map(Weak::upgrade).collect();
        let mut processes = None;
        for chamber in chambers.iter().filter(|chamber| !chamber.is_over()) {
            if chamber.deadline.passed() {
                chamber.end();
            } else if let Some(limit_bytes) = chamber.memory_bytes {
                let processes = processes.get_or_insert_with(Processes::read);
                processes.enforce(chamber.first_pid, limit_bytes);
            }
        }
    }
}
