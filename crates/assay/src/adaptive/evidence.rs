//! What the responses so far say, with everything missing counted as failed and as passed.

use std::collections::BTreeMap;

use super::instrument::Averaged;
use super::{Instrument, Statistic};
use crate::math::{HERMITE_7, exp, ln};

/// The likelihood under one reading of what is missing.
#[derive(Debug, Clone)]
struct Branch {
    /// At every point of the instrument.
    log: Vec<f64>,
    /// Of families whose items depend on each other.
    families: BTreeMap<usize, FamilyScores>,
}

/// What one family's items scored, and what that adds to the log likelihood at every point.
#[derive(Debug, Clone, Default)]
struct FamilyScores {
    scores: Vec<(usize, u8)>,
    added: Vec<f64>,
}

/// What the responses so far say.
#[derive(Debug, Clone)]
pub struct Evidence {
    missing_failed: Branch,
    /// None as long as nothing is missing: it is the same then.
    missing_passed: Option<Branch>,
}

impl Evidence {
    /// Before the first response.
    #[must_use]
    pub fn new(instrument: &Instrument<'_>) -> Self {
        let log = vec![0.0; instrument.points().len()];
        Self { missing_failed: Branch { log, families: BTreeMap::new() }, missing_passed: None }
    }

    /// Takes in what came of an item; `None` is missing.
    pub fn record(&mut self, instrument: &Instrument<'_>, item: usize, score: Option<u8>) {
        let highest = (instrument.bank().items()[item].curve.scores() - 1) as u8;
        if score.is_none() && self.missing_passed.is_none() {
            self.missing_passed = Some(self.missing_failed.clone());
        }
        if let Some(branch) = &mut self.missing_passed {
            branch.add(instrument, item, score.unwrap_or(highest));
        }
        self.missing_failed.add(instrument, item, score.unwrap_or(0));
    }

    /// The statistic of the design, with everything missing counted as failed and as passed.
    #[must_use]
    pub fn statistics(&self, instrument: &Instrument<'_>) -> (f64, f64) {
        let failed = statistic(instrument, &self.missing_failed.log);
        let passed = self.missing_passed.as_ref().map_or(failed, |branch| statistic(instrument, &branch.log));
        (failed, passed)
    }

    /// Posterior mean and standard deviation of the ability (EAP; Bock and Mislevy, Applied Psychological Measurement
    /// 6, 1982) under the calibration's population, with everything missing counted as failed and as passed.
    #[must_use]
    pub fn abilities(&self, instrument: &Instrument<'_>) -> [(f64, f64); 2] {
        let failed = posterior(instrument, &self.missing_failed.log);
        let passed = self.missing_passed.as_ref().map_or(failed, |branch| posterior(instrument, &branch.log));
        [failed, passed]
    }
}

impl Branch {
    fn add(&mut self, instrument: &Instrument<'_>, item: usize, score: u8) {
        let bank = instrument.bank();
        let described = &bank.items()[item];
        let dependent = described.family.filter(|family| {
            instrument.design().selection.per_family_most > 1 && bank.families()[*family].person_spread > 0.0
        });
        let Some(family) = dependent else {
            self.log.iter_mut().zip(instrument.log_row(item, score)).for_each(|(sum, log)| *sum += log);
            return;
        };
        let mine = self.families.entry(family).or_default();
        mine.scores.push((item, score));
        let now = together(instrument, bank.families()[family].person_spread, &mine.scores);
        mine.added.resize(now.len(), 0.0);
        for ((sum, now), before) in self.log.iter_mut().zip(&now).zip(&mine.added) {
            *sum += now - before;
        }
        mine.added = now;
    }
}

/// The log likelihood of one family's scores at every point: the model's effect on the family, shared by its items, is
/// integrated over (Bradlow, Wainer and Wang, Psychometrika 64, 1999).
fn together(instrument: &Instrument<'_>, spread: f64, scores: &[(usize, u8)]) -> Vec<f64> {
    let items: Vec<(Averaged, u8)> = scores
        .iter()
        .map(|(item, score)| (Averaged::new(&instrument.bank().items()[*item], 0.0), *score))
        .collect();
    let at = |ability: f64| -> f64 {
        items.iter().map(|(averaged, score)| averaged.at(ability)[usize::from(*score)]).product()
    };
    let points = instrument.points().iter();
    points.map(|point| ln(HERMITE_7.iter().map(|(x, w)| w * at(spread.mul_add(*x, *point))).sum())).collect()
}

fn statistic(instrument: &Instrument<'_>, log: &[f64]) -> f64 {
    let design = instrument.design();
    let grid = || instrument.points()[2..].iter().zip(&log[2..]);
    match design.statistic {
        Statistic::Sprt => log[1] - log[0],
        Statistic::Glr => {
            let (low, high) = (design.cut - design.indifference, design.cut + design.indifference);
            let best = |start: f64, side: &dyn Fn(f64) -> bool| {
                grid().filter(|(x, _)| side(**x)).map(|(_, l)| *l).fold(start, f64::max)
            };
            best(log[1], &|x| x > high) - best(log[0], &|x| x < low)
        }
        Statistic::Bayes => {
            let weights = weights(instrument, log);
            let side = |wanted: std::cmp::Ordering| -> f64 {
                let here = instrument.points()[2..].iter().zip(&weights);
                here.map(|(x, w)| match x.total_cmp(&design.cut) {
                    std::cmp::Ordering::Equal => 0.5 * w,
                    found if found == wanted => *w,
                    _ => 0.0,
                })
                .sum()
            };
            ln(side(std::cmp::Ordering::Greater).max(1e-300)) - ln(side(std::cmp::Ordering::Less).max(1e-300))
        }
    }
}

/// Posterior weights on the grid; they sum to one.
fn weights(instrument: &Instrument<'_>, log: &[f64]) -> Vec<f64> {
    let calibration = instrument.bank().calibration();
    let prior = |x: f64| {
        let z = (x - calibration.mean) / calibration.deviation;
        -0.5 * z * z
    };
    let logs: Vec<f64> = instrument.points()[2..].iter().zip(&log[2..]).map(|(x, l)| l + prior(*x)).collect();
    let highest = logs.iter().fold(f64::MIN, |high, l| high.max(*l));
    let mut weights: Vec<f64> = logs.iter().map(|l| exp(l - highest)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    weights
}

fn posterior(instrument: &Instrument<'_>, log: &[f64]) -> (f64, f64) {
    let weights = weights(instrument, log);
    let grid = || instrument.points()[2..].iter().zip(&weights);
    let mean: f64 = grid().map(|(x, w)| x * w).sum();
    let variance: f64 = grid().map(|(x, w)| (x - mean) * (x - mean) * w).sum();
    (mean, variance.sqrt())
}
