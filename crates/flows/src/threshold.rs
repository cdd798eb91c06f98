//! The threshold's commitment: it is in the log before the first run, and its opening is kept apart.
//!
//! `commitment = SHA-256(len || "proofhouse threshold v1" || len || salt || len || file)`, each `len` eight
//! big-endian bytes, `salt` 32 random bytes, `file` the threshold file as it was read.

use std::fs;
use std::path::Path;

use assay::Threshold;
use serde::{Deserialize, Serialize};
use types::Digest;

use crate::error::FlowError;
use crate::house::random_bytes;

/// A threshold file is a few lines.
const THRESHOLD_MAX_BYTES: u64 = 64 << 10;

/// A threshold as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdFile {
    /// What it says.
    pub threshold: Threshold,
    /// Its text.
    pub text: String,
}

/// What opens a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// What it opens.
    pub commitment: Digest,
    /// 32 random bytes, as a digest is written.
    pub salt: Digest,
    /// The threshold file's text.
    pub threshold: String,
}

/// Reads a threshold file.
///
/// # Errors
/// [`FlowError::Threshold`]
pub fn read(file: &Path) -> Result<ThresholdFile, FlowError> {
    let wrong = |what: String| FlowError::Threshold { file: file.to_owned(), what };
    let size = fs::metadata(file).map_err(|error| wrong(format!("cannot be read: {error}")))?.len();
    if size > THRESHOLD_MAX_BYTES {
        return Err(wrong(format!("a threshold file has at most {THRESHOLD_MAX_BYTES} bytes")));
    }
    let text = fs::read_to_string(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    Ok(ThresholdFile { threshold: parse(&text).map_err(wrong)?, text })
}

fn parse(text: &str) -> Result<Threshold, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())
}

impl ThresholdFile {
    /// Commits to this threshold with fresh salt.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn commit(&self) -> std::io::Result<Opening> {
        let salt = Digest::from_bytes(random_bytes()?);
        Ok(Opening { commitment: commitment(salt, &self.text), salt, threshold: self.text.clone() })
    }
}

impl Opening {
    /// The threshold, if this opening really opens its commitment.
    ///
    /// # Errors
    /// One sentence saying what does not hold.
    pub fn open(&self) -> Result<Threshold, String> {
        if commitment(self.salt, &self.threshold) != self.commitment {
            return Err("the opening does not open the commitment".to_owned());
        }
        parse(&self.threshold)
    }
}

fn commitment(salt: Digest, text: &str) -> Digest {
    Digest::of_parts(&[b"proofhouse threshold v1", salt.as_bytes(), text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "format = \"proofhouse-threshold-1\"\nestimand = \"share of the suite's items passed\"\ncut = 0.5\nconfidence = 0.95\n";

    #[test]
    fn a_moved_threshold_does_not_open_its_commitment() {
        let file = ThresholdFile { threshold: parse(TEXT).unwrap(), text: TEXT.to_owned() };
        let opening = file.commit().unwrap();
        assert_eq!(opening.open().unwrap().cut().to_bits(), 0.5_f64.to_bits());
        let moved = Opening { threshold: TEXT.replace("0.5", "0.6"), ..opening.clone() };
        assert!(moved.open().is_err());
        assert_ne!(file.commit().unwrap().commitment, opening.commitment);
    }

    #[test]
    fn a_cut_outside_the_scale_is_refused() {
        assert!(parse(&TEXT.replace("cut = 0.5", "cut = 1.5")).unwrap_err().contains("between 0 and 1"));
        assert!(parse(&format!("{TEXT}extra = 1\n")).is_err());
    }
}
