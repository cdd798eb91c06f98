//! The response curve of one item.

use super::SCORES_MOST;
use crate::math::{logistic, pow};

/// No probability of a score is taken to be smaller: one surprise must not decide a review by itself.
const PROBABILITY_LEAST: f64 = 1e-6;

/// How likely each score is at an ability θ.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// Passed or failed: `P(passed) = c + (u − c) / (1 + e^(−a(θ − b)))`. With `c = 0, u = 1` the two-parameter
    /// logistic model (Birnbaum, in Lord and Novick, Statistical Theories of Mental Test Scores, 1968); `c` is the
    /// chance to pass by guessing, `u` the chance of the ablest.
    Binary {
        /// Slope; positive.
        slope: f64,
        /// Difficulty, on the scale of abilities.
        difficulty: f64,
        /// Lower asymptote, from 0 to below `upper`.
        guess: f64,
        /// Upper asymptote, up to 1.
        upper: f64,
    },
    /// Milestones reached in order, the graded response model: `P(score ≥ k) = 1 / (1 + e^(−a(θ − b_k)))` (Samejima,
    /// Psychometrika Monograph 17, 1969).
    Graded {
        /// Slope; positive.
        slope: f64,
        /// Difficulty of reaching milestone 1, 2, …; rising.
        steps: Vec<f64>,
    },
}

/// Parameters that are no curve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// Not a slope.
    #[error(
        "a slope is above 0 and at most 20, not {0}: an item that gets harder for abler models measures nothing"
    )]
    Slope(f64),
    /// Not a difficulty.
    #[error("a difficulty is between -50 and 50, not {0}")]
    Difficulty(f64),
    /// Not a pair of asymptotes.
    #[error("the asymptotes are 0 <= guess < upper <= 1, not {0} and {1}")]
    Asymptotes(f64, f64),
    /// Not milestones.
    #[error("milestones have rising difficulties, at least 1 and at most {}", SCORES_MOST - 1)]
    Steps,
}

impl Curve {
    /// A two-parameter logistic curve.
    ///
    /// # Errors
    /// [`CurveError`].
    pub fn two_pl(slope: f64, difficulty: f64) -> Result<Self, CurveError> {
        Self::binary(slope, difficulty, 0.0, 1.0)
    }

    /// A curve of passed or failed with asymptotes.
    ///
    /// # Errors
    /// [`CurveError`].
    pub fn binary(slope: f64, difficulty: f64, guess: f64, upper: f64) -> Result<Self, CurveError> {
        check_slope(slope)?;
        check_difficulty(difficulty)?;
        if !(guess >= 0.0 && guess < upper && upper <= 1.0) {
            return Err(CurveError::Asymptotes(guess, upper));
        }
        Ok(Self::Binary { slope, difficulty, guess, upper })
    }

    /// A graded curve.
    ///
    /// # Errors
    /// [`CurveError`].
    pub fn graded(slope: f64, steps: Vec<f64>) -> Result<Self, CurveError> {
        check_slope(slope)?;
        steps.iter().try_for_each(|&step| check_difficulty(step))?;
        if steps.is_empty() || steps.len() >= SCORES_MOST || steps.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(CurveError::Steps);
        }
        Ok(Self::Graded { slope, steps })
    }

    /// How many scores there are: 0 to this, exclusive.
    #[must_use]
    pub fn scores(&self) -> usize {
        match self {
            Self::Binary { .. } => 2,
            Self::Graded { steps, .. } => steps.len() + 1,
        }
    }

    /// The slope.
    #[must_use]
    pub fn slope(&self) -> f64 {
        match self {
            Self::Binary { slope, .. } | Self::Graded { slope, .. } => *slope,
        }
    }

    /// The difficulty: of milestones, their mean.
    #[must_use]
    pub fn difficulty(&self) -> f64 {
        match self {
            Self::Binary { difficulty, .. } => *difficulty,
            Self::Graded { steps, .. } => crate::math::mean(steps),
        }
    }

    /// The probability of each score at `ability`, into `into`, which has a place for each. They sum to one.
    pub fn probabilities(&self, ability: f64, into: &mut [f64]) {
        match self {
            Self::Binary { slope, difficulty, guess, upper } => {
                let rise = logistic(slope * (ability - difficulty));
                let passed = (upper - guess).mul_add(rise, *guess);
                into[1] = passed.clamp(PROBABILITY_LEAST, 1.0 - PROBABILITY_LEAST);
                into[0] = 1.0 - into[1];
            }
            Self::Graded { slope, steps } => {
                let mut reached = 1.0;
                for (score, step) in steps.iter().enumerate() {
                    let next = logistic(slope * (ability - step));
                    into[score] = (reached - next).max(PROBABILITY_LEAST);
                    reached = next;
                }
                into[steps.len()] = reached.max(PROBABILITY_LEAST);
                let sum: f64 = into[..=steps.len()].iter().sum();
                into[..=steps.len()].iter_mut().for_each(|p| *p /= sum);
            }
        }
    }

    /// The probability of passing; of milestones, the mean score as a share of the highest.
    #[must_use]
    pub fn expected(&self, ability: f64) -> f64 {
        let mut p = [0.0; SCORES_MOST];
        self.probabilities(ability, &mut p);
        let highest = self.scores() - 1;
        (1..=highest).map(|score| score as f64 * p[score]).sum::<f64>() / highest as f64
    }

    /// Fisher information at `ability`: the sum over scores of `P'² / P` (Birnbaum 1968; Samejima 1969).
    #[must_use]
    pub fn information(&self, ability: f64) -> f64 {
        match self {
            Self::Binary { slope, difficulty, guess, upper } => {
                let rise = logistic(slope * (ability - difficulty));
                let passed = (upper - guess).mul_add(rise, *guess);
                let steep = slope * (upper - guess) * rise * (1.0 - rise);
                steep * steep / (passed * (1.0 - passed)).max(1e-300)
            }
            Self::Graded { slope, steps } => {
                let mut before = (1.0, 0.0);
                let mut sum = 0.0;
                for step in steps {
                    let rise = logistic(slope * (ability - step));
                    let now = (rise, slope * rise * (1.0 - rise));
                    sum += (before.1 - now.1) * (before.1 - now.1) / (before.0 - now.0).max(1e-12);
                    before = now;
                }
                sum + before.1 * before.1 / before.0.max(1e-12)
            }
        }
    }

    /// The same curve on a scale where abilities are `stretch · θ + shift`.
    #[must_use]
    pub fn on_scale(&self, stretch: f64, shift: f64) -> Self {
        let moved = |b: f64| stretch.mul_add(b, shift);
        match self {
            Self::Binary { slope, difficulty, guess, upper } => Self::Binary {
                slope: slope / stretch,
                difficulty: moved(*difficulty),
                guess: *guess,
                upper: *upper,
            },
            Self::Graded { slope, steps } => {
                Self::Graded { slope: slope / stretch, steps: steps.iter().map(|&b| moved(b)).collect() }
            }
        }
    }

    /// The same curve with its slope multiplied by `e^log_factor` and its difficulty moved.
    pub(crate) fn varied(&self, log_factor: f64, shift: f64) -> Self {
        let factor = pow(std::f64::consts::E, log_factor);
        match self {
            Self::Binary { slope, difficulty, guess, upper } => Self::Binary {
                slope: slope * factor,
                difficulty: difficulty + shift,
                guess: *guess,
                upper: *upper,
            },
            Self::Graded { slope, steps } => {
                Self::Graded { slope: slope * factor, steps: steps.iter().map(|b| b + shift).collect() }
            }
        }
    }
}

fn check_slope(slope: f64) -> Result<(), CurveError> {
    if slope > 0.0 && slope <= 20.0 { Ok(()) } else { Err(CurveError::Slope(slope)) }
}

fn check_difficulty(difficulty: f64) -> Result<(), CurveError> {
    if difficulty.abs() <= 50.0 { Ok(()) } else { Err(CurveError::Difficulty(difficulty)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_curve() -> impl Strategy<Value = Curve> {
        let binary = (0.2_f64..3.0, -3.0_f64..3.0, 0.0_f64..0.3, 0.8_f64..1.0)
            .prop_map(|(a, b, c, u)| Curve::binary(a, b, c, u).unwrap());
        let graded = (0.2_f64..3.0, -2.0_f64..0.0, proptest::collection::vec(0.1_f64..1.5, 1..5)).prop_map(
            |(a, first, gaps)| {
                let steps = gaps.iter().scan(first, |at, gap| {
                    *at += gap;
                    Some(*at)
                });
                Curve::graded(a, steps.collect()).unwrap()
            },
        );
        prop_oneof![binary, graded]
    }

    proptest! {
        #[test]
        fn the_scores_of_any_item_are_a_distribution(curve in any_curve(), ability in -60.0_f64..60.0) {
            let mut p = [0.0; SCORES_MOST];
            curve.probabilities(ability, &mut p);
            let sum: f64 = p[..curve.scores()].iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-12 && p[..curve.scores()].iter().all(|p| *p > 0.0));
        }

        #[test]
        fn information_is_the_variance_of_the_score_function(curve in any_curve(), ability in -3.0_f64..3.0) {
            const STEP: f64 = 1e-5;
            let at = |x: f64| { let mut p = [0.0; SCORES_MOST]; curve.probabilities(x, &mut p); p };
            let (below, here, above) = (at(ability - STEP), at(ability), at(ability + STEP));
            let wanted: f64 = (0..curve.scores())
                .map(|k| { let d = (above[k] - below[k]) / (2.0 * STEP); d * d / here[k] }).sum();
            prop_assert!((curve.information(ability) - wanted).abs() < 1e-3 * (0.1 + wanted));
        }

        #[test]
        fn a_moved_scale_changes_no_probability(curve in any_curve(), ability in -3.0_f64..3.0) {
            let moved = curve.on_scale(1.7, -0.4).expected(1.7 * ability - 0.4);
            prop_assert!((moved - curve.expected(ability)).abs() < 1e-9);
        }
    }

    #[test]
    fn one_milestone_is_the_two_parameter_model() {
        let (graded, binary) = (Curve::graded(1.3, vec![0.4]).unwrap(), Curve::two_pl(1.3, 0.4).unwrap());
        assert!((graded.expected(0.9) - binary.expected(0.9)).abs() < 1e-12);
        assert!((graded.information(0.9) - binary.information(0.9)).abs() < 1e-9);
    }

    #[test]
    fn what_is_no_curve_is_refused() {
        assert_eq!(Curve::two_pl(-1.0, 0.0), Err(CurveError::Slope(-1.0)));
        assert!(matches!(Curve::two_pl(f64::NAN, 0.0), Err(CurveError::Slope(_))));
        assert!(matches!(Curve::two_pl(1.0, f64::INFINITY), Err(CurveError::Difficulty(_))));
        assert_eq!(Curve::binary(1.0, 0.0, 0.5, 0.5), Err(CurveError::Asymptotes(0.5, 0.5)));
        assert_eq!(Curve::graded(1.0, vec![1.0, 1.0]), Err(CurveError::Steps));
    }
}
