//! What a chamber may use.

use std::time::{Duration, Instant};

/// The limits of one chamber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Memory of its processes in bytes. Its files come on top, so that a full disk cannot starve the processes.
    pub memory_bytes: u64,
    /// Processes and threads together.
    pub pids: u32,
    /// Bytes in `/work`, and again in `/tmp`. Files lie in memory.
    pub disk_bytes: u64,
    /// Processor time in thousandths of a core.
    pub cpu_millis: u32,
    /// The chamber's whole life. When it is over, everything in it is killed.
    pub wall: Duration,
}

impl Default for Limits {
    /// What an item of the starter suite needs, with a sanitizer's shadow memory.
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            pids: 256,
            disk_bytes: 256 << 20,
            cpu_millis: 1000,
            wall: Duration::from_secs(3600),
        }
    }
}

impl Limits {
    /// The most that `/dev/shm` holds: programs use it to share memory, not to keep files.
    pub(crate) fn shared_bytes(&self) -> u64 {
        self.disk_bytes.min(64 << 20)
    }

    /// Everything that is charged to the chamber: processes and files.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.memory_bytes
            .saturating_add(self.disk_bytes.saturating_mul(2))
            .saturating_add(self.shared_bytes())
    }
}

/// A point in time at which waiting ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// `limit` from now.
    #[expect(clippy::disallowed_methods, reason = "chambers enforce time limits")]
    pub(crate) fn within(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond the clock's range is as good as a century.
        Self(now.checked_add(limit).unwrap_or(now + Duration::from_secs(3_153_600_000)))
    }

    /// The earlier of the two.
    pub(crate) fn or_earlier(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// What is left.
    #[expect(clippy::disallowed_methods, reason = "chambers enforce time limits")]
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// What is left, for `poll`: rounded up, so that a wait never ends before the limit does.
    pub(crate) fn left_ms(self) -> i32 {
        i32::try_from(self.left().as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    }

    /// Whether it has passed.
    pub(crate) fn passed(self) -> bool {
        self.left().is_zero()
    }
}
