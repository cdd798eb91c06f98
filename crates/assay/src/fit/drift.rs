//! Drift: anchors that no longer are as hard as they were.

use crate::bank::Bank;
use crate::math::{count, normal_above_two_sided};

/// An item whose difficulty has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Drifted {
    /// The item.
    pub item: String,
    /// By how much; below zero it got easier, as a leaked item does.
    pub change: f64,
    /// The chance of a change so big by the standard errors alone, corrected for the number of items looked at (Holm,
    /// Scandinavian Journal of Statistics 6, 1979).
    pub p: f64,
}

/// The items of both banks whose difficulties differ beyond `level`, with banks on the same scale ([`crate::link`]). An
/// item whose difficulties are known without error in both banks cannot be judged and is left out.
#[must_use]
pub fn drift(old: &Bank, new: &Bank, level: f64) -> Vec<Drifted> {
    let mut all: Vec<Drifted> = new
        .items()
        .iter()
        .filter_map(|item| {
            let before = &old.items()[old.place(&item.name)?];
            let error = before.error.difficulty.hypot(item.error.difficulty);
            let change = item.curve.difficulty() - before.curve.difficulty();
            let p = normal_above_two_sided(change / error);
            (error > 0.0).then(|| Drifted { item: item.name.clone(), change, p })
        })
        .collect();
    all.sort_by(|x, y| x.p.total_cmp(&y.p));
    let looked_at = all.len();
    let mut largest = 0.0_f64;
    for (place, item) in all.iter_mut().enumerate() {
        largest = largest.max(item.p * count(looked_at - place)).min(1.0);
        item.p = largest;
    }
    all.retain(|item| item.p < level);
    all
}
