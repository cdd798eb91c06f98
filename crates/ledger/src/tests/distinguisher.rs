//! A distinguisher: learns from samples of two histories which simple property tells them apart, then is tried on
//! samples that it has not seen.

use std::collections::{BTreeMap, BTreeSet};

/// What an outsider sees of one history.
pub(super) struct Sample {
    pub(super) leaves: Vec<[u8; 32]>,
    pub(super) words: String,
}

/// Everything that is measured of a sample, by name: each bit of each leaf's place, each byte's frequency, order,
/// repetition, number, single leaves seen before, and every word of what is not random.
fn features(sample: &Sample, known: &BTreeSet<[u8; 32]>) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let leaves = &sample.leaves;
    let mut set = |name: String, value: f64| {
        found.insert(name, value);
    };
    set("leaves".to_owned(), leaves.len() as f64);
    let distinct: BTreeSet<_> = leaves.iter().collect();
    set("repeated".to_owned(), (leaves.len() - distinct.len()) as f64);
    set("zeros".to_owned(), leaves.iter().flatten().filter(|byte| **byte == 0).count() as f64);
    set("rising".to_owned(), leaves.windows(2).filter(|pair| pair[0] < pair[1]).count() as f64);
    for (at, leaf) in leaves.iter().enumerate() {
        set(format!("first of {at}"), f64::from(leaf[0]));
        set(format!("ones of {at}"), leaf.iter().map(|byte| f64::from(byte.count_ones())).sum());
    }
    for byte in 0..=255_u8 {
        set(format!("first is {byte}"), leaves.iter().filter(|leaf| leaf[0] == byte).count() as f64);
    }
    for bit in 0..256 {
        let ones = leaves.iter().filter(|leaf| leaf[bit / 8] >> (bit % 8) & 1 == 1).count();
        set(format!("bit {bit}"), ones as f64);
    }
    for leaf in leaves.iter().filter(|leaf| known.contains(*leaf)) {
        set(format!("leaf {leaf:?}"), 1.0);
    }
    for (at, word) in sample.words.split_whitespace().enumerate() {
        set(format!("word {at} {word}"), 1.0);
    }
    found
}

/// One property, where to cut it, and which side is the right history.
struct Rule {
    feature: String,
    cut: f64,
    right_above: bool,
}

impl Rule {
    fn says_right(&self, features: &BTreeMap<String, f64>) -> bool {
        let value = features.get(&self.feature).copied().unwrap_or(0.0);
        (value > self.cut) == self.right_above
    }

    fn correct(&self, left: &[BTreeMap<String, f64>], right: &[BTreeMap<String, f64>]) -> usize {
        left.iter().filter(|features| !self.says_right(features)).count()
            + right.iter().filter(|features| self.says_right(features)).count()
    }
}

/// The share of unseen samples that the best rule found on the first half gets right.
pub(super) fn accuracy(left: &[Sample], right: &[Sample]) -> f64 {
    // Leaves that come again in several samples are worth looking for.
    let mut counts = BTreeMap::new();
    for sample in left.iter().chain(right) {
        for leaf in sample.leaves.iter().collect::<BTreeSet<_>>() {
            *counts.entry(*leaf).or_insert(0_u32) += 1;
        }
    }
    let known = counts.into_iter().filter(|(_, count)| *count > 1).map(|(leaf, _)| leaf).collect();
    let measured =
        |samples: &[Sample]| samples.iter().map(|sample| features(sample, &known)).collect::<Vec<_>>();
    let (left, right) = (measured(left), measured(right));
    let (left, left_unseen) = left.split_at(left.len() / 2);
    let (right, right_unseen) = right.split_at(right.len() / 2);
    let names: BTreeSet<_> = left.iter().chain(right).flat_map(|features| features.keys().cloned()).collect();
    let best = names.into_iter().flat_map(|feature| rules(feature, left, right));
    let best = best.max_by_key(|rule| rule.correct(left, right)).unwrap();
    let tried = left_unseen.len() + right_unseen.len();
    best.correct(left_unseen, right_unseen) as f64 / tried as f64
}

/// Cuts between the middles of both sides, either way round.
fn rules(
    feature: String,
    left: &[BTreeMap<String, f64>],
    right: &[BTreeMap<String, f64>],
) -> impl Iterator<Item = Rule> {
    let mean = |samples: &[BTreeMap<String, f64>]| {
        let sum: f64 = samples.iter().map(|features| features.get(&feature).copied().unwrap_or(0.0)).sum();
        sum / samples.len() as f64
    };
    let cut = f64::midpoint(mean(left), mean(right));
    [true, false].into_iter().map(move |right_above| Rule { feature: feature.clone(), cut, right_above })
}
