//! What every holder of a key-encryption key can do.

use std::io;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::sealed::random;

/// Why a key was not wrapped, opened or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The wrapped key is not one of this custodian's, for this artefact, or was changed.
    #[error("the wrapped key does not open with {0}; use the key, case and artefact that it was wrapped for")]
    Wrong(String),
    /// The custodian's key was destroyed.
    #[error("the key {0} was destroyed; what was wrapped to it cannot be opened any more")]
    Destroyed(String),
    /// This custodian can only wrap.
    #[error("{0} is a public key and can only wrap; open with the private one")]
    PublicOnly(String),
    /// None of the slots can be opened by these custodians alone.
    #[error("these custodians do not open the artefact; one of these sets is needed: {0}")]
    Custodians(String),
    /// The file lies where the data lies.
    #[error("the key file {0} lies on the same mount as the data; put it on another one")]
    SameMount(String),
    /// Others can read it.
    #[error("the key file {0} can be read by others; change its mode to 0600")]
    Mode(String),
    /// It is none.
    #[error("{0} is not a key of this version; give the file that was made for it")]
    Format(String),
    /// The system refused.
    #[error("the key {name} cannot be read or written; check that its mount is there and its permissions")]
    Io {
        /// Which key.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No random numbers, or the cipher failed.
    #[error("the key could not be wrapped; start the same command again")]
    Cipher,
}

impl KeyError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wrong(_) => "key-wrong",
            Self::Destroyed(_) => "key-destroyed",
            Self::PublicOnly(_) => "key-public-only",
            Self::Custodians(_) => "key-custodians",
            Self::SameMount(_) => "key-same-mount",
            Self::Mode(_) => "key-mode",
            Self::Format(_) => "key-format",
            Self::Io { .. } => "key-io",
            Self::Cipher => "key-cipher",
        }
    }
}

/// A holder of a key-encryption key: a file on another mount, a key pair, a KMS or an HSM.
///
/// Durability: when `destroy` returns, no later call of anybody opens what was wrapped to the key, or it is an error.
/// Retry: every call may be made again; destroying twice is no error.
pub trait Custodian {
    /// What the key is called, in slots and certificates. Never the same for two keys.
    fn name(&self) -> String;

    /// Wraps a key. `context` must be given again to open it.
    ///
    /// # Errors
    /// [`KeyError`].
    fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// Opens what was wrapped.
    ///
    /// # Errors
    /// [`KeyError::Wrong`], [`KeyError::Destroyed`], or what the custodian has to say.
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError>;

    /// Destroys the key, and says in a few words how: it stands in the certificate.
    ///
    /// # Errors
    /// [`KeyError`].
    fn destroy(&self) -> Result<String, KeyError>;
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| KeyError::Cipher)
}

/// AES-256-GCM with a random nonce, which comes first. Few keys are ever wrapped to one key.
pub(crate) fn wrap_with(key: &[u8; 32], text: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
    let nonce: [u8; NONCE_LEN] = random().ok_or(KeyError::Cipher)?;
    let mut sealed = text.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
        .map_err(|_| KeyError::Cipher)?;
    Ok([&nonce[..], &sealed].concat())
}

pub(crate) fn unwrap_with(
    key: &[u8; 32],
    wrapped: &[u8],
    context: &[u8],
    name: &str,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let wrong = || KeyError::Wrong(name.to_owned());
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let length = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut opened)
        .map_err(|_| wrong())?
        .len();
    opened.truncate(length);
    Ok(opened)
}
