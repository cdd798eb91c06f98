//! Tests, one file per module; what several of them need stands here.

mod check;
mod interop;
mod inventory;
mod keys;
mod manifest;
mod mutate;
mod sealed;
mod signing;
mod take;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{Manifest, SealError};

/// A folder with these files and their contents.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, contents) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    folder
}

fn take(path: &Path) -> Result<Manifest, SealError> {
    crate::take(path, &mut |_, _| {})
}

fn paths(manifest: &Manifest) -> Vec<&str> {
    manifest.files().iter().map(|file| file.path.as_str()).collect()
}
