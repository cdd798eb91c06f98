//! Points and weights by which integrals over normal distributions become sums.

use super::{count, exp};

/// Gauss-Hermite points for the standard normal distribution with their weights: exact for polynomials up to degree 9
/// (Abramowitz and Stegun, table 25.10, scaled).
pub(crate) const HERMITE_5: [(f64, f64); 5] = [
    (-2.856_970_013_872_805_6, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_265_8, 0.222_075_922_005_612_65),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_265_8, 0.222_075_922_005_612_65),
    (2.856_970_013_872_805_6, 0.011_257_411_327_720_69),
];

/// The same with seven points, exact up to degree 13.
pub(crate) const HERMITE_7: [(f64, f64); 7] = [
    (-3.750_439_717_725_742_3, 0.000_548_268_855_972_217_8),
    (-2.366_759_410_734_541, 0.030_757_123_967_586_497),
    (-1.154_405_394_739_968_1, 0.240_123_178_605_012_72),
    (0.0, 0.457_142_857_142_857_1),
    (1.154_405_394_739_968_1, 0.240_123_178_605_012_72),
    (2.366_759_410_734_541, 0.030_757_123_967_586_497),
    (3.750_439_717_725_742_3, 0.000_548_268_855_972_217_8),
];

/// `nodes` equally spaced points from `-reach` to `reach` with standard normal weights that sum to one. For smooth
/// functions the trapezium rule converges faster than any power of the spacing.
pub(crate) fn normal_grid(nodes: usize, reach: f64) -> (Vec<f64>, Vec<f64>) {
    let step = 2.0 * reach / count(nodes.max(2) - 1);
    let points: Vec<f64> = (0..nodes).map(|i| step.mul_add(count(i), -reach)).collect();
    let mut weights: Vec<f64> = points.iter().map(|x| exp(-0.5 * x * x)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    (points, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(points: &[(f64, f64)], power: i32) -> f64 {
        points.iter().map(|(x, w)| w * x.powi(power)).sum()
    }

    #[test]
    fn the_rules_give_the_normal_moments() {
        for (power, wanted) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (6, 15.0), (8, 105.0)] {
            assert!((moment(&HERMITE_5, power) - wanted).abs() < 1e-9 * (1.0 + wanted), "five, {power}");
            assert!((moment(&HERMITE_7, power) - wanted).abs() < 1e-9 * (1.0 + wanted), "seven, {power}");
        }
        let (points, weights) = normal_grid(61, 6.0);
        let variance: f64 = points.iter().zip(&weights).map(|(x, w)| w * x * x).sum();
        assert!((variance - 1.0).abs() < 1e-6, "{variance}");
    }
}
