//! What processes use, read from `/proc`: for users who cannot have the kernel count it.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd;

use crate::sys;

/// One process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    pid: i32,
    parent: i32,
    started: u64,
    resident_bytes: u64,
}

impl Process {
    fn read(pid: i32) -> Option<Self> {
        Self::parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Fields 4 (parent), 22 (start) and 24 (resident pages) of `/proc/<pid>/stat`, see proc(5). The name before them
    /// can hold anything.
    fn parse(pid: i32, stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let parent = fields.nth(1)?.parse().ok()?;
        let started = fields.nth(17)?.parse().ok()?;
        let pages: u64 = fields.nth(1)?.parse().ok()?;
        Some(Self { pid, parent, started, resident_bytes: pages.saturating_mul(sys::page_bytes()) })
    }

    /// Kills this process and no later one of the same number.
    fn kill(&self) {
        let Ok(handle) = sys::process_handle(self.pid) else { return };
        if Self::read(self.pid).is_some_and(|now| now.started == self.started) {
            // It fails only when the process is gone already.
            let _ = sys::kill(handle.as_fd());
        }
    }
}

/// All processes that can be seen, by parent.
pub(crate) struct Processes(BTreeMap<i32, Vec<Process>>);

impl Processes {
    /// Reads `/proc`.
    pub(crate) fn read() -> Self {
        let mut by_parent: BTreeMap<i32, Vec<Process>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some(process) = pid.and_then(Process::read) {
                by_parent.entry(process.parent).or_default().push(process);
            }
        }
        Self(by_parent)
    }

    /// Kills all processes below `first`, but not itself, when they hold more than `limit_bytes`. Shared pages count for
    /// each process.
    pub(crate) fn enforce(&self, first: i32, limit_bytes: u64) {
        let below = self.below(first);
        let sum = below.iter().fold(0_u64, |sum, process| sum.saturating_add(process.resident_bytes));
        if sum > limit_bytes {
            below.iter().for_each(Process::kill);
        }
    }

    /// Orphans become children of a chamber's first process, so the tree below it is whole.
    fn below(&self, first: i32) -> Vec<Process> {
        let mut below: Vec<Process> = self.children(first).to_vec();
        let mut index = 0;
        while let Some(process) = below.get(index) {
            below.extend_from_slice(self.children(process.pid));
            index += 1;
        }
        below
    }

    fn children(&self, parent: i32) -> &[Process] {
        self.0.get(&parent).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_names_itself_like_a_stat_line_is_read_right() {
        let stat =
            "7 (a) R 1 (b)) S 3 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 100 4096 5 18446744073709551615";
        let expected = Process { pid: 7, parent: 3, started: 100, resident_bytes: 5 * sys::page_bytes() };
        assert_eq!(Process::parse(7, stat), Some(expected));
    }

    #[test]
    fn a_process_is_found_below_its_grandparent() {
        let process = |pid, parent| Process { pid, parent, started: 0, resident_bytes: 1 };
        let mut by_parent = BTreeMap::new();
        by_parent.insert(1, vec![process(2, 1), process(3, 1)]);
        by_parent.insert(3, vec![process(4, 3)]);
        let below: Vec<_> = Processes(by_parent).below(1).iter().map(|process| process.pid).collect();
        assert_eq!(below, [2, 3, 4]);
    }
}
