//! The threshold file of a plan: everything that decides what a session does, with the digests of bank and plan.
//!
//! It is what a review commits to. Reading it back plans again and compares: a plan that came out otherwise is refused.

use std::path::Path;

use assay::{Bank, Design, Plan, Simulation};
use serde::{Deserialize, Serialize};
use types::Digest;

use super::{MeasureError, files};

/// The format that such files name.
pub const PLAN_THRESHOLD_FORMAT: &str = "proofhouse-threshold-2";
/// A threshold file is a few lines.
const THRESHOLD_MOST_BYTES: u64 = 64 << 10;

/// A threshold on an ability, with its plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommittedPlan {
    /// [`PLAN_THRESHOLD_FORMAT`].
    pub format: String,
    /// The digest of the bank in the house's format.
    pub bank: Digest,
    /// The plan's digest.
    pub plan: Digest,
    /// Items that may not be given, because their exposure budget is spent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// How it was simulated.
    pub simulation: Simulation,
    /// The design, the cut among it.
    pub design: Design,
}

impl CommittedPlan {
    /// What to commit to for `plan`, which excludes the items of these names.
    #[must_use]
    pub fn of(plan: &Plan, excluded: &[String]) -> Self {
        Self {
            format: PLAN_THRESHOLD_FORMAT.to_owned(),
            bank: plan.bank,
            plan: plan.digest(),
            excluded: excluded.to_vec(),
            simulation: plan.simulation,
            design: plan.design.clone(),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`MeasureError::Threshold`] where a number does not fit the format: seeds above 2^63.
    pub fn text(&self, file: &Path) -> Result<String, MeasureError> {
        toml::to_string(self)
            .map_err(|why| MeasureError::Threshold { file: file.to_owned(), what: why.to_string() })
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// [`MeasureError`]
    pub fn read(file: &Path) -> Result<Self, MeasureError> {
        let wrong = |what| MeasureError::Threshold { file: file.to_owned(), what };
        let text = files::text(file, THRESHOLD_MOST_BYTES)?;
        let read: Self = toml::from_str(&text).map_err(|why| wrong(why.message().to_owned()))?;
        if read.format != PLAN_THRESHOLD_FORMAT {
            return Err(wrong(format!("its format is {PLAN_THRESHOLD_FORMAT:?}, not {:?}", read.format)));
        }
        Ok(read)
    }

    /// Whether it was written for `bank`.
    pub(super) fn is_for(&self, file: &Path, bank: &Bank) -> Result<(), MeasureError> {
        same(file, "bank", self.bank, Digest::of(bank.to_json().as_bytes()))
    }

    /// Whether `plan` is the one that it names.
    pub(super) fn names(&self, file: &Path, plan: &Plan) -> Result<(), MeasureError> {
        same(file, "plan", self.plan, plan.digest())
    }
}

fn same(file: &Path, what: &'static str, committed: Digest, found: Digest) -> Result<(), MeasureError> {
    if committed == found {
        return Ok(());
    }
    Err(MeasureError::Moved { file: file.to_owned(), what, committed, found })
}
