//! The threshold's checkpoint as a developer really cosigns it: from the proof that the case's log holds the commitment.

use docket::CaseId;
use docket::acts::access::Act as Access;
use flows::cases::log::{CaseLogs, Kind};
use flows::cases::{Office, cosign, cosigner_of};
use ledger::SignerKey;
use ledger::log::Objects;
use types::Digest;

/// The act that names the checkpoint which `person` cosigned, and the checkpoint's text, to be attached to it.
pub fn cosigned<O: Objects>(
    office: &Office<'_>,
    logs: &CaseLogs<'_, O>,
    case: &CaseId,
    house: &SignerKey,
    (person, seed): (&str, [u8; 32]),
) -> (Access, String) {
    let followed = logs.follow(office, case).unwrap().unwrap();
    let proof = followed.prove("commitment", |said| said.kind == Kind::Commitment).unwrap();
    let cosigner = cosigner_of(&person.parse().unwrap(), seed).unwrap();
    let (_, note) = cosign(&proof, house.verifier(), None, &cosigner, office.clock.now()).unwrap();
    let note = note.to_string();
    (Access::CosignThreshold { checkpoint: Digest::of(note.as_bytes()) }, note)
}
