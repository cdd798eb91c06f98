//! What a review would do, without doing it: `proofhouse review --dry-run`.

use std::path::Path;

use types::transcript::Budget;

use crate::error::FlowError;
use crate::plan::{PlannedModel, PlannedSuite};
use crate::progress::Progress;
use crate::review::{Source, take_suite};
use crate::threshold::{self, ThresholdFile};

/// A plan as far as it can be known beforehand. The commitment, and with it the order, is made when a review starts.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// The model.
    pub model: PlannedModel,
    /// The suite.
    pub suite: PlannedSuite,
    /// The threshold.
    pub threshold: ThresholdFile,
    /// The budget of each item.
    pub budget: Budget,
}

impl DryRun {
    /// Items that will be given: the whole suite, as it has no calibration to choose by.
    #[must_use]
    pub fn items(&self) -> usize {
        self.suite.items.len()
    }

    /// The most minutes that the items can take: each uses up its time.
    #[must_use]
    pub fn minutes_at_most(&self) -> u64 {
        (self.items() as u64 * u64::from(self.budget.seconds)).div_ceil(60)
    }
}

/// Takes model, suite and threshold in and says what would be done.
///
/// # Errors
/// [`FlowError`], as the review itself would give.
pub fn run(
    source: &Source,
    suite: &Path,
    threshold: &Path,
    budget: Budget,
    progress: &mut dyn Progress,
) -> Result<DryRun, FlowError> {
    let (_, suite) = take_suite(suite, progress)?;
    let threshold = threshold::read(threshold)?;
    Ok(DryRun { model: source.take(progress)?.planned, suite, threshold, budget })
}
