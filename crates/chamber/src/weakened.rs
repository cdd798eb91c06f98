//! Weakens one wall at a time and asks the probe: it must notice this wall, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use types::transcript::ProbeResult;

use crate::cell::Unbuilt;
use crate::chamber::Chamber;
use crate::host::{Host, HostOptions};
use crate::limits::Limits;
use crate::seccomp::Filters;
use crate::serve::{ServeError, ServeSpec, Served};
use crate::walls::Walls;

fn open_checks(change: &dyn Fn(&Host, &mut Walls)) -> BTreeSet<String> {
    let host = Host::find(&HostOptions::default()).unwrap();
    let mut chamber =
        Chamber::open_changed(&host, &Limits::default(), &|walls| change(&host, walls)).unwrap();
    let checks = chamber.probe().unwrap();
    checks.into_iter().filter(|check| check.result == ProbeResult::Open).map(|check| check.name).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Takes `words`, which follow each other, out of the arguments.
fn remove(walls: &mut Walls, words: &[&str]) {
    let at = walls.arguments.windows(words.len()).position(|window| window == words).unwrap();
    walls.arguments.drain(at..at + words.len());
}

/// Adds `words` before the root becomes read-only.
fn add_early(walls: &mut Walls, words: &[&str]) {
    let at = walls.arguments.windows(2).position(|window| window == ["--remount-ro", "/dev"]).unwrap();
    walls.arguments.splice(at..at, words.iter().map(Into::into));
}

fn let_through(walls: &mut Walls, call: libc::c_long) {
    walls.filters[1] = Filters::without(call).unwrap().denials;
}

#[test]
fn the_probe_notices_a_shared_network() {
    let open = open_checks(&|_, walls| {
        remove(walls, &["--unshare-all"]);
        walls.add(&["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"]);
    });
    let network = set(&["tcp-host-loopback", "unix-abstract", "ipv4-route", "ipv6-route"]);
    assert!(open.contains("tcp-host-loopback") && open.contains("unix-abstract"), "{open:?}");
    assert!(open.is_subset(&network), "{open:?}");
}

#[test]
fn the_probe_notices_a_folder_of_the_hosts() {
    let open = open_checks(&|host, walls| {
        let run = host.0.run.path().display().to_string();
        walls.add(&["--ro-bind", &run, &run]);
    });
    assert_eq!(open, set(&["canary-file", "unix-path"]));
}

#[test]
fn the_probe_notices_the_hosts_processes() {
    let open = open_checks(&|_, walls| {
        let at = walls.arguments.windows(2).position(|window| window == ["--proc", "/proc"]).unwrap();
        walls.arguments.splice(at..at + 2, ["--ro-bind", "/proc", "/proc"].map(Into::into));
    });
    assert!(open.contains("host-processes"), "{open:?}");
}

#[test]
fn the_probe_notices_a_writable_root_and_dev() {
    assert_eq!(open_checks(&|_, walls| remove(walls, &["--remount-ro", "/dev"])), set(&["dev-write"]));
    assert_eq!(open_checks(&|_, walls| remove(walls, &["--remount-ro", "/"])), set(&["root-write"]));
}

#[test]
fn the_probe_notices_devices_and_sysfs() {
    let open = open_checks(&|_, walls| walls.add(&["--dev-bind", "/dev", "/dev"]));
    assert!(open.contains("devices"), "{open:?}");
    assert_eq!(open_checks(&|_, walls| add_early(walls, &["--ro-bind", "/sys", "/sys"])), set(&["sysfs"]));
}

#[test]
fn the_probe_notices_a_missing_filter() {
    let open = open_checks(&|_, walls| walls.filters.clear());
    for name in ["system-call-filter", "ptrace", "process-memory", "userfaultfd", "keyring", "netlink"] {
        assert!(open.contains(name), "{name} of {open:?}");
    }
}

#[test]
fn the_probe_notices_each_call_that_is_let_through() {
    for (call, name) in [
        (libc::SYS_ptrace, "ptrace"),
        (libc::SYS_process_vm_readv, "process-memory"),
        (libc::SYS_userfaultfd, "userfaultfd"),
        (libc::SYS_keyctl, "keyring"),
        (libc::SYS_ioctl, "terminal-input"),
    ] {
        assert_eq!(open_checks(&|_, walls| let_through(walls, call)), set(&[name]));
    }
    let open = open_checks(&|_, walls| let_through(walls, libc::SYS_socket));
    assert!(
        open.contains("netlink") && open.is_subset(&set(&["netlink", "vsock", "kernel-crypto"])),
        "{open:?}"
    );
}

#[test]
fn two_walls_stand_where_one_is_taken_away() {
    for call in
        [libc::SYS_unshare, libc::SYS_clone, libc::SYS_mount, libc::SYS_reboot, libc::SYS_settimeofday]
    {
        assert_eq!(open_checks(&|_, walls| let_through(walls, call)), set(&[]));
    }
    assert_eq!(open_checks(&|_, walls| remove(walls, &["--disable-userns"])), set(&[]));
}

/// A runtime that would leave `started` behind, were it started.
fn runtime(folder: &Path) -> ServeSpec {
    let weights = folder.join("model.gguf");
    fs::write(&weights, "weights").unwrap();
    fs::set_permissions(&weights, fs::Permissions::from_mode(0o644)).unwrap();
    let command = ["/bin/bash", "-c", "echo started; echo {socket}; exit 3"].map(str::to_owned).into();
    let (limits, ready_within) = (Limits::default(), Duration::from_secs(10));
    ServeSpec { command, weights, read_only: Vec::new(), limits, ready_within }
}

#[test]
fn a_model_is_not_started_in_a_chamber_that_does_not_contain() {
    let host = Host::find(&HostOptions::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let spec = runtime(folder.path());
    // The control: behind whole walls the same runtime is started, and says so.
    let error = Served::start(&host, &spec).err().unwrap();
    assert!(matches!(&error, ServeError::Died { tail, .. } if tail.contains("started")), "{error}");
    let weakened = |unbuilt: Unbuilt<'_>| match unbuilt {
        Unbuilt::Bubblewrap(walls) => let_through(walls, libc::SYS_ptrace),
        Unbuilt::Namespaces(_) => {}
    };
    let error = Served::start_changed(&host, &spec, &weakened).err().unwrap();
    let ServeError::NotContained { open, checks } = &error else { panic!("{error}") };
    assert_eq!(open, "ptrace");
    assert!(checks.len() >= guest::probe::names().len());
}

#[test]
fn a_guest_that_is_not_the_first_process_does_not_start() {
    let host = Host::find(&HostOptions::default()).unwrap();
    let change = |walls: &mut Walls| remove(walls, &["--as-pid-1"]);
    assert!(Chamber::open_changed(&host, &Limits::default(), &change).is_err());
}
