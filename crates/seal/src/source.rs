//! Finding and opening a model's files without ever following a link.
//!
//! A folder is held open, and everything in it is reached from there, one name at a time.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use crate::hash::read_at;
use crate::manifest::is_plain;
use crate::take::SealError;

/// Top-level names that OpenSSF Model Signing leaves out by default: they come with the way of delivery.
pub(crate) const IGNORED: [&[u8]; 4] = [b".git", b".gitattributes", b".github", b".gitignore"];
/// Folders are held open on the way down; this keeps them far below the usual 1024 descriptors.
const MAX_DEPTH: usize = 64;
/// More files than any model has: reached when a whole disk is given by mistake.
const MAX_FILES: usize = 200_000;

/// A file or folder that is to be sealed.
pub(crate) struct Source {
    path: PathBuf,
    opened: Opened,
}

enum Opened {
    File(Stamp),
    Folder(OwnedFd),
}

/// A file that was found, and how it looked then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) stamp: Stamp,
}

/// What changes when a file is written, replaced or moved. `changed` is the inode's own time, which a program
/// cannot set back as it can `modified`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size_bytes: u64,
    place: (i128, i128),
    modified: (i128, i128),
    changed: (i128, i128),
}

impl Stamp {
    fn of(stat: &Stat) -> Self {
        // The fields' types differ between machines; i128 holds them all.
        Self {
            size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
            place: (i128::from(stat.st_dev), i128::from(stat.st_ino)),
            modified: (i128::from(stat.st_mtime), i128::from(stat.st_mtime_nsec)),
            changed: (i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec)),
        }
    }
}

/// What can be sealed.
enum Kind {
    File(Stamp),
    Folder,
}

impl Kind {
    fn of(path: &Path, stat: &Stat) -> Result<Self, SealError> {
        let special = |kind| Err(SealError::Special { path: path.to_owned(), kind });
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Self::File(Stamp::of(stat))),
            FileType::Directory => Ok(Self::Folder),
            FileType::Symlink => Err(SealError::Symlink { path: path.to_owned() }),
            FileType::Fifo => special("a FIFO"),
            FileType::Socket => special("a socket"),
            FileType::CharacterDevice | FileType::BlockDevice => special("a device"),
            FileType::Unknown => special("of an unknown kind"),
        }
    }
}

impl Source {
    /// Opens the file or folder at `path`, whose parent folders may be links, itself not.
    pub(crate) fn open(path: &Path) -> Result<Self, SealError> {
        // Collected without trailing `/` and `/.`, which would make the system follow a link.
        let path: PathBuf = path.components().collect();
        let stat = statat(CWD, &path, AtFlags::SYMLINK_NOFOLLOW).map_err(|errno| match errno {
            Errno::NOENT | Errno::NOTDIR => SealError::Missing { path: path.clone() },
            other => SealError::read(&path, other),
        })?;
        let opened = match Kind::of(&path, &stat)? {
            Kind::File(stamp) => Opened::File(stamp),
            Kind::Folder => open_at(CWD, &path, OFlags::DIRECTORY)
                .map(Opened::Folder)
                .map_err(|errno| SealError::read(&path, errno))?,
        };
        Ok(Self { path, opened })
    }

    /// The model's name: its file or folder name.
    pub(crate) fn name(&self) -> Result<String, SealError> {
        // `.` and `..` say where a folder is and not what it is called.
        let named = matches!(self.path.components().next_back(), Some(Component::Normal(_)));
        let path = if named {
            self.path.clone()
        } else {
            self.path.canonicalize().map_err(|source| SealError::Read { path: self.path.clone(), source })?
        };
        let name = path.file_name().and_then(OsStr::to_str).filter(|name| is_plain(name));
        name.map(str::to_owned).ok_or(SealError::Name { path })
    }

    /// Whether this is one file and not a folder.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.opened, Opened::File(_))
    }

    /// Every file in code point order of the paths, without what lies at or under one of the `ignored` paths. Not even a link is minded there.
    pub(crate) fn list_without(&self, ignored: &[String]) -> Result<Vec<Listed>, SealError> {
        let folder = match &self.opened {
            Opened::File(stamp) => return Ok(vec![Listed { path: self.name()?, stamp: *stamp }]),
            Opened::Folder(folder) => folder,
        };
        let mut found = Vec::new();
        self.list_folder(folder.as_fd(), "", 0, ignored, &mut found)?;
        if found.is_empty() {
            return Err(SealError::Empty { path: self.path.clone() });
        }
        // Strings compare by their UTF-8 bytes, which is the order of their code points.
        found.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    fn list_folder(
        &self,
        folder: BorrowedFd<'_>,
        prefix: &str,
        depth: usize,
        ignored: &[String],
        found: &mut Vec<Listed>,
    ) -> Result<(), SealError> {
        let here = self.full(prefix);
        if depth > MAX_DEPTH {
            return Err(SealError::TooDeep { path: here });
        }
        for entry in Dir::read_from(folder).map_err(|errno| SealError::read(&here, errno))? {
            let entry = entry.map_err(|errno| SealError::read(&here, errno))?;
            let raw = entry.file_name().to_bytes();
            if matches!(raw, b"." | b"..") || depth == 0 && IGNORED.contains(&raw) {
                continue;
            }
            if ignored.iter().any(|path| is_at(path.as_bytes(), prefix.as_bytes(), raw)) {
                continue;
            }
            let full = here.join(OsStr::from_bytes(raw));
            let Some(name) = std::str::from_utf8(raw).ok().filter(|name| is_plain(name)) else {
                return Err(SealError::Name { path: full });
            };
            let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|errno| SealError::vanished(&full, errno))?;
            let path = format!("{prefix}{name}");
            match Kind::of(&full, &stat)? {
                Kind::File(_) if found.len() == MAX_FILES => {
                    return Err(SealError::TooMany { path: self.path.clone() });
                }
                Kind::File(stamp) => found.push(Listed { path, stamp }),
                Kind::Folder => {
                    let inner = open_at(folder, name, OFlags::DIRECTORY)
                        .map_err(|errno| SealError::vanished(&full, errno))?;
                    self.list_folder(inner.as_fd(), &format!("{path}/"), depth + 1, ignored, found)?;
                }
            }
        }
        Ok(())
    }

    /// Opens a file that was listed, if it is still the same.
    pub(crate) fn open_listed(&self, listed: &Listed) -> Result<File, SealError> {
        let opened = match &self.opened {
            Opened::File(_) => open_at(CWD, &self.path, OFlags::NONBLOCK),
            Opened::Folder(folder) => open_within(folder.as_fd(), &listed.path),
        };
        let file = File::from(opened.map_err(|errno| SealError::vanished(&self.full(&listed.path), errno))?);
        self.expect_unchanged(&file, listed)?;
        Ok(file)
    }

    /// Reads some bytes of a file that was listed, at `at`, which lies within it.
    pub(crate) fn read_listed(
        &self,
        file: &File,
        listed: &Listed,
        buffer: &mut [u8],
        at: u64,
    ) -> Result<usize, SealError> {
        match read_at(file, buffer, at) {
            Ok(0) => Err(SealError::Changed { path: self.full(&listed.path) }),
            Ok(count) => Ok(count),
            Err(source) => Err(SealError::Read { path: self.full(&listed.path), source }),
        }
    }

    /// Fails unless `file` still looks as it did when it was listed, and holds no more than it says.
    pub(crate) fn expect_end(&self, file: &File, listed: &Listed) -> Result<(), SealError> {
        let more = read_at(file, &mut [0], listed.stamp.size_bytes)
            .map_err(|source| SealError::Read { path: self.full(&listed.path), source })?;
        if more > 0 {
            return Err(SealError::Changed { path: self.full(&listed.path) });
        }
        self.expect_unchanged(file, listed)
    }

    /// Fails unless `file` still looks as it did when it was listed.
    pub(crate) fn expect_unchanged(&self, file: &File, listed: &Listed) -> Result<(), SealError> {
        let path = self.full(&listed.path);
        let stat = fstat(file).map_err(|errno| SealError::read(&path, errno))?;
        if Stamp::of(&stat) == listed.stamp { Ok(()) } else { Err(SealError::Changed { path }) }
    }

    /// A listed path as the user would write it.
    pub(crate) fn full(&self, listed: &str) -> PathBuf {
        match self.opened {
            Opened::File(_) => self.path.clone(),
            Opened::Folder(_) => self.path.join(listed),
        }
    }
}

/// Whether `path` is that of `name` in the folder `prefix`, which ends in `/` or is empty.
fn is_at(path: &[u8], prefix: &[u8], name: &[u8]) -> bool {
    path.strip_prefix(prefix) == Some(name)
}

/// Opens without following a link, and without waiting in case a FIFO was put in the file's place.
fn open_at(folder: BorrowedFd<'_>, name: impl rustix::path::Arg, flags: OFlags) -> Result<OwnedFd, Errno> {
    let always = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
    openat(folder, name, always | flags, Mode::empty())
}

fn open_within(folder: BorrowedFd<'_>, path: &str) -> Result<OwnedFd, Errno> {
    match path.split_once('/') {
        None => open_at(folder, path, OFlags::NONBLOCK),
        Some((first, rest)) => open_within(open_at(folder, first, OFlags::DIRECTORY)?.as_fd(), rest),
    }
}
