//! The steps by which a template or a chamber comes together.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::protocol::Step;
use crate::sys::walls as sys;

/// Takes one step beneath `root`, which is empty when the process's own root is meant. The error names the step.
pub(super) fn take(step: &Step, root: &str) -> io::Result<()> {
    done(step, root).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", named(step))))
}

fn done(step: &Step, root: &str) -> io::Result<()> {
    let place = |at: &str| format!("{root}{at}");
    match step {
        Step::Folder { at } => fs::create_dir_all(place(at)),
        Step::Link { target, at } => symlink(target, place(at)),
        Step::Show { source, at } => {
            show(source, &place(at))?;
            sys::make_read_only(&place(at), true)
        }
        Step::Device { source, at } => show(source, &place(at)),
        Step::Memory { at, size_bytes, mode } => {
            fs::create_dir_all(place(at))?;
            sys::mount_memory(&place(at), *size_bytes, *mode)
        }
        Step::Processes { at } => sys::mount_processes(&place(at)),
        Step::Terminals { at } => sys::mount_terminals(&place(at)),
        Step::Again { at } => sys::mount_again(&place(at), &place(at)),
        Step::ReadOnly { at } => sys::make_read_only(&place(at), false),
        Step::NoUserNamespaces => fs::write(place("/proc/sys/user/max_user_namespaces"), "0"),
    }
}

fn show(source: &str, place: &str) -> io::Result<()> {
    if fs::metadata(source)?.is_dir() {
        fs::create_dir_all(place)?;
    } else if fs::symlink_metadata(place).is_err() {
        if let Some(above) = Path::new(place).parent() {
            fs::create_dir_all(above)?;
        }
        File::create_new(place)?;
    }
    sys::mount_again(source, place)
}

fn named(step: &Step) -> String {
    match step {
        Step::Folder { at } => format!("making {at}"),
        Step::Link { at, .. } => format!("linking {at}"),
        Step::Show { source, .. } | Step::Device { source, .. } => format!("showing {source}"),
        Step::Memory { at, .. } | Step::Processes { at } | Step::Terminals { at } | Step::Again { at } => {
            format!("mounting {at}")
        }
        Step::ReadOnly { at } => format!("making {at} read-only"),
        Step::NoUserNamespaces => "forbidding user namespaces".to_owned(),
    }
}
