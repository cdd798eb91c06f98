//! Version 2: one tree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::mounts::Mounts;
use super::{CPU_PERIOD_US, Group};
use crate::limits::Limits;

/// The folder in which groups are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    parent: PathBuf,
}

fn controls(folder: &Path, controller: &str) -> bool {
    fs::read_to_string(folder.join("cgroup.subtree_control"))
        .is_ok_and(|controllers| controllers.split_ascii_whitespace().any(|name| name == controller))
}

impl Tree {
    /// The nearest folder at or above that of this process whose children's memory and processes can be limited. A
    /// group that holds processes cannot limit its children, so it is seldom the own one.
    pub(super) fn find(mounts: &Mounts) -> Option<Self> {
        let (mounted, own) = mounts.unified()?;
        let parent = own
            .ancestors()
            .take_while(|folder| folder.starts_with(mounted))
            .find(|folder| controls(folder, "memory") && controls(folder, "pids"))?;
        Some(Self { parent: parent.to_owned() })
    }

    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    pub(super) fn fill(&self, group: &mut Group, name: &str, limits: &Limits) -> io::Result<()> {
        let folder = group.add(&self.parent, name)?;
        group.set("limit-memory", folder.join("memory.max"), limits.total_bytes())?;
        // Kernels without swap have no such file. `memory.oom.group` stays off: an agent that runs out of memory loses
        // processes, not its chamber.
        let swap = folder.join("memory.swap.max");
        if swap.exists() {
            group.set("limit-swap", swap, 0)?;
        }
        group.set("limit-pids", folder.join("pids.max"), limits.pids.into())?;
        if controls(&self.parent, "cpu") {
            let quota_us = u64::from(limits.cpu_millis) * CPU_PERIOD_US / 1000;
            fs::write(folder.join("cpu.max"), format!("{quota_us} {CPU_PERIOD_US}"))?;
        }
        group.kill = Some(folder.join("cgroup.kill")).filter(|kill| kill.exists());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as the kernel shows it, in an ordinary folder.
    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        let own = tree.path().join("user.slice/session.scope");
        fs::create_dir_all(&own).unwrap();
        fs::write(tree.path().join("user.slice/cgroup.subtree_control"), "cpu memory pids\n").unwrap();
        fs::write(own.join("cgroup.subtree_control"), "\n").unwrap();
        tree
    }

    #[test]
    fn groups_are_made_in_the_nearest_folder_that_limits_its_children() {
        let tree = tree();
        let mountinfo = format!("36 24 0:31 / {} rw - cgroup2 cgroup rw", tree.path().display());
        let mounts = Mounts::parse(&mountinfo, "0::/user.slice/session.scope\n");
        let found = Tree::find(&mounts).unwrap();
        assert_eq!(found.parent(), tree.path().join("user.slice"));
        let mut group = Group { folders: Vec::new(), kill: None, kept: Vec::new() };
        let limits = Limits { cpu_millis: 1500, ..Limits::default() };
        found.fill(&mut group, "proofhouse-1-1", &limits).unwrap();
        let folder = tree.path().join("user.slice/proofhouse-1-1");
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(read("memory.max"), limits.total_bytes().to_string());
        assert_eq!((read("pids.max"), read("cpu.max")), ("256".to_owned(), "150000 100000".to_owned()));
        assert!(group.limits_kept().iter().all(|(_, kept, _)| *kept));
    }

    #[test]
    fn a_tree_whose_folders_hold_processes_only_is_of_no_use() {
        let tree = tempfile::tempdir().unwrap();
        let mountinfo = format!("36 24 0:31 / {} rw - cgroup2 cgroup rw", tree.path().display());
        assert_eq!(Tree::find(&Mounts::parse(&mountinfo, "0::/\n")), None);
    }
}
