//! Opening a review: the threshold's opening, the plan, and the first lines of the log.

use std::fs;
use std::path::{Path, PathBuf};

use assay::Threshold;
use docket::Refusal;
use serde::{Deserialize, Serialize};
use types::Digest;

use super::{Request, Source, ThresholdSource};
use crate::cases::CaseError;
use crate::error::FlowError;
use crate::evidence::{EVIDENCE_FORMAT, Evidence, EvidenceError, Record, SIGNER};
use crate::house::House;
use crate::model::Taken;
use crate::plan::{PLAN, Plan};
use crate::threshold::{self, Opening};

/// Where the parts of a review lie, for those who repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whereabouts {
    /// The weights, where it has some.
    pub weights: Option<PathBuf>,
    /// The command that serves them, where it is not the house's own.
    pub runtime: Option<String>,
    /// The suite.
    pub suite: PathBuf,
}

/// The opening of the commitment in the log, or of a new one.
pub(super) fn opening(request: &Request<'_>, evidence: &Evidence<'_>) -> Result<Opening, FlowError> {
    let committed = evidence.log().lines.first().and_then(|line| match line.record {
        Record::ReviewOpened { commitment, .. } => Some(commitment),
        _ => None,
    });
    match (committed, &request.threshold) {
        (Some(known), ThresholdSource::Committed { commitment, .. }) if known != *commitment => {
            Err(FlowError::OtherPlan { folder: request.out.clone(), differs: "the threshold" })
        }
        (_, ThresholdSource::Committed { commitment, .. }) => of_case(&request.house, *commitment),
        (Some(commitment), _) => House::read(&request.house.opening_path(commitment)),
        (None, ThresholdSource::Kept) => {
            Err(FlowError::Usage(format!("{} holds no review that was started", request.out.display())))
        }
        (None, ThresholdSource::File(file)) => commit(&request.house, file),
    }
}

/// Commits to the threshold in `file` with fresh salt. The opening is kept in the house before anybody learns of the
/// commitment.
///
/// # Errors
/// [`FlowError`]
pub fn commit(house: &House, file: &Path) -> Result<Opening, FlowError> {
    let random = |source| FlowError::House { file: file.to_owned(), source };
    let opening = threshold::read(file)?.commit().map_err(random)?;
    House::keep(&house.opening_path(opening.commitment), &opening)?;
    Ok(opening)
}

/// The opening of a case's commitment, as the house keeps it.
pub(crate) fn of_case(house: &House, commitment: Digest) -> Result<Opening, FlowError> {
    let file = house.opening_path(commitment);
    if !file.exists() {
        return Err(CaseError::NoOpening { file }.into());
    }
    let opening: Opening = House::read(&file)?;
    if opening.commitment == commitment {
        Ok(opening)
    } else {
        Err(FlowError::Threshold {
            file,
            what: "opens another commitment than the one it is kept for".to_owned(),
        })
    }
}

pub(super) fn opened(request: &Request<'_>, opening: &Opening) -> Result<Threshold, FlowError> {
    let kept = || request.house.opening_path(opening.commitment);
    let said = |file: &Path| Ok::<_, FlowError>(threshold::read(file)?.text == opening.threshold);
    let file = match &request.threshold {
        ThresholdSource::Kept | ThresholdSource::Committed { file: None, .. } => kept(),
        ThresholdSource::Committed { file: Some(file), .. } if !said(file)? => {
            return Err(CaseError::Refused(Refusal::OtherThreshold).into());
        }
        ThresholdSource::File(file) if !said(file)? => {
            return Err(FlowError::OtherPlan { folder: request.out.clone(), differs: "the threshold" });
        }
        ThresholdSource::File(file) | ThresholdSource::Committed { file: Some(file), .. } => file.clone(),
    };
    opening.open().map_err(|what| FlowError::Threshold { file, what })
}

/// Fixes the plan and opens the log, or checks that what is asked for is what was planned.
pub(super) fn open_review(
    request: &Request<'_>,
    evidence: &mut Evidence<'_>,
    plan: &Plan,
    taken: &Taken,
) -> Result<Digest, FlowError> {
    let broken = |error: serde_json::Error| EvidenceError::Broken {
        file: request.out.join(PLAN),
        what: error.to_string(),
    };
    let bytes = plan.to_bytes().map_err(broken)?;
    let digest = match evidence.log().lines.first().map(|line| &line.record) {
        None => {
            let digest = Digest::of(&bytes);
            House::keep(&request.house.review_path(digest), &whereabouts(request))?;
            evidence.append(Record::ReviewOpened {
                format: EVIDENCE_FORMAT.to_owned(),
                proofhouse: env!("CARGO_PKG_VERSION").to_owned(),
                plan: digest,
                commitment: plan.commitment,
            })?;
            digest
        }
        Some(_) if evidence.log().file(PLAN).is_some() => {
            let (planned, digest) = Plan::read(&request.out)?;
            planned.same_as(plan, &request.out)?;
            digest
        }
        // Stopped right after the log was opened: only the same plan goes on.
        Some(Record::ReviewOpened { plan: known, .. }) if *known == Digest::of(&bytes) => *known,
        Some(_) => return Err(FlowError::OtherPlan { folder: request.out.clone(), differs: "the plan" }),
    };
    let manifest = taken.manifest.as_ref().map(serde_json::to_vec_pretty).transpose().map_err(broken)?;
    let signer = format!("{}\n", evidence.signer()).into_bytes();
    for (name, bytes) in [(PLAN, Some(bytes)), ("manifest.json", manifest), (SIGNER, Some(signer))] {
        if let Some(bytes) = bytes
            && evidence.log().file(name).is_none()
        {
            evidence.write(name, &bytes)?;
        }
    }
    Ok(digest)
}

fn whereabouts(request: &Request<'_>) -> Whereabouts {
    let (weights, runtime) = match &request.source {
        Source::Weights { path, runtime } => (Some(absolute(path)), runtime.clone()),
        Source::Endpoint { .. } | Source::Script(_) => (None, None),
    };
    Whereabouts { weights, runtime, suite: absolute(&request.suite) }
}

fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
