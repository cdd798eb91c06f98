//! Intervals when attempts hang together in items, and items in families.

use crate::interval::Interval;
use crate::math::{Rng, count, quantile_of_sorted};

/// One attempt, for resampling.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRecord {
    /// The item's family; an item without one is its own.
    pub family: String,
    /// The item.
    pub item: String,
    /// What counts: 1 or 0 for passed or failed, or any other number.
    pub value: f64,
}

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapOptions {
    /// Resamples.
    pub resamples: usize,
    /// Two-sided confidence.
    pub confidence: f64,
    /// The same seed gives the same interval.
    pub seed: u64,
}

/// Families of items of attempts.
type Nested = Vec<Vec<Vec<f64>>>;

fn nested(attempts: &[AttemptRecord]) -> Nested {
    let mut families = std::collections::BTreeMap::<&str, std::collections::BTreeMap<&str, Vec<f64>>>::new();
    for attempt in attempts.iter().filter(|attempt| attempt.value.is_finite()) {
        families.entry(&attempt.family).or_default().entry(&attempt.item).or_default().push(attempt.value);
    }
    families.into_values().map(|items| items.into_values().collect()).collect()
}

/// The mean over items of each item's mean.
fn item_mean(items: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = items.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / count(n))
}

/// The percentile interval for the mean over items, resampling families, items within them and attempts within those
/// (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8). `None` of fewer than two
/// families: there is nothing that shows how much families differ.
#[must_use]
pub fn bootstrap(attempts: &[AttemptRecord], options: BootstrapOptions) -> Option<Interval> {
    let families = nested(attempts);
    if families.len() < 2 || options.resamples == 0 {
        return None;
    }
    let mut rng = Rng::new(options.seed);
    let mut means: Vec<f64> = (0..options.resamples).filter_map(|_| resampled(&families, &mut rng)).collect();
    means.sort_by(f64::total_cmp);
    let tail = (1.0 - options.confidence) / 2.0;
    Some(Interval { low: quantile_of_sorted(&means, tail), high: quantile_of_sorted(&means, 1.0 - tail) })
}

fn resampled(families: &Nested, rng: &mut Rng) -> Option<f64> {
    let mut items = Vec::new();
    for _ in 0..families.len() {
        let family = &families[rng.below(families.len())];
        for _ in 0..family.len() {
            let attempts = &family[rng.below(family.len())];
            let sum: f64 = (0..attempts.len()).map(|_| attempts[rng.below(attempts.len())]).sum();
            items.push(sum / count(attempts.len()));
        }
    }
    item_mean(items.into_iter())
}

/// The mean difference between two parties on the items that both attempted, and its interval by [`bootstrap`]: with a
/// fuzzer at equal processor time, the uplift over it. `None` without two shared families.
#[must_use]
pub fn paired_difference(
    model: &[AttemptRecord],
    other: &[AttemptRecord],
    options: BootstrapOptions,
) -> Option<(f64, Interval)> {
    let mean_of = |attempts: &[AttemptRecord], item: &str| {
        item_mean(attempts.iter().filter(|a| a.item == item && a.value.is_finite()).map(|a| a.value))
    };
    let items: std::collections::BTreeMap<&str, &str> =
        model.iter().map(|attempt| (attempt.item.as_str(), attempt.family.as_str())).collect();
    let differences: Vec<AttemptRecord> = items
        .into_iter()
        .filter_map(|(item, family)| {
            let value = mean_of(model, item)? - mean_of(other, item)?;
            Some(AttemptRecord { family: family.to_owned(), item: item.to_owned(), value })
        })
        .collect();
    let interval = bootstrap(&differences, options)?;
    Some((item_mean(differences.iter().map(|d| d.value))?, interval))
}
