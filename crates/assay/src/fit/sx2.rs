//! S-X²: whether an item's curve is the one that the data show, by groups of equal score.

use crate::bank::Bank;
use crate::math::{chi_square_above, count, normal_grid};
use crate::matrix::ResponseMatrix;
use crate::model::Curve;

const NODES: usize = 61;
/// Groups in which fewer are expected to pass or fail are merged with their neighbours.
const EXPECTED_LEAST: f64 = 1.0;

/// One item's S-X² (Orlando and Thissen, Applied Psychological Measurement 24, 2000).
#[derive(Debug, Clone, PartialEq)]
pub struct SX2 {
    /// The item.
    pub item: String,
    /// The statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: usize,
    /// The chance of so much where the curve is right.
    pub p: f64,
}

/// S-X² of every item of passed or failed, from persons who answered all of them. `None` for an item whose groups are
/// too small to judge. Cost: items² · nodes · items.
#[must_use]
pub fn s_x2(bank: &Bank, matrix: &ResponseMatrix) -> Vec<(String, Option<SX2>)> {
    let columns: Vec<(usize, &Curve)> = matrix
        .items()
        .iter()
        .enumerate()
        .filter_map(|(column, name)| Some((column, &bank.items()[bank.place(name)?].curve)))
        .filter(|(_, curve)| curve.scores() == 2)
        .collect();
    let rows: Vec<Vec<u8>> = (0..matrix.persons().len())
        .filter_map(|person| columns.iter().map(|(column, _)| matrix.score(person, *column)).collect())
        .collect();
    let (points, weights) = normal_grid(NODES, 5.0);
    let at = |x: f64| bank.calibration().deviation.mul_add(x, bank.calibration().mean);
    let chances: Vec<Vec<f64>> =
        columns.iter().map(|(_, curve)| points.iter().map(|x| curve.expected(at(*x))).collect()).collect();
    let all = score_masses(&chances, None, &weights);
    (0..columns.len())
        .map(|item| {
            let name = matrix.items()[columns[item].0].clone();
            let fit = one(item, &chances, &all, &rows, &weights, columns[item].1);
            (name.clone(), fit.map(|(statistic, degrees)| judged(name, statistic, degrees)))
        })
        .collect()
}

fn judged(item: String, statistic: f64, degrees: usize) -> SX2 {
    SX2 { item, statistic, degrees, p: chi_square_above(statistic, count(degrees)) }
}

/// For each node, the distribution of the number passed, by the recursion of Lord and Wingersky (Applied Psychological
/// Measurement 8, 1984), times the node's weight.
fn score_masses(chances: &[Vec<f64>], without: Option<usize>, weights: &[f64]) -> Vec<Vec<f64>> {
    let one_node = |(node, weight): (usize, &f64)| {
        let mut masses = vec![0.0; chances.len() + 1];
        masses[0] = *weight;
        let others = chances.iter().enumerate().filter(|(item, _)| Some(*item) != without);
        for (done, (_, row)) in others.enumerate() {
            let p = row[node];
            for k in (0..=done).rev() {
                masses[k + 1] += masses[k] * p;
                masses[k] *= 1.0 - p;
            }
        }
        masses
    };
    weights.iter().enumerate().map(one_node).collect()
}

fn one(
    item: usize,
    chances: &[Vec<f64>],
    all: &[Vec<f64>],
    rows: &[Vec<u8>],
    weights: &[f64],
    curve: &Curve,
) -> Option<(f64, usize)> {
    let rest = score_masses(chances, Some(item), weights);
    let mut groups: Vec<(f64, f64, f64)> = Vec::new();
    // A score of none or all says nothing: everybody in the group failed or passed.
    for score in 1..chances.len() {
        let here: Vec<&Vec<u8>> = rows
            .iter()
            .filter(|row| row.iter().map(|cell| usize::from(*cell)).sum::<usize>() == score)
            .collect();
        let passed = count(here.iter().filter(|row| row[item] == 1).count());
        let with: f64 = rest.iter().zip(&chances[item]).map(|(masses, p)| masses[score - 1] * p).sum();
        let whole: f64 = all.iter().map(|masses| masses[score]).sum();
        groups.push((count(here.len()), passed, with / whole.max(1e-300)));
    }
    let merged = merge(&groups);
    let parameters = match curve {
        Curve::Binary { guess, .. } if *guess > 0.0 => 3,
        Curve::Binary { .. } | Curve::Graded { .. } => 2,
    };
    let degrees = merged.len().checked_sub(parameters).filter(|degrees| *degrees > 0)?;
    let statistic = merged.iter().map(|(n, passed, p)| (passed - n * p).powi(2) / (n * p * (1.0 - p))).sum();
    Some((statistic, degrees))
}

/// Merges neighbours until at least [`EXPECTED_LEAST`] passes and failures are expected in each group.
fn merge(groups: &[(f64, f64, f64)]) -> Vec<(f64, f64, f64)> {
    let enough = |(n, _, p): &(f64, f64, f64)| n * p >= EXPECTED_LEAST && n * (1.0 - p) >= EXPECTED_LEAST;
    let join = |x: (f64, f64, f64), y: (f64, f64, f64)| {
        let n = x.0 + y.0;
        (n, x.1 + y.1, if n > 0.0 { (x.0 * x.2 + y.0 * y.2) / n } else { 0.0 })
    };
    let mut merged: Vec<(f64, f64, f64)> = Vec::new();
    let mut open = (0.0, 0.0, 0.0);
    for group in groups {
        open = join(open, *group);
        if enough(&open) {
            merged.push(open);
            open = (0.0, 0.0, 0.0);
        }
    }
    if let Some(last) = merged.last_mut().filter(|_| open.0 > 0.0) {
        *last = join(*last, open);
    }
    merged
}
