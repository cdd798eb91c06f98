//! The list of an artefact's files, before (plan) and after (index) they were taken in. Both are kept encrypted.

use serde::{Deserialize, Serialize};
use types::Digest;

use super::cobblestone::CHUNK_BYTES;
use crate::manifest::is_plain;

/// Plaintext bytes of a part that is not a file's last: 8 to 64 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartSize(u64);

impl PartSize {
    /// 16 MiB: a few thousand parts for the largest models, a second of work lost to a kill.
    pub const DEFAULT: Self = Self(16 << 20);

    /// This many MiB; `None` unless it is 8 to 64.
    #[must_use]
    pub fn mib(mib: u64) -> Option<Self> {
        (8..=64).contains(&mib).then_some(Self(mib << 20))
    }

    /// Smaller ones, so that tests have many.
    #[cfg(test)]
    pub(crate) fn chunks(chunks: u64) -> Self {
        Self(chunks * CHUNK_BYTES as u64)
    }

    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

/// A file as it was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
    /// Its path within the artefact.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// BLAKE3 digests of its parts, in hexadecimal digits.
    pub parts_blake3: Vec<String>,
    /// Commitments of its parts, in hexadecimal digits: an earlier version of a part is not this part.
    pub parts_commitment: Vec<String>,
}

/// What an artefact holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    format: Format,
    /// Its name: a label.
    pub name: String,
    /// The size of its parts.
    pub part_bytes: PartSize,
    /// Its files in code point order.
    pub files: Vec<SealedFile>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "proofhouse-sealed-1")]
    One,
}

/// What an intake was begun with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) part_bytes: PartSize,
    pub(crate) files: Vec<PlannedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedFile {
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    /// How a file on disk looked, so that an intake is not continued from another one; empty for an upload.
    pub(crate) stamp: String,
}

/// The number of parts of a file. A file without bytes has one, so that it is encrypted too.
pub(crate) fn part_count(size_bytes: u64, size: PartSize) -> u64 {
    size_bytes.div_ceil(size.0).max(1)
}

/// Plaintext bytes of a part.
pub(crate) fn part_bytes(size_bytes: u64, size: PartSize, part: u32) -> u64 {
    size_bytes.saturating_sub(u64::from(part) * size.0).min(size.0)
}

/// What a part is called in storage: numbers only.
pub(crate) fn part_name(file: u32, part: u32) -> String {
    format!("{file:06}-{part:06}")
}

impl Index {
    pub(crate) fn new(name: String, part_bytes: PartSize, files: Vec<SealedFile>) -> Self {
        Self { format: Format::One, name, part_bytes, files }
    }

    /// Reads what was decrypted; checks what the rest relies on.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let index: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let size = index.part_bytes;
        if size.0 == 0 || !size.0.is_multiple_of(CHUNK_BYTES as u64) || size.0 > 64 << 20 {
            return Err("the part size is out of bounds".to_owned());
        }
        for file in &index.files {
            let count = part_count(file.size_bytes, size);
            if [&file.parts_blake3, &file.parts_commitment].iter().any(|parts| parts.len() as u64 != count) {
                return Err("the number of parts is off".to_owned());
            }
            if !file.path.split('/').all(is_plain) {
                return Err("a path is not plain".to_owned());
            }
        }
        Ok(index)
    }

    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size_bytes))
    }
}
