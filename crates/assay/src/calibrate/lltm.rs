//! Priors for fresh items from the parameters of their generator.

use super::DifficultyPrior;
use crate::bank::Bank;
use crate::math::{count, inverse};

/// What an item's generator was set to, as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The item.
    pub item: String,
    /// One number for each feature, in the same order for every item.
    pub values: Vec<f64>,
}

/// Difficulty as a linear function of features: the linear logistic test model (Fischer, Acta Psychologica 37, 1973)
/// with an item-level residual, fitted to calibrated items by weighted least squares. The residual's variance is that
/// of Paule and Mandel (J. Research NBS 87, 1982).
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorPrior {
    /// The constant, then a weight for each feature.
    pub weights: Vec<f64>,
    covariance: Vec<f64>,
    /// How much items differ from what their features say (a standard deviation).
    pub residual: f64,
}

/// Why features give no prior.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LltmError {
    /// Too few items.
    #[error("{items} calibrated items are too few for {features} features: at least {} are needed", features + 3)]
    FewItems {
        /// How many have features and parameters.
        items: usize,
        /// How many features.
        features: usize,
    },
    /// Features of another length, or not finite.
    #[error("item {0:?} has other features than the first one, or one that is not a number")]
    Features(String),
    /// Features that say the same.
    #[error(
        "the features of the calibrated items do not tell themselves apart: leave out what follows from the others"
    )]
    Collinear,
}

/// Fits the difficulties of the items in `bank` that `features` describe.
///
/// # Errors
/// [`LltmError`].
pub fn generator_prior(bank: &Bank, features: &[Features]) -> Result<GeneratorPrior, LltmError> {
    let width = features.first().map_or(0, |first| first.values.len());
    let mut rows = Vec::new();
    for feature in features {
        if feature.values.len() != width || feature.values.iter().any(|value| !value.is_finite()) {
            return Err(LltmError::Features(feature.item.clone()));
        }
        let Some(place) = bank.place(&feature.item) else { continue };
        let item = &bank.items()[place];
        let row = std::iter::once(1.0).chain(feature.values.iter().copied()).collect();
        rows.push(Row { x: row, y: item.curve.difficulty(), variance: item.error.difficulty.powi(2) });
    }
    if rows.len() < width + 3 {
        return Err(LltmError::FewItems { items: rows.len(), features: width });
    }
    let free = count(rows.len() - width - 1);
    let excess = |variance: f64| fit(&rows, variance).map(|fit| fit.misfit - free);
    // The weighted misfit falls as the residual variance grows.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut variance = 0.0;
    if excess(1e-9).ok_or(LltmError::Collinear)? > 0.0 {
        while excess(high).ok_or(LltmError::Collinear)? > 0.0 && high < 1e6 {
            high *= 2.0;
        }
        for _ in 0..80 {
            variance = f64::midpoint(low, high);
            if excess(variance).ok_or(LltmError::Collinear)? > 0.0 { low = variance } else { high = variance }
        }
    }
    let fit = fit(&rows, variance).ok_or(LltmError::Collinear)?;
    Ok(GeneratorPrior { weights: fit.weights, covariance: fit.covariance, residual: variance.sqrt() })
}

struct Row {
    x: Vec<f64>,
    y: f64,
    variance: f64,
}

struct Fit {
    weights: Vec<f64>,
    covariance: Vec<f64>,
    misfit: f64,
}

fn fit(rows: &[Row], residual: f64) -> Option<Fit> {
    let n = rows[0].x.len();
    let (mut matrix, mut right) = (vec![0.0; n * n], vec![0.0; n]);
    // An item known exactly, without a residual, would have infinite weight.
    let weight = |row: &Row| 1.0 / (row.variance + residual).max(1e-9);
    for row in rows {
        for i in 0..n {
            right[i] += weight(row) * row.x[i] * row.y;
            for j in 0..n {
                matrix[i * n + j] += weight(row) * row.x[i] * row.x[j];
            }
        }
    }
    let covariance = inverse(&matrix, n)?;
    let weights: Vec<f64> = (0..n).map(|i| (0..n).map(|j| covariance[i * n + j] * right[j]).sum()).collect();
    let misfit = rows.iter().map(|row| weight(row) * (row.y - dot(&row.x, &weights)).powi(2)).sum();
    Some(Fit { weights, covariance, misfit })
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

impl GeneratorPrior {
    /// What a fresh item's features say of its difficulty.
    ///
    /// # Errors
    /// [`LltmError::Features`] if there are more or fewer than fitted.
    pub fn of(&self, features: &Features) -> Result<DifficultyPrior, LltmError> {
        if features.values.len() + 1 != self.weights.len() || features.values.iter().any(|v| !v.is_finite()) {
            return Err(LltmError::Features(features.item.clone()));
        }
        let x: Vec<f64> = std::iter::once(1.0).chain(features.values.iter().copied()).collect();
        let n = x.len();
        let unsure: f64 = (0..n).map(|i| x[i] * dot(&self.covariance[i * n..(i + 1) * n], &x)).sum();
        Ok(DifficultyPrior {
            item: features.item.clone(),
            mean: dot(&x, &self.weights),
            deviation: self.residual.hypot(unsure.max(0.0).sqrt()),
        })
    }
}
