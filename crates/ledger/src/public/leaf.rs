//! A leaf: 32 bytes that are the same kind of digest whether anything is behind them or not.

use types::{Digest, Secret};

use super::fact::Fact;
use crate::checkpoint::Checkpoint;
use crate::rotation::LogKeys;
use crate::spelling::{from_hex, to_hex};
use crate::tlog_proof::{TlogProof, TlogProofError};
use crate::tree::leaf_hash;

const LEAF: &[u8] = b"proofhouse public leaf v1";
/// What padding commits to: it is opened to the auditor like everything else.
const PADDING: &[u8] = b"proofhouse padding v1\n";
const OPENING: &str = "proofhouse opening v1";

/// Why an opening shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The text is none.
    #[error("not an opening of a public leaf")]
    Malformed,
    /// The proof file does not hold, or not for this opening's leaf.
    #[error(transparent)]
    Proof(#[from] TlogProofError),
}

/// What is behind a leaf. Whoever has it can show it to anybody; it is kept as a secret until then.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    salt: [u8; 32],
    fact: Option<Fact>,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(withheld)")
    }
}

impl Opening {
    /// The opening of a new leaf for `fact`, or for nothing. `salt` is 32 bytes of a cryptographic random source,
    /// never used twice: it alone keeps the leaf from being guessed.
    #[must_use]
    pub fn new(fact: Option<Fact>, salt: [u8; 32]) -> Self {
        Self { salt, fact }
    }

    /// The leaf: the entry's 32 bytes.
    #[must_use]
    pub fn leaf(&self) -> [u8; 32] {
        let payload = self.fact.as_ref().map_or_else(|| PADDING.to_vec(), Fact::to_payload);
        *Digest::of_parts(&[LEAF, &self.salt, &payload]).as_bytes()
    }

    /// What is behind it; nothing for padding.
    #[must_use]
    pub fn fact(&self) -> Option<&Fact> {
        self.fact.as_ref()
    }

    /// The opening as text: its salt, then its fact's lines, if any.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let fact = self.fact.as_ref().map(Fact::to_payload).unwrap_or_default();
        Secret::new(format!("{OPENING}\n{}\n{}", to_hex(&self.salt), String::from_utf8_lossy(&fact)))
    }

    /// Reads what [`Opening::to_secret`] writes.
    ///
    /// # Errors
    /// [`OpeningError::Malformed`].
    pub fn parse(secret: &Secret) -> Result<Self, OpeningError> {
        let text = secret.expose().strip_prefix(OPENING).and_then(|text| text.strip_prefix('\n'));
        let (salt, fact) = text.and_then(|text| text.split_once('\n')).ok_or(OpeningError::Malformed)?;
        let salt = from_hex(salt).ok_or(OpeningError::Malformed)?;
        let fact = match fact {
            "" => None,
            lines => Some(Fact::parse(lines.as_bytes()).ok_or(OpeningError::Malformed)?),
        };
        Ok(Self { salt, fact })
    }

    /// Checks that this opening's leaf is in the log with `keys`, by a proof file: what a party shows of its own.
    ///
    /// # Errors
    /// [`OpeningError::Proof`].
    pub fn verify(&self, proof: &TlogProof, keys: &LogKeys) -> Result<Checkpoint, OpeningError> {
        Ok(proof.verify_for(&leaf_hash(&self.leaf()), keys)?)
    }
}
