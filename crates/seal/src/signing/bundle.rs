//! A Sigstore bundle v0.3 around a DSSE envelope, signed with a bare public key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{BundleError, SignError};
use super::key::{SigningKey, VerifyingKey};
use super::statement::Statement;

/// The longest bundle that is read: room for 200,000 files with long names, twice over.
pub const MAX_BUNDLE_BYTES: usize = 64 << 20;
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A signature over a statement, read but not yet believed: [`Bundle::open`] does that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    hint: Option<String>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    media_type: String,
    verification_material: Material,
    dsse_envelope: Envelope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Material {
    public_key: PublicKey,
    #[serde(default)]
    tlog_entries: Vec<Value>,
}

/// Older signers add `rawBytes` and `keyDetails`. They are left unread: the key that counts is the caller's.
#[derive(Serialize, Deserialize)]
struct PublicKey {
    #[serde(default)]
    hint: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    sig: String,
    #[serde(default)]
    keyid: Option<String>,
}

impl Bundle {
    /// Signs `statement`.
    pub(super) fn new(statement: &Statement, key: &SigningKey) -> Result<Self, SignError> {
        let payload = statement.to_json().into_bytes();
        let signature = key.sign(&encoded(&payload)).ok_or(SignError::Key)?;
        Ok(Self { hint: Some(key.verifying().hint().to_hex()), payload, signature })
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// Every [`BundleError`] that can be told without a key and without the statement.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLong);
        }
        // The media type first: another version may be of another shape, and that is what the reader should hear.
        #[derive(Deserialize)]
        struct Kind {
            #[serde(rename = "mediaType")]
            media_type: String,
        }
        let json = |error: serde_json::Error| BundleError::Json(error.to_string());
        let kind: Kind = serde_json::from_slice(bytes).map_err(json)?;
        if kind.media_type != MEDIA_TYPE {
            return Err(BundleError::MediaType(kind.media_type));
        }
        let written: Written = serde_json::from_slice(bytes).map_err(json)?;
        if !written.verification_material.tlog_entries.is_empty() {
            return Err(BundleError::Log);
        }
        let envelope = written.dsse_envelope;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(BundleError::PayloadType(envelope.payload_type));
        }
        let [signature] = &envelope.signatures[..] else {
            return Err(BundleError::Signatures(envelope.signatures.len()));
        };
        let hint = written.verification_material.public_key.hint.filter(|hint| !hint.is_empty());
        let decode = |text: &str, what| STANDARD.decode(text).map_err(|_| BundleError::Base64(what));
        Ok(Self {
            hint,
            payload: decode(&envelope.payload, "payload")?,
            signature: decode(&signature.sig, "signature")?,
        })
    }

    /// The statement, if `key` signed it.
    ///
    /// # Errors
    /// [`BundleError::Hint`] and [`BundleError::Signature`] if it did not; what is wrong with the statement if it did.
    pub fn open(&self, key: &VerifyingKey) -> Result<Statement, BundleError> {
        if let Some(hint) = self.hint.as_ref().filter(|hint| **hint != key.hint().to_hex()) {
            return Err(BundleError::Hint(hint.clone()));
        }
        if !key.accepts(&encoded(&self.payload), &self.signature) {
            return Err(BundleError::Signature);
        }
        Statement::parse(&self.payload)
    }

    /// The bundle as it is kept in a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signature = Signature { sig: STANDARD.encode(&self.signature), keyid: Some(String::new()) };
        let written = Written {
            media_type: MEDIA_TYPE.to_owned(),
            verification_material: Material {
                public_key: PublicKey { hint: self.hint.clone() },
                tlog_entries: Vec::new(),
            },
            dsse_envelope: Envelope {
                payload: STANDARD.encode(&self.payload),
                payload_type: PAYLOAD_TYPE.to_owned(),
                signatures: vec![signature],
            },
        };
        // Texts and lists only: nothing here that JSON has no form for.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

/// DSSE's pre-authentication encoding (DSSE v1, section "Signature Definition").
fn encoded(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
