//! Two-sided intervals for a share, from counts.

use crate::math::normal_quantile;

/// An interval within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Halvings of 0..1 until neighbouring doubles: more cannot sharpen a bound.
const HALVINGS: u32 = 60;

/// The exact interval of Clopper and Pearson (Biometrika 26, 1934): the shares that a two-sided binomial test at
/// `confidence` does not reject. Covers the true share at least as often as `confidence` says.
///
/// `passed` counts more than `items` are taken as `items`; no items give the whole range.
#[must_use]
pub fn clopper_pearson(passed: u32, items: u32, confidence: f64) -> Interval {
    if items == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let passed = passed.min(items);
    let tail = (1.0 - confidence) / 2.0;
    let low = if passed == 0 { 0.0 } else { root(|share| at_least(passed, items, share) - tail) };
    let high = if passed == items { 1.0 } else { root(|share| tail - at_most(passed, items, share)) };
    Interval { low, high }
}

/// The score interval of Wilson (JASA 22, 1927): close to `confidence` on average, not a guarantee.
#[must_use]
pub fn wilson(passed: u32, items: u32, confidence: f64) -> Interval {
    if items == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = f64::from(items);
    let share = f64::from(passed.min(items)) / n;
    let z = normal_quantile(0.5 + confidence / 2.0);
    let spread = z * z / n;
    let centre = (share + spread / 2.0) / (1.0 + spread);
    let half = z / (1.0 + spread) * (share * (1.0 - share) / n + spread / (4.0 * n)).sqrt();
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// P(X >= k) of a binomial.
fn at_least(k: u32, n: u32, share: f64) -> f64 {
    (k..=n).map(|i| probability(i, n, share)).sum()
}

/// P(X <= k) of a binomial.
fn at_most(k: u32, n: u32, share: f64) -> f64 {
    (0..=k).map(|i| probability(i, n, share)).sum()
}

fn probability(k: u32, n: u32, share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        let certain = if share <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    let choose: f64 = (1..=k).map(|i| (f64::from(n - k + i) / f64::from(i)).ln()).sum();
    (choose + f64::from(k) * share.ln() + f64::from(n - k) * (-share).ln_1p()).exp()
}

/// The share at which a rising function crosses zero.
fn root(rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if rising(middle) < 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-7, "found {found}, wanted {wanted}");
    }

    /// Values of SciPy 1.17.1: `scipy.stats.binomtest(k, n).proportion_ci(0.95, method)`.
    #[test]
    fn intervals_agree_with_published_software() {
        let exact = clopper_pearson(7, 24, 0.95);
        near(exact.low, 0.126_152_09);
        near(exact.high, 0.510_947_81);
        let score = wilson(7, 24, 0.95);
        near(score.low, 0.149_146_48);
        near(score.high, 0.491_676_94);
    }

    #[test]
    fn none_of_24_leaves_up_to_a_seventh() {
        let none = clopper_pearson(0, 24, 0.95);
        near(none.low, 0.0);
        near(none.high, 1.0 - 0.025_f64.powf(1.0 / 24.0));
    }

    #[test]
    fn no_items_say_nothing() {
        assert_eq!(clopper_pearson(0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
    }

    proptest! {
        #[test]
        fn the_exact_interval_covers_as_often_as_it_says(n in 1_u32..40, share in 0.01_f64..0.99) {
            let covered: f64 = (0..=n)
                .filter(|&k| { let i = clopper_pearson(k, n, 0.95); i.low <= share && share <= i.high })
                .map(|k| probability(k, n, share))
                .sum();
            prop_assert!(covered >= 0.95 - 1e-9, "{covered}");
        }

        #[test]
        fn more_passes_never_lower_a_bound(n in 1_u32..60, k in 0_u32..59) {
            prop_assume!(k < n);
            let (fewer, more) = (clopper_pearson(k, n, 0.95), clopper_pearson(k + 1, n, 0.95));
            prop_assert!(fewer.low <= more.low && fewer.high <= more.high);
        }
    }
}
