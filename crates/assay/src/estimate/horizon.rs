//! Time horizons: how long the tasks are that a model passes half of the time, or four times in five.

use crate::math::{exp, ln, logistic, solve};

/// A curve of passing over the logarithm of human time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    /// Minutes of human work at which half is passed.
    pub half_minutes: f64,
    /// Minutes at which 80 % is passed.
    pub four_fifths_minutes: f64,
    /// By how much the log odds fall with each doubling of the time.
    pub fall_per_doubling: f64,
    /// Whether a horizon lies outside the times of the items: it is then extrapolated.
    pub extrapolated: bool,
}

/// How much the two coefficients are held towards zero, so that data without overlap have a fit.
const RIDGE: f64 = 0.01;
const ROUNDS: usize = 100;

/// The horizon from items with human times: each a time in minutes, and the share of attempts passed. A logistic
/// regression on the logarithm of time (as METR, Measuring AI Ability to Complete Long Tasks, 2025).
///
/// `None` where there is no horizon: fewer than three items, one single time, or passing does not fall with time.
#[must_use]
pub fn horizon(items: &[(f64, f64)]) -> Option<Horizon> {
    let sound =
        |(minutes, share): &&(f64, f64)| *minutes > 0.0 && minutes.is_finite() && (0.0..=1.0).contains(share);
    let points: Vec<(f64, f64)> = items
        .iter()
        .filter(sound)
        .map(|(minutes, share)| (ln(*minutes) / std::f64::consts::LN_2, *share))
        .collect();
    let shortest = points.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let longest = points.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
    if points.len() < 3 || longest - shortest < 1e-9 {
        return None;
    }
    let middle = f64::midpoint(shortest, longest);
    let (constant, slope) = fit(&points, middle)?;
    if slope > -1e-6 {
        return None;
    }
    let at = |share: f64| middle + (ln(share / (1.0 - share)) - constant) / slope;
    let minutes = |doublings: f64| exp(doublings.clamp(-60.0, 60.0) * std::f64::consts::LN_2);
    let outside = |x: f64| x < shortest || x > longest;
    Some(Horizon {
        half_minutes: minutes(at(0.5)),
        four_fifths_minutes: minutes(at(0.8)),
        fall_per_doubling: -slope,
        extrapolated: outside(at(0.5)) || outside(at(0.8)),
    })
}

/// Constant and slope by Newton's method; the ridge makes the maximum exist and be single.
fn fit(points: &[(f64, f64)], middle: f64) -> Option<(f64, f64)> {
    let mut now = [0.0, 0.0];
    for _ in 0..ROUNDS {
        let (mut gradient, mut matrix) = ([-RIDGE * now[0], -RIDGE * now[1]], [RIDGE, 0.0, 0.0, RIDGE]);
        for (x, share) in points {
            let x = x - middle;
            let p = logistic(now[1].mul_add(x, now[0]));
            let weight = p * (1.0 - p);
            gradient[0] += share - p;
            gradient[1] += (share - p) * x;
            matrix[0] += weight;
            matrix[1] += weight * x;
            matrix[3] += weight * x * x;
        }
        matrix[2] = matrix[1];
        let step = solve(&matrix, &gradient)?;
        now[0] += step[0].clamp(-2.0, 2.0);
        now[1] += step[1].clamp(-2.0, 2.0);
        if step[0].abs() + step[1].abs() < 1e-10 {
            break;
        }
    }
    Some((now[0], now[1]))
}
