//! Wrapping to a key pair: HPKE (RFC 9180, base mode, single shot) with the hybrid KEM of X25519 and ML-KEM-768 (X-Wing,
//! HPKE's KEM 0x647a), HKDF-SHA256 and AES-256-GCM. Opening it takes breaking both.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::digest::{SHA3_256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::kem::{Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_768};
use types::Digest;
use zeroize::Zeroizing;

use super::custodian::{Custodian, KeyError};
use crate::sealed::random;

const EK_BYTES: usize = 1184;
const DK_BYTES: usize = 2400;
/// FIPS 203: the encapsulation key stands within the decapsulation key, after the K-PKE key.
const EK_IN_DK: usize = 1152;
const CT_BYTES: usize = 1088;
const X_BYTES: usize = 32;
/// "HPKE", KEM 0x647a, KDF 0x0001, AEAD 0x0002.
const SUITE: [u8; 10] = [b'H', b'P', b'K', b'E', 0x64, 0x7a, 0, 1, 0, 2];
/// X-Wing's label (draft-connolly-cfrg-xwing-kem).
const XWING: &[u8; 6] = b"\\.//^\\";

type Secret = Zeroizing<[u8; 32]>;

/// The public half: ML-KEM-768 key, then X25519 key.
#[derive(Clone, PartialEq, Eq)]
pub struct HybridRecipient([u8; EK_BYTES + X_BYTES]);

impl fmt::Debug for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HybridRecipient({})", self.name())
    }
}

/// A key pair. Its `Debug` shows the public half's name only.
pub struct HybridKey {
    mlkem: Zeroizing<Vec<u8>>,
    x25519: Secret,
    public: HybridRecipient,
}

impl fmt::Debug for HybridKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HybridKey({}, withheld)", self.public.name())
    }
}

impl HybridKey {
    /// A new key pair.
    ///
    /// # Errors
    /// [`KeyError::Cipher`].
    pub fn generate() -> Result<Self, KeyError> {
        let mlkem = DecapsulationKey::generate(&ML_KEM_768).map_err(|_| KeyError::Cipher)?;
        let mlkem = mlkem.key_bytes().map_err(|_| KeyError::Cipher)?;
        let x25519 = Zeroizing::new(random::<X_BYTES>().ok_or(KeyError::Cipher)?);
        Self::from_bytes(&Zeroizing::new([mlkem.as_ref(), &x25519[..]].concat()))
    }

    /// Reads what [`HybridKey::to_bytes`] wrote: the expanded ML-KEM-768 key (FIPS 203), then the X25519 key.
    ///
    /// # Errors
    /// [`KeyError::Format`].
    pub fn from_bytes(raw: &[u8]) -> Result<Self, KeyError> {
        let format = || KeyError::Format("the hybrid key".to_owned());
        if raw.len() != DK_BYTES + X_BYTES {
            return Err(format());
        }
        let (mlkem, x) = raw.split_at(DK_BYTES);
        DecapsulationKey::new(&ML_KEM_768, mlkem).map_err(|_| format())?;
        let mut x25519 = Zeroizing::new([0; X_BYTES]);
        x25519.copy_from_slice(x);
        let mut public = [0; EK_BYTES + X_BYTES];
        public[..EK_BYTES].copy_from_slice(&mlkem[EK_IN_DK..EK_IN_DK + EK_BYTES]);
        public[EK_BYTES..].copy_from_slice(&public_x(&x25519).ok_or_else(format)?);
        Ok(Self { mlkem: Zeroizing::new(mlkem.to_vec()), x25519, public: HybridRecipient(public) })
    }

    /// The private key, for the one file or device that keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.mlkem[..], &self.x25519[..]].concat())
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> &HybridRecipient {
        &self.public
    }

    fn decapsulate(&self, encapsulated: &[u8]) -> Option<Secret> {
        let (ct_m, ct_x) = encapsulated.split_at_checked(CT_BYTES)?;
        let mlkem = DecapsulationKey::new(&ML_KEM_768, &self.mlkem).ok()?;
        let ss_m = mlkem.decapsulate(Ciphertext::from(ct_m)).ok()?;
        let ss_x = exchange(&self.x25519, ct_x)?;
        Some(combine(ss_m.as_ref(), &ss_x, ct_x, &self.public.0[EK_BYTES..]))
    }
}

impl HybridRecipient {
    /// Reads a public key: 1184 bytes of ML-KEM-768, 32 of X25519.
    ///
    /// # Errors
    /// [`KeyError::Format`].
    pub fn from_bytes(raw: &[u8]) -> Result<Self, KeyError> {
        let format = |_| KeyError::Format("the hybrid public key".to_owned());
        let key = Self(raw.try_into().map_err(format)?);
        EncapsulationKey::new(&ML_KEM_768, &raw[..EK_BYTES])
            .map_err(|_| KeyError::Format("the hybrid public key".to_owned()))?;
        Ok(key)
    }

    /// The public key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn encapsulate(&self) -> Option<(Vec<u8>, Secret)> {
        let (ek, pk_x) = self.0.split_at(EK_BYTES);
        let (ct_m, ss_m) = EncapsulationKey::new(&ML_KEM_768, ek).ok()?.encapsulate().ok()?;
        let ephemeral = Zeroizing::new(random::<X_BYTES>()?);
        let ct_x = public_x(&ephemeral)?;
        let ss_x = exchange(&ephemeral, pk_x)?;
        Some(([ct_m.as_ref(), &ct_x].concat(), combine(ss_m.as_ref(), &ss_x, &ct_x, pk_x)))
    }
}

fn public_x(private: &[u8; X_BYTES]) -> Option<[u8; X_BYTES]> {
    let public = PrivateKey::from_private_key(&X25519, private).ok()?.compute_public_key().ok()?;
    public.as_ref().try_into().ok()
}

fn exchange(private: &[u8; X_BYTES], public: &[u8]) -> Option<Secret> {
    let private = PrivateKey::from_private_key(&X25519, private).ok()?;
    agree(&private, UnparsedPublicKey::new(&X25519, public), (), |secret| {
        secret.try_into().map(Zeroizing::new).map_err(|_| ())
    })
    .ok()
}

fn combine(ss_m: &[u8], ss_x: &[u8; 32], ct_x: &[u8], pk_x: &[u8]) -> Secret {
    let input = Zeroizing::new([ss_m, &ss_x[..], ct_x, pk_x, XWING].concat());
    let mut secret = Zeroizing::new([0; 32]);
    secret.copy_from_slice(digest(&SHA3_256, &input).as_ref());
    secret
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Secret {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    let mut out = Zeroizing::new([0; 32]);
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// RFC 9180, section 5.1: the key schedule in base mode, for one message.
fn schedule(shared: &Secret, info: &[u8]) -> Option<(LessSafeKey, Nonce)> {
    let extract = |salt: &[u8], label: &[u8], text: &[u8]| mac(salt, &[b"HPKE-v1", &SUITE, label, text]);
    let psk_id_hash = extract(b"", b"psk_id_hash", b"");
    let info_hash = extract(b"", b"info_hash", info);
    let context = [&[0][..], &psk_id_hash[..], &info_hash[..]].concat();
    let secret = extract(&shared[..], b"secret", b"");
    // One block is enough for both: HKDF-Expand's first.
    let expand = |label: &[u8], length: u8| {
        mac(&secret[..], &[&[0, length], b"HPKE-v1", &SUITE, label, &context, &[1]])
    };
    let key = UnboundKey::new(&AES_256_GCM, &expand(b"key", 32)[..]).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(&expand(b"base_nonce", 12)[..12]).ok()?;
    Some((LessSafeKey::new(key), nonce))
}

impl Custodian for HybridRecipient {
    fn name(&self) -> String {
        format!("hybrid:{}", &Digest::of(&self.0).to_hex()[..16])
    }

    fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (mut wrapped, shared) = self.encapsulate().ok_or(KeyError::Cipher)?;
        let (cipher, nonce) = schedule(&shared, context).ok_or(KeyError::Cipher)?;
        let mut text = key.to_vec();
        cipher.seal_in_place_append_tag(nonce, Aad::empty(), &mut text).map_err(|_| KeyError::Cipher)?;
        wrapped.extend_from_slice(&text);
        Ok(wrapped)
    }

    fn unwrap(&self, _: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Err(KeyError::PublicOnly(self.name()))
    }

    fn destroy(&self) -> Result<String, KeyError> {
        Err(KeyError::PublicOnly(self.name()))
    }
}

impl Custodian for HybridKey {
    fn name(&self) -> String {
        self.public.name()
    }

    fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.public.wrap(key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let open = || {
            let (encapsulated, sealed) = wrapped.split_at_checked(CT_BYTES + X_BYTES)?;
            let (cipher, nonce) = schedule(&self.decapsulate(encapsulated)?, context)?;
            let mut text = Zeroizing::new(sealed.to_vec());
            let length = cipher.open_in_place(nonce, Aad::empty(), &mut text).ok()?.len();
            text.truncate(length);
            Some(text)
        };
        open().ok_or_else(|| KeyError::Wrong(self.name()))
    }

    /// A key pair is a person's: it is not this room's to destroy.
    fn destroy(&self) -> Result<String, KeyError> {
        Err(KeyError::PublicOnly(self.name()))
    }
}
