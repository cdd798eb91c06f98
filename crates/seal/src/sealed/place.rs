//! Where a ciphertext belongs, and the key of an artefact.

use std::fmt;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use types::Digest;
use zeroize::Zeroizing;

use super::cobblestone::{MessageKey, SALT_BYTES};

/// What an artefact belongs to. Both are labels to this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The case.
    pub case: String,
    /// The artefact within the case.
    pub artefact: String,
}

/// The key of one artefact: 32 random bytes. It has no `Serialize`, and its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(withheld)")
    }
}

impl DataKey {
    /// A new key; `None` if the system gives no random numbers.
    #[must_use]
    pub fn generate() -> Option<Self> {
        random().map(|raw| Self(Zeroizing::new(raw)))
    }

    pub(crate) fn from_bytes(raw: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(raw.try_into().ok()?)))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What tells keys apart without telling the key.
    #[must_use]
    pub fn fingerprint(&self, place: &Place) -> Digest {
        Digest::of_parts(&[
            b"proofhouse-data-key-1",
            &self.0[..],
            place.case.as_bytes(),
            place.artefact.as_bytes(),
        ])
    }
}

pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut raw = [0; N];
    SystemRandom::new().fill(&mut raw).ok()?;
    Some(raw)
}

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// The list of files that an intake was begun with.
    Plan,
    /// The list of files that an intake ended with.
    Index,
    /// A part of a file.
    Part { file: u32, path: &'a str, part: u32 },
}

impl Place {
    /// The context of a message: nobody can take it for that of another place.
    pub(crate) fn context(&self, content: Content<'_>) -> Vec<u8> {
        let (kind, file, path, part): (&[u8], _, _, _) = match content {
            Content::Plan => (b"plan", 0, "", 0),
            Content::Index => (b"index", 0, "", 0),
            Content::Part { file, path, part } => (b"part", file, path, part),
        };
        let (file, part) = (file.to_be_bytes(), part.to_be_bytes());
        let parts = [kind, self.case.as_bytes(), self.artefact.as_bytes(), &file, path.as_bytes(), &part];
        let mut context = b"proofhouse-sealed-1\0".to_vec();
        for part in parts {
            context.extend_from_slice(&(part.len() as u64).to_be_bytes());
            context.extend_from_slice(part);
        }
        context
    }

    /// A new message of this content: with a salt that was never used.
    pub(crate) fn message(&self, key: &DataKey, content: Content<'_>) -> Option<MessageKey> {
        let salt: [u8; SALT_BYTES] = random()?;
        MessageKey::derive(key.expose(), &salt, &self.context(content))
    }
}
