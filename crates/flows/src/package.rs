//! By which digest a case names an evidence package.

use std::fs;
use std::path::Path;

use types::Digest;

use crate::evidence::{CHECKPOINT, EvidenceError};

/// The digest by which a case records the evidence package in `folder`: SHA-256 of the bytes of its final `checkpoint`
/// file. The checkpoint is signed over the package's whole log, which names every file by digest, so that this one
/// digest stands for everything in it. What adds to a finished package (another run, views drawn anew) gives it
/// another checkpoint, and so another digest.
///
/// # Errors
/// [`EvidenceError::Unreadable`]
pub fn digest(folder: &Path) -> Result<Digest, EvidenceError> {
    let file = folder.join(CHECKPOINT);
    let bytes = fs::read(&file).map_err(|source| EvidenceError::Unreadable { file, source })?;
    Ok(Digest::of(&bytes))
}
