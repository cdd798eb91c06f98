//! The walls of chambers of the kind `namespaces`, as the guest's builder raises them: what all have in common, and what
//! each has for itself. They are those that [`crate::walls`] asks of bubblewrap.

use std::ffi::OsString;
use std::path::Path;

use guest::protocol::{GUEST_PATH, Recipe, Step, Template};

use crate::limits::Limits;
use crate::seccomp::Filters;

/// The user that processes of a chamber seem to be.
const INNER_ID: u32 = 1000;

/// The most bytes in folders that exist to be empty.
const EMPTY_BYTES: u64 = 4096;

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: [(&str, &str); 9] = [
    ("usr/bin", "/bin"),
    ("usr/sbin", "/sbin"),
    ("usr/lib", "/lib"),
    ("usr/lib64", "/lib64"),
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
    ("pts/ptmx", "/dev/ptmx"),
];

const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWCGROUP,
];

/// What all chambers of a run have in common: the host's `/usr`, an `/etc`, devices and places to mount on.
pub(crate) fn template(scratch: &Path, etc: &Path, guest: &Path) -> Template {
    let text = |path: &Path| path.display().to_string();
    let at = str::to_owned;
    let show = |source: &Path, place: &str| Step::Show { source: text(source), at: at(place) };
    let mut steps = vec![show(Path::new("/usr"), "/usr")];
    for local in ["/usr/local", "/usr/src"] {
        if Path::new(local).is_dir() {
            steps.push(Step::Memory { at: at(local), size_bytes: EMPTY_BYTES, mode: 0o755 });
            steps.push(Step::ReadOnly { at: at(local) });
        }
    }
    steps.extend([show(etc, "/etc"), show(guest, GUEST_PATH)]);
    steps.push(Step::Memory { at: at("/dev"), size_bytes: EMPTY_BYTES, mode: 0o755 });
    steps.extend(DEVICES.map(|name| {
        let device = format!("/dev/{name}");
        Step::Device { source: device.clone(), at: device }
    }));
    steps.extend(
        ["/dev/pts", "/dev/shm", "/proc", "/work", "/tmp"].map(|folder| Step::Folder { at: at(folder) }),
    );
    steps.extend(LINKS.map(|(target, link)| Step::Link { target: at(target), at: at(link) }));
    steps.extend([Step::ReadOnly { at: at("/dev") }, Step::Processes { at: at("/proc") }]);
    Template { scratch: text(scratch), steps }
}

/// One chamber's own walls. Its user outside is `outer_id`.
pub(crate) fn recipe(limits: &Limits, outer_id: u32, filters: &Filters, arguments: &[OsString]) -> Recipe {
    let at = str::to_owned;
    let memory = |place: &str, size_bytes, mode| Step::Memory { at: at(place), size_bytes, mode };
    Recipe {
        namespaces: NAMESPACES.iter().fold(0, |all, one| all | u64::from(one.cast_unsigned())),
        outer_id,
        inner_id: INNER_ID,
        hostname: at("chamber"),
        steps: vec![
            Step::Processes { at: at("/proc") },
            Step::NoUserNamespaces,
            Step::Again { at: at("/proc/sys") },
            Step::ReadOnly { at: at("/proc/sys") },
            Step::Terminals { at: at("/dev/pts") },
            memory("/dev/shm", limits.shared_bytes(), 0o1777),
            memory("/work", limits.disk_bytes, 0o755),
            memory("/tmp", limits.disk_bytes, 0o1777),
        ],
        folder: at("/work"),
        drops_capabilities: true,
        no_new_privileges: true,
        filters: vec![filters.ceiling.clone(), filters.denials.clone()],
        arguments: arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
    }
}
