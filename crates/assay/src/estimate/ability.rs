//! Ability with its standard error.

use crate::bank::Bank;
use crate::math::{exp, ln, normal_grid};
use crate::model::{Curve, SCORES_MOST};

/// Abilities are looked for within this.
const REACH: f64 = 10.0;
/// Points of the first search, and halvings of the second.
const SCAN: i32 = 80;
const HALVINGS: u32 = 60;
/// Step of numerical derivatives: the best balance of rounding and curvature for second ones.
const STEP: f64 = 1e-4;
const NODES: usize = 121;

/// An ability and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// On the bank's scale.
    pub ability: f64,
    /// Its standard error.
    pub error: f64,
}

/// The expected ability under a normal prior, with its posterior deviation (Bock and Mislevy, Applied Psychological
/// Measurement 6, 1982). Of no responses, the prior.
#[must_use]
pub fn eap(responses: &[(&Curve, u8)], mean: f64, deviation: f64) -> Estimate {
    let (points, weights) = normal_grid(NODES, 6.0);
    let at = |x: f64| deviation.mul_add(x, mean);
    let logs: Vec<f64> = points.iter().map(|x| log_likelihood(responses, at(*x))).collect();
    let highest = logs.iter().fold(f64::MIN, |high, l| high.max(*l));
    let masses: Vec<f64> = logs.iter().zip(&weights).map(|(l, w)| w * exp(l - highest)).collect();
    let sum: f64 = masses.iter().sum();
    let ability = points.iter().zip(&masses).map(|(x, m)| at(*x) * m).sum::<f64>() / sum;
    let variance =
        points.iter().zip(&masses).map(|(x, m)| (at(*x) - ability) * (at(*x) - ability) * m).sum::<f64>()
            / sum;
    Estimate { ability, error: variance.sqrt() }
}

/// The weighted likelihood estimate (Warm, Psychometrika 54, 1989): finite also when everything was passed or failed.
/// `None` of no responses.
#[must_use]
pub fn wle(responses: &[(&Curve, u8)]) -> Option<Estimate> {
    if responses.is_empty() {
        return None;
    }
    let point = |i: i32| REACH * f64::from(i) / f64::from(SCAN);
    let gradients: Vec<(f64, f64)> =
        (-SCAN..=SCAN).map(|i| (point(i), weighted_score(responses, point(i)))).collect();
    // With guessing there can be several maxima; the likeliest is meant.
    let roots = gradients.windows(2).filter(|pair| pair[0].1 > 0.0 && pair[1].1 <= 0.0);
    let ability = roots
        .map(|pair| {
            let (mut low, mut high) = (pair[0].0, pair[1].0);
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                if weighted_score(responses, middle) > 0.0 { low = middle } else { high = middle }
            }
            f64::midpoint(low, high)
        })
        .max_by(|x, y| log_likelihood(responses, *x).total_cmp(&log_likelihood(responses, *y)));
    // Without a root the curve rises or falls all the way.
    let ability = ability.unwrap_or(if gradients[0].1 > 0.0 { REACH } else { -REACH });
    let information: f64 = responses.iter().map(|(curve, _)| curve.information(ability)).sum();
    Some(Estimate { ability, error: 1.0 / information.max(1e-6).sqrt() })
}

fn log_likelihood(responses: &[(&Curve, u8)], ability: f64) -> f64 {
    let mut p = [0.0; SCORES_MOST];
    responses
        .iter()
        .map(|(curve, score)| {
            curve.probabilities(ability, &mut p);
            ln(p[usize::from(*score).min(curve.scores() - 1)])
        })
        .sum()
}

/// The gradient of the log likelihood plus J / 2I, where `J = Σ P' P'' / P` and `I = Σ P'² / P`.
fn weighted_score(responses: &[(&Curve, u8)], ability: f64) -> f64 {
    let (mut gradient, mut j, mut information) = (0.0, 0.0, 0.0);
    let (mut below, mut here, mut above) = ([0.0; SCORES_MOST], [0.0; SCORES_MOST], [0.0; SCORES_MOST]);
    for (curve, score) in responses {
        curve.probabilities(ability - STEP, &mut below);
        curve.probabilities(ability, &mut here);
        curve.probabilities(ability + STEP, &mut above);
        for k in 0..curve.scores() {
            let first = (above[k] - below[k]) / (2.0 * STEP);
            let second = (above[k] - 2.0 * here[k] + below[k]) / (STEP * STEP);
            j += first * second / here[k];
            information += first * first / here[k];
            if k == usize::from(*score).min(curve.scores() - 1) {
                gradient += first / here[k];
            }
        }
    }
    gradient + j / (2.0 * information).max(1e-12)
}

/// Estimates per area and overall.
#[derive(Debug, Clone, PartialEq)]
pub struct AbilityEstimates {
    /// From all items together.
    pub overall_eap: Estimate,
    /// The same, without a prior.
    pub overall_wle: Option<Estimate>,
    /// For each of the bank's areas: its name and both estimates. Descriptive, unless α was split over areas.
    pub areas: Vec<(String, Estimate, Option<Estimate>)>,
}

/// Estimates from responses, each an item's place with its score; what is missing is left out.
#[must_use]
pub fn estimates(bank: &Bank, responses: &[(usize, u8)]) -> AbilityEstimates {
    let of = |area: Option<usize>| -> Vec<(&Curve, u8)> {
        let items = responses.iter().map(|(place, score)| (&bank.items()[*place], *score));
        items
            .filter(|(item, _)| area.is_none_or(|area| item.area == area))
            .map(|(i, s)| (&i.curve, s))
            .collect()
    };
    let (mean, deviation) = (bank.calibration().mean, bank.calibration().deviation);
    let all = of(None);
    let areas = bank.areas().iter().enumerate().map(|(place, area)| {
        let here = of(Some(place));
        (area.name.clone(), eap(&here, mean, deviation), wle(&here))
    });
    AbilityEstimates {
        overall_eap: eap(&all, mean, deviation),
        overall_wle: wle(&all),
        areas: areas.collect(),
    }
}
