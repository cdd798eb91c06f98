//! The keys and values of the tokens computed so far, and attention over them.
//!
//! Keys lie in groups of eight positions, number by number, so that eight scores are computed at once; values
//! lie position by position. A query's result depends on its own position and on what is cached up to there,
//! never on the batch it was computed in.

use wide::f32x8;

/// Positions per group, the width of a vector.
const LANES: usize = 8;
/// Vectors of values that are summed at once: as many as fit in registers.
const SUMMED: usize = 8;

/// The keys and values of one key-value head of one layer.
#[derive(Debug, Clone)]
pub(super) struct HeadCache {
    width: usize,
    keys: Vec<f32x8>,
    values: Vec<f32x8>,
}

impl HeadCache {
    /// An empty cache for heads of `width` numbers, a multiple of eight.
    pub(super) fn new(width: usize) -> Self {
        Self { width, keys: Vec::new(), values: Vec::new() }
    }

    /// Sets the key and value at `position`, which is at most one beyond the last. Later positions count as gone.
    pub(super) fn set(&mut self, position: usize, key: &[f32], value: &[f32]) {
        let (group, lane) = (position / LANES, position % LANES);
        self.keys.resize((group + 1) * self.width, f32x8::ZERO);
        for (vector, number) in self.keys[group * self.width..].iter_mut().zip(key) {
            vector.as_mut_array()[lane] = *number;
        }
        self.values.truncate(position * self.width / LANES);
        let (chunks, _) = value.as_chunks::<LANES>();
        self.values.extend(chunks.iter().map(|chunk| f32x8::new(*chunk)));
    }

    /// Attention of one query over the positions 0 to `last`; `scores` is scratch space.
    pub(super) fn attend(&self, query: &[f32], last: usize, scores: &mut Vec<f32x8>, out: &mut [f32]) {
        let scale = 1.0 / (self.width as f32).sqrt();
        scores.clear();
        let groups = last / LANES + 1;
        scores.extend(
            self.keys.chunks_exact(self.width).take(groups).map(|keys| scores_of(query, keys) * scale),
        );
        let weights = scores.as_mut_slice();
        let total = softmax(weights, last);
        let vectors = self.width / LANES;
        let numbers = weights.iter().flat_map(|group| *group.as_array());
        let mut at = 0;
        while at < vectors {
            let values = self.values.chunks_exact(vectors).zip(numbers.clone()).take(last + 1);
            if at + SUMMED <= vectors {
                write(&weighted::<SUMMED>(values, at), total, &mut out[at * LANES..]);
                at += SUMMED;
            } else {
                write(&weighted::<1>(values, at), total, &mut out[at * LANES..]);
                at += 1;
            }
        }
    }
}

/// The query's products with eight keys.
fn scores_of(query: &[f32], keys: &[f32x8]) -> f32x8 {
    let mut sums = [f32x8::ZERO; 4];
    let (query_fours, query_rest) = query.as_chunks::<4>();
    let (key_fours, key_rest) = keys.as_chunks::<4>();
    for (numbers, keys) in query_fours.iter().zip(key_fours) {
        for ((sum, number), key) in sums.iter_mut().zip(numbers).zip(keys) {
            *sum = key.mul_add(f32x8::splat(*number), *sum);
        }
    }
    for (number, key) in query_rest.iter().zip(key_rest) {
        sums[0] = key.mul_add(f32x8::splat(*number), sums[0]);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Turns scores into weights, with nothing for positions after `last`; gives their sum.
fn softmax(scores: &mut [f32x8], last: usize) -> f32 {
    if let Some(group) = scores.last_mut() {
        for number in &mut group.as_mut_array()[last % LANES + 1..] {
            *number = f32::NEG_INFINITY;
        }
    }
    let largest =
        scores.iter().fold(f32x8::splat(f32::NEG_INFINITY), |largest, group| largest.fast_max(*group));
    let largest = largest.to_array().into_iter().fold(f32::NEG_INFINITY, f32::max);
    let mut total = f32x8::ZERO;
    for group in &mut *scores {
        *group = (*group - largest).exp();
        total += *group;
    }
    total.reduce_add()
}

/// The weighted sum of `N` of the values' vectors, from vector `at` on.
fn weighted<'a, const N: usize>(values: impl Iterator<Item = (&'a [f32x8], f32)>, at: usize) -> [f32x8; N] {
    let mut sums = [f32x8::ZERO; N];
    for (vectors, weight) in values {
        let weight = f32x8::splat(weight);
        for (sum, vector) in sums.iter_mut().zip(&vectors[at..at + N]) {
            *sum = vector.mul_add(weight, *sum);
        }
    }
    sums
}

fn write(sums: &[f32x8], total: f32, out: &mut [f32]) {
    let inverse = 1.0 / total;
    for (out, sum) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(sums) {
        *out = (*sum * inverse).to_array();
    }
}
