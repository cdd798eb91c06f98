//! Ed25519 keys of signed notes, in the text forms that Go's `sumdb/note` reads and writes.
//!
//! Source: C2SP signed-note 1.0.0, sections "Signatures" and "Ed25519 signatures"; the encodings of keys are those
//! of `golang.org/x/mod/sumdb/note`.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use types::{Hasher, Secret};

use crate::spelling::{from_base64, to_base64};

/// The signature type of a plain Ed25519 signature.
const ED25519_TYPE: u8 = 0x01;
/// Every signer key's text starts with this.
pub(crate) const SIGNER_PREFIX: &str = "PRIVATE+KEY+";
/// A name is a URL without its scheme; longer ones would crowd out the text of a note.
const MAX_NAME_BYTES: usize = 255;

/// Why a key was not read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Choose another name.
    #[error("a key's name is 1 to 255 bytes without spaces, plus signs and control characters")]
    Name,
    /// Copy the whole key again; a signer key was perhaps given for a verifier key, or the other way round.
    #[error("a verifier key is written name+id+base64, a signer key PRIVATE+KEY+name+id+base64")]
    Spelling,
    /// Use a log's Ed25519 key (type 1) for a log, a witness's (type 4) for a witness.
    #[error("an Ed25519 key of type {wanted} is needed here, this one has type {found}")]
    Algorithm {
        /// The type that the key names.
        found: u8,
        /// The type that is understood here.
        wanted: u8,
    },
    /// Copy the whole key again: its parts do not belong together.
    #[error("the key's id does not match its name and key")]
    Id,
    /// The cryptographic library refused the key: make another one.
    #[error("the key is not a usable Ed25519 key")]
    Unusable,
}

/// A key's short id: with its name it says which key made a signature. It is no proof of anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    pub(crate) fn of(name: &str, kind: u8, public: &[u8; 32]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(name.as_bytes());
        hasher.update(&[b'\n', kind]);
        hasher.update(public);
        let [a, b, c, d, ..] = *hasher.finish().as_bytes();
        Self([a, b, c, d])
    }

    pub(crate) fn from_bytes(raw: [u8; 4]) -> Self {
        Self(raw)
    }

    /// The four bytes as they stand in a signature.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What checks signatures: a name and an Ed25519 public key. Written and read as `name+id+base64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    public: [u8; 32],
}

impl VerifierKey {
    /// The name that stands in signature lines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that stands in signatures.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn of_public(name: &str, public: [u8; 32]) -> Self {
        Self { name: name.to_owned(), id: KeyId::of(name, ED25519_TYPE, &public), public }
    }

    /// The 32 bytes of the Ed25519 public key.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    pub(crate) fn accepts(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(text, signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", key_text(&self.name, self.id, ED25519_TYPE, &self.public))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, public) = key_parts(text, ED25519_TYPE)?;
        let key = Self::of_public(name, public);
        if key.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

/// What signs: a name and an Ed25519 private key. It has no `Serialize`, and its `Debug` shows no secret.
pub struct SignerKey {
    pair: Ed25519KeyPair,
    seed: [u8; 32],
    verifier: VerifierKey,
}

impl SignerKey {
    /// The key whose private part (RFC 8032 section 5.1.5) is `seed`, which must be 32 bytes from a
    /// cryptographic random source.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::Unusable`].
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Unusable)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| KeyError::Unusable)?;
        let verifier = VerifierKey::of_public(name, public);
        Ok(Self { pair, seed, verifier })
    }

    /// Reads what [`SignerKey::to_secret`] writes.
    ///
    /// # Errors
    /// Any [`KeyError`].
    pub fn from_secret(secret: &Secret) -> Result<Self, KeyError> {
        let text = secret.expose().strip_prefix(SIGNER_PREFIX).ok_or(KeyError::Spelling)?;
        let (name, id, seed) = key_parts(text, ED25519_TYPE)?;
        let key = Self::from_seed(name, seed)?;
        if key.verifier.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The key's text form, `PRIVATE+KEY+name+id+base64`, for the one file that keeps it.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let text = key_text(&self.verifier.name, self.verifier.id, ED25519_TYPE, &self.seed);
        Secret::new(format!("{SIGNER_PREFIX}{text}"))
    }

    /// The key that checks this one's signatures.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.pair.sign(text).as_ref().to_vec()
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({} {}, key withheld)", self.verifier.name, self.verifier.id)
    }
}

/// Whether a signature line can carry `name`.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| !c.is_whitespace() && c != '+' && c >= ' ')
}

/// Refuses a name that no signature line can carry.
pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    if name.len() <= MAX_NAME_BYTES && is_name(name) { Ok(()) } else { Err(KeyError::Name) }
}

/// A key of type `kind` as text.
pub(crate) fn key_text(name: &str, id: KeyId, kind: u8, key: &[u8; 32]) -> String {
    format!("{name}+{id}+{}", to_base64(&[&[kind][..], key].concat()))
}

/// Name, id and 32 bytes of a key that must be of type `kind`.
pub(crate) fn key_parts(text: &str, kind: u8) -> Result<(&str, &str, [u8; 32]), KeyError> {
    // Base64 may hold plus signs itself.
    let [name, id, key] =
        text.splitn(3, '+').collect::<Vec<_>>().try_into().map_err(|_| KeyError::Spelling)?;
    check_name(name)?;
    match from_base64(key).ok_or(KeyError::Spelling)?.split_first() {
        Some((&found, key)) if found == kind => {
            Ok((name, id, key.try_into().map_err(|_| KeyError::Spelling)?))
        }
        Some((&other, _)) => Err(KeyError::Algorithm { found: other, wanted: kind }),
        None => Err(KeyError::Spelling),
    }
}
