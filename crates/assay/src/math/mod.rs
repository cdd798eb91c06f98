//! The functions that everything else here is computed with.
//!
//! Exponentials and logarithms are the room's own and use only operations that IEEE 754 fixes to the bit, so that a
//! plan simulated on one machine is the same on another; a C library's differ in the last place. They are also
//! free of branches, so that loops over quadrature nodes become vector instructions.

mod elementary;
mod quadrature;
mod rng;
mod solve;
mod special;

pub(crate) use elementary::{exp, ln, logistic, pow};
pub(crate) use quadrature::{HERMITE_5, HERMITE_7, normal_grid};
pub use rng::Rng;
pub(crate) use solve::{inverse, solve};
pub(crate) use special::{chi_square_above, normal_above_two_sided, normal_quantile};

/// The mean of `values`; zero of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count(values.len()) }
}

/// The standard deviation with n − 1; zero of fewer than two.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values);
    (values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / count(values.len() - 1)).sqrt()
}

/// The value below which `share` of sorted values lie (type 7 of Hyndman and Fan, American Statistician 50, 1996);
/// zero of none.
pub(crate) fn quantile_of_sorted(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * count(last);
    let below = place.floor() as usize;
    let part = place - place.floor();
    sorted[below] + part * (sorted[(below + 1).min(last)] - sorted[below])
}

/// A count as a number to compute with. Exact: nothing here counts to 2^53.
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}
