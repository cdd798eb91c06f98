//! What a model's files say about themselves, read within bounds, as a CycloneDX ML-BOM.
//!
//! Owns reading the headers of safetensors and GGUF files and of `config.json`. Reads no tensor. Refuses pickles and code
//! that comes with a model: loading those runs them. The parsers are total, but belong into a chamber all the same.

mod bom;
mod gguf;
mod safetensors;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::source::{Listed, Source};
use crate::take::SealError;

pub use bom::ml_bom;

/// The longest header that is read: more than any model has.
pub(crate) const MAX_HEADER_BYTES: u64 = 32 << 20;
const MAX_CONFIG_BYTES: u64 = 4 << 20;
const MAX_LICENCE_BYTES: u64 = 256 << 10;

/// What a model says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Its architecture, as its files call it.
    pub architecture: Option<String>,
    /// Parameters of all tensors.
    pub parameters: u64,
    /// Tensors.
    pub tensors: u64,
    /// The tokenizer: a file's name, or what the weights file says.
    pub tokenizer: Option<String>,
    /// What the model says its licence is called.
    pub licence: Option<String>,
    /// The text of its licence file.
    pub licence_text: Option<String>,
}

/// Why no inventory was made.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The files could not be read: see there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Loading it runs it.
    #[error("{0:?} is a pickle, which runs code when it is loaded; convert the weights to safetensors")]
    Pickle(PathBuf),
    /// The model brings code of its own.
    #[error(
        "{0:?} brings code with the model, which is never run here; give a model of a known architecture"
    )]
    RemoteCode(PathBuf),
    /// A header that cannot be.
    #[error("the header of {path:?} is not valid: {reason}; get the file again from its developer")]
    Header {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There are no weights.
    #[error("{0:?} holds neither safetensors nor GGUF weights; give the folder with the weights")]
    NoWeights(PathBuf),
}

impl InventoryError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Seal(_) => "inventory-source",
            Self::Pickle(_) => "inventory-pickle",
            Self::RemoteCode(_) => "inventory-remote-code",
            Self::Header { .. } => "inventory-header",
            Self::NoWeights(_) => "inventory-no-weights",
        }
    }
}

/// Tensors of one weights file, and what else its header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tensors: u64,
    pub(crate) parameters: u64,
    pub(crate) architecture: Option<String>,
    pub(crate) tokenizer: Option<String>,
    pub(crate) licence: Option<String>,
}

/// Reads the headers of the model at `path`.
///
/// # Errors
/// Any [`InventoryError`].
pub fn read(path: &Path) -> Result<Inventory, InventoryError> {
    let source = Source::open(path)?;
    let mut inventory = Inventory::default();
    for listed in source.list_without(&[])? {
        let full = source.full(&listed.path);
        let name = listed.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let start = start(&source, &listed, 8)?;
        if is_pickle(&name, &start) {
            return Err(InventoryError::Pickle(full));
        }
        if [".py", ".pyc", ".so", ".sh"].iter().any(|end| name.ends_with(end)) {
            return Err(InventoryError::RemoteCode(full));
        }
        let header = |reason: String| InventoryError::Header { path: full.clone(), reason };
        if name.ends_with(".safetensors") {
            let length = safetensors::header_bytes(&start, listed.stamp.size_bytes).map_err(header)?;
            let text = self::start(&source, &listed, 8 + length)?;
            let read =
                safetensors::parse(&text[8..], listed.stamp.size_bytes - 8 - length).map_err(header)?;
            inventory.add(read);
        } else if name.ends_with(".gguf") || start.starts_with(b"GGUF") {
            let text = self::start(&source, &listed, MAX_HEADER_BYTES)?;
            inventory.add(gguf::parse(&text).map_err(header)?);
        } else if name == "config.json" {
            let text = self::start(&source, &listed, MAX_CONFIG_BYTES)?;
            let config: Value = serde_json::from_slice(&text).map_err(|error| header(error.to_string()))?;
            if config.get("auto_map").is_some() {
                return Err(InventoryError::RemoteCode(full));
            }
            let architecture = config["architectures"][0].as_str().or_else(|| config["model_type"].as_str());
            inventory.architecture = architecture.map(str::to_owned).or(inventory.architecture);
        } else if ["tokenizer.json", "tokenizer.model", "vocab.json"].contains(&name.as_str()) {
            inventory.tokenizer.get_or_insert(listed.path.clone());
        } else if ["license", "license.txt", "license.md", "licence"].contains(&name.as_str()) {
            let text = self::start(&source, &listed, MAX_LICENCE_BYTES)?;
            inventory.licence_text = Some(String::from_utf8_lossy(&text).into_owned());
        }
    }
    if inventory.tensors == 0 { Err(InventoryError::NoWeights(path.to_owned())) } else { Ok(inventory) }
}

/// By name, and by what a pickle (protocol 2 and later) or PyTorch's zip of one begins with.
fn is_pickle(name: &str, start: &[u8]) -> bool {
    let named =
        [".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".dill"].iter().any(|end| name.ends_with(end));
    let pickled = matches!(start, [0x80, 2..=5, b'c' | b'}' | b']' | b'(' | b'X' | b'\x95' | b'\x8a', ..]);
    named
        || pickled
        || name.ends_with(".bin") && (start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x80"))
}

/// The first bytes of a file, as many as there are.
fn start(source: &Source, listed: &Listed, wanted: u64) -> Result<Vec<u8>, SealError> {
    let file = source.open_listed(listed)?;
    // Bounded by the callers.
    let mut bytes = vec![0; listed.stamp.size_bytes.min(wanted) as usize];
    let mut done = 0;
    while done < bytes.len() {
        done += source.read_listed(&file, listed, &mut bytes[done..], done as u64)?;
    }
    Ok(bytes)
}

impl Inventory {
    fn add(&mut self, header: Header) {
        self.tensors = self.tensors.saturating_add(header.tensors);
        self.parameters = self.parameters.saturating_add(header.parameters);
        self.architecture = self.architecture.take().or(header.architecture);
        self.tokenizer = self.tokenizer.take().or(header.tokenizer);
        self.licence = self.licence.take().or(header.licence);
    }
}

#[cfg(test)]
pub(crate) use gguf::parse as parse_gguf;
#[cfg(test)]
pub(crate) use safetensors::parse as parse_safetensors;
