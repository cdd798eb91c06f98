//! Signatures over a model's files in OpenSSF Model Signing 1.0: DSSE envelopes in Sigstore bundles.
//!
//! Owns the keys ([`SigningKey`], [`VerifyingKey`]: ECDSA over P-256, P-384 and P-521), the bundle's one spelling
//! ([`sign`], [`sign_manifest`]), and holding files against a bundle of anybody's ([`verify`]).
//!
//! Invariants:
//! - Nothing of a statement is believed before the signature over its exact bytes holds.
//! - What [`sign`] writes, the reference tool accepts; what [`verify`] accepts was signed by exactly that key.

mod bundle;
mod error;
mod hold;
mod key;
mod pem;
mod sign;
mod statement;

pub use bundle::{Bundle, MAX_BUNDLE_BYTES};
pub use error::{BundleError, SignError, VerifyError};
pub use hold::{Verified, verify};
pub use key::{Curve, KeyError, SigningKey, VerifyingKey};
pub use sign::{sign, sign_manifest};
pub use statement::{Resource, Statement};
