//! Files that cross the wall: put in, created, collected. An agent owns the folders they lie in, so no link is
//! followed, nothing but a regular file is read, and no size is believed.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::protocol::{ROOTS, Response};
use crate::sys::{self, O_DIRECTORY, O_NOFOLLOW, O_PATH};

/// Opening a FIFO for reading must not wait for a writer.
const O_NONBLOCK: i32 = 0o4000;

/// The folders that may be reached.
pub(crate) fn roots() -> [PathBuf; 2] {
    ROOTS.map(PathBuf::from)
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, reason)
}

/// The root that holds `path`, and the names from there.
fn split(path: &str) -> io::Result<(&'static str, Vec<&str>)> {
    let (root, rest) = ROOTS
        .iter()
        .find_map(|root| Some((*root, path.strip_prefix(root)?.strip_prefix('/')?)))
        .ok_or_else(|| invalid("a path outside the folders for files"))?;
    let names: Vec<_> = rest.split('/').collect();
    if names.iter().any(|name| matches!(*name, "" | "." | "..") || name.contains('\0')) {
        return Err(invalid("a path with an empty, `.` or `..` component"));
    }
    Ok((root, names))
}

/// Where `/proc` shows what `fd` was opened on: a path that no rename or link can redirect.
pub(crate) fn reopened(fd: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

fn folder(root: &str, names: &[&str]) -> io::Result<OwnedFd> {
    let root = File::open(root)?;
    let path = if names.is_empty() { ".".to_owned() } else { names.join("/") };
    sys::open_beneath(root.as_fd(), path.as_bytes(), O_PATH | O_DIRECTORY | O_NOFOLLOW)
}

/// The folder that `names` lead to from `root`, created where absent.
fn made_folder(root: &str, names: &[&str], mode: u32) -> io::Result<OwnedFd> {
    for depth in 0..names.len() {
        let above = folder(root, &names[..depth])?;
        match DirBuilder::new().mode(mode).create(reopened(&above).join(names[depth])) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    folder(root, names)
}

/// Creates the folder `path` and those above it.
pub(crate) fn make_folder(path: &str, mode: u32) -> io::Result<()> {
    let (root, names) = split(path)?;
    let made = made_folder(root, &names, mode & 0o7777)?;
    fs::set_permissions(reopened(&made), Permissions::from_mode(mode & 0o7777))
}

/// Writes `body` to `path`, in place of whatever file or link was there.
pub(crate) fn put(path: &str, mode: u32, body: &mut impl Read) -> io::Result<()> {
    let (root, names) = split(path)?;
    let (name, above) = names.split_last().ok_or_else(|| invalid("a path without a name"))?;
    let above = made_folder(root, above, 0o755)?;
    let place = reopened(&above).join(name);
    match fs::remove_file(&place) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place)?;
    io::copy(body, &mut file)?;
    file.set_permissions(Permissions::from_mode(mode & 0o7777))
}

/// Something beneath a root, opened without following a link.
pub(crate) enum Found {
    File(File, fs::Metadata),
    Folder(OwnedFd, fs::Metadata),
    Link(OwnedFd),
    Other,
}

/// What is at `path` beneath `folder`.
pub(crate) fn find(folder: &OwnedFd, path: &Path) -> io::Result<Found> {
    let fd = sys::open_beneath(folder.as_fd(), path.as_os_str().as_encoded_bytes(), O_PATH | O_NOFOLLOW)?;
    let entry = File::from(fd);
    let metadata = entry.metadata()?;
    let kind = metadata.file_type();
    let fd = OwnedFd::from(entry);
    Ok(if kind.is_file() {
        Found::File(open_regular(&fd, &metadata)?, metadata)
    } else if kind.is_dir() {
        Found::Folder(fd, metadata)
    } else if kind.is_symlink() {
        Found::Link(fd)
    } else {
        Found::Other
    })
}

/// Opens for reading what `fd` was opened on by path; a file whose owner took away the right to read it gets it back
/// for the moment.
fn open_regular(fd: &OwnedFd, metadata: &fs::Metadata) -> io::Result<File> {
    let path = reopened(fd);
    let open = || OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path);
    match open() {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let mode = metadata.permissions().mode();
            fs::set_permissions(&path, Permissions::from_mode(mode | 0o400))?;
            let file = open();
            fs::set_permissions(&path, Permissions::from_mode(mode))?;
            file
        }
        result => result,
    }
}

/// Sends the regular file at `path`, when it is one of at most `cap_bytes`.
pub(crate) fn get(path: &str, cap_bytes: u64, output: &mut impl Write) -> io::Result<Response> {
    let found = split(path).and_then(|(root, names)| {
        let root = OwnedFd::from(File::open(root)?);
        find(&root, Path::new(&names.join("/")))
    });
    let file = match found {
        Ok(Found::File(_, metadata)) if metadata.len() > cap_bytes => return Ok(Response::TooLarge),
        Ok(Found::File(file, _)) => file,
        Ok(Found::Folder(..) | Found::Link(_) | Found::Other) => return Ok(Response::NotAFile),
        Err(error) => return Ok(uncollected(&error)),
    };
    // Read on past the size that was seen: the file may be growing.
    let copied = io::copy(&mut file.take(cap_bytes.saturating_add(1)), output)?;
    output.flush()?;
    Ok(if copied > cap_bytes { Response::TooLarge } else { Response::Done })
}

fn uncollected(error: &io::Error) -> Response {
    match error.raw_os_error() {
        Some(sys::ENOENT | sys::ENOTDIR | sys::ENAMETOOLONG) => Response::Absent,
        Some(sys::ELOOP | sys::EXDEV | sys::ENXIO | sys::EACCES) => Response::NotAFile,
        _ => Response::Failed { reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_beneath_its_root() {
        for path in [
            "/etc/passwd",
            "work/a",
            "/work",
            "/work/",
            "/work/../etc",
            "/work/a//b",
            "/work/./a",
            "/workx/a",
        ] {
            assert!(split(path).is_err(), "{path}");
        }
        assert_eq!(split("/work/a/b").unwrap(), ("/work", vec!["a", "b"]));
    }
}
