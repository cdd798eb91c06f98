//! The folder into which a suite is made: a new one, never somebody's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that a suite cannot be made in.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder is in use.
    #[error("{folder} is not empty; name a new folder with --out", folder = .folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be written.
    #[error("{file} cannot be written; make space or name another folder with --out", file = .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

pub(crate) fn unwritable(file: &Path, source: io::Error) -> FolderError {
    FolderError::Unwritable { file: file.to_owned(), source }
}

/// Makes `folder` where it is not there, and refuses one that holds anything.
pub(crate) fn make_empty(folder: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(folder).map_err(|source| unwritable(folder, source))?;
    let mut entries = fs::read_dir(folder).map_err(|source| unwritable(folder, source))?;
    match entries.next() {
        Some(_) => Err(FolderError::Occupied { folder: folder.to_owned() }),
        None => Ok(()),
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, bytes));
    written.map_err(|source| unwritable(file, source))
}

/// Takes an item away that does not hold.
pub(crate) fn remove(folder: &Path) -> Result<(), FolderError> {
    fs::remove_dir_all(folder).map_err(|source| unwritable(folder, source))
}
