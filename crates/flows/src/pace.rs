//! How long items take a model: kept in the house folder at the end of a run, read by a dry run.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::Digest;
use types::transcript::Budget;

use crate::error::FlowError;
use crate::house::House;
use crate::plan::{PlannedModel, PlannedSuite};

/// What a run's items took, without what was waited between interrupted parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Items that began and ended without an interruption.
    pub items: u32,
    /// What they took together, in milliseconds.
    pub took_ms: u64,
}

impl Pace {
    /// Adds an item.
    pub fn add(&mut self, took: Duration) {
        self.items += 1;
        self.took_ms = self.took_ms.saturating_add(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    }

    /// What `items` items take at this pace; `None` when no item was measured.
    #[must_use]
    pub fn of(self, items: usize) -> Option<Duration> {
        let each = self.took_ms.checked_div(u64::from(self.items))?;
        Some(Duration::from_millis(each.saturating_mul(items as u64)))
    }

    /// Keeps the pace of `model` on `suite`. A run that measured none keeps what an earlier one did.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub(crate) fn keep(
        self,
        house: &House,
        model: &PlannedModel,
        suite: &PlannedSuite,
        budget: Budget,
    ) -> Result<(), FlowError> {
        if self.items == 0 { Ok(()) } else { House::keep(&house.pace_path(key(model, suite, budget)), &self) }
    }

    /// The pace that an earlier run of the same model on the same suite under the same budget kept.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub(crate) fn kept(
        house: &House,
        model: &PlannedModel,
        suite: &PlannedSuite,
        budget: Budget,
    ) -> Result<Option<Self>, FlowError> {
        let path = house.pace_path(key(model, suite, budget));
        if path.exists() { House::read(&path).map(Some) } else { Ok(None) }
    }
}

fn key(model: &PlannedModel, suite: &PlannedSuite, budget: Budget) -> Digest {
    let budget = format!("{} {} {}", budget.tokens, budget.turns, budget.seconds);
    Digest::of_parts(&[
        b"pace",
        model.identity().to_hex().as_bytes(),
        suite.digest.to_hex().as_bytes(),
        budget.as_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_the_mean_of_what_was_measured() {
        let mut pace = Pace { items: 0, took_ms: 0 };
        assert_eq!(pace.of(24), None);
        pace.add(Duration::from_secs(2));
        pace.add(Duration::from_secs(4));
        assert_eq!(pace.of(24), Some(Duration::from_secs(72)));
    }
}
