//! From fitted numbers to curves with standard errors.

use super::Fitted;
use super::expectation::{NODES, Posteriors, grid};
use super::maximise::{Kind, Parameters, SLOPE_MOST, Slopes, guarded};
use super::prepare::{Column, Columns, Warning};
use crate::math::{count, inverse, logistic, mean};
use crate::matrix::ResponseMatrix;
use crate::model::{Curve, ParameterError, SCORES_MOST};

/// Difficulties beyond this, in standard deviations of the persons, are extrapolation.
const DIFFICULTY_MOST: f64 = 8.0;
/// No standard error is reported larger: the parameter is then as good as unknown.
const ERROR_MOST: f64 = 10.0;
/// Slopes at or below this measure nothing.
const SLOPE_LEAST: f64 = 0.02;

/// The items with curves, and warnings for the others.
pub(super) fn finish(
    matrix: &ResponseMatrix,
    columns: &Columns,
    parameters: &[Parameters],
    posteriors: &Posteriors,
    threads: usize,
    warnings: &mut Vec<Warning>,
) -> Vec<Fitted> {
    let tasks: Vec<(&Column, &Parameters)> = columns.items.iter().zip(parameters).collect();
    let results =
        crate::parallel::map(tasks, threads, |(column, item)| fit(matrix, column, item, posteriors));
    let mut fitted = Vec::new();
    for (item, warning) in results {
        warnings.extend(warning);
        fitted.extend(item);
    }
    fitted
}

fn fit(
    matrix: &ResponseMatrix,
    column: &Column,
    item: &Parameters,
    posteriors: &Posteriors,
) -> (Option<Fitted>, Option<Warning>) {
    let slope = item.values[0];
    if slope <= -SLOPE_LEAST {
        return (None, Some(Warning::Backwards(column.name.clone())));
    }
    let difficulties: Vec<f64> = match item.kind {
        Kind::TwoPl | Kind::ThreePl { .. } => vec![-item.values[1] / guarded(slope)],
        Kind::Graded { .. } => item.values[1..].iter().map(|d| -d / guarded(slope)).collect(),
    };
    if slope < SLOPE_LEAST || mean(&difficulties).abs() > DIFFICULTY_MOST {
        return (None, Some(Warning::OutOfReach(column.name.clone())));
    }
    let curve = match item.kind {
        Kind::TwoPl => Curve::two_pl(slope, difficulties[0]),
        Kind::ThreePl { .. } => Curve::binary(slope, difficulties[0], logistic(item.values[2]), 1.0),
        Kind::Graded { .. } => Curve::graded(slope, difficulties.clone()),
    };
    let Ok(curve) = curve else { return (None, Some(Warning::OutOfReach(column.name.clone()))) };
    let information = by_scores(matrix, column, item, posteriors);
    let width = item.kind.width();
    let separable = slope >= SLOPE_MOST;
    let (covariance, rough) = match inverse(&information, width) {
        Some(covariance) if column.answered > 2 * width => (covariance, None),
        _ => (rough(item, posteriors), Some(Warning::RoughErrors(column.name.clone()))),
    };
    let error = parameter_error(item, mean(&difficulties), &covariance, column.answered);
    let warning = if separable { Some(Warning::Separable(column.name.clone(), SLOPE_MOST)) } else { rough };
    (Some(Fitted { item: column.name.clone(), curve, error, persons: column.answered }), warning)
}

/// The information in the data about one item: the sum over persons of the squared gradient of their marginal log
/// likelihoods (the empirical cross-product; mirt's `crossprod`).
fn by_scores(
    matrix: &ResponseMatrix,
    column: &Column,
    item: &Parameters,
    posteriors: &Posteriors,
) -> Vec<f64> {
    let width = item.kind.width();
    let gradients = log_gradients(item);
    let mut sum = vec![0.0; width * width];
    let mut mine = vec![0.0; width];
    for (person, posterior) in posteriors.persons.iter().enumerate() {
        let Some(score) = matrix.score(person, column.place) else { continue };
        for (value, row) in mine.iter_mut().zip(&gradients[usize::from(score)]) {
            let here = &row[posterior.from..posterior.from + posterior.weights.len()];
            *value = here.iter().zip(&posterior.weights).map(|(g, w)| g * w).sum();
        }
        for i in 0..width {
            for j in 0..width {
                sum[i * width + j] += mine[i] * mine[j];
            }
        }
    }
    sum
}

/// For each score and parameter: the derivative of the log probability at each point.
fn log_gradients(item: &Parameters) -> Vec<Vec<[f64; NODES]>> {
    let (points, _) = grid();
    let width = item.kind.width();
    let mut all = vec![vec![[0.0; NODES]; width]; item.kind.scores()];
    let mut slopes = Slopes { p: [0.0; SCORES_MOST], d: [[0.0; SCORES_MOST]; SCORES_MOST] };
    for (node, point) in points.iter().enumerate() {
        item.slopes(*point, &mut slopes);
        for (score, rows) in all.iter_mut().enumerate() {
            for (parameter, row) in rows.iter_mut().enumerate() {
                row[node] = slopes.d[score][parameter] / slopes.p[score];
            }
        }
    }
    all
}

/// The covariance if abilities were known, with a little ridge so that it exists.
fn rough(item: &Parameters, posteriors: &Posteriors) -> Vec<f64> {
    let (points, _) = grid();
    let width = item.kind.width();
    let mut information = vec![0.0; width * width];
    (0..width).for_each(|i| information[i * width + i] = 1.0 / (ERROR_MOST * ERROR_MOST));
    let mut slopes = Slopes { p: [0.0; SCORES_MOST], d: [[0.0; SCORES_MOST]; SCORES_MOST] };
    for posterior in &posteriors.persons {
        for (point, weight) in points[posterior.from..].iter().zip(&posterior.weights) {
            item.slopes(*point, &mut slopes);
            for score in 0..item.kind.scores() {
                let by = &slopes.d[score];
                for i in 0..width {
                    for j in 0..width {
                        information[i * width + j] += weight / slopes.p[score] * by[i] * by[j];
                    }
                }
            }
        }
    }
    inverse(&information, width).unwrap_or_else(|| vec![ERROR_MOST * ERROR_MOST; width * width])
}

/// Standard errors of slope and mean difficulty, by the delta method from those of slope and intercepts, plus what the
/// whole bank shares: the persons' mean and spread fix its scale, and of N persons they are known to 1/√N and 1/√(2N).
fn parameter_error(item: &Parameters, difficulty: f64, covariance: &[f64], persons: usize) -> ParameterError {
    let width = item.kind.width();
    let slope = guarded(item.values[0]);
    let intercepts = if matches!(item.kind, Kind::ThreePl { .. }) { 1 } else { width - 1 };
    let mut by = vec![0.0; width];
    by[0] = -difficulty / slope;
    by[1..=intercepts].fill(-1.0 / (slope * count(intercepts)));
    let n = count(persons.max(1));
    let along = |row: usize| (0..width).map(|k| covariance[row * width + k] * by[k]).sum::<f64>();
    let slope_variance = covariance[0] + slope * slope / (2.0 * n);
    let difficulty_variance =
        (0..width).map(|k| by[k] * along(k)).sum::<f64>() + (1.0 + difficulty * difficulty / 2.0) / n;
    let shared = along(0) - slope * difficulty / (2.0 * n);
    let (slope_error, difficulty_error) =
        (slope_variance.max(0.0).sqrt(), difficulty_variance.max(0.0).sqrt());
    let correlation = shared / (slope_error * difficulty_error).max(1e-12);
    ParameterError {
        slope: slope_error.min(ERROR_MOST),
        difficulty: difficulty_error.min(ERROR_MOST),
        correlation: correlation.clamp(-0.999, 0.999),
    }
}
