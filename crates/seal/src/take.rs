//! Taking a manifest, and why it can fail.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::hash::hash_all;
use crate::manifest::{FileEntry, Manifest, ManifestError};
use crate::source::{Listed, Source};

/// Why a model was not sealed. Nothing was written, so the same call can be made again.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Give the name of a file or folder that is there.
    #[error("there is no file or folder {path:?}; check the name")]
    Missing {
        /// What was given.
        path: PathBuf,
    },
    /// A link's target can change without the link changing: put the target in its place.
    #[error("{path:?} is a symbolic link; give what it points to, or copy that to its place")]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// Move it out of the model's folder.
    #[error("{path:?} is {kind}; only files and folders can be sealed, so move it away")]
    Special {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// Rename it.
    #[error("the name of {path:?} is not UTF-8 text without control characters; rename it")]
    Name {
        /// Where it is.
        path: PathBuf,
    },
    /// Give the folder that holds the weights.
    #[error("the folder {path:?} holds no files; give the one with the weights")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Stop what writes to it, then start again.
    #[error("{path:?} changed while it was read; stop whatever writes to it and start again")]
    Changed {
        /// The first file that changed, came or went.
        path: PathBuf,
    },
    /// Give a folder nearer to the weights.
    #[error("the folder {path:?} lies more than 64 folders deep; give one nearer to the weights")]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
    /// Give the folder of one model.
    #[error("the folder {path:?} holds more than 200000 files; give the folder of one model")]
    TooMany {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused: see the source, most often a missing permission.
    #[error("cannot read {path:?}")]
    Read {
        /// What was being read.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl SealError {
    pub(crate) fn read(path: &Path, errno: Errno) -> Self {
        Self::Read { path: path.to_owned(), source: errno.into() }
    }

    /// What went wrong with something that was there a moment ago.
    pub(crate) fn vanished(path: &Path, errno: Errno) -> Self {
        match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NXIO => {
                Self::Changed { path: path.to_owned() }
            }
            other => Self::read(path, other),
        }
    }
}

/// Hashes the file or folder at `path`. `progress` is called on this thread with the bytes done and the bytes in
/// all, first with none done. Top-level `.git`, `.gitignore`, `.gitattributes` and `.github` are left out, as
/// OpenSSF Model Signing does; so are folders without files.
///
/// # Errors
/// Any [`SealError`].
pub fn take(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Manifest, SealError> {
    take_without(path, &[], progress)
}

/// As [`take`], without what lies at or under one of the `ignored` paths.
pub(crate) fn take_without(
    path: &Path,
    ignored: &[String],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Manifest, SealError> {
    let source = Source::open(path)?;
    let name = source.name()?;
    let listed = source.list_without(ignored)?;
    let files = hash_all(&source, &listed, progress)?;
    // The same path once more from the start: also notices what was added, removed or put in the folder's place.
    if let Some(changed) = first_change(&listed, &Source::open(path)?.list_without(ignored)?) {
        return Err(SealError::Changed { path: source.full(changed) });
    }
    manifest(path, &source, name, files)
}

/// The manifest of files that were listed and hashed.
pub(crate) fn manifest(
    path: &Path,
    source: &Source,
    name: String,
    files: Vec<FileEntry>,
) -> Result<Manifest, SealError> {
    Manifest::new(name, files).map_err(|error| match error {
        ManifestError::Name(_) => SealError::Name { path: path.to_owned() },
        ManifestError::Empty => SealError::Empty { path: path.to_owned() },
        // Listing gives plain, sorted, different paths; only a folder that changed meanwhile can mix them up.
        ManifestError::Path(changed) | ManifestError::Order(changed) | ManifestError::WithinFile(changed) => {
            SealError::Changed { path: source.full(&changed) }
        }
    })
}

/// The first path that is in one list only or looks different in the other.
pub(crate) fn first_change<'a>(before: &'a [Listed], after: &'a [Listed]) -> Option<&'a str> {
    let same = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    let rest = [before.get(same), after.get(same)];
    rest.into_iter().flatten().map(|file| file.path.as_str()).min()
}
