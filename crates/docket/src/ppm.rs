//! Probabilities as whole parts per million, so that budgets add up exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Parts per million, 0 to 1,000,000.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Ppm(u32);

/// More than the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a share is at most 1000000 parts per million")]
pub struct PpmError;

impl Ppm {
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// `parts` per million.
    ///
    /// # Errors
    /// [`PpmError`] above 1,000,000.
    pub fn new(parts: u32) -> Result<Self, PpmError> {
        if parts <= Self::WHOLE.0 { Ok(Self(parts)) } else { Err(PpmError) }
    }

    /// The parts.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// The sum, unless it is more than the whole.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(self.0 + other.0).ok()
    }

    /// What is left of this after `spent`; nothing when more was spent.
    #[must_use]
    pub fn less(self, spent: Self) -> Self {
        Self(self.0.saturating_sub(spent.0))
    }
}

impl TryFrom<u32> for Ppm {
    type Error = PpmError;

    fn try_from(parts: u32) -> Result<Self, PpmError> {
        Self::new(parts)
    }
}

impl From<Ppm> for u32 {
    fn from(share: Ppm) -> Self {
        share.0
    }
}

impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ppm", self.0)
    }
}

/// The chances of the two wrong decisions: covered without being it (alpha), and the reverse (beta).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorBudget {
    /// Chance of finding a model covered that is not.
    pub alpha_ppm: Ppm,
    /// Chance of not finding a model covered that is.
    pub beta_ppm: Ppm,
}

impl ErrorBudget {
    /// The sum, unless one of the two exceeds the whole.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            alpha_ppm: self.alpha_ppm.plus(other.alpha_ppm)?,
            beta_ppm: self.beta_ppm.plus(other.beta_ppm)?,
        })
    }

    /// What is left after `spent`.
    #[must_use]
    pub fn less(self, spent: Self) -> Self {
        Self { alpha_ppm: self.alpha_ppm.less(spent.alpha_ppm), beta_ppm: self.beta_ppm.less(spent.beta_ppm) }
    }

    /// Whether both parts fit into `whole`.
    #[must_use]
    pub fn fits(self, whole: Self) -> bool {
        self.alpha_ppm <= whole.alpha_ppm && self.beta_ppm <= whole.beta_ppm
    }
}
