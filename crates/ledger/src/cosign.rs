//! Cosignatures: what a witness says about a checkpoint after it has seen that the log only grew.
//!
//! Source: C2SP tlog-cosignature 1.0.1, type 0x04 (Ed25519, `cosignature/v1`).

use std::fmt;
use std::str::FromStr;

use types::{Secret, Timestamp};

use crate::key::{KeyError, KeyId, SIGNER_PREFIX, SignerKey, VerifierKey, check_name, key_parts, key_text};
use crate::note::{Note, NoteSignature};

/// The signature type of an Ed25519 cosignature.
const COSIGNATURE_TYPE: u8 = 0x04;
/// Eight bytes of time before the 64 of the signature.
const TIME_BYTES: usize = 8;

/// Why a checkpoint does not count as witnessed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The witness did not sign: ask it, or take another one.
    #[error("the checkpoint is not cosigned by {name} (key {id})")]
    Missing {
        /// The witness's name.
        name: String,
        /// Its key's id.
        id: KeyId,
    },
    /// The text, the time or the signature was changed: don't believe the checkpoint.
    #[error("the cosignature by {name} (key {id}) does not hold")]
    Bad {
        /// The witness's name.
        name: String,
        /// Its key's id.
        id: KeyId,
    },
    /// Too few of the witnesses that were asked for have cosigned.
    #[error("{found} of the {wanted} witnesses that are needed have cosigned")]
    TooFew {
        /// Witnesses whose cosignature holds.
        found: usize,
        /// Witnesses needed.
        wanted: usize,
    },
}

/// What checks a witness's cosignatures. Written `name+id+base64` with type 0x04.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: KeyId,
    public: [u8; 32],
}

impl CosignerKey {
    /// The key with these 32 bytes under that name. Whether it is a point of the curve shows when it checks a
    /// cosignature.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn of_public(name: &str, public: [u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        Ok(Self::new(name, public))
    }

    fn new(name: &str, public: [u8; 32]) -> Self {
        Self { name: name.to_owned(), id: KeyId::of(name, COSIGNATURE_TYPE, &public), public }
    }

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

    /// When this witness cosigned `note`, in whole seconds.
    ///
    /// # Errors
    /// [`CosignatureError::Missing`] and [`CosignatureError::Bad`].
    pub fn verify(&self, note: &Note) -> Result<Timestamp, CosignatureError> {
        let (name, id) = (self.name.clone(), self.id);
        let mut own = note.signatures().iter().filter(|line| line.name() == name && line.id() == id);
        let (Some(line), None) = (own.next(), own.next()) else {
            return Err(CosignatureError::Missing { name, id });
        };
        self.time_of(note.unverified_text(), line).ok_or(CosignatureError::Bad { name, id })
    }

    fn time_of(&self, text: &str, line: &NoteSignature) -> Option<Timestamp> {
        let (time, signature) = line.bytes().split_first_chunk::<TIME_BYTES>()?;
        let seconds = i64::try_from(u64::from_be_bytes(*time)).ok()?;
        let at = Timestamp::from_unix_millis(seconds.checked_mul(1000)?).ok()?;
        let plain = VerifierKey::of_public(&self.name, self.public);
        plain.accepts(message(seconds, text).as_bytes(), signature).then_some(at)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", key_text(&self.name, self.id, COSIGNATURE_TYPE, &self.public))
    }
}

impl FromStr for CosignerKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, public) = key_parts(text, COSIGNATURE_TYPE)?;
        let key = Self::new(name, public);
        if key.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

/// What cosigns. A key that cosigns must sign nothing else: the signed text does not name the witness.
pub struct Cosigner {
    key: SignerKey,
    seed: [u8; 32],
    verifier: CosignerKey,
}

impl Cosigner {
    /// The witness whose Ed25519 key has the private part `seed`, 32 bytes from a cryptographic random source.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::Unusable`].
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let key = SignerKey::from_seed(name, seed)?;
        let verifier = CosignerKey::new(name, *key.verifier().public());
        Ok(Self { key, seed, verifier })
    }

    /// Reads what [`Cosigner::to_secret`] writes.
    ///
    /// # Errors
    /// Any [`KeyError`].
    pub fn from_secret(secret: &Secret) -> Result<Self, KeyError> {
        let text = secret.expose().strip_prefix(SIGNER_PREFIX).ok_or(KeyError::Spelling)?;
        let (name, id, seed) = key_parts(text, COSIGNATURE_TYPE)?;
        let key = Self::from_seed(name, seed)?;
        if key.verifier.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The key's text form, for the one file that keeps it.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let text = key_text(&self.verifier.name, self.verifier.id, COSIGNATURE_TYPE, &self.seed);
        Secret::new(format!("{SIGNER_PREFIX}{text}"))
    }

    /// The key that checks this witness's cosignatures.
    #[must_use]
    pub fn verifier(&self) -> &CosignerKey {
        &self.verifier
    }

    /// The cosignature of a checkpoint's text, saying that it is the largest consistent one seen by `now`.
    #[must_use]
    pub fn cosign(&self, text: &str, now: Timestamp) -> NoteSignature {
        // A time before 1970 cannot be written: it is taken as 1970.
        let seconds = (now.unix_millis() / 1000).max(0);
        let signature = self.key.sign(message(seconds, text).as_bytes());
        let bytes = [&seconds.to_be_bytes()[..], &signature].concat();
        NoteSignature::new(self.verifier.name.clone(), self.verifier.id, bytes)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({} {}, key withheld)", self.verifier.name, self.verifier.id)
    }
}

fn message(seconds: i64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// Which witnesses must have cosigned before a checkpoint is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    witnesses: Vec<CosignerKey>,
    wanted: usize,
}

impl Quorum {
    /// At least `wanted` of `witnesses`. Two keys of one witness would count twice and are refused.
    ///
    /// # Errors
    /// [`CosignatureError::TooFew`] when there are not `wanted` different witnesses.
    pub fn new(witnesses: Vec<CosignerKey>, wanted: usize) -> Result<Self, CosignatureError> {
        let mut publics: Vec<_> = witnesses.iter().map(|key| key.public).collect();
        publics.sort_unstable();
        publics.dedup();
        let mut names: Vec<_> = witnesses.iter().map(|key| &key.name).collect();
        names.sort_unstable();
        names.dedup();
        let found = publics.len().min(names.len());
        if found < wanted || found < witnesses.len() {
            return Err(CosignatureError::TooFew { found, wanted });
        }
        Ok(Self { witnesses, wanted })
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[CosignerKey] {
        &self.witnesses
    }

    /// How many of them must have cosigned.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Checks that enough of the witnesses cosigned `note`, none later than `now`.
    ///
    /// # Errors
    /// [`CosignatureError::TooFew`].
    pub fn verify(&self, note: &Note, now: Timestamp) -> Result<(), CosignatureError> {
        let held = |key: &&CosignerKey| key.verify(note).is_ok_and(|at| at <= now);
        let found = self.witnesses.iter().filter(held).count();
        if found >= self.wanted {
            Ok(())
        } else {
            Err(CosignatureError::TooFew { found, wanted: self.wanted })
        }
    }
}
