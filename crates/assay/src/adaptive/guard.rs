//! What stands between crossing the lower line and "not covered".

use super::{Guard, Instrument};
use crate::decision::Recommendation;
use crate::fit::{PersonFit, person_fit};

/// One arm of elicitation: the same model, asked in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// What was different: `bare scaffold`, `best of 5`, `hints`.
    pub name: String,
    /// What it led to by itself.
    pub recommendation: Recommendation,
}

/// Why "not covered" is not recommended although the line is crossed. A signal to a human, with a false-positive rate
/// from simulation; never a verdict about intent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// Too few items.
    #[error("{given} items were given and \"not covered\" needs {wanted}")]
    FewItems {
        /// How many were given.
        given: usize,
        /// How many it needs.
        wanted: usize,
    },
    /// Too few anchors.
    #[error("{given} anchors were answered and \"not covered\" needs {wanted}")]
    FewAnchors {
        /// How many were answered.
        given: usize,
        /// How many it needs.
        wanted: usize,
    },
    /// Anchors failed that this model should solve.
    #[error(
        "the anchors were failed more often than the other items explain (p = {p:.4}): weaker models solve them"
    )]
    AnchorsFailed {
        /// How likely so few passes are.
        p: f64,
    },
    /// A pattern that fits no ability.
    #[error(
        "passes and failures fit no ability (lz* = {statistic:.2}): hard items passed and easy ones failed"
    )]
    Misfit {
        /// lz*.
        statistic: f64,
    },
    /// Too few arms, or arms that disagree.
    #[error("{agreeing} arms of elicitation agree with \"not covered\" and {wanted} have to")]
    ArmsDisagree {
        /// How many agree.
        agreeing: usize,
        /// How many have to.
        wanted: usize,
    },
}

/// A test with fewer passes or failures than this has no pattern to judge.
const PATTERN_LEAST: usize = 5;

impl Guard {
    /// Everything that speaks against "not covered". `given` holds each item with its score.
    #[must_use]
    pub fn doubts(
        &self,
        instrument: &Instrument<'_>,
        given: &[(usize, Option<u8>)],
        arms: &[Arm],
    ) -> Vec<Doubt> {
        let answered: Vec<(usize, u8)> =
            given.iter().filter_map(|(item, score)| score.map(|score| (*item, score))).collect();
        let is_anchor = |item: usize| instrument.bank().items()[item].anchor;
        let anchors = answered.iter().filter(|(item, _)| is_anchor(*item)).count();
        let few_items = given.len() < self.least;
        let few_anchors = anchors < self.anchors;
        let anchors_failed = self.anchors_p(instrument, &answered).filter(|p| *p < self.anchors_p_least);
        let agreeing = arms.iter().filter(|arm| arm.recommendation == Recommendation::NotCovered).count();
        let disagreeing = arms.iter().any(|arm| arm.recommendation == Recommendation::Covered);
        [
            few_items.then_some(Doubt::FewItems { given: given.len(), wanted: self.least }),
            few_anchors.then_some(Doubt::FewAnchors { given: anchors, wanted: self.anchors }),
            anchors_failed.map(|p| Doubt::AnchorsFailed { p }),
            self.misfit(instrument, &answered),
            (agreeing < self.arms || (self.arms > 0 && disagreeing))
                .then_some(Doubt::ArmsDisagree { agreeing, wanted: self.arms }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How likely it is to pass so few of the anchors at the ability that the other items show.
    fn anchors_p(&self, instrument: &Instrument<'_>, answered: &[(usize, u8)]) -> Option<f64> {
        if self.anchors == 0 || self.anchors_p_least <= 0.0 {
            return None;
        }
        let items = instrument.bank().items();
        let (anchors, others): (Vec<_>, Vec<_>) = answered.iter().partition(|(item, _)| items[*item].anchor);
        let mut evidence = super::Evidence::new(instrument);
        others.iter().for_each(|(item, score)| evidence.record(instrument, *item, Some(*score)));
        let [(mean, deviation), _] = evidence.abilities(instrument);
        let passed = anchors.iter().filter(|(_, score)| *score > 0).count();
        // Averaged over what the ability may be, by the same points as everywhere.
        let nodes = crate::math::HERMITE_5.iter();
        let p = nodes.map(|(x, weight)| {
            let at = |(item, _): &&(usize, u8)| items[*item].curve.expected(deviation.mul_add(*x, mean));
            weight * at_most(passed, &anchors.iter().map(|a| at(&a)).collect::<Vec<_>>())
        });
        Some(p.sum())
    }

    fn misfit(&self, instrument: &Instrument<'_>, answered: &[(usize, u8)]) -> Option<Doubt> {
        let least = self.fit_least?;
        if answered.len() < PATTERN_LEAST {
            return None;
        }
        match person_fit(instrument.bank(), answered) {
            Some(PersonFit { lz_star, .. }) if lz_star < least => Some(Doubt::Misfit { statistic: lz_star }),
            _ => None,
        }
    }
}

/// P(at most `passed` of independent items with these chances are passed).
fn at_most(passed: usize, chances: &[f64]) -> f64 {
    let mut counts = vec![0.0; chances.len() + 1];
    counts[0] = 1.0;
    for (number, p) in chances.iter().enumerate() {
        for k in (0..=number).rev() {
            counts[k + 1] += counts[k] * p;
            counts[k] *= 1.0 - p;
        }
    }
    counts[..=passed.min(chances.len())].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::at_most;

    #[test]
    fn unequal_chances_count_as_the_binomial_when_equal() {
        assert!((at_most(1, &[0.5, 0.5, 0.5]) - 0.5).abs() < 1e-12);
        assert!((at_most(0, &[0.9, 0.8]) - 0.02).abs() < 1e-12);
        assert!((at_most(9, &[0.9, 0.8]) - 1.0).abs() < 1e-12);
    }
}
