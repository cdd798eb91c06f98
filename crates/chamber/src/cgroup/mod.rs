//! Control groups: the kernel's own limits on memory, processes and processor time, where this user may make them.

mod mounts;
mod v1;
mod v2;

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use crate::limits::Limits;
use crate::watch;
use mounts::Mounts;

const PREFIX: &str = "proofhouse";

/// Processor time is given out in periods of this many microseconds, the kernel's default.
const CPU_PERIOD_US: u64 = 100_000;

/// How control groups are made on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Groups {
    /// Version 1: one tree per controller; the empty version 2 tree beside them can kill.
    V1(v1::Trees),
    /// Version 2: one tree.
    V2(v2::Tree),
}

impl Groups {
    /// The way that this process seems to be allowed; only a trial shows whether it is.
    pub(crate) fn find() -> io::Result<Option<Self>> {
        let mounts = Mounts::parse(
            &fs::read_to_string("/proc/self/mountinfo")?,
            &fs::read_to_string("/proc/self/cgroup")?,
        );
        let found = v1::Trees::find(&mounts).map(Self::V1).or_else(|| v2::Tree::find(&mounts).map(Self::V2));
        if let Some(groups) = &found {
            groups.remove_abandoned();
        }
        Ok(found)
    }

    /// Makes the group of one chamber, without a process in it.
    pub(crate) fn make(&self, number: u32, limits: &Limits) -> io::Result<Group> {
        let name = format!("{PREFIX}-{}-{number}", std::process::id());
        let mut group = Group { folders: Vec::new(), kill: None, kept: Vec::new() };
        match self {
            Self::V1(trees) => trees.fill(&mut group, &name, limits)?,
            Self::V2(tree) => tree.fill(&mut group, &name, limits)?,
        }
        Ok(group)
    }

    fn parents(&self) -> Vec<&Path> {
        match self {
            Self::V1(trees) => trees.parents(),
            Self::V2(tree) => vec![tree.parent()],
        }
    }

    /// Removes groups of processes that are gone, and kills what is in them where that is one step. The kernel keeps
    /// groups that still hold a process.
    fn remove_abandoned(&self) {
        for entry in
            self.parents().into_iter().filter_map(|parent| fs::read_dir(parent).ok()).flatten().flatten()
        {
            let owner = owner(&entry.file_name().to_string_lossy());
            if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                let _ = fs::write(entry.path().join("cgroup.kill"), "1");
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// The process that made the group `name`.
fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.strip_prefix('-')?.split_once('-')?.0.parse().ok()
}

/// The control group of one chamber, removed when dropped.
#[derive(Debug)]
pub(crate) struct Group {
    folders: Vec<PathBuf>,
    /// A file that kills everything in the group.
    kill: Option<PathBuf>,
    /// Limits as the kernel says that it keeps them: name, file, value expected.
    kept: Vec<(&'static str, PathBuf, u64)>,
}

impl Group {
    fn add(&mut self, parent: &Path, name: &str) -> io::Result<PathBuf> {
        let folder = parent.join(name);
        fs::create_dir(&folder)?;
        self.folders.push(folder.clone());
        Ok(folder)
    }

    /// Sets a limit that the probe reads back.
    fn set(&mut self, name: &'static str, file: PathBuf, value: u64) -> io::Result<()> {
        fs::write(&file, value.to_string())?;
        self.kept.push((name, file, value));
        Ok(())
    }

    /// Files in which a process writes "0" to join.
    pub(crate) fn entrances(&self) -> io::Result<Vec<OwnedFd>> {
        let open = |folder: &PathBuf| {
            File::options().write(true).open(folder.join("cgroup.procs")).map(OwnedFd::from)
        };
        self.folders.iter().map(open).collect()
    }

    /// Kills what is left, where the kernel offers it in one step.
    pub(crate) fn kill(&self) {
        if let Some(kill) = &self.kill {
            let _ = fs::write(kill, "1");
        }
    }

    /// Each limit's name, whether the kernel keeps at least that, and what it says.
    pub(crate) fn limits_kept(&self) -> Vec<(&'static str, bool, String)> {
        let page_bytes = crate::sys::page_bytes();
        self.kept
            .iter()
            .map(|(name, file, expected)| match fs::read_to_string(file) {
                Ok(text) => {
                    let value = text.trim().to_owned();
                    let kept = value
                        .parse::<u64>()
                        .is_ok_and(|value| value <= expected.next_multiple_of(page_bytes));
                    (*name, kept, value)
                }
                Err(error) => (*name, false, error.to_string()),
            })
            .collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in self.folders.drain(..) {
            if fs::remove_dir(&folder).is_err_and(|error| error.kind() == io::ErrorKind::ResourceBusy) {
                watch::remove_later(folder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_group_of_this_program_has_an_owner() {
        assert_eq!(owner("proofhouse-12-3"), Some(12));
        for name in ["proofhouse", "proofhouse-12", "proofhouse-x-3", "other-12-3", "proofhouses-12-3"] {
            assert_eq!(owner(name), None, "{name}");
        }
    }
}
