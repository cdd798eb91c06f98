//! A key-encryption key in a file, on another mount than the data.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use types::Digest;
use zeroize::Zeroizing;

use super::custodian::{Custodian, KeyError, unwrap_with, wrap_with};
use crate::sealed::random;

const MAGIC: &[u8] = b"proofhouse-kek-1\n";
const FILE_BYTES: usize = MAGIC.len() + 32;

/// A key file. It is read again for each use: once destroyed, it is gone at once.
#[derive(Debug)]
pub struct FileKey {
    path: PathBuf,
    name: String,
}

impl FileKey {
    /// Makes a new key at `path`, which must lie on another mount than `data`.
    ///
    /// # Errors
    /// [`KeyError::SameMount`] and [`KeyError::Io`].
    pub fn create(path: &Path, data: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Io { name: path.display().to_string(), source };
        apart(path.parent().unwrap_or(Path::new(".")), data, path)?;
        let key = Zeroizing::new(random::<32>().ok_or(KeyError::Cipher)?);
        let mut options = OpenOptions::new();
        let mut file = options.create_new(true).write(true).mode(0o600).open(path).map_err(failed)?;
        file.write_all(&Zeroizing::new([MAGIC, &key[..]].concat())).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(Self { path: path.to_owned(), name: name(&key) })
    }

    /// Opens the key at `path`.
    ///
    /// # Errors
    /// [`KeyError::SameMount`], [`KeyError::Mode`], [`KeyError::Format`] and [`KeyError::Io`].
    pub fn open(path: &Path, data: &Path) -> Result<Self, KeyError> {
        apart(path, data, path)?;
        let key = read(path)?;
        Ok(Self { path: path.to_owned(), name: name(&key) })
    }

    fn key(&self) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let key = match read(&self.path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(KeyError::Destroyed(self.name.clone()));
            }
            other => other?,
        };
        if name(&key) == self.name { Ok(key) } else { Err(KeyError::Format(self.path.display().to_string())) }
    }
}

fn name(key: &[u8; 32]) -> String {
    let digest = Digest::of_parts(&[b"proofhouse-kek-1", &key[..]]);
    format!("file:{}", &digest.to_hex()[..16])
}

fn apart(path: &Path, data: &Path, shown: &Path) -> Result<(), KeyError> {
    let device = |path: &Path| {
        let source = |source| KeyError::Io { name: path.display().to_string(), source };
        fs::metadata(path).map(|metadata| metadata.dev()).map_err(source)
    };
    if device(path)? == device(data)? {
        return Err(KeyError::SameMount(shown.display().to_string()));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let shown = || path.display().to_string();
    let failed = |source| KeyError::Io { name: shown(), source };
    let mut file = fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.mode() & 0o077 != 0 {
        return Err(KeyError::Mode(shown()));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(FILE_BYTES + 1));
    (&mut file).take(FILE_BYTES as u64 + 1).read_to_end(&mut text).map_err(failed)?;
    let key = text.strip_prefix(MAGIC).and_then(|key| <[u8; 32]>::try_from(key).ok());
    key.map(Zeroizing::new).ok_or_else(|| KeyError::Format(shown()))
}

impl Custodian for FileKey {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        wrap_with(&*self.key()?, key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        unwrap_with(&*self.key()?, wrapped, context, &self.name)
    }

    fn destroy(&self) -> Result<String, KeyError> {
        let failed = |source| KeyError::Io { name: self.name.clone(), source };
        let how = "file overwritten and removed; its medium and copies of its mount may keep it";
        let mut file = match OpenOptions::new().write(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(how.to_owned()),
            other => other.map_err(failed)?,
        };
        file.write_all(&[0; FILE_BYTES]).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::remove_file(&self.path).map_err(failed)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(how.to_owned())
    }
}
