//! The decision of a fixed-length review: the interval of the share passed, held against the cut.

use serde::{Deserialize, Serialize};

use crate::interval::{Interval, clopper_pearson};

/// What the decision is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ThresholdText", into = "ThresholdText")]
pub struct Threshold {
    estimand: String,
    cut: f64,
    confidence: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdText {
    format: String,
    estimand: String,
    cut: f64,
    confidence: f64,
}

/// The format that threshold files name.
pub const THRESHOLD_FORMAT: &str = "proofhouse-threshold-1";

/// The only estimand that an uncalibrated suite supports.
const ESTIMAND: &str = "share of the suite's items passed";

/// A threshold that decides nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThresholdError {
    /// Another format.
    #[error("a threshold's format is \"{THRESHOLD_FORMAT}\", not {0:?}")]
    Format(String),
    /// Another estimand.
    #[error("the estimand of an uncalibrated suite is \"{ESTIMAND}\", not {0:?}")]
    Estimand(String),
    /// A cut at or outside the ends.
    #[error("the cut is a share between 0 and 1, not {0}")]
    Cut(f64),
    /// A confidence that is none.
    #[error("the confidence is at least 0.5 and below 1, not {0}")]
    Confidence(f64),
}

impl TryFrom<ThresholdText> for Threshold {
    type Error = ThresholdError;

    fn try_from(text: ThresholdText) -> Result<Self, ThresholdError> {
        if text.format != THRESHOLD_FORMAT {
            return Err(ThresholdError::Format(text.format));
        }
        if text.estimand != ESTIMAND {
            return Err(ThresholdError::Estimand(text.estimand));
        }
        if !(text.cut > 0.0 && text.cut < 1.0) {
            return Err(ThresholdError::Cut(text.cut));
        }
        if !(0.5..1.0).contains(&text.confidence) {
            return Err(ThresholdError::Confidence(text.confidence));
        }
        Ok(Self { estimand: text.estimand, cut: text.cut, confidence: text.confidence })
    }
}

impl From<Threshold> for ThresholdText {
    fn from(threshold: Threshold) -> Self {
        Self {
            format: THRESHOLD_FORMAT.to_owned(),
            estimand: threshold.estimand,
            cut: threshold.cut,
            confidence: threshold.confidence,
        }
    }
}

impl Threshold {
    /// What the cut is on.
    #[must_use]
    pub fn estimand(&self) -> &str {
        &self.estimand
    }

    /// The share at which a model counts as covered, between 0 and 1.
    #[must_use]
    pub fn cut(&self) -> f64 {
        self.cut
    }

    /// Two-sided confidence of the intervals.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    fn recommend(&self, interval: Interval) -> Recommendation {
        if interval.low >= self.cut {
            Recommendation::Covered
        } else if interval.high < self.cut {
            Recommendation::NotCovered
        } else {
            Recommendation::Undetermined
        }
    }
}

/// What is recommended to the human who determines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    /// The whole interval lies at or above the cut.
    Covered,
    /// The whole interval lies below the cut.
    NotCovered,
    /// The interval holds the cut, or the answer hangs on what is missing.
    Undetermined,
}

/// How many items ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items passed.
    pub passed: u32,
    /// Items failed.
    pub failed: u32,
    /// Items refused, unscorable or never attempted: nothing is known of them.
    pub missing: u32,
}

impl Counts {
    /// All items.
    #[must_use]
    pub fn items(self) -> u32 {
        self.passed + self.failed + self.missing
    }

    /// The interval with everything missing counted as failed.
    #[must_use]
    pub fn missing_failed(self, confidence: f64) -> Interval {
        clopper_pearson(self.passed, self.items(), confidence)
    }

    /// The interval with everything missing counted as passed.
    #[must_use]
    pub fn missing_passed(self, confidence: f64) -> Interval {
        clopper_pearson(self.passed + self.missing, self.items(), confidence)
    }
}

/// The decision, and what it would be at both extremes of what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What is recommended.
    pub recommendation: Recommendation,
    /// With everything missing counted as failed.
    pub missing_failed: Recommendation,
    /// With everything missing counted as passed.
    pub missing_passed: Recommendation,
}

/// Decides: the recommendation stands only if both extremes of what is missing give it.
#[must_use]
pub fn decide(threshold: &Threshold, counts: Counts) -> Decision {
    let missing_failed = threshold.recommend(counts.missing_failed(threshold.confidence));
    let missing_passed = threshold.recommend(counts.missing_passed(threshold.confidence));
    let recommendation =
        if missing_failed == missing_passed { missing_failed } else { Recommendation::Undetermined };
    Decision { recommendation, missing_failed, missing_passed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half() -> Threshold {
        Threshold { estimand: ESTIMAND.to_owned(), cut: 0.5, confidence: 0.95 }
    }

    #[test]
    fn all_three_outcomes_are_reached() {
        let decided = |passed, failed| decide(&half(), Counts { passed, failed, missing: 0 }).recommendation;
        assert_eq!(decided(24, 0), Recommendation::Covered);
        assert_eq!(decided(0, 24), Recommendation::NotCovered);
        assert_eq!(decided(12, 12), Recommendation::Undetermined);
    }

    #[test]
    fn a_decision_that_hangs_on_what_is_missing_is_undetermined() {
        let decision = decide(&half(), Counts { passed: 0, failed: 4, missing: 20 });
        assert_eq!(decision.missing_failed, Recommendation::NotCovered);
        assert_eq!(decision.missing_passed, Recommendation::Covered);
        assert_eq!(decision.recommendation, Recommendation::Undetermined);
    }

    #[test]
    fn nothing_measured_decides_nothing() {
        assert_eq!(decide(&half(), Counts::default()).recommendation, Recommendation::Undetermined);
    }
}
