//! A workspace as one text of bytes: equal trees give equal bytes, so that a saved turn can be named by its digest.
//!
//! Format: [`MAGIC`], then entries in the order of a walk with names sorted by byte, then [`END`]. An entry is a tag
//! and fields; texts and chunks are preceded by their length (four bytes, little-endian), modes are four bytes.
//!
//! | tag | fields |
//! |---|---|
//! | `D` folder | mode, path |
//! | `F` file | mode, path, chunks of its content, a chunk of length 0 |
//! | `L` symbolic link | path, target |
//!
//! Paths begin with the number of their root (`0`, `1`). Times and owners are not kept: they differ between runs and
//! have one value in a chamber. Sockets, FIFOs and devices are left out: they mean nothing without their processes.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::files::{self, Found};
use crate::sys;

/// The first bytes of an archive.
pub const MAGIC: &[u8] = b"proofhouse workspace 1\n";

/// The last byte of an archive: one cut short is noticed.
pub const END: u8 = b'E';

/// Depth of folders below a root; each level costs an open folder.
const DEPTH_MAX: usize = 64;
/// Entries; a workspace of more is a bomb.
const ENTRIES_MAX: usize = 100_000;
/// The longest path or target: `PATH_MAX`.
const PATH_MAX_BYTES: usize = 4096;
/// Contents are written in chunks of this size, so that a file need not be held at once.
const CHUNK_BYTES: usize = 64 << 10;

/// What came of saving.
#[derive(Debug, PartialEq, Eq)]
pub enum Saved {
    /// The archive is whole.
    Whole,
    /// It would be above the cap, or the tree above the limits on depth and entries; what was written is no archive.
    TooLarge,
}

/// Writes the trees at `roots` as an archive of at most `cap_bytes`.
///
/// # Errors
/// What reading the trees or writing the archive reports.
pub fn save(roots: &[PathBuf], cap_bytes: u64, output: &mut impl Write) -> io::Result<Saved> {
    let mut saver = Saver { output, left_bytes: cap_bytes, left_entries: ENTRIES_MAX };
    match saver.all(roots) {
        Ok(()) => Ok(Saved::Whole),
        Err(Stop::TooLarge) => Ok(Saved::TooLarge),
        Err(Stop::Failed(error)) => Err(error),
    }
}

enum Stop {
    TooLarge,
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

struct Saver<'a, W: Write> {
    output: &'a mut W,
    left_bytes: u64,
    left_entries: usize,
}

impl<W: Write> Saver<'_, W> {
    fn all(&mut self, roots: &[PathBuf]) -> Result<(), Stop> {
        self.bytes(MAGIC)?;
        for (number, root) in roots.iter().enumerate() {
            let folder = OwnedFd::from(File::open(root)?);
            let mode = fs::metadata(root)?.permissions().mode();
            self.folder(&folder, mode, Path::new(&number.to_string()), 0)?;
        }
        self.bytes(&[END])
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.left_bytes = self.left_bytes.checked_sub(bytes.len() as u64).ok_or(Stop::TooLarge)?;
        Ok(self.output.write_all(bytes)?)
    }

    fn text(&mut self, text: &[u8]) -> Result<(), Stop> {
        if text.len() > PATH_MAX_BYTES.max(CHUNK_BYTES) {
            return Err(Stop::TooLarge);
        }
        self.bytes(&u32::try_from(text.len()).map_err(|_| Stop::TooLarge)?.to_le_bytes())?;
        self.bytes(text)
    }

    fn head(&mut self, tag: u8, mode: Option<u32>, path: &Path) -> Result<(), Stop> {
        self.left_entries = self.left_entries.checked_sub(1).ok_or(Stop::TooLarge)?;
        self.bytes(&[tag])?;
        if let Some(mode) = mode {
            self.bytes(&(mode & 0o7777).to_le_bytes())?;
        }
        self.text(path.as_os_str().as_bytes())
    }

    fn folder(&mut self, folder: &OwnedFd, mode: u32, path: &Path, depth: usize) -> Result<(), Stop> {
        if depth > DEPTH_MAX {
            return Err(Stop::TooLarge);
        }
        self.head(b'D', Some(mode), path)?;
        if mode & 0o500 == 0o500 {
            return self.entries(folder, path, depth);
        }
        // The owner took away the right to read; it is given back for the moment.
        let reopened = files::reopened(folder);
        fs::set_permissions(&reopened, Permissions::from_mode(mode & 0o7777 | 0o500))?;
        let result = self.entries(folder, path, depth);
        fs::set_permissions(&reopened, Permissions::from_mode(mode & 0o7777))?;
        result
    }

    fn entries(&mut self, folder: &OwnedFd, path: &Path, depth: usize) -> Result<(), Stop> {
        for name in self.names(folder)? {
            let below = path.join(&name);
            match files::find(folder, Path::new(&name)) {
                Ok(Found::File(file, metadata)) => {
                    self.head(b'F', Some(metadata.permissions().mode()), &below)?;
                    self.content(file)?;
                }
                Ok(Found::Folder(fd, metadata)) => {
                    self.folder(&fd, metadata.permissions().mode(), &below, depth + 1)?;
                }
                Ok(Found::Link(link)) => {
                    self.head(b'L', None, &below)?;
                    self.text(sys::link_target(link.as_fd())?.as_bytes())?;
                }
                Ok(Found::Other) => {}
                // Processes of the agent may be at work: what has gone is not saved.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The names in `folder`, sorted by byte.
    fn names(&self, folder: &OwnedFd) -> Result<Vec<OsString>, Stop> {
        let mut names = Vec::new();
        for entry in fs::read_dir(files::reopened(folder))? {
            if names.len() == self.left_entries {
                return Err(Stop::TooLarge);
            }
            names.push(entry?.file_name());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn content(&mut self, mut file: File) -> Result<(), Stop> {
        if file.metadata()?.len() > self.left_bytes {
            return Err(Stop::TooLarge);
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let mut filled = 0;
            while filled < chunk.len() {
                match file.read(&mut chunk[filled..])? {
                    0 => break,
                    count => filled += count,
                }
            }
            self.text(&chunk[..filled])?;
            if filled == 0 {
                return Ok(());
            }
        }
    }
}

fn corrupt(reason: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, reason)
}

/// Replaces what `roots` hold by the archive that `input` begins with.
///
/// # Errors
/// `InvalidData` when it is no archive of this format; otherwise what writing reports. The trees are then undefined.
pub fn restore(roots: &[PathBuf], input: &mut impl Read) -> io::Result<()> {
    let mut magic = [0; MAGIC.len()];
    input.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(corrupt("not a saved workspace"));
    }
    for root in roots {
        empty(root)?;
    }
    let mut folders = Vec::new();
    loop {
        match array::<1>(input)? {
            [END] => break,
            [b'D'] => {
                let mode = u32::from_le_bytes(array(input)?);
                let (path, is_root) = place(roots, &text(input)?)?;
                if !is_root {
                    fs::create_dir(&path)?;
                }
                folders.push((path, mode));
            }
            [b'F'] => restore_file(roots, input)?,
            [b'L'] => {
                let (path, _) = place(roots, &text(input)?)?;
                std::os::unix::fs::symlink(OsStr::from_bytes(&text(input)?), path)?;
            }
            _ => return Err(corrupt("an entry of unknown kind in a saved workspace")),
        }
    }
    // Last and from below, because a folder may forbid writing to itself.
    for (path, mode) in folders.iter().rev() {
        fs::set_permissions(path, Permissions::from_mode(mode & 0o7777))?;
    }
    Ok(())
}

fn restore_file(roots: &[PathBuf], input: &mut impl Read) -> io::Result<()> {
    let mode = u32::from_le_bytes(array(input)?);
    let (path, _) = place(roots, &text(input)?)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    loop {
        let chunk = text(input)?;
        if chunk.is_empty() {
            return file.set_permissions(Permissions::from_mode(mode & 0o7777));
        }
        file.write_all(&chunk)?;
    }
}

fn empty(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            unlock(&entry.path())?;
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Gives the right to change `folder` and the folders below it back to its owner.
fn unlock(folder: &Path) -> io::Result<()> {
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                pending.push(entry.path());
            }
        }
    }
    Ok(())
}

fn array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u32::from_le_bytes(array(input)?) as usize;
    if length > PATH_MAX_BYTES.max(CHUNK_BYTES) {
        return Err(corrupt("a length above the limit in a saved workspace"));
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Where the entry named `path` goes, and whether that is a root itself.
fn place(roots: &[PathBuf], path: &[u8]) -> io::Result<(PathBuf, bool)> {
    let mut names = path.split(|byte| *byte == b'/');
    let root = names
        .next()
        .and_then(|number| std::str::from_utf8(number).ok()?.parse::<usize>().ok())
        .and_then(|number| roots.get(number))
        .ok_or_else(|| corrupt("a path of no root in a saved workspace"))?;
    let mut place = root.clone();
    for name in names {
        if name.is_empty() || name == b"." || name == b".." || name.contains(&0) {
            return Err(corrupt("a path that leaves its root in a saved workspace"));
        }
        place.push(OsStr::from_bytes(name));
    }
    let is_root = place == *root;
    let mut above = place.ancestors().skip(1).take_while(|above| above.starts_with(root));
    if !is_root && !above.all(|above| fs::symlink_metadata(above).is_ok_and(|metadata| metadata.is_dir())) {
        return Err(corrupt("a path through something else than folders in a saved workspace"));
    }
    Ok((place, is_root))
}

#[cfg(test)]
mod tests;
