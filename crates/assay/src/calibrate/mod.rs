//! Calibration: item parameters from recorded responses, by marginal maximum likelihood.
//!
//! Abilities are integrated over a standard normal population by quadrature, and the parameters are found by the EM
//! algorithm (Bock and Aitkin, Psychometrika 46, 1981), with its population's mean and spread let go for speed. The population fixes the scale: difficulty 0 is what the mean
//! person passes half of the time.
//!
//! Data that cannot carry an estimate give a named [`Warning`] and no parameters; nothing here is ever NaN.

mod errors;
mod expectation;
mod link;
mod lltm;
mod maximise;
mod prepare;
#[cfg(test)]
mod tests;

pub use link::{Link, LinkError, LinkMethod, link};
pub use lltm::{Features, GeneratorPrior, LltmError, generator_prior};
pub use prepare::Warning;

use crate::matrix::ResponseMatrix;
use crate::model::{Curve, ParameterError};
use expectation::{Posteriors, expect};
use maximise::{Kind, Parameters, maximise};

/// A change of every parameter below this ends the iterations.
const TOLERANCE: f64 = 1e-4;
/// More iterations than any sound data needed.
const ITERATIONS_MOST: usize = 500;

/// What is fitted, and with what help.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrateOptions {
    /// For items where guessing is possible: the expected chance to guess. The lower asymptote is then estimated around
    /// it. Without it, items of passed or failed follow the two-parameter model.
    pub guess: Option<f64>,
    /// What is known before about an item's difficulty, such as from its generator's parameters.
    pub priors: Vec<DifficultyPrior>,
    /// Threads to compute with. The result does not depend on it.
    pub threads: usize,
}

impl Default for CalibrateOptions {
    fn default() -> Self {
        Self { guess: None, priors: Vec::new(), threads: 1 }
    }
}

/// A normal prior on one item's difficulty.
#[derive(Debug, Clone, PartialEq)]
pub struct DifficultyPrior {
    /// The item.
    pub item: String,
    /// Expected difficulty.
    pub mean: f64,
    /// How sure that is.
    pub deviation: f64,
}

/// One item's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The item.
    pub item: String,
    /// Its curve.
    pub curve: Curve,
    /// How well it is known.
    pub error: ParameterError,
    /// How many persons it was estimated from.
    pub persons: usize,
}

/// What came of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationResult {
    /// The items with parameters, in the matrix's order. Items without are named in `warnings`.
    pub items: Vec<Fitted>,
    /// Everything about the data that a reader must know.
    pub warnings: Vec<Warning>,
    /// Iterations of the EM algorithm.
    pub iterations: usize,
    /// The marginal log likelihood at the end.
    pub log_likelihood: f64,
    /// Expected ability and its standard deviation for each person, on the calibration's scale.
    pub abilities: Vec<(f64, f64)>,
}

/// Fits `matrix`.
#[must_use]
pub fn calibrate(matrix: &ResponseMatrix, options: &CalibrateOptions) -> CalibrationResult {
    let (columns, mut warnings) = prepare::prepare(matrix, options);
    let mut parameters: Vec<Parameters> = columns.start(options);
    let mut posteriors = Posteriors::new(matrix.persons().len());
    let (mut iterations, mut log_likelihood) = (0, 0.0);
    let mut settled = columns.items.is_empty();
    while !settled && iterations < ITERATIONS_MOST {
        let expected = expect(matrix, &columns, &parameters, &mut posteriors, options.threads);
        log_likelihood = expected.log_likelihood;
        let change = maximise(&mut parameters, &expected, options.threads);
        iterations += 1;
        settled = change < TOLERANCE;
    }
    if !settled {
        warnings.push(Warning::NotSettled { iterations });
    }
    let abilities = posteriors.moments();
    let items = errors::finish(matrix, &columns, &parameters, &posteriors, options.threads, &mut warnings);
    CalibrationResult { items, warnings, iterations, log_likelihood, abilities }
}

/// The kinds of the columns that are fitted.
fn kind_of(highest: u8, options: &CalibrateOptions) -> Kind {
    match (highest, options.guess) {
        (0 | 1, None) => Kind::TwoPl,
        (0 | 1, Some(guess)) => Kind::ThreePl { guess },
        (steps, _) => Kind::Graded { steps: usize::from(steps) },
    }
}
