//! Signing a model's files.

use std::path::Path;

use super::bundle::Bundle;
use super::error::SignError;
use super::key::SigningKey;
use super::statement::Statement;
use crate::manifest::{Manifest, is_plain};
use crate::source::{IGNORED, Source};
use crate::take::take_without;

/// Hashes the file or folder at `path` and signs what it holds. `ignored` are paths within it that are left out, such
/// as the file that will hold the signature. `progress` is called as by [`take`](crate::take).
///
/// # Errors
/// Any [`SignError`].
pub fn sign(
    path: &Path,
    key: &SigningKey,
    ignored: &[String],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Manifest, Bundle), SignError> {
    if let Some(bad) = ignored.iter().find(|path| !path.split('/').all(is_plain)) {
        return Err(SignError::Ignore(bad.clone()));
    }
    let single = Source::open(path)?.is_file();
    let manifest = take_without(path, ignored, progress)?;
    let bundle = bundle(&manifest, key, ignored, single)?;
    Ok((manifest, bundle))
}

/// Signs a manifest that was taken of a folder with [`take`](crate::take), without reading the files again.
///
/// # Errors
/// [`SignError::Key`].
pub fn sign_manifest(manifest: &Manifest, key: &SigningKey) -> Result<Bundle, SignError> {
    bundle(manifest, key, &[], false)
}

fn bundle(
    manifest: &Manifest,
    key: &SigningKey,
    ignored: &[String],
    single: bool,
) -> Result<Bundle, SignError> {
    let always = IGNORED.iter().map(|name| String::from_utf8_lossy(name).into_owned());
    let mut all: Vec<_> = always.chain(ignored.iter().cloned()).collect();
    all.sort_unstable();
    all.dedup();
    Bundle::new(&Statement::of(manifest, all, single), key)
}
