//! A chamber's walls, as bubblewrap's arguments: what is shown of the host, and what is not shared with it.

use std::ffi::OsString;
use std::path::Path;

use guest::protocol::{ENVIRONMENT, GUEST_PATH};

use crate::limits::Limits;
use crate::seccomp::Filters;

/// The most bytes in folders that exist to be empty.
const EMPTY_BYTES: &str = "4096";

/// The user that processes of a chamber seem to be.
const INNER_ID: &str = "1000";

/// What is needed to start a chamber: bubblewrap's arguments and the filters.
pub(crate) struct Walls {
    pub(crate) arguments: Vec<OsString>,
    pub(crate) filters: Vec<Vec<u8>>,
}

/// Something of the host that is shown, read-only.
pub(crate) struct View {
    /// Where bubblewrap, without any rights, finds it.
    pub(crate) source: std::path::PathBuf,
    /// Where it stands in the chamber.
    pub(crate) at: std::path::PathBuf,
}

impl Walls {
    /// The walls of a chamber with `views` of the host. `etc` and `guest` are what the run folder holds.
    pub(crate) fn new(limits: &Limits, etc: &Path, guest: &Path, views: &[View], filters: &Filters) -> Self {
        let mut walls =
            Self { arguments: Vec::new(), filters: vec![filters.ceiling.clone(), filters.denials.clone()] };
        walls.separate();
        walls.system(etc);
        walls.writable(limits);
        walls.show(guest, Path::new(GUEST_PATH));
        for view in views {
            walls.show(&view.source, &view.at);
        }
        walls.add(&["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/work"]);
        walls
    }

    /// What comes after the options: the guest and what it is told.
    pub(crate) fn guest(&mut self, arguments: &[OsString]) {
        self.add(&["--", GUEST_PATH]);
        self.arguments.extend_from_slice(arguments);
    }

    pub(crate) fn add(&mut self, arguments: &[&str]) {
        self.arguments.extend(arguments.iter().map(OsString::from));
    }

    fn separate(&mut self) {
        self.add(&[
            "--unshare-all",
            "--unshare-user",
            "--disable-userns",
            "--uid",
            INNER_ID,
            "--gid",
            INNER_ID,
        ]);
        self.add(&[
            "--as-pid-1",
            "--die-with-parent",
            "--new-session",
            "--hostname",
            "chamber",
            "--clearenv",
        ]);
        for (name, value) in ENVIRONMENT {
            self.add(&["--setenv", name, value]);
        }
    }

    fn system(&mut self, etc: &Path) {
        self.show(Path::new("/usr"), Path::new("/usr"));
        for local in ["/usr/local", "/usr/src"] {
            if Path::new(local).is_dir() {
                self.add(&["--size", EMPTY_BYTES, "--tmpfs", local, "--remount-ro", local]);
            }
        }
        for (link, target) in
            [("/bin", "usr/bin"), ("/sbin", "usr/sbin"), ("/lib", "usr/lib"), ("/lib64", "usr/lib64")]
        {
            self.add(&["--symlink", target, link]);
        }
        self.show(etc, Path::new("/etc"));
        self.add(&["--dev", "/dev", "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]);
    }

    fn writable(&mut self, limits: &Limits) {
        let (disk, shared) = (limits.disk_bytes.to_string(), limits.shared_bytes().to_string());
        self.add(&["--size", &shared, "--tmpfs", "/dev/shm"]);
        self.add(&["--size", &disk, "--perms", "0755", "--tmpfs", "/work"]);
        self.add(&["--size", &disk, "--perms", "1777", "--tmpfs", "/tmp"]);
    }

    fn show(&mut self, source: &Path, at: &Path) {
        self.arguments.extend(["--ro-bind".into(), source.into(), at.into()]);
    }
}
