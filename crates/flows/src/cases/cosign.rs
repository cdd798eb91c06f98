//! The threshold's cosigned checkpoint. Whoever cosigns checks, offline and with the house's key alone, that the case's
//! log holds the commitment, and signs the checkpoint that shows it (C2SP `cosignature/v1`) with the key that signs
//! their acts. The act names the digest of exactly that file, and the house takes it in only when the checkpoint is one
//! of the case's log, holds the commitment, and is cosigned by who signs the act.

use docket::acts::access;
use docket::{Act, CaseId, PersonId, Signed, StreamId};
use ledger::log::Objects;
use ledger::private::LeafError;
use ledger::{
    Checkpoint, CheckpointError, CosignatureError, Cosigner, CosignerKey, KeyError, Note, NoteError,
    TlogProof, VerifierKey, root_of,
};
use types::{Digest, Timestamp};

use super::log::{CaseLogs, Kind, ProvedError, Statement, check_proof};
use super::{CaseError, Office};

/// How far the clock of who cosigns may be ahead of the house's.
const SKEW_MS: i64 = 300_000;

/// Why a checkpoint is not cosigned, or not taken for cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// The proof file does not hold.
    #[error(transparent)]
    Proof(#[from] ProvedError),
    /// It proves something else.
    #[error(
        "the proof is not of a commitment to a threshold; ask the house for `case prove CASE --threshold`"
    )]
    NotACommitment,
    /// The commitment is not the one that was expected.
    #[error("the log holds the commitment {found}, not {expected}")]
    OtherCommitment {
        /// In the log.
        found: Digest,
        /// What was expected.
        expected: Digest,
    },
    /// The checkpoint does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is of another kind of log.
    #[error(transparent)]
    Log(#[from] LeafError),
    /// It is of another log than the case's.
    #[error("the checkpoint is of the log {0}, which is not this case's")]
    OtherLog(String),
    /// The log has, or had, another history.
    #[error("the checkpoint is of another history of the case's log; keep it as evidence")]
    OtherHistory,
    /// It is older than the commitment.
    #[error("the checkpoint is older than the commitment; cosign one that holds it")]
    TooOld,
    /// Who signs the act did not cosign.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    /// The cosignature is from the future.
    #[error(
        "the checkpoint is cosigned at {0}, which is still to come; set the clock right and cosign again"
    )]
    Future(Timestamp),
    /// The key has no name that can cosign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no such text.
    #[error("the cosigned checkpoint is not at hand; give its file, as checkpoint=@FILE or with --attach")]
    NotAtHand,
    /// Nobody looked at the case's log.
    #[error("a cosigned checkpoint is taken in only beside the case's log")]
    Unchecked,
}

impl From<NoteError> for CosignError {
    fn from(error: NoteError) -> Self {
        Self::Checkpoint(error.into())
    }
}

/// The name under which `person` cosigns.
fn cosigner_name(person: &PersonId) -> String {
    format!("proofhouse.local/person/{person}")
}

/// The cosigner whose private key is that of `person`.
///
/// # Errors
/// [`CosignError::Key`].
pub fn cosigner_of(person: &PersonId, seed: [u8; 32]) -> Result<Cosigner, CosignError> {
    Ok(Cosigner::from_seed(&cosigner_name(person), seed)?)
}

/// The key that cosigns for whoever signs an envelope first. Whether it is theirs is for the register to say.
pub(super) fn cosigner_key(signed: &Signed) -> Result<CosignerKey, CosignError> {
    let envelope = signed.open::<Act>().map_err(|_| CosignError::NotAtHand)?;
    let (person, signature) =
        envelope.persons().first().zip(signed.signatures().first()).ok_or(CosignError::NotAtHand)?;
    Ok(CosignerKey::of_public(&cosigner_name(&person.person), *signature.key().as_bytes())?)
}

/// Checks a proof of the commitment with the house's key, and cosigns the checkpoint in it. `expected` is the
/// commitment, where it is known from elsewhere.
///
/// # Errors
/// [`CosignError`]; nothing is signed then.
pub fn cosign(
    proof: &TlogProof,
    house: &VerifierKey,
    expected: Option<Digest>,
    cosigner: &Cosigner,
    now: Timestamp,
) -> Result<(Statement, Note), CosignError> {
    let said = check_proof(proof, Some(house))?.statement;
    if said.kind != Kind::Commitment {
        return Err(CosignError::NotACommitment);
    }
    if let Some(expected) = expected.filter(|expected| *expected != said.digest) {
        return Err(CosignError::OtherCommitment { found: said.digest, expected });
    }
    let note = proof.checkpoint().clone();
    let cosignature = cosigner.cosign(note.unverified_text(), now);
    Ok((said, note.with_signature(cosignature)?))
}

/// A case's log, as far as a cosigned checkpoint is held against it.
pub(super) struct Logged<'a> {
    /// Its name.
    pub(super) origin: &'a str,
    /// The house's key, where it is known.
    pub(super) house: Option<&'a VerifierKey>,
    /// What it says.
    pub(super) statements: &'a [Statement],
    /// The hashes of its entries.
    pub(super) leaves: &'a [Digest],
}

/// Checks that a note is a checkpoint of that log, holds the commitment, and was cosigned by `cosigner` by `now`.
pub(super) fn check_cosigned(
    note: &str,
    logged: &Logged<'_>,
    cosigner: &CosignerKey,
    now: Timestamp,
) -> Result<(), CosignError> {
    let note = Note::parse(note.as_bytes())?;
    let text = match logged.house {
        Some(house) => note.verify(house)?,
        None => note.unverified_text(),
    };
    let checkpoint = Checkpoint::parse(text)?;
    if checkpoint.origin() != logged.origin {
        return Err(CosignError::OtherLog(checkpoint.origin().to_owned()));
    }
    let head = checkpoint.head();
    let covered = usize::try_from(head.size).ok().and_then(|size| logged.leaves.get(..size));
    let covered = covered.filter(|leaves| root_of(leaves) == head.root).ok_or(CosignError::OtherHistory)?;
    let held = logged.statements[..covered.len()].iter().any(|said| said.kind == Kind::Commitment);
    if !held {
        return Err(CosignError::TooOld);
    }
    let at = cosigner.verify(&note)?;
    if at.unix_millis() > now.unix_millis().saturating_add(SKEW_MS) {
        return Err(CosignError::Future(at));
    }
    Ok(())
}

/// Whether an envelope's act names a cosigned checkpoint, and so is for [`super::take_in_logged`].
#[must_use]
pub fn names_checkpoint(signed: &Signed) -> bool {
    named(signed).is_some()
}

/// The case and the digest, when an envelope's act names a cosigned checkpoint.
fn named(signed: &Signed) -> Option<(CaseId, Digest)> {
    let envelope = signed.open::<Act>().ok()?;
    match (envelope.act(), envelope.stream()) {
        (Act::Access(access::Act::CosignThreshold { checkpoint }), StreamId::Case(case)) => {
            Some((case.clone(), *checkpoint))
        }
        _ => None,
    }
}

/// Holds the checkpoint that an envelope names, if it names one, against the case's log.
pub(super) fn vouch<O: Objects>(
    office: &Office<'_>,
    logs: &CaseLogs<'_, O>,
    signed: &Signed,
    attached: &[String],
) -> Result<(), CaseError> {
    let Some((case, digest)) = named(signed) else { return Ok(()) };
    let Some(followed) = logs.follow(office, &case)? else { return Ok(()) };
    let here = attached.iter().find(|text| Digest::of(text.as_bytes()) == digest).cloned();
    let note = match here {
        Some(note) => Some(note),
        None => office.journal.document(digest)?,
    };
    let logged = Logged {
        origin: followed.keys().origin(),
        house: Some(followed.keys().current()),
        statements: followed.statements(),
        leaves: followed.leaves(),
    };
    let note = note.ok_or(CosignError::NotAtHand)?;
    Ok(check_cosigned(&note, &logged, &cosigner_key(signed)?, office.clock.now())?)
}
