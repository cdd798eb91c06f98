//! ECDSA keys over the three curves of OpenSSF Model Signing, each with the digest of its size.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, EcPrivateKeyRfc5915Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};
use types::Digest;

use super::pem;

/// Why a text is not a key that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no private key in it.
    #[error("there is no private key in PEM; give a file with a PRIVATE KEY or EC PRIVATE KEY block")]
    NoPrivateKey,
    /// The key asks for a password.
    #[error("the private key is encrypted; decrypt it first, such as with `openssl pkcs8`")]
    Encrypted,
    /// There is no public key in it.
    #[error("there is no public key in PEM; give a file with a PUBLIC KEY block")]
    NoPublicKey,
    /// The key is of another kind.
    #[error(
        "the key is not an ECDSA key over P-256, P-384 or P-521 with its point in full; make one of those"
    )]
    Curve,
    /// The system gave no random numbers.
    #[error("no key could be made; try again")]
    Generate,
}

impl KeyError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPrivateKey => "key-no-private",
            Self::Encrypted => "key-encrypted",
            Self::NoPublicKey => "key-no-public",
            Self::Curve => "key-curve",
            Self::Generate => "key-generate",
        }
    }
}

/// A curve with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// P-256 with SHA-256.
    P256,
    /// P-384 with SHA-384.
    P384,
    /// P-521 with SHA-512.
    P521,
}

impl Curve {
    /// Every curve.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// SubjectPublicKeyInfo (RFC 5480) up to the point, which is uncompressed.
    fn spki_prefix(self) -> &'static [u8] {
        match self {
            Self::P256 => {
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
            }
            Self::P384 => {
                b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"
            }
            Self::P521 => {
                b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"
            }
        }
    }

    fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }

    fn verifying(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
        }
    }
}

/// A private key. Its `Debug` shows the curve only.
pub struct SigningKey {
    curve: Curve,
    pair: EcdsaKeyPair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, withheld)", self.curve)
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`KeyError::Generate`].
    pub fn generate(curve: Curve) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| KeyError::Generate)?;
        Ok(Self { curve, pair })
    }

    /// Reads a PKCS#8 or RFC 5915 key in PEM.
    ///
    /// # Errors
    /// Any [`KeyError`] about private keys.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let der = pem::block(text, "PRIVATE KEY").or_else(|| pem::block(text, "EC PRIVATE KEY"));
        let der = der.ok_or(KeyError::NoPrivateKey)?;
        let read = |curve: Curve| {
            let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), &der).ok()?;
            Some(Self { curve, pair })
        };
        Curve::ALL.into_iter().find_map(read).ok_or(KeyError::Curve)
    }

    /// The key in PEM, for the one file that keeps it.
    ///
    /// # Errors
    /// [`KeyError::Generate`] if there is no memory for it.
    pub fn to_pem(&self) -> Result<zeroize::Zeroizing<String>, KeyError> {
        let der: EcPrivateKeyRfc5915Der<'_> =
            self.pair.private_key().as_der().map_err(|_| KeyError::Generate)?;
        Ok(zeroize::Zeroizing::new(pem::write("EC PRIVATE KEY", der.as_ref())))
    }

    /// The public half.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKey {
        VerifyingKey { curve: self.curve, point: self.pair.public_key().as_ref().to_vec() }
    }

    /// The signature over `message`: DER.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.pair.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec())
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    curve: Curve,
    /// Uncompressed (SEC 1, section 2.3.3).
    point: Vec<u8>,
}

impl VerifyingKey {
    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// [`KeyError::NoPublicKey`] and [`KeyError::Curve`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::block(text, "PUBLIC KEY").ok_or(KeyError::NoPublicKey)?;
        let read = |curve: Curve| {
            let point = der.strip_prefix(curve.spki_prefix())?;
            let whole = point.len() == 1 + 2 * curve.coordinate_bytes() && point[0] == 4;
            whole.then(|| Self { curve, point: point.to_vec() })
        };
        Curve::ALL.into_iter().find_map(read).ok_or(KeyError::Curve)
    }

    /// The key as the reference tool writes it, with its last line end.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write("PUBLIC KEY", &[self.curve.spki_prefix(), &self.point].concat())
    }

    /// What a bundle calls the key: the SHA-256 digest of its PEM text.
    #[must_use]
    pub fn hint(&self) -> Digest {
        Digest::of(self.to_pem().as_bytes())
    }

    /// The curve.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
    }

    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.curve.verifying(), &self.point).verify(message, signature).is_ok()
    }
}
