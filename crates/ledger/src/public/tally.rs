//! The one rule by which counts are told: rounded down, and only where enough developers are behind a whole family.

use std::collections::{BTreeMap, BTreeSet};

use super::fact::Measure;

/// A median is one developer's own number: it is only told roughly.
pub(super) const MEDIAN_STEP: u32 = 5;

/// What is told of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many facts, rounded down to a multiple of k.
    pub facts: usize,
    /// The median of their amounts, rounded down to a multiple of five.
    pub median: u32,
}

/// Counts that can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Families one of whose measures has fewer than k developers behind it: nothing of them is told.
    pub suppressed: BTreeSet<String>,
    /// Every measure of the others.
    pub told: BTreeMap<Measure, Count>,
}

/// Counts `facts` (about whom, what, how much) for each of `measures`, of which `k` developers must be behind each.
pub fn tally<D: Ord>(
    measures: &BTreeSet<Measure>,
    facts: impl IntoIterator<Item = (D, Measure, u32)>,
    k: usize,
) -> Tally {
    let mut counted: BTreeMap<&Measure, (BTreeSet<D>, Vec<u32>)> =
        measures.iter().map(|measure| (measure, (BTreeSet::new(), Vec::new()))).collect();
    for (developer, measure, amount) in facts {
        if let Some((developers, amounts)) = counted.get_mut(&measure) {
            developers.insert(developer);
            amounts.push(amount);
        }
    }
    let few = counted.iter().filter(|(_, (developers, _))| developers.len() < k);
    let suppressed: BTreeSet<String> = few.map(|(measure, _)| measure.family().to_owned()).collect();
    let step = k.max(1);
    let told = counted.into_iter().filter(|(measure, _)| !suppressed.contains(measure.family()));
    let told = told.map(|(measure, (_, mut amounts))| {
        amounts.sort_unstable();
        let median = amounts.get(amounts.len() / 2).map_or(0, |median| median / MEDIAN_STEP * MEDIAN_STEP);
        (measure.clone(), Count { facts: amounts.len() / step * step, median })
    });
    Tally { told: told.collect(), suppressed }
}
