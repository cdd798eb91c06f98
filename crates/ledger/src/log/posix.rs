//! Objects as files of a local file system. The one module of this room that does I/O.
//!
//! A file is written aside and renamed. What must be durable at once is synced, with the folders above it; what is
//! placed is made durable by one `syncfs`, which costs the same for one file as for thousands. Linux reports an
//! error in writing back to `syncfs` for a descriptor that was open before it (since 5.8): one is kept open.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock, syncfs};

use super::PUBLIC;
use super::objects::{Object, ObjectError, Objects, SwapError};

/// The file that keeps a second writer out.
const LOCK: &str = "writer.lock";
/// What a file is called until it is whole. No object's name ends so.
const ASIDE: &str = ".aside~";

/// A folder of objects, this process's own for writing until the value is dropped.
#[derive(Debug)]
pub struct PosixObjects {
    root: PathBuf,
    folder: File,
    _lock: File,
}

impl PosixObjects {
    /// The objects in `root`, which is made if it is not there.
    ///
    /// # Errors
    /// [`ObjectError`], of kind [`ErrorKind::WouldBlock`] when another process writes there.
    pub fn open(root: &Path) -> Result<Self, ObjectError> {
        let failed = |source| ObjectError { name: root.display().to_string(), verb: "opened", source };
        fs::create_dir_all(root).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(root.join(LOCK));
        let lock = lock.map_err(failed)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| failed(error.into()))?;
        let folder = File::open(root).map_err(failed)?;
        Ok(Self { root: root.to_owned(), folder, _lock: lock })
    }

    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let sound = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.ends_with('~');
        if name.split('/').all(sound) {
            Ok(self.root.join(name))
        } else {
            Err(ErrorKind::InvalidInput.into())
        }
    }

    /// Writes a file aside and renames it; syncs file and folders where `durable`.
    fn write(&self, name: &str, bytes: &[u8], durable: bool) -> Result<(), Error> {
        let path = self.path(name)?;
        let folder = path.parent().unwrap_or(&self.root);
        let aside = self.root.join(format!("{}{ASIDE}", name.replace('/', "_")));
        // Openings, queues and the like are the writer's own; the public half is for a web server to read.
        let mode = if name.split('/').any(|part| part == PUBLIC) { 0o666 } else { 0o600 };
        let written = write_aside(&aside, bytes, (durable, mode)).and_then(|()| {
            fs::rename(&aside, &path).or_else(|error| match error.kind() {
                ErrorKind::NotFound => {
                    make_folders(&self.root, folder, durable)?;
                    fs::rename(&aside, &path)
                }
                _ => Err(error),
            })
        });
        if written.is_err() {
            // Half a file on a full disk would only keep it full.
            fs::remove_file(&aside).ok();
        }
        written?;
        if durable { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

fn write_aside(aside: &Path, bytes: &[u8], (durable, mode): (bool, u32)) -> Result<(), Error> {
    // One that a killed writer left has whatever mode it has.
    match fs::remove_file(aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(aside)?;
    file.write_all(bytes)?;
    if durable { file.sync_all() } else { Ok(()) }
}

/// Makes `folder` and those above it down from `root`; a durable one is in its durable parent.
fn make_folders(root: &Path, folder: &Path, durable: bool) -> Result<(), Error> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(root);
    make_folders(root, parent, durable)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    if durable { File::open(parent)?.sync_all() } else { Ok(()) }
}

fn failed(name: &str, verb: &'static str) -> impl FnOnce(Error) -> ObjectError {
    let name = name.to_owned();
    move |source| ObjectError { name, verb, source }
}

impl Objects for PosixObjects {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        read_file(&self.path(name).map_err(failed(name, "read"))?).map_err(failed(name, "read"))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        self.write(name, bytes, true).map_err(failed(name, "written"))
    }

    fn place(&self, objects: &[Object]) -> Result<(), ObjectError> {
        objects.iter().try_for_each(|object| {
            self.write(&object.name, &object.bytes, false).map_err(failed(&object.name, "written"))
        })
    }

    fn settle(&self) -> Result<(), ObjectError> {
        syncfs(&self.folder).map_err(|error| failed("the log", "written")(error.into()))
    }

    fn swap(&self, name: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), SwapError> {
        // The lock makes comparing and writing one step.
        if self.get(name)?.as_deref() != expected {
            return Err(SwapError::Changed(name.to_owned()));
        }
        Ok(self.put(name, bytes)?)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectError> {
        let path = self.path(name).map_err(failed(name, "removed"))?;
        let removed = match fs::remove_file(&path) {
            // Some systems call a folder a file that may not be removed.
            Err(error) if matches!(error.kind(), ErrorKind::IsADirectory | ErrorKind::PermissionDenied) => {
                fs::remove_dir_all(&path)
            }
            other => other,
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(name, "removed")(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// A file's bytes, or `None` where there is none.
pub(crate) fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A log's public half as a folder, for whoever only reads.
#[derive(Debug, Clone)]
pub struct FolderSource(PathBuf);

impl FolderSource {
    /// The tiles and the checkpoint in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }
}

impl crate::tiles::TileSource for FolderSource {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, crate::tiles::SourceError> {
        read_file(&self.0.join(name))
            .map_err(|error| crate::tiles::SourceError { name: name.to_owned(), reason: error.to_string() })
    }
}
