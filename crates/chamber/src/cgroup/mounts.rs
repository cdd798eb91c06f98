//! Where control groups are mounted, and where in them this process is.

use std::path::{Path, PathBuf};

/// The mounted trees, each with the folder of this process.
pub(super) struct Mounts {
    /// Version 1: controllers and folder.
    trees: Vec<(Vec<String>, PathBuf)>,
    /// Version 2: where it is mounted, and the folder of this process.
    unified: Option<(PathBuf, PathBuf)>,
}

impl Mounts {
    /// Reads `/proc/self/mountinfo` and `/proc/self/cgroup`, see proc(5) and cgroups(7).
    pub(super) fn parse(mountinfo: &str, own: &str) -> Self {
        let mut mounts = Self { trees: Vec::new(), unified: None };
        for line in mountinfo.lines() {
            let Some((before, after)) = line.split_once(" - ") else { continue };
            let mut before = before.split(' ').skip(3);
            let mut after = after.split(' ');
            let (Some(root), Some(mounted), Some(kind)) = (before.next(), before.next(), after.next()) else {
                continue;
            };
            let mounted = Path::new(mounted);
            let options: Vec<_> = after.nth(1).unwrap_or("").split(',').map(str::to_owned).collect();
            if kind == "cgroup2" {
                let folder = folder(mounted, root, own_path(own, ""));
                mounts.unified.get_or_insert((mounted.to_owned(), folder));
            } else if kind == "cgroup" {
                let path = options.iter().find_map(|option| own_path(own, option));
                mounts.trees.push((options, folder(mounted, root, path)));
            }
        }
        mounts
    }

    /// The folder of this process in the version 1 tree of `controller`.
    pub(super) fn tree(&self, controller: &str) -> Option<&Path> {
        self.trees
            .iter()
            .find(|(controllers, _)| controllers.iter().any(|name| name == controller))
            .map(|(_, folder)| folder.as_path())
    }

    /// Where the version 2 tree is mounted, and the folder of this process in it.
    pub(super) fn unified(&self) -> Option<(&Path, &Path)> {
        self.unified.as_ref().map(|(mounted, folder)| (mounted.as_path(), folder.as_path()))
    }
}

/// The path of this process in the tree of `controller` (empty: version 2).
fn own_path<'a>(own: &'a str, controller: &str) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers.split(',').any(|name| name == controller).then_some(path)
    })
}

/// The folder of `path`, when the part of the tree below `root` is mounted at `mounted`.
fn folder(mounted: &Path, root: &str, path: Option<&str>) -> PathBuf {
    let relative = Path::new(path.unwrap_or("/"));
    let relative = relative.strip_prefix(root).or_else(|_| relative.strip_prefix("/")).unwrap_or(relative);
    let folder = mounted.join(relative);
    if folder.components().any(|part| part == std::path::Component::ParentDir) {
        mounted.to_owned()
    } else {
        folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hybrid_machine_has_trees_and_a_unified_one() {
        let mountinfo = "33 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
            35 24 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
            36 24 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
        let own = "4:memory:/a/b\n1:cpu,cpuacct:/\n0::/\n";
        let mounts = Mounts::parse(mountinfo, own);
        assert_eq!(mounts.tree("memory"), Some(Path::new("/sys/fs/cgroup/memory/a/b")));
        assert_eq!(mounts.tree("cpu"), Some(Path::new("/sys/fs/cgroup/cpu,cpuacct/")));
        assert_eq!(mounts.tree("pids"), None);
        let unified = Path::new("/sys/fs/cgroup/unified");
        assert_eq!(mounts.unified(), Some((unified, unified)));
    }

    #[test]
    fn a_container_sees_only_its_part_of_the_tree() {
        let mountinfo = "36 24 0:31 /docker/x /sys/fs/cgroup ro - cgroup2 cgroup rw";
        let mounts = Mounts::parse(mountinfo, "0::/docker/x/y\n");
        let (mounted, own) = mounts.unified().unwrap();
        assert_eq!((mounted, own), (Path::new("/sys/fs/cgroup"), Path::new("/sys/fs/cgroup/y")));
    }
}
