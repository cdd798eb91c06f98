//! A curve whose parameters are known only so well.

use super::{Curve, SCORES_MOST};
use crate::math::{HERMITE_5, Rng};

/// How well an item's parameters are known: standard errors of slope and difficulty, and their correlation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ParameterError {
    /// Standard error of the slope.
    pub slope: f64,
    /// Standard error of the difficulty (of milestones: of all together).
    pub difficulty: f64,
    /// Correlation of the two errors, from -1 to 1.
    pub correlation: f64,
}

/// A curve with what is unknown about it: the slope log-normal, so that it stays positive, the difficulty normal.
///
/// The probability of a score integrates over both, so that a likelihood made of them is as unsure as its bank (the
/// predictive distribution; Tsutakawa and Johnson, Psychometrika 55, 1990). A probability is the same for every item
/// of the test as long as no item is given twice.
pub(crate) struct Blurred<'a> {
    curve: &'a Curve,
    log_slope: f64,
    difficulty: f64,
    correlation: f64,
}

impl<'a> Blurred<'a> {
    /// `curve` with `error`, and `spread` (a standard deviation) around its difficulty on top.
    pub(crate) fn new(curve: &'a Curve, error: ParameterError, spread: f64) -> Self {
        let difficulty = error.difficulty.hypot(spread);
        let correlation =
            if difficulty > 0.0 { error.correlation * error.difficulty / difficulty } else { 0.0 };
        Self { curve, log_slope: error.slope / curve.slope(), difficulty, correlation }
    }

    /// The curve at two standard normal coordinates of its error.
    fn at(&self, x: f64, y: f64) -> Curve {
        let r = self.correlation;
        let shift = self.difficulty * r.mul_add(x, (1.0 - r * r).max(0.0).sqrt() * y);
        self.curve.varied(self.log_slope * x, shift)
    }

    /// A curve as it might really be.
    pub(crate) fn draw(&self, rng: &mut Rng) -> Curve {
        let (x, y) = (rng.normal(), rng.normal());
        self.at(x, y)
    }

    /// The curves over which probabilities are averaged, with their weights.
    pub(crate) fn nodes(&self) -> Vec<(Curve, f64)> {
        if self.log_slope == 0.0 && self.difficulty == 0.0 {
            return vec![(self.curve.clone(), 1.0)];
        }
        let pairs = HERMITE_5.iter().flat_map(|x| HERMITE_5.iter().map(move |y| (x, y)));
        pairs.map(|((x, wx), (y, wy))| (self.at(*x, *y), wx * wy)).collect()
    }
}

/// The mean over `nodes` of each score's probability at `ability`, into `into`.
pub(crate) fn averaged(nodes: &[(Curve, f64)], ability: f64, into: &mut [f64; SCORES_MOST]) {
    let mut p = [0.0; SCORES_MOST];
    into.fill(0.0);
    for (curve, weight) in nodes {
        curve.probabilities(ability, &mut p);
        into.iter_mut().zip(&p).take(curve.scores()).for_each(|(sum, p)| *sum += weight * p);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsure_curve_is_flatter_and_a_sure_one_the_same() {
        let curve = Curve::two_pl(1.5, 0.0).unwrap();
        let passed = |error: ParameterError, spread: f64| {
            let mut p = [0.0; SCORES_MOST];
            averaged(&Blurred::new(&curve, error, spread).nodes(), 1.0, &mut p);
            p[1]
        };
        let sure = passed(ParameterError::default(), 0.0);
        assert!((sure - curve.expected(1.0)).abs() < 1e-12);
        let unsure = passed(ParameterError { slope: 0.2, difficulty: 0.3, correlation: 0.2 }, 0.0);
        assert!(unsure < sure - 0.003, "{unsure} {sure}");
        assert!(passed(ParameterError::default(), 0.8) < unsure);
    }

    #[test]
    fn averages_are_those_of_many_draws() {
        let curve = Curve::two_pl(1.2, 0.3).unwrap();
        let blurred =
            Blurred::new(&curve, ParameterError { slope: 0.2, difficulty: 0.4, correlation: -0.5 }, 0.3);
        let mut p = [0.0; SCORES_MOST];
        averaged(&blurred.nodes(), 1.4, &mut p);
        let mut rng = Rng::new(1);
        let drawn: f64 = (0..200_000).map(|_| blurred.draw(&mut rng).expected(1.4)).sum::<f64>() / 200_000.0;
        assert!((drawn - p[1]).abs() < 0.002, "{drawn} {}", p[1]);
    }
}
