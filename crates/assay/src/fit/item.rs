//! Infit and outfit.

use crate::bank::Bank;
use crate::estimate::eap;
use crate::math::count;
use crate::matrix::ResponseMatrix;
use crate::model::{Curve, SCORES_MOST};

/// Mean squares of standardised residuals: 1 where the model holds, more where there is noise, less where items copy
/// each other (Wright and Masters, Rating Scale Analysis, 1982).
#[derive(Debug, Clone, PartialEq)]
pub struct ItemFit {
    /// The item.
    pub item: String,
    /// Weighted by information: sees what happens near the item's difficulty.
    pub infit: f64,
    /// Unweighted: sees surprises far from it.
    pub outfit: f64,
    /// From how many persons.
    pub persons: usize,
}

/// Expected score and its variance.
fn moments(curve: &Curve, ability: f64) -> (f64, f64) {
    let mut p = [0.0; SCORES_MOST];
    curve.probabilities(ability, &mut p);
    let mean: f64 = (0..curve.scores()).map(|k| count(k) * p[k]).sum();
    let square: f64 = (0..curve.scores()).map(|k| count(k) * count(k) * p[k]).sum();
    (mean, (square - mean * mean).max(1e-9))
}

/// The fit of every item of `bank` that the matrix has, at each person's expected ability.
#[must_use]
pub fn item_fit(bank: &Bank, matrix: &ResponseMatrix) -> Vec<ItemFit> {
    let places: Vec<Option<usize>> = matrix.items().iter().map(|name| bank.place(name)).collect();
    let (mean, deviation) = (bank.calibration().mean, bank.calibration().deviation);
    let mut sums = vec![(0.0, 0.0, 0.0, 0_usize); places.len()];
    for person in 0..matrix.persons().len() {
        let answered: Vec<(usize, &Curve, u8)> = (0..places.len())
            .filter_map(|column| {
                Some((column, &bank.items()[places[column]?].curve, matrix.score(person, column)?))
            })
            .collect();
        let responses: Vec<(&Curve, u8)> =
            answered.iter().map(|(_, curve, score)| (*curve, *score)).collect();
        let ability = eap(&responses, mean, deviation).ability;
        for (column, curve, score) in answered {
            let (expected, variance) = moments(curve, ability);
            let square = (f64::from(score) - expected).powi(2);
            let sum = &mut sums[column];
            *sum = (sum.0 + square, sum.1 + variance, sum.2 + square / variance, sum.3 + 1);
        }
    }
    let fitted = sums.into_iter().zip(matrix.items()).filter(|((.., persons), _)| *persons > 0);
    fitted
        .map(|((squares, variances, standardised, persons), item)| ItemFit {
            item: item.clone(),
            infit: squares / variances,
            outfit: standardised / count(persons),
            persons,
        })
        .collect()
}
