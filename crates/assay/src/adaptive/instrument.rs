//! A bank made ready for a design: likelihoods on fixed points, and the ranking of items.

use super::{Criterion, Design, DesignError};
use crate::bank::{Bank, Item};
use crate::math::{count, exp, ln};
use crate::model::{Blurred, Curve, SCORES_MOST, averaged};

/// Points of ability on each side of the cut, and how far they are apart.
const POINTS_EACH_SIDE: i32 = 30;
const APART: f64 = 0.2;
/// Points over which the secret criterion averages.
const POPULATION: [f64; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

/// A bank made ready for a design.
pub struct Instrument<'a> {
    bank: &'a Bank,
    design: &'a Design,
    /// cut − δ, cut + δ, then the grid.
    points: Vec<f64>,
    /// Log probabilities: for each item from its offset, score after score, a row of points.
    table: Vec<f64>,
    offsets: Vec<usize>,
    /// What an item is worth to the criterion.
    worth: Vec<f64>,
    /// Each area's items that may be given, the most worthy first.
    ranked: Vec<Vec<usize>>,
    shares: Vec<f64>,
}

/// An item's probabilities, averaged over what is unknown about it.
pub(super) struct Averaged(Vec<(Curve, f64)>);

impl Averaged {
    pub(super) fn new(item: &Item, spread: f64) -> Self {
        Self(Blurred::new(&item.curve, item.error, spread).nodes())
    }

    pub(super) fn at(&self, ability: f64) -> [f64; SCORES_MOST] {
        let mut p = [0.0; SCORES_MOST];
        averaged(&self.0, ability, &mut p);
        p
    }

    /// Fisher information of the averaged curve.
    fn information(&self, ability: f64, scores: usize) -> f64 {
        const STEP: f64 = 1e-4;
        let (below, here, above) = (self.at(ability - STEP), self.at(ability), self.at(ability + STEP));
        let steep = |k: usize| (above[k] - below[k]) / (2.0 * STEP);
        (0..scores).map(|k| steep(k) * steep(k) / here[k].max(1e-12)).sum()
    }
}

impl<'a> Instrument<'a> {
    /// Makes `bank` ready. `may_be_given` says of each item whether exposure budgets allow it; retired items and those
    /// of areas outside the estimand never are.
    ///
    /// # Errors
    /// [`DesignError`].
    pub fn new(
        bank: &'a Bank,
        design: &'a Design,
        may_be_given: impl Fn(usize) -> bool,
    ) -> Result<Self, DesignError> {
        design.check()?;
        let shares = design.shares(bank)?;
        let grid = (-POINTS_EACH_SIDE..=POINTS_EACH_SIDE).map(|i| design.cut + APART * f64::from(i));
        let sides = [design.cut - design.indifference, design.cut + design.indifference];
        let points: Vec<f64> = sides.into_iter().chain(grid).collect();
        let (mut table, mut offsets, mut worth) = (Vec::new(), Vec::new(), Vec::new());
        for item in bank.items() {
            let averaged = Averaged::new(item, spread_inside(bank, design, item));
            offsets.push(table.len());
            let rows: Vec<[f64; SCORES_MOST]> = points.iter().map(|point| averaged.at(*point)).collect();
            for score in 0..item.curve.scores() {
                table.extend(rows.iter().map(|row| ln(row[score])));
            }
            worth.push(worth_of(bank, design, item, &averaged, &rows));
        }
        let mut instrument = Self { bank, design, points, table, offsets, worth, ranked: Vec::new(), shares };
        instrument.rank(may_be_given);
        instrument.check()?;
        Ok(instrument)
    }

    fn rank(&mut self, may_be_given: impl Fn(usize) -> bool) {
        self.ranked = vec![Vec::new(); self.shares.len()];
        for (place, item) in self.bank.items().iter().enumerate() {
            if self.shares[item.area] > 0.0 && item.retired.is_none() && may_be_given(place) {
                self.ranked[item.area].push(place);
            }
        }
        let worth = &self.worth;
        for area in &mut self.ranked {
            area.sort_by(|x, y| worth[*y].total_cmp(&worth[*x]).then(x.cmp(y)));
        }
    }

    fn check(&self) -> Result<(), DesignError> {
        let lengths = self.design.lengths;
        for (area, items) in self.ranked.iter().enumerate() {
            if self.shares[area] > 0.0 && items.len() < lengths.least_per_area.max(1) {
                let name = &self.bank.areas()[area].name;
                let why = format!("area {name:?} has {} items that may be given", items.len());
                return Err(DesignError::Lengths(why));
            }
        }
        let available = self.available();
        if available < lengths.least.max(self.design.guard.least) {
            return Err(DesignError::Lengths(format!("{available} items may be given")));
        }
        let has = self.ranked.iter().flatten().filter(|place| self.bank.items()[**place].anchor).count();
        if has < self.design.guard.anchors {
            return Err(DesignError::Anchors { wanted: self.design.guard.anchors, has });
        }
        Ok(())
    }

    /// The bank.
    #[must_use]
    pub fn bank(&self) -> &'a Bank {
        self.bank
    }

    /// The design.
    #[must_use]
    pub fn design(&self) -> &'a Design {
        self.design
    }

    /// How many items may be given.
    #[must_use]
    pub fn available(&self) -> usize {
        self.ranked.iter().map(Vec::len).sum()
    }

    /// What an item is worth to the criterion.
    #[must_use]
    pub fn worth(&self, item: usize) -> f64 {
        self.worth[item]
    }

    /// Each area's items that may be given, the most worthy first.
    pub(crate) fn ranked(&self) -> &[Vec<usize>] {
        &self.ranked
    }

    /// The share of each area in the estimand.
    pub(crate) fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Points at which likelihoods are known: both sides of the indifference region, then a grid around the cut.
    pub(crate) fn points(&self) -> &[f64] {
        &self.points
    }

    /// The log probability of `score` at every point.
    pub(crate) fn log_row(&self, item: usize, score: u8) -> &[f64] {
        let score = usize::from(score).min(self.bank.items()[item].curve.scores() - 1);
        let from = self.offsets[item] + score * self.points.len();
        &self.table[from..from + self.points.len()]
    }
}

/// The family's spread among models, where it can be averaged item by item: if a review is given one item of a family.
fn spread_inside(bank: &Bank, design: &Design, item: &Item) -> f64 {
    let family = bank.family_of(item).filter(|_| design.selection.per_family_most == 1);
    family.map_or(0.0, |family| family.person_spread)
}

fn worth_of(
    bank: &Bank,
    design: &Design,
    item: &Item,
    averaged: &Averaged,
    rows: &[[f64; SCORES_MOST]],
) -> f64 {
    let scores = item.curve.scores();
    match design.selection.criterion {
        Criterion::Information => averaged.information(design.cut, scores),
        Criterion::KullbackLeibler => {
            // Both directions: Jeffreys' symmetric divergence.
            let (below, above) = (&rows[0], &rows[1]);
            (0..scores).map(|k| (above[k] - below[k]) * ln(above[k] / below[k])).sum()
        }
        Criterion::Secret => {
            let (mean, deviation) = (bank.calibration().mean, bank.calibration().deviation);
            let weight = |z: f64| exp(-0.5 * z * z);
            let sum: f64 = POPULATION.iter().map(|z| weight(*z)).sum();
            let at = |z: f64| averaged.information(deviation.mul_add(z, mean), scores);
            POPULATION.iter().map(|z| weight(*z) * at(*z)).sum::<f64>() / sum
        }
        Criterion::Random => 1.0 / count(bank.items().len()),
    }
}
