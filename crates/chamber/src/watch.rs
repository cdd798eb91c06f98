//! One thread that ends chambers whose time is over, or, where there are no control groups, whose memory is.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crate::limits::Deadline;
use crate::sys;

/// How often memory is summed up where the kernel does not limit it: a process fills some 100 MB in this time.
const MEMORY_EVERY: Duration = Duration::from_millis(20);

/// How often a control group that is still busy is tried again.
const REMOVE_EVERY: Duration = Duration::from_millis(20);

/// How long a busy control group is tried; after that it is left to the next run.
const REMOVE_LIMIT: Duration = Duration::from_secs(10);

/// Why a chamber was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its time was over.
    Wall,
    /// Its processes used more memory than they may.
    Memory,
}

/// A chamber that is watched.
pub(crate) struct Watched {
    /// Stands for the chamber's first process.
    pub(crate) first: OwnedFd,
    pub(crate) first_pid: i32,
    pub(crate) deadline: Deadline,
    /// Set when nobody else limits memory.
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) ended: OnceLock<Ended>,
}

impl Watched {
    fn end(&self, why: Ended) {
        if self.ended.set(why).is_ok() {
            // It fails only when the process is gone already.
            let _ = sys::kill(self.first.as_fd());
        }
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
        let chambers = self.chambers.iter().filter_map(Weak::upgrade);
        let next = chambers.map(|chamber| match (chamber.ended.get(), chamber.memory_bytes) {
            (Some(_), _) => Duration::MAX,
            (None, Some(_)) => chamber.deadline.left().min(MEMORY_EVERY),
            (None, None) => chamber.deadline.left(),
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
        let mut memory = None;
        for chamber in chambers.iter().filter(|chamber| chamber.ended.get().is_none()) {
            if chamber.deadline.passed() {
                chamber.end(Ended::Wall);
            } else if let Some(limit_bytes) = chamber.memory_bytes {
                let memory = memory.get_or_insert_with(Memory::read);
                if memory.below(chamber.first_pid) > limit_bytes {
                    chamber.end(Ended::Memory);
                }
            }
        }
    }
}

/// Resident memory of all processes that can be seen, by parent.
struct Memory(BTreeMap<i32, Vec<(i32, u64)>>);

impl Memory {
    fn read() -> Self {
        let mut by_parent: BTreeMap<i32, Vec<(i32, u64)>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
            let stat = pid.and_then(|_| fs::read_to_string(entry.path().join("stat")).ok());
            if let (Some(pid), Some((parent, bytes))) = (pid, stat.as_deref().and_then(parent_and_memory)) {
                by_parent.entry(parent).or_default().push((pid, bytes));
            }
        }
        Self(by_parent)
    }

    /// What the processes below `first` hold. Orphans become children of a chamber's first process, so the tree is
    /// whole. Shared pages count for each process.
    fn below(&self, first: i32) -> u64 {
        let mut pending = vec![first];
        let mut sum: u64 = 0;
        while let Some(parent) = pending.pop() {
            for (pid, bytes) in self.0.get(&parent).into_iter().flatten() {
                sum = sum.saturating_add(*bytes);
                pending.push(*pid);
            }
        }
        sum
    }
}

/// Fields 4 (parent) and 24 (resident pages) of `/proc/<pid>/stat`, see proc(5). The name before them can hold anything.
fn parent_and_memory(stat: &str) -> Option<(i32, u64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let pages: u64 = fields.nth(19)?.parse().ok()?;
    Some((parent, pages.saturating_mul(sys::page_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_names_itself_like_a_stat_line_is_read_right() {
        let stat =
            "7 (a) R 1 (b)) S 3 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 100 4096 5 18446744073709551615";
        assert_eq!(parent_and_memory(stat), Some((3, 5 * sys::page_bytes())));
    }
}
