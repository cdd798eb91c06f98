//! Files of the host, and places where nothing may be written. Files are opened, never written; for folders only the
//! right is asked for.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileTypeExt;

use super::{Finding, Targets, refused};
use crate::sys::probes;

/// Devices that hold nothing and lead nowhere, and what is no device.
const HARMLESS: [&str; 7] = ["full", "null", "ptmx", "random", "tty", "urandom", "zero"];

pub(super) fn canary(targets: &Targets) -> Finding {
    refused(File::open(&targets.canary))
}

/// Whoever writes here has the host's kernel run a program when a process crashes.
pub(super) fn proc_sys_write(_: &Targets) -> Finding {
    refused(OpenOptions::new().write(true).open("/proc/sys/kernel/core_pattern"))
}

pub(super) fn sysrq_write(_: &Targets) -> Finding {
    refused(OpenOptions::new().write(true).open("/proc/sysrq-trigger"))
}

pub(super) fn usr_write(_: &Targets) -> Finding {
    refused(probes::may_write(c"/usr"))
}

pub(super) fn etc_write(_: &Targets) -> Finding {
    refused(probes::may_write(c"/etc"))
}

pub(super) fn root_write(_: &Targets) -> Finding {
    refused(probes::may_write(c"/"))
}

/// A writable `/dev` is memory without a limit.
pub(super) fn dev_write(_: &Targets) -> Finding {
    refused(probes::may_write(c"/dev"))
}

pub(super) fn devices(_: &Targets) -> Finding {
    let Ok(entries) = fs::read_dir("/dev") else { return Finding::Blocked("no /dev".to_owned()) };
    // A folder's list says what lies under a mount: a device that is shown over a plain file is a plain file there.
    let is_device = |entry: &fs::DirEntry| {
        let kind = fs::symlink_metadata(entry.path()).map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| kind.is_block_device() || kind.is_char_device())
    };
    let mut others: Vec<_> = entries
        .flatten()
        .filter(is_device)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !HARMLESS.contains(&name.as_str()))
        .collect();
    others.sort_unstable();
    match others.first() {
        None => Finding::Blocked("only harmless ones".to_owned()),
        Some(first) => Finding::Open(format!("{} devices, such as {first}", others.len())),
    }
}

pub(super) fn sysfs(_: &Targets) -> Finding {
    refused(fs::read_dir("/sys/kernel"))
}
