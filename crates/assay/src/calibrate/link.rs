//! Linking: one calibration's items on another's scale, by anchors that both have.

use crate::bank::{Bank, BankError};
use crate::math::{deviation, mean, normal_grid, solve};
use crate::model::Curve;

/// Anchors fewer than this give no scale.
const ANCHORS_LEAST: usize = 3;
/// Points over which characteristic curves are compared.
const POINTS: usize = 41;
const REACH: f64 = 4.0;
/// Rounds of Gauss and Newton; from the mean/sigma start a handful suffice.
const ROUNDS: usize = 50;

/// How the two scales are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMethod {
    /// Mean and standard deviation of the anchors' difficulties (Marco, J. Educational Measurement 14, 1977).
    MeanSigma,
    /// The anchors' summed expected scores (Stocking and Lord, Applied Psychological Measurement 7, 1983).
    StockingLord,
}

/// `θ on the old scale = stretch · θ on the new one + shift`.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Above 0.
    pub stretch: f64,
    /// Where the new zero lies on the old scale.
    pub shift: f64,
    /// Names of the items that both calibrations have.
    pub anchors: Vec<String>,
}

/// Why two calibrations cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Too few.
    #[error("the two banks share {0} items; a link needs at least {ANCHORS_LEAST}")]
    FewAnchors(usize),
    /// All equally hard.
    #[error("the shared items are all equally difficult, which gives no scale: share easy and hard ones")]
    NoSpread,
}

/// The link from `new` to `old`.
///
/// # Errors
/// [`LinkError`].
pub fn link(old: &Bank, new: &Bank, method: LinkMethod) -> Result<Link, LinkError> {
    let pairs: Vec<(&str, &Curve, &Curve)> = new
        .items()
        .iter()
        .filter_map(|item| {
            let place = old.place(&item.name)?;
            Some((item.name.as_str(), &old.items()[place].curve, &item.curve))
        })
        .filter(|(_, old, new)| old.scores() == new.scores())
        .collect();
    if pairs.len() < ANCHORS_LEAST {
        return Err(LinkError::FewAnchors(pairs.len()));
    }
    let olds: Vec<f64> = pairs.iter().map(|(_, old, _)| old.difficulty()).collect();
    let news: Vec<f64> = pairs.iter().map(|(_, _, new)| new.difficulty()).collect();
    let (wide, narrow) = (deviation(&olds), deviation(&news));
    if wide < 1e-9 || narrow < 1e-9 {
        return Err(LinkError::NoSpread);
    }
    let start = (wide / narrow, mean(&olds) - wide / narrow * mean(&news));
    let (stretch, shift) = match method {
        LinkMethod::MeanSigma => start,
        LinkMethod::StockingLord => stocking_lord(&pairs, start),
    };
    Ok(Link { stretch, shift, anchors: pairs.iter().map(|(name, _, _)| (*name).to_owned()).collect() })
}

/// Gauss-Newton on the weighted squared distance of the two test characteristic curves.
fn stocking_lord(pairs: &[(&str, &Curve, &Curve)], start: (f64, f64)) -> (f64, f64) {
    const STEP: f64 = 1e-5;
    let (points, weights) = normal_grid(POINTS, REACH);
    let residuals = |stretch: f64, shift: f64| -> Vec<f64> {
        let moved: Vec<(&Curve, Curve)> =
            pairs.iter().map(|(_, old, new)| (*old, new.on_scale(stretch, shift))).collect();
        let gap = |x: f64| moved.iter().map(|(old, new)| old.expected(x) - new.expected(x)).sum::<f64>();
        points.iter().zip(&weights).map(|(x, w)| w.sqrt() * gap(*x)).collect()
    };
    let (mut stretch, mut shift) = start;
    for _ in 0..ROUNDS {
        let here = residuals(stretch, shift);
        let by = [residuals(stretch + STEP, shift), residuals(stretch, shift + STEP)]
            .map(|there| there.iter().zip(&here).map(|(t, h)| (t - h) / STEP).collect::<Vec<f64>>());
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let cross = dot(&by[0], &by[1]);
        let matrix = [dot(&by[0], &by[0]) + 1e-12, cross, cross, dot(&by[1], &by[1]) + 1e-12];
        let Some(step) = solve(&matrix, &[-dot(&by[0], &here), -dot(&by[1], &here)]) else { break };
        stretch = (stretch + step[0]).clamp(start.0 / 4.0, start.0 * 4.0);
        shift += step[1].clamp(-1.0, 1.0);
        if step[0].abs() + step[1].abs() < 1e-9 {
            break;
        }
    }
    (stretch, shift)
}

impl Link {
    /// `bank` on the old scale: curves, their errors and the population.
    ///
    /// # Errors
    /// [`BankError`] where a linked item leaves the range of what a bank holds.
    pub fn apply(&self, bank: &Bank) -> Result<Bank, BankError> {
        let items = bank.items().iter().cloned().map(|mut item| {
            item.curve = item.curve.on_scale(self.stretch, self.shift);
            item.error.slope /= self.stretch;
            item.error.difficulty *= self.stretch;
            item
        });
        let mut calibration = bank.calibration().clone();
        calibration.mean = self.stretch.mul_add(calibration.mean, self.shift);
        calibration.deviation *= self.stretch;
        calibration.area_spread *= self.stretch;
        let families = bank.families().iter().cloned().map(|mut family| {
            family.difficulty_spread *= self.stretch;
            family.person_spread *= self.stretch;
            family
        });
        Bank::new(
            bank.name().to_owned(),
            calibration,
            bank.areas().to_vec(),
            families.collect(),
            items.collect(),
        )
    }
}
