//! The plan that the log opens with, and the manifest that the plan names.

use std::fs;
use std::path::Path;

use seal::Manifest;
use types::Digest;

use super::{Broken, broken};
use crate::evidence::{EVIDENCE_FORMAT, LOG, Log, Record};
use crate::plan::{PLAN, Plan, PlannedModel};

/// The plan that the log opens with.
pub(super) fn planned(folder: &Path, log: &Log) -> Result<(Plan, Digest), Broken> {
    let (plan, digest) = Plan::read(folder)?;
    match log.lines.first().map(|line| &line.record) {
        Some(Record::ReviewOpened { format, plan: named, commitment, .. }) => {
            if format != EVIDENCE_FORMAT || *named != digest || *commitment != plan.commitment {
                return broken(PLAN, "is not the plan that the log opens with");
            }
        }
        _ => return broken(LOG, "does not open with a review"),
    }
    sealed(folder, &plan)?;
    Ok((plan, digest))
}

/// The manifest is the one that the plan names.
fn sealed(folder: &Path, plan: &Plan) -> Result<(), Broken> {
    let PlannedModel::Weights { manifest, .. } = &plan.model else { return Ok(()) };
    let name = "manifest.json";
    let bytes = fs::read(folder.join(name)).or_else(|_| broken(name, "cannot be read"))?;
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(read) if read.identity() == *manifest => Ok(()),
        Ok(_) => broken(name, "is not the manifest that the plan names"),
        Err(_) => broken(name, "is not a manifest"),
    }
}
