//! One private folder per run: the guest, the chambers' `/etc`, and the canaries that no chamber may see.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::sys;

static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest"));

const PREFIX: &str = "proofhouse-run-";
const LOCK: &str = "lock";

const PASSWD: &str = "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n\
    agent:x:1000:1000:agent:/work:/bin/bash\n\
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
const GROUP: &str = "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n";
const HOSTS: &str = "127.0.0.1 localhost chamber\n::1 localhost\n";

/// The folder, removed with everything in it when dropped.
pub(crate) struct RunFolder {
    folder: TempDir,
    /// Held for as long as the folder is in use; a folder whose lock is free was left by a process that was killed.
    _lock: File,
}

impl RunFolder {
    /// Makes the folder in the first of `places` that an unprivileged user can pass through, and removes those that
    /// were left behind there.
    pub(crate) fn create(places: &[PathBuf]) -> io::Result<Self> {
        let place = places.iter().find(|place| can_be_passed(place)).ok_or_else(|| {
            io::Error::other("no folder for temporary files that every user can pass through, such as /tmp")
        })?;
        remove_abandoned(place);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let new_lock = folder.path().join("new-lock");
        let lock = File::create(&new_lock)?;
        lock.try_lock().map_err(io::Error::other)?;
        fs::rename(new_lock, folder.path().join(LOCK))?;
        let made = Self { folder, _lock: lock };
        made.fill()?;
        Ok(made)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The guest program.
    pub(crate) fn guest(&self) -> PathBuf {
        self.path().join("guest")
    }

    /// What chambers see as `/etc`.
    pub(crate) fn etc(&self) -> PathBuf {
        self.path().join("etc")
    }

    /// An empty folder, for a file system to be put together on.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.path().join("scratch")
    }

    fn fill(&self) -> io::Result<()> {
        fs::set_permissions(self.path(), Permissions::from_mode(0o711))?;
        write(&self.guest(), GUEST, 0o755)?;
        make_folder(&self.scratch())?;
        let etc = self.etc();
        make_folder(&etc)?;
        for (name, content) in [("passwd", PASSWD), ("group", GROUP), ("hosts", HOSTS)] {
            write(&etc.join(name), content.as_bytes(), 0o644)?;
        }
        // Without its cache the dynamic linker searches; without the alternatives `cc` or `awk` are missing.
        if let Ok(cache) = fs::read("/etc/ld.so.cache") {
            write(&etc.join("ld.so.cache"), &cache, 0o644)?;
        }
        copy_links(Path::new("/etc/alternatives"), &etc.join("alternatives"))
    }
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    fs::write(path, bytes)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Makes a folder that every user can read and pass through.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755))
}

fn copy_links(from: &Path, to: &Path) -> io::Result<()> {
    make_folder(to)?;
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_symlink() {
            symlink(fs::read_link(entry.path())?, to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Whether every user can pass through `place` and all folders above it.
fn can_be_passed(place: &Path) -> bool {
    let Ok(place) = place.canonicalize() else { return false };
    place.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o001 != 0))
}

/// Removes this user's run folders whose process is gone.
fn remove_abandoned(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let is_run = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Somebody else's folder may hold traps, such as a lock that is a FIFO.
        let is_own = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == sys::user());
        if is_run && is_own && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}
