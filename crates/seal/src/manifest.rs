//! The list of a model's files with their sizes and digests.

use serde::{Deserialize, Serialize};
use types::{Digest, Hasher};

/// A model's files. Reading one checks what taking one guarantees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Manifest {
    format: Format,
    name: String,
    files: Vec<FileEntry>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it lies in the model's folder, joined by `/`; for a model of one file, the file's name.
    pub path: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// Why a text is not a manifest: whoever wrote it did not get it from [`take`](crate::take), or it was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The model's name is not a plain one.
    #[error("the model's name {0:?} is not a plain file name")]
    Name(String),
    /// A path could lead out of the model's folder, or cannot be shown.
    #[error("the path {0:?} is not a plain relative path")]
    Path(String),
    /// A path is listed twice or not where it belongs.
    #[error("the path {0:?} is listed twice or out of order")]
    Order(String),
    /// A path lies within a file.
    #[error("the path {0:?} lies within another file")]
    WithinFile(String),
    /// There are no files.
    #[error("the manifest lists no files")]
    Empty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "proofhouse-manifest-1")]
    One,
}

impl Format {
    /// What [`Manifest::identity`] starts with, so that no later format can share an identity with this one.
    fn tag(self) -> &'static [u8] {
        match self {
            Self::One => b"proofhouse-manifest-1",
        }
    }
}

/// A manifest as it was written, which may say anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    format: Format,
    name: String,
    files: Vec<FileEntry>,
}

impl TryFrom<Unchecked> for Manifest {
    type Error = ManifestError;

    fn try_from(Unchecked { format: Format::One, name, files }: Unchecked) -> Result<Self, ManifestError> {
        Self::new(name, files)
    }
}

impl Manifest {
    /// The manifest of the model `name`, whose `files` are in code point order of their paths.
    pub(crate) fn new(name: String, files: Vec<FileEntry>) -> Result<Self, ManifestError> {
        if !is_plain(&name) {
            return Err(ManifestError::Name(name));
        }
        if files.is_empty() {
            return Err(ManifestError::Empty);
        }
        if let Some(file) = files.iter().find(|file| !file.path.split('/').all(is_plain)) {
            return Err(ManifestError::Path(file.path.clone()));
        }
        // Strings compare by their UTF-8 bytes, which is the order of their code points.
        if let Some(pair) = files.windows(2).find(|pair| pair[0].path >= pair[1].path) {
            return Err(ManifestError::Order(pair[1].path.clone()));
        }
        let is_file = |path: &str| files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
        if let Some(file) = files.iter().find(|file| folders(&file.path).any(is_file)) {
            return Err(ManifestError::WithinFile(file.path.clone()));
        }
        Ok(Self { format: Format::One, name, files })
    }

    /// The model's folder or file name. A label: the same files in another folder are the same checkpoint.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files in code point order of their paths.
    #[must_use]
    pub fn files(&self) -> &[FileEntry] {
        &self.files
    }

    /// The root digest of OpenSSF Model Signing 1.0: SHA-256 of the files' raw digests joined in listed order.
    ///
    /// It is what other tools sign and show, and it binds contents only: renaming a file without changing the
    /// order leaves it as it is. What must name one exact checkpoint uses [`Manifest::identity`].
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut hasher = Hasher::default();
        for file in &self.files {
            hasher.update(file.sha256.as_bytes());
        }
        hasher.finish()
    }

    /// The digest that names this exact checkpoint: over the format and every file's path, size and digest, each
    /// preceded by its length.
    #[must_use]
    pub fn identity(&self) -> Digest {
        let sizes: Vec<_> = self.files.iter().map(|file| file.size_bytes.to_be_bytes()).collect();
        let entries = self.files.iter().zip(&sizes);
        let parts = entries.flat_map(|(file, size)| [file.path.as_bytes(), size, file.sha256.as_bytes()]);
        Digest::of_parts(&std::iter::once(self.format.tag()).chain(parts).collect::<Vec<_>>())
    }
}

/// Every folder that `path` lies in.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Whether `name` can stand between two slashes and be shown: nothing that leads elsewhere, no control characters.
pub(crate) fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(|c: char| c == '/' || c.is_control())
}
