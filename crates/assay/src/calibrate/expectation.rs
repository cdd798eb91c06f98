//! The E step: what each person's ability probably is, and how often each score is expected at each ability.

use super::maximise::Parameters;
use super::prepare::Columns;
use crate::math::{count, exp, ln, normal_grid};
use crate::matrix::{MISSING, ResponseMatrix};

/// Points of ability. With a thousand items an ability is known to 0.06, and the points must not be much wider apart
/// than that.
pub(super) const NODES: usize = 128;
/// The outermost points, in standard deviations of the population.
const REACH: f64 = 6.0;
/// Persons are counted in this many parts, added up in order: the sums do not depend on the number of threads.
const PARTS: usize = 8;
/// What of a person's distribution is left out at each end of its window at most.
const EDGE: f64 = 1e-12;
/// Windows grow by whole vectors.
const STEP: usize = 8;

/// The points of ability and their weights in the population.
pub(super) fn grid() -> (Vec<f64>, Vec<f64>) {
    normal_grid(NODES, REACH)
}

/// What is known of each person after the last E step: the points that matter, and their probabilities.
#[derive(Clone, Default)]
pub(super) struct Posterior {
    /// The first point; the others follow.
    pub from: usize,
    pub weights: Vec<f64>,
}

pub(super) struct Posteriors {
    pub persons: Vec<Posterior>,
}

impl Posteriors {
    pub fn new(persons: usize) -> Self {
        let everywhere = Posterior { from: 0, weights: grid().1 };
        Self { persons: vec![everywhere; persons] }
    }

    /// Mean and standard deviation of each person's ability.
    pub fn moments(&self) -> Vec<(f64, f64)> {
        let (points, _) = grid();
        let moments = |person: &Posterior| {
            let sum: f64 = person.weights.iter().sum();
            let at = &points[person.from..person.from + person.weights.len()];
            let mean = at.iter().zip(&person.weights).map(|(x, w)| x * w).sum::<f64>() / sum;
            let square = at.iter().zip(&person.weights).map(|(x, w)| x * x * w).sum::<f64>() / sum;
            (mean, (square - mean * mean).max(0.0).sqrt())
        };
        self.persons.iter().map(moments).collect()
    }
}

/// What the M step needs.
pub(super) struct Expected {
    /// For each item and score from 0, how often it is expected at each point.
    pub counts: Vec<Vec<[f64; NODES]>>,
    pub log_likelihood: f64,
    /// Mean and standard deviation of all abilities.
    pub mean: f64,
    pub deviation: f64,
}

/// For each item: the log probability of score 0, and of every other score less that.
struct Table {
    base: [f64; NODES],
    zero: Vec<[f64; NODES]>,
    above: Vec<Vec<[f64; NODES]>>,
}

impl Table {
    fn new(parameters: &[Parameters]) -> Self {
        let (points, weights) = grid();
        let mut base = [0.0; NODES];
        base.iter_mut().zip(&weights).for_each(|(base, weight)| *base = ln(*weight));
        let (mut zero, mut above) = (Vec::new(), Vec::new());
        for item in parameters {
            let mut rows = item.log_probabilities(&points);
            let first = rows.remove(0);
            rows.iter_mut().for_each(|row| row.iter_mut().zip(&first).for_each(|(l, zero)| *l -= zero));
            base.iter_mut().zip(&first).for_each(|(base, zero)| *base += zero);
            zero.push(first);
            above.push(rows);
        }
        Self { base, zero, above }
    }
}

/// What one part of the persons adds.
struct Part {
    /// For each item and score from 1.
    above: Vec<Vec<[f64; NODES]>>,
    /// For each item, those who have no score.
    missing: Vec<[f64; NODES]>,
    everybody: [f64; NODES],
    log_likelihood: f64,
}

pub(super) fn expect(
    matrix: &ResponseMatrix,
    columns: &Columns,
    parameters: &[Parameters],
    posteriors: &mut Posteriors,
    threads: usize,
) -> Expected {
    let table = Table::new(parameters);
    let size = matrix.persons().len().div_ceil(PARTS).max(1);
    let chunks: Vec<(usize, &mut [Posterior])> =
        posteriors.persons.chunks_mut(size).enumerate().map(|(part, chunk)| (part * size, chunk)).collect();
    let parts = crate::parallel::map(chunks, threads, |(first, chunk)| {
        count_part(matrix, columns, &table, first, chunk)
    });
    add_up(parameters, parts)
}

fn count_part(
    matrix: &ResponseMatrix,
    columns: &Columns,
    table: &Table,
    first: usize,
    persons: &mut [Posterior],
) -> Part {
    let mut part = Part {
        above: table.above.iter().map(|scores| vec![[0.0; NODES]; scores.len()]).collect(),
        missing: vec![[0.0; NODES]; if columns.missing { table.zero.len() } else { 0 }],
        everybody: [0.0; NODES],
        log_likelihood: 0.0,
    };
    let mut log = [0.0; NODES];
    for (number, person) in persons.iter_mut().enumerate() {
        let row = matrix.row(first + number);
        if columns.items.iter().all(|column| row[column.place] == MISSING) {
            continue;
        }
        part.log_likelihood += locate(row, columns, table, person, &mut log);
        spread(row, columns, person, &mut part);
    }
    part
}

/// Finds a person's distribution within its window, widening the window until nothing is cut off.
fn locate(
    row: &[u8],
    columns: &Columns,
    table: &Table,
    person: &mut Posterior,
    log: &mut [f64; NODES],
) -> f64 {
    loop {
        let (from, to) = (person.from, person.from + person.weights.len());
        log[from..to].copy_from_slice(&table.base[from..to]);
        for (item, column) in columns.items.iter().enumerate() {
            match row[column.place] {
                0 => {}
                MISSING => subtract(&mut log[from..to], &table.zero[item][from..to]),
                score => add(&mut log[from..to], &table.above[item][usize::from(score) - 1][from..to]),
            }
        }
        let highest = log[from..to].iter().fold(f64::MIN, |high, l| high.max(*l));
        person.weights.clear();
        person.weights.extend(log[from..to].iter().map(|l| exp(l - highest)));
        let sum: f64 = person.weights.iter().sum();
        person.weights.iter_mut().for_each(|weight| *weight /= sum);
        let cut_low = from > 0 && person.weights[0] > EDGE;
        let cut_high = to < NODES && person.weights[to - from - 1] > EDGE;
        if !cut_low && !cut_high {
            shrink(person);
            return highest + ln(sum);
        }
        person.from = 0;
        person.weights.resize(NODES, 0.0);
    }
}

/// Leaves out the points that do not matter, a whole vector at a time.
fn shrink(person: &mut Posterior) {
    let matters = |chunk: &[f64]| chunk.iter().any(|weight| *weight > EDGE);
    let chunks = person.weights.chunks(STEP);
    let first = chunks.clone().position(matters).unwrap_or(0);
    let last = chunks.clone().rposition(matters).unwrap_or(0);
    // One vector more at each end, so that the next step's distribution still fits.
    let (first, last) = (first.saturating_sub(1), (last + 2).min(chunks.len()));
    person.from += first * STEP;
    person.weights.truncate(last * STEP);
    person.weights.drain(..first * STEP);
}

/// Adds a person's distribution to the counts of the scores that it has.
fn spread(row: &[u8], columns: &Columns, person: &Posterior, part: &mut Part) {
    let (from, to) = (person.from, person.from + person.weights.len());
    add(&mut part.everybody[from..to], &person.weights);
    for (item, column) in columns.items.iter().enumerate() {
        match row[column.place] {
            0 => {}
            MISSING => add(&mut part.missing[item][from..to], &person.weights),
            score => add(&mut part.above[item][usize::from(score) - 1][from..to], &person.weights),
        }
    }
}

#[inline(always)]
fn add(into: &mut [f64], values: &[f64]) {
    into.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

#[inline(always)]
fn subtract(into: &mut [f64], values: &[f64]) {
    into.iter_mut().zip(values).for_each(|(sum, value)| *sum -= value);
}

fn add_up(parameters: &[Parameters], parts: Vec<Part>) -> Expected {
    let mut counts: Vec<Vec<[f64; NODES]>> =
        parameters.iter().map(|item| vec![[0.0; NODES]; item.kind.scores()]).collect();
    let (mut log_likelihood, mut everybody) = (0.0, [0.0; NODES]);
    for part in parts {
        log_likelihood += part.log_likelihood;
        add(&mut everybody, &part.everybody);
        for (item, scores) in counts.iter_mut().enumerate() {
            add(&mut scores[0], &part.everybody);
            if let Some(missing) = part.missing.get(item) {
                subtract(&mut scores[0], missing);
            }
            for (score, above) in part.above[item].iter().enumerate() {
                add(&mut scores[score + 1], above);
                subtract(&mut scores[0], above);
            }
        }
    }
    // Differences of sums may round to just below nothing.
    counts.iter_mut().for_each(|scores| scores[0].iter_mut().for_each(|n| *n = n.max(0.0)));
    let (mean, deviation) = population(&everybody);
    Expected { counts, log_likelihood, mean, deviation }
}

/// Mean and standard deviation of everybody's abilities together; of nobody's, the standard ones.
fn population(everybody: &[f64; NODES]) -> (f64, f64) {
    let (points, _) = grid();
    let sum: f64 = everybody.iter().sum();
    if sum <= 0.0 {
        return (0.0, 1.0);
    }
    let mean = points.iter().zip(everybody).map(|(x, n)| x * n).sum::<f64>() / sum;
    let square = points.iter().zip(everybody).map(|(x, n)| (x - mean) * (x - mean) * n).sum::<f64>() / sum;
    (mean, square.sqrt().max(1e-3))
}

/// The mean number of persons, for those who weigh a prior against the data.
pub(super) fn persons_at(counts: &[[f64; NODES]]) -> f64 {
    counts.iter().flatten().sum::<f64>().max(count(1))
}
