//! The proof files beside the log: the report's, byte for byte what follows from log and checkpoint; and the case's,
//! where there is one, which is of this very package.

use std::fs;
use std::path::Path;

use ledger::{Note, TlogProof, VerifierKey};

use super::{Broken, broken};
use crate::cases::log::{Kind, Proved, check_proof};
use crate::evidence::{CASE_PROOF, CHECKPOINT, Log, REPORT_PROOF, SIGNER, report_proof};
use crate::plan::PlannedCase;

/// The case that names a package as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What its log says.
    pub proved: Proved,
    /// Whether the house whose key signed the package keeps that log; else the proof is to be checked with the key of
    /// the house that does.
    pub same_house: bool,
}

pub(super) fn report(folder: &Path, log: &Log) -> Result<(), Broken> {
    let note = fs::read(folder.join(CHECKPOINT)).ok().and_then(|bytes| Note::parse(&bytes).ok());
    let Some(proof) = note.and_then(|note| report_proof(log, note)) else {
        return broken(REPORT_PROOF, "cannot be made again");
    };
    match fs::read(folder.join(REPORT_PROOF)) {
        Ok(found) if found == proof.to_string().into_bytes() => Ok(()),
        Ok(_) => broken(REPORT_PROOF, "is not the proof of the report under the checkpoint"),
        Err(_) => broken(REPORT_PROOF, "is missing; run the same review again to finish it"),
    }
}

pub(super) fn case(
    folder: &Path,
    log: &Log,
    planned: Option<&PlannedCase>,
    key: Option<&VerifierKey>,
) -> Result<Option<Named>, Broken> {
    let file = folder.join(CASE_PROOF);
    if !file.exists() {
        return Ok(None);
    }
    let proof = fs::read(&file).or_else(|_| broken(CASE_PROOF, "cannot be read"))?;
    let proof = TlogProof::parse(&proof).or_else(|error| broken(CASE_PROOF, error.to_string()))?;
    let own = fs::read_to_string(folder.join(SIGNER)).ok().and_then(|text| text.trim_end().parse().ok());
    let own: Option<VerifierKey> = key.cloned().or(own);
    let signed = |key: &VerifierKey| {
        proof.checkpoint().signatures().iter().any(|line| (line.name(), line.id()) == (key.name(), key.id()))
    };
    let house = own.as_ref().filter(|key| signed(key));
    let proved = check_proof(&proof, house).or_else(|error| broken(CASE_PROOF, error.to_string()))?;
    if proved.statement.kind != Kind::Evidence {
        return broken(CASE_PROOF, "proves something else than evidence");
    }
    if proved.statement.digest != log.tree.root() {
        return broken(CASE_PROOF, "is of another package, or of another state of this one");
    }
    if planned.is_some_and(|planned| planned.case != proved.statement.case) {
        return broken(CASE_PROOF, "is of another case than the plan's");
    }
    Ok(Some(Named { proved, same_house: house.is_some() }))
}
