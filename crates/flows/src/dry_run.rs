//! What a review would do and how long it would take, without doing it: `proofhouse review --dry-run`.

use std::time::Duration;

use chamber::Host;
use types::transcript::Budget;

use crate::error::FlowError;
use crate::pace::Pace;
use crate::plan::{PlannedModel, PlannedSuite};
use crate::practice::{self, Rehearsal};
use crate::progress::Progress;
use crate::review::{Request, ThresholdSource, may_look, of_case, take_suite};
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
    /// How long the items are expected to take.
    pub expected: Expected,
}

/// Where an expectation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// From a run of this model on this suite under this budget, on this machine.
    EarlierRun(Pace),
    /// From a practice item, just now. Harder items take longer, and a model that gives up takes less.
    Practice(Rehearsal),
}

impl DryRun {
    /// Items that will be given: the whole suite, as it has no calibration to choose by.
    #[must_use]
    pub fn items(&self) -> usize {
        self.suite.items.len()
    }

    /// How long the items are expected to take together.
    #[must_use]
    pub fn expected(&self) -> Duration {
        let items = self.items();
        match self.expected {
            Expected::EarlierRun(pace) => pace.of(items).unwrap_or_default(),
            Expected::Practice(rehearsal) => rehearsal.took * u32::try_from(items).unwrap_or(u32::MAX),
        }
    }

    /// The longest that the items can take: each uses up its time. Opening chambers and judging come on top.
    #[must_use]
    pub fn at_most(&self) -> Duration {
        Duration::from_secs(self.items() as u64 * u64::from(self.budget.seconds))
    }
}

/// Takes model, suite and threshold in and says what would be done. Writes nothing to the review's folder. Where no
/// earlier run says how long items take, the model attempts a practice item.
///
/// # Errors
/// [`FlowError`], as the review itself would give.
pub fn run(request: &Request<'_>, progress: &mut dyn Progress) -> Result<DryRun, FlowError> {
    let (_, suite) = take_suite(&request.suite, progress)?;
    let threshold = read_threshold(request)?;
    let host = Host::find(&request.host)?;
    let model = request.source.take(progress)?.planned;
    // A practice item is asked of the same model: it takes what the look itself takes.
    may_look(request, &model, None)?;
    let expected = match Pace::kept(&request.house, &model, &suite, request.budget)? {
        Some(pace) => Expected::EarlierRun(pace),
        None => Expected::Practice(practice::rehearse(request, &host, progress)?),
    };
    Ok(DryRun { model, suite, threshold, budget: request.budget, expected })
}

fn read_threshold(request: &Request<'_>) -> Result<ThresholdFile, FlowError> {
    match &request.threshold {
        ThresholdSource::File(file) => threshold::read(file),
        ThresholdSource::Committed { commitment, .. } => {
            let opening = of_case(&request.house, *commitment)?;
            let file = request.house.opening_path(*commitment);
            let threshold = opening.open().map_err(|what| FlowError::Threshold { file, what })?;
            Ok(ThresholdFile { threshold, text: opening.threshold })
        }
        ThresholdSource::Kept => {
            Err(FlowError::Usage("a dry run needs a threshold file; name it with --threshold".to_owned()))
        }
    }
}
