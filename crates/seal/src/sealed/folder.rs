//! Parts as files of one folder, which one writer holds at a time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock, fstatvfs};

use super::store::{PartSink, Parts, StoreError};

/// What a part is called until it is whole. Names of parts do not begin with a dot.
const UNFINISHED: &str = ".new-";
const LOCK: &str = ".lock";

/// A folder of parts.
#[derive(Debug)]
pub struct FolderParts {
    folder: PathBuf,
    /// Held for as long as this value lives; the system lets go of it when the process dies.
    lock: File,
}

impl FolderParts {
    /// Opens or makes the folder, for its owner only, and holds it against any other intake.
    ///
    /// # Errors
    /// [`StoreError`]; of the kind [`io::ErrorKind::WouldBlock`] when somebody else holds it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError { name: folder.display().to_string(), verb: "opened", source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(folder.join(LOCK)).map_err(failed)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|errno| StoreError {
            name: folder.display().to_string(),
            verb: "used by two at once",
            source: errno.into(),
        })?;
        Ok(Self { folder: folder.to_owned(), lock })
    }

    fn attempt<T>(
        &self,
        name: &str,
        verb: &'static str,
        run: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, StoreError> {
        run().map_err(|source| StoreError {
            name: self.folder.join(name).display().to_string(),
            verb,
            source,
        })
    }

    fn names(&self) -> io::Result<Vec<(String, u64)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                names.push((name, entry.metadata()?.len()));
            }
        }
        Ok(names)
    }
}

struct FileSink<'a> {
    parts: &'a FolderParts,
    name: String,
    file: File,
    committed: bool,
}

impl FileSink<'_> {
    fn unfinished(&self) -> PathBuf {
        self.parts.folder.join(format!("{UNFINISHED}{}", self.name))
    }
}

impl Drop for FileSink<'_> {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be removed now is removed by the next `settle`.
            let _ = fs::remove_file(self.unfinished());
        }
    }
}

impl PartSink for FileSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.parts.attempt(&self.name, "written", || (&self.file).write_all(bytes))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.parts.attempt(&self.name, "written", || {
            self.file.sync_data()?;
            fs::rename(self.unfinished(), self.parts.folder.join(&self.name))
        })?;
        self.committed = true;
        Ok(())
    }
}

impl Parts for FolderParts {
    fn list(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let names = self.attempt("", "read", || self.names())?;
        Ok(names.into_iter().filter(|(name, _)| !name.starts_with('.')).collect())
    }

    fn create(&self, name: &str) -> Result<Box<dyn PartSink + '_>, StoreError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let path = self.folder.join(format!("{UNFINISHED}{name}"));
        let file = self.attempt(name, "written", || options.open(path))?;
        Ok(Box::new(FileSink { parts: self, name: name.to_owned(), file, committed: false }))
    }

    fn read(&self, name: &str, at: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.attempt(name, "read", || File::open(self.folder.join(name))?.read_exact_at(buffer, at))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.attempt(name, "removed", || match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    fn settle(&self) -> Result<(), StoreError> {
        self.attempt("", "written", || {
            for (name, _) in self.names()?.iter().filter(|(name, _)| name.starts_with(UNFINISHED)) {
                fs::remove_file(self.folder.join(name))?;
            }
            File::open(&self.folder)?.sync_all()
        })
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        self.attempt("", "read", || {
            let stat = fstatvfs(&self.lock)?;
            Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
        })
    }
}
