//! Time limits, and the limits that every program of a chamber inherits.

use std::io;
use std::time::{Duration, Instant};

use crate::sys::{self, Resource};

/// A point in time at which waiting ends.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    limit: Duration,
}

impl Deadline {
    /// `limit` from now.
    #[expect(clippy::disallowed_methods, reason = "the guest enforces time limits")]
    pub(crate) fn within(limit: Duration) -> Self {
        Self { start: Instant::now(), limit }
    }

    /// How long ago it was set.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// What is left, for `poll`: rounded up, so that a wait never ends before the limit does.
    pub(crate) fn left_ms(&self) -> i32 {
        let left = self.limit.saturating_sub(self.elapsed());
        i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    }

    /// Whether it has passed.
    pub(crate) fn passed(&self) -> bool {
        self.elapsed() >= self.limit
    }
}

/// What the programs of a chamber may use, on top of what the host enforces from outside.
pub(crate) struct Inherited {
    /// Processes and threads of the chamber.
    pub(crate) processes: u64,
    /// The largest file.
    pub(crate) file_bytes: u64,
    /// Open files of one process.
    pub(crate) open_files: u64,
}

impl Inherited {
    /// Reads `PROCESSES FILE_BYTES OPEN_FILES`.
    pub(crate) fn parse(arguments: &[std::ffi::OsString]) -> Option<Self> {
        let mut numbers = arguments.iter().map(|argument| argument.to_str()?.parse().ok());
        let limits =
            Self { processes: numbers.next()??, file_bytes: numbers.next()??, open_files: numbers.next()?? };
        numbers.next().is_none().then_some(limits)
    }

    /// Sets them for this process and all that it starts; a core file is never written.
    pub(crate) fn set(&self) -> io::Result<()> {
        sys::limit(Resource::CoreSize, 0)?;
        sys::limit(Resource::FileSize, self.file_bytes)?;
        sys::limit(Resource::OpenFiles, self.open_files)?;
        sys::limit(Resource::Processes, self.processes)
    }
}
