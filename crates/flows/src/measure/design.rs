//! A design from a command's options.

use assay::{Bank, Criterion, Design, Estimand, Guard, Lengths, Selection, Statistic};

/// What can be chosen. What is left out has the values that `docs/assay.md` names.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignOptions {
    /// The cut.
    pub cut: f64,
    /// α.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// δ.
    pub indifference: f64,
    /// The area that the cut is on; overall if none.
    pub area: Option<String>,
    /// What is held against the lines.
    pub statistic: Statistic,
    /// How items are ranked.
    pub criterion: Criterion,
    /// One of so many best is drawn.
    pub randomesque: usize,
    /// The share of reviews that an item may be in.
    pub exposure_most: Option<f64>,
    /// No decision before so many items.
    pub least: usize,
    /// Undetermined after so many; every item of the bank if none.
    pub most: Option<usize>,
    /// "Not covered" needs so many items.
    pub guard_least: usize,
    /// And so many anchors among them.
    pub guard_anchors: usize,
}

/// Failing the anchors may be no less likely than this, where anchors are asked for.
const ANCHORS_P_LEAST: f64 = 0.01;

impl DesignOptions {
    /// The design for `bank`.
    #[must_use]
    pub fn design(&self, bank: &Bank) -> Design {
        let items = bank.items().len();
        Design {
            estimand: self.area.clone().map_or(Estimand::Overall, Estimand::Area),
            cut: self.cut,
            indifference: self.indifference,
            alpha: self.alpha,
            beta: self.beta,
            statistic: self.statistic,
            lengths: Lengths {
                least: self.least.min(items),
                most: self.most.unwrap_or(items),
                least_per_area: 1,
            },
            selection: Selection {
                criterion: self.criterion,
                randomesque: self.randomesque,
                exposure_most: self.exposure_most,
                per_family_most: 1,
            },
            guard: Guard {
                least: self.guard_least,
                anchors: self.guard_anchors,
                anchors_p_least: if self.guard_anchors > 0 { ANCHORS_P_LEAST } else { 0.0 },
                fit_least: None,
                arms: 0,
            },
        }
    }
}
