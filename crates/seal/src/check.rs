//! Holding files against the manifest that was taken of them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use types::Digest;

use crate::manifest::Manifest;
use crate::take::{SealError, take};

/// An error stays one sentence; the rest is in [`CheckError::Different`].
const MAX_SHOWN: usize = 3;

/// Why files are not those of a manifest, or could not be compared with it.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The files could not be read: see there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// They are others: bring back the files that were sealed, or seal these as another checkpoint.
    #[error("the files are not those of the manifest: {}", listed(.0))]
    Different(Vec<Difference>),
}

/// One way in which files differ from a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The file has other contents.
    Tampered {
        /// Which file.
        path: String,
    },
    /// Two files have each other's contents.
    Swapped {
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
    /// The file has another name.
    Renamed {
        /// Its name in the manifest.
        from: String,
        /// Its name now.
        to: String,
    },
    /// The file is not there.
    Missing {
        /// Which file.
        path: String,
    },
    /// The file is not in the manifest.
    Added {
        /// Which file.
        path: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tampered { path } => write!(f, "{path:?} has other contents"),
            Self::Swapped { one, other } => write!(f, "{one:?} and {other:?} are swapped"),
            Self::Renamed { from, to } => write!(f, "{from:?} is now called {to:?}"),
            Self::Missing { path } => write!(f, "{path:?} is missing"),
            Self::Added { path } => write!(f, "{path:?} was added"),
        }
    }
}

/// Checks that the files at `path` are exactly those of `manifest`; the folder's own name does not count.
/// `progress` is called as by [`take`].
///
/// # Errors
/// [`CheckError::Different`] with every difference, and [`CheckError::Seal`] as [`take`].
pub fn check(path: &Path, manifest: &Manifest, progress: &mut dyn FnMut(u64, u64)) -> Result<(), CheckError> {
    let differences = differences(by_path(manifest), by_path(&take(path, progress)?));
    if differences.is_empty() { Ok(()) } else { Err(CheckError::Different(differences)) }
}

/// Every difference between what is expected (`missing`) and what was found (`added`): other contents first, then other names, then what is missing, then what was added.
pub(crate) fn differences<'a>(
    mut missing: BTreeMap<&'a str, Digest>,
    mut added: BTreeMap<&'a str, Digest>,
) -> Vec<Difference> {
    let mut changed = Vec::new();
    missing.retain(|path, before| match added.remove(path) {
        Some(after) if after == *before => false,
        Some(after) => {
            changed.push((*path, *before, after));
            false
        }
        None => true,
    });

    let mut differences = contents(&changed);
    let mut sources: BTreeMap<Digest, Vec<&str>> = BTreeMap::new();
    for (path, digest) in missing.iter().rev() {
        sources.entry(*digest).or_default().push(path);
    }
    added.retain(|to, digest| {
        let Some(from) = sources.get_mut(digest).and_then(Vec::pop) else { return true };
        missing.remove(from);
        differences.push(Difference::Renamed { from: from.to_owned(), to: (*to).to_owned() });
        false
    });
    differences.extend(missing.keys().map(|path| Difference::Missing { path: (*path).to_owned() }));
    differences.extend(added.keys().map(|path| Difference::Added { path: (*path).to_owned() }));
    differences
}

fn by_path(manifest: &Manifest) -> BTreeMap<&str, Digest> {
    manifest.files().iter().map(|file| (file.path.as_str(), file.sha256)).collect()
}

/// Files of the same name with other contents: each with its digest before and after.
fn contents(changed: &[(&str, Digest, Digest)]) -> Vec<Difference> {
    let mut unpaired: BTreeMap<(Digest, Digest), Vec<&str>> = BTreeMap::new();
    let mut differences = Vec::new();
    for &(path, before, after) in changed {
        match unpaired.get_mut(&(after, before)).and_then(Vec::pop) {
            Some(one) => {
                differences.push(Difference::Swapped { one: one.to_owned(), other: path.to_owned() });
            }
            None => unpaired.entry((before, after)).or_default().push(path),
        }
    }
    let mut tampered: Vec<_> = unpaired.into_values().flatten().collect();
    tampered.sort_unstable();
    differences.extend(tampered.into_iter().map(|path| Difference::Tampered { path: path.to_owned() }));
    differences
}

pub(crate) fn listed(differences: &[Difference]) -> String {
    let mut parts: Vec<_> = differences.iter().take(MAX_SHOWN).map(ToString::to_string).collect();
    if differences.len() > MAX_SHOWN {
        parts.push(format!("and {} more", differences.len() - MAX_SHOWN));
    }
    parts.join(", ")
}
