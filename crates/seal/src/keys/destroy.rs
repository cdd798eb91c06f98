//! Destroying an artefact by destroying the keys to it, with a certificate that says what was destroyed and what was not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::custodian::{Custodian, KeyError};
use super::slots::Slots;
use crate::signing::{SigningKey, VerifyingKey};

const PAYLOAD_TYPE: &str = "application/vnd.proofhouse.deletion.v1+json";

/// Why an artefact is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its developer withdrew it.
    Withdrawal,
    /// Its window ended.
    WindowEnd,
    /// Its retention date came.
    Retention,
}

/// What is to be destroyed, and under which circumstances.
#[derive(Debug, Clone)]
pub struct Order {
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
    /// What the artefact's files are called outside: the root of its manifest.
    pub root: Digest,
    /// Legal holds on it. With any, nothing is destroyed.
    pub holds: Vec<String>,
}

/// Why nothing was destroyed, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// A legal hold keeps it.
    #[error("a legal hold keeps the artefact ({0}); it can be destroyed when the hold is lifted")]
    Held(String),
    /// A way to open it would stay.
    #[error("no key of the slot {0} would be destroyed; name a custodian of it that can destroy its key")]
    Uncovered(String),
    /// A custodian failed; what was destroyed before stays destroyed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It still opens.
    #[error(
        "the artefact still opens although its keys were destroyed; a custodian does not do what it says"
    )]
    StillOpens,
    /// The certificate was not signed.
    #[error("the keys were destroyed, but the certificate could not be signed; start the same command again")]
    Sign,
    /// The certificate is not one, or not this signer's.
    #[error("the certificate does not hold with this key; get it again from the house that signed it")]
    Certificate,
}

/// What was destroyed, signed by the house (DSSE).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The case.
    pub case: String,
    /// The artefact.
    pub artefact: String,
    /// The root of its manifest.
    pub root: Digest,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
    /// Every slot there was, by its custodians' keys.
    pub slots: Vec<Vec<String>>,
    /// Keys that were destroyed, and how.
    pub destroyed: Vec<Destroyed>,
    /// What opening it said afterwards, with every custodian there was.
    pub open_failed_with: String,
}

/// A key that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destroyed {
    /// Which key.
    pub key: String,
    /// How.
    pub how: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    sig: String,
}

/// Destroys the keys of `destroying` and shows that the artefact does not open any more, not even with `everybody`.
/// The caller then removes the list of wrapped keys and the data; neither is of any use from here on.
///
/// # Errors
/// [`DestroyError::Held`] and [`DestroyError::Uncovered`] before anything is destroyed; the others after. The same call
/// may be made again.
pub fn destroy(
    slots: &Slots,
    destroying: &[&dyn Custodian],
    everybody: &[&dyn Custodian],
    order: &Order,
) -> Result<Certificate, DestroyError> {
    if !order.holds.is_empty() {
        return Err(DestroyError::Held(order.holds.join(", ")));
    }
    let names: Vec<_> = destroying.iter().map(|custodian| custodian.name()).collect();
    for slot in slots.slots() {
        if !slot.custodians.iter().any(|name| names.contains(name)) {
            return Err(DestroyError::Uncovered(slot.custodians.join(" + ")));
        }
    }
    let mut destroyed = Vec::new();
    for custodian in destroying {
        destroyed.push(Destroyed { key: custodian.name(), how: custodian.destroy()? });
    }
    let all: Vec<_> = destroying.iter().chain(everybody).copied().collect();
    let Err(error) = slots.open(&all) else { return Err(DestroyError::StillOpens) };
    let place = slots.place();
    Ok(Certificate {
        case: place.case,
        artefact: place.artefact,
        root: order.root,
        reason: order.reason,
        at: order.at,
        slots: slots.slots().iter().map(|slot| slot.custodians.clone()).collect(),
        destroyed,
        open_failed_with: error.to_string(),
    })
}

fn encoded(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Certificate {
    /// The certificate as it is handed out.
    ///
    /// # Errors
    /// [`DestroyError::Sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, DestroyError> {
        let payload = serde_json::to_vec(self).map_err(|_| DestroyError::Sign)?;
        let signature = key.sign(&encoded(&payload)).ok_or(DestroyError::Sign)?;
        let envelope = Envelope {
            payload: STANDARD.encode(&payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            sig: STANDARD.encode(signature),
        };
        serde_json::to_string(&envelope).map_err(|_| DestroyError::Sign)
    }

    /// Reads a certificate that was handed out.
    ///
    /// # Errors
    /// [`DestroyError::Certificate`].
    pub fn verify(text: &[u8], key: &VerifyingKey) -> Result<Self, DestroyError> {
        let read = || {
            let envelope: Envelope = serde_json::from_slice(text).ok()?;
            let payload = STANDARD.decode(envelope.payload).ok()?;
            let signature = STANDARD.decode(envelope.sig).ok()?;
            let holds = envelope.payload_type == PAYLOAD_TYPE && key.accepts(&encoded(&payload), &signature);
            holds.then(|| serde_json::from_slice(&payload).ok()).flatten()
        };
        read().ok_or(DestroyError::Certificate)
    }
}
