//! The design of a test: everything that is fixed before the first item.

use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::math::ln;

/// What the cut is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimand {
    /// The mean of the model's abilities in the bank's areas, weighted as the bank says: of these very areas, not of
    /// all that one could think of.
    Overall,
    /// The ability in one area.
    Area(String),
}

/// What is held against the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The log likelihood ratio of cut + δ to cut − δ (Wald, Annals of Mathematical Statistics 16, 1945; for items with
    /// curves: Reckase 1983, Eggen, Applied Psychological Measurement 23, 1999).
    Sprt,
    /// The log ratio of the best likelihoods at or above cut + δ and at or below cut − δ (Thompson, Practical
    /// Assessment, Research and Evaluation 16, 2011): shorter far from the cut.
    Glr,
    /// The log posterior odds of lying above the cut, from the calibration's population.
    Bayes,
}

/// How items are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Fisher information at the cut (Spray and Reckase, J. Educational and Behavioral Statistics 21, 1996).
    Information,
    /// Kullback-Leibler divergence between the two sides of the indifference region (Eggen 1999).
    KullbackLeibler,
    /// Mean information over the calibration's population: knows nothing of the cut. For a secret cut and an endpoint
    /// that the developer hosts, because the items chosen at the cut give it away.
    Secret,
    /// No ranking at all. For comparison.
    Random,
}

/// How items are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The ranking.
    pub criterion: Criterion,
    /// One of so many best is drawn (randomesque; Kingsbury and Zara, Applied Measurement in Education 2, 1989).
    pub randomesque: usize,
    /// The share of reviews that an item may be given in at most (Sympson and Hetter, 1985).
    pub exposure_most: Option<f64>,
    /// Items of one family that one review is given at most.
    pub per_family_most: usize,
}

/// How long a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// No decision before so many items.
    pub least: usize,
    /// Undetermined after so many.
    pub most: usize,
    /// No decision before so many items of each area.
    pub least_per_area: usize,
}

/// What "not covered" needs on top of crossing its line: failing on purpose is cheap where few failures suffice.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// At least so many items.
    pub least: usize,
    /// At least so many anchors among them, items that weaker models solve.
    pub anchors: usize,
    /// Failing the anchors may be no less likely than this, at the ability that the other items show.
    pub anchors_p_least: f64,
    /// The person-fit statistic lz* may be no lower than this: below, passes and failures do not fit any ability.
    pub fit_least: Option<f64>,
    /// So many elicitation arms must have been tried and agree.
    pub arms: usize,
}

/// Everything that is fixed before the first item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// What the cut is on.
    pub estimand: Estimand,
    /// The ability from which on a model counts as covered.
    pub cut: f64,
    /// δ: within this of the cut either answer is right.
    pub indifference: f64,
    /// P(recommends covered | θ ≤ cut − δ) at most; this look's share of the case's error budget.
    pub alpha: f64,
    /// P(recommends not covered | θ ≥ cut + δ) at most.
    pub beta: f64,
    /// What is held against the lines.
    pub statistic: Statistic,
    /// How long.
    pub lengths: Lengths,
    /// Which items.
    pub selection: Selection,
    /// What "not covered" needs.
    pub guard: Guard,
}

/// The two lines, as positive distances from zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Covered at or above this.
    pub covered: f64,
    /// Not covered at or below the negative of this.
    pub not_covered: f64,
}

impl Lines {
    /// Wald's lines: safe for the SPRT with exactly known curves and one ability for all areas, a starting point for
    /// everything else.
    #[must_use]
    pub fn wald(alpha: f64, beta: f64) -> Self {
        Self { covered: ln((1.0 - beta) / alpha), not_covered: ln((1.0 - alpha) / beta) }
    }
}

/// Why a design cannot be used with a bank.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// An area that the bank does not have.
    #[error("the estimand names the area {0:?}, which the bank does not have")]
    Area(String),
    /// A number outside its range.
    #[error("{what} is {value}; it has to be {wanted}")]
    Number {
        /// Which.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        wanted: &'static str,
    },
    /// Lengths that contradict each other or the bank.
    #[error("the lengths do not fit: {0}")]
    Lengths(String),
    /// Anchors that the bank does not have.
    #[error(
        "the guard asks for {wanted} anchors and the bank has {has}: mark more items as anchors, or ask for fewer"
    )]
    Anchors {
        /// How many it asks for.
        wanted: usize,
        /// How many there are.
        has: usize,
    },
}

impl DesignError {
    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Area(_) => "design-area",
            Self::Number { .. } => "design-number",
            Self::Lengths(_) => "design-lengths",
            Self::Anchors { .. } => "design-anchors",
        }
    }
}

fn within(
    what: &'static str,
    value: f64,
    low: f64,
    high: f64,
    wanted: &'static str,
) -> Result<(), DesignError> {
    if value >= low && value <= high { Ok(()) } else { Err(DesignError::Number { what, value, wanted }) }
}

impl Design {
    /// The share of each of the bank's areas in the estimand.
    ///
    /// # Errors
    /// [`DesignError::Area`].
    pub fn shares(&self, bank: &Bank) -> Result<Vec<f64>, DesignError> {
        match &self.estimand {
            Estimand::Overall => Ok(bank.areas().iter().map(|area| area.weight).collect()),
            Estimand::Area(name) => {
                let known = bank.areas().iter().any(|area| area.name == *name);
                let share = |area: &crate::bank::Area| f64::from(u8::from(area.name == *name));
                if known {
                    Ok(bank.areas().iter().map(share).collect())
                } else {
                    Err(DesignError::Area(name.clone()))
                }
            }
        }
    }

    /// Whether the numbers make sense by themselves.
    pub(super) fn check(&self) -> Result<(), DesignError> {
        within("the cut", self.cut, -20.0, 20.0, "between -20 and 20")?;
        within("the indifference", self.indifference, 1e-3, 10.0, "between 0.001 and 10")?;
        within("alpha", self.alpha, 1e-6, 0.4, "between 0.000001 and 0.4")?;
        within("beta", self.beta, 1e-6, 0.4, "between 0.000001 and 0.4")?;
        within("the anchors' least probability", self.guard.anchors_p_least, 0.0, 0.5, "between 0 and 0.5")?;
        let rate = self.selection.exposure_most.unwrap_or(1.0);
        within("the largest exposure rate", rate, 0.01, 1.0, "between 0.01 and 1")?;
        within("randomesque", crate::math::count(self.selection.randomesque), 1.0, 1e6, "at least 1")?;
        within(
            "items of a family",
            crate::math::count(self.selection.per_family_most),
            1.0,
            1e6,
            "at least 1",
        )?;
        if self.lengths.most < self.lengths.least.max(self.guard.least).max(1) {
            let why = "the most is less than the least".to_owned();
            return Err(DesignError::Lengths(why));
        }
        Ok(())
    }
}
