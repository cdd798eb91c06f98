//! The M step: one item's parameters from expected counts, by Fisher scoring.

use super::expectation::{Expected, NODES, grid, persons_at};
use crate::math::{ln, logistic, solve};
use crate::model::SCORES_MOST;

/// Slopes are held within this: beyond it a curve is a step, and data without overlap have no maximum.
pub(super) const SLOPE_MOST: f64 = 8.0;
/// Intercepts are held within this.
const INTERCEPT_MOST: f64 = 30.0;
/// How sure the prior of a lower asymptote is, on the logit scale.
const GUESS_DEVIATION: f64 = 0.5;
/// Scoring steps within one M step; the next E step makes more of them worthless.
const STEPS_MOST: usize = 4;
/// A step below this ends the scoring.
const STEP_LEAST: f64 = 1e-6;
/// Halvings of a step that made things worse.
const HALVINGS_MOST: usize = 8;
/// Milestones stay at least this far apart, on the intercepts' scale.
const APART: f64 = 1e-3;

/// A response model as it is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Slope, intercept.
    TwoPl,
    /// Slope, intercept, logit of the lower asymptote, with the asymptote expected.
    ThreePl { guess: f64 },
    /// Slope, an intercept for each milestone, falling.
    Graded { steps: usize },
}

impl Kind {
    pub fn scores(self) -> usize {
        match self {
            Self::TwoPl | Self::ThreePl { .. } => 2,
            Self::Graded { steps } => steps + 1,
        }
    }

    pub fn width(self) -> usize {
        match self {
            Self::TwoPl => 2,
            Self::ThreePl { .. } => 3,
            Self::Graded { steps } => steps + 1,
        }
    }
}

/// A normal prior on the difficulty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prior {
    pub mean: f64,
    pub deviation: f64,
}

/// One item's parameters, on the scale on which they are fitted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    pub kind: Kind,
    pub values: Vec<f64>,
    pub prior: Option<Prior>,
    pub guess: Option<f64>,
}

/// Probabilities of the scores and their derivatives by each parameter.
pub(super) struct Slopes {
    pub p: [f64; SCORES_MOST],
    pub d: [[f64; SCORES_MOST]; SCORES_MOST],
}

impl Parameters {
    /// At one ability. `into.d[score][parameter]`.
    pub fn slopes(&self, ability: f64, into: &mut Slopes) {
        match self.kind {
            Kind::TwoPl => {
                let rise = logistic(self.values[0].mul_add(ability, self.values[1]));
                let steep = rise * (1.0 - rise);
                binary(into, rise, &[steep * ability, steep]);
            }
            Kind::ThreePl { .. } => {
                let rise = logistic(self.values[0].mul_add(ability, self.values[1]));
                let guess = logistic(self.values[2]);
                let steep = (1.0 - guess) * rise * (1.0 - rise);
                let by_guess = (1.0 - rise) * guess * (1.0 - guess);
                binary(into, guess + (1.0 - guess) * rise, &[steep * ability, steep, by_guess]);
            }
            Kind::Graded { steps } => self.graded(ability, steps, into),
        }
    }

    fn graded(&self, ability: f64, steps: usize, into: &mut Slopes) {
        let (mut reached, mut steep) = (1.0, 0.0);
        for score in 0..=steps {
            let next = if score < steps {
                logistic(self.values[0].mul_add(ability, self.values[score + 1]))
            } else {
                0.0
            };
            let next_steep = next * (1.0 - next);
            into.p[score] = (reached - next).max(1e-12);
            into.d[score][..=steps].fill(0.0);
            into.d[score][0] = (steep - next_steep) * ability;
            if score > 0 {
                into.d[score][score] = steep;
            }
            if score < steps {
                into.d[score][score + 1] = -next_steep;
            }
            (reached, steep) = (next, next_steep);
        }
    }

    /// For each score, its log probability at each point.
    pub fn log_probabilities(&self, points: &[f64]) -> Vec<[f64; NODES]> {
        let mut rows = vec![[0.0; NODES]; self.kind.scores()];
        let mut slopes = Slopes { p: [0.0; SCORES_MOST], d: [[0.0; SCORES_MOST]; SCORES_MOST] };
        for (node, point) in points.iter().enumerate() {
            self.slopes(*point, &mut slopes);
            rows.iter_mut().zip(&slopes.p).for_each(|(row, p)| row[node] = ln(*p));
        }
        rows
    }

    /// The mean difficulty: of milestones, of all together.
    fn difficulty(&self) -> f64 {
        let intercepts = match self.kind {
            Kind::TwoPl | Kind::ThreePl { .. } => &self.values[1..2],
            Kind::Graded { .. } => &self.values[1..],
        };
        -crate::math::mean(intercepts) / guarded(self.values[0])
    }

    /// The log of the priors' density, without its constant.
    fn log_prior(&self) -> f64 {
        let square = |x: f64| -0.5 * x * x;
        let difficulty = self.prior.map_or(0.0, |p| square((self.difficulty() - p.mean) / p.deviation));
        match self.kind {
            Kind::ThreePl { guess } => difficulty + square((self.values[2] - logit(guess)) / GUESS_DEVIATION),
            Kind::TwoPl | Kind::Graded { .. } => difficulty,
        }
    }

    /// Adds the priors to gradient and information.
    fn add_priors(&self, gradient: &mut [f64], information: &mut [f64]) {
        let width = self.kind.width();
        if let Kind::ThreePl { guess } = self.kind {
            let weight = 1.0 / (GUESS_DEVIATION * GUESS_DEVIATION);
            gradient[2] -= (self.values[2] - logit(guess)) * weight;
            information[2 * width + 2] += weight;
        }
        let Some(prior) = self.prior else { return };
        let (slope, difficulty) = (guarded(self.values[0]), self.difficulty());
        let intercepts = if matches!(self.kind, Kind::ThreePl { .. }) { 1 } else { width - 1 };
        let mut by = vec![0.0; width];
        by[0] = -difficulty / slope;
        by[1..=intercepts].fill(-1.0 / (slope * crate::math::count(intercepts)));
        let weight = 1.0 / (prior.deviation * prior.deviation);
        for row in 0..width {
            gradient[row] -= (difficulty - prior.mean) * weight * by[row];
            for column in 0..width {
                information[row * width + column] += weight * by[row] * by[column];
            }
        }
    }

    /// The same curve on the scale where `mean` and `deviation` are 0 and 1.
    fn rescale(&mut self, mean: f64, deviation: f64) {
        let slope = self.values[0];
        let intercepts = if matches!(self.kind, Kind::ThreePl { .. }) { 2 } else { self.values.len() };
        self.values[1..intercepts].iter_mut().for_each(|d| *d += slope * mean);
        self.values[0] = slope * deviation;
        self.hold();
    }

    fn hold(&mut self) {
        self.values[0] = self.values[0].clamp(-SLOPE_MOST, SLOPE_MOST);
        match self.kind {
            Kind::TwoPl => self.values[1] = self.values[1].clamp(-INTERCEPT_MOST, INTERCEPT_MOST),
            Kind::ThreePl { .. } => {
                self.values[1] = self.values[1].clamp(-INTERCEPT_MOST, INTERCEPT_MOST);
                self.values[2] = self.values[2].clamp(-8.0, 0.0);
            }
            Kind::Graded { steps } => {
                for k in 1..=steps {
                    let highest = if k == 1 { INTERCEPT_MOST } else { self.values[k - 1] - APART };
                    self.values[k] = self.values[k].clamp(-INTERCEPT_MOST - APART * 64.0, highest);
                }
            }
        }
    }
}

fn binary(into: &mut Slopes, passed: f64, by: &[f64]) {
    let passed = passed.clamp(1e-12, 1.0 - 1e-12);
    into.p[..2].copy_from_slice(&[1.0 - passed, passed]);
    for (parameter, value) in by.iter().enumerate() {
        into.d[1][parameter] = *value;
        into.d[0][parameter] = -value;
    }
}

/// A slope to divide by.
pub(super) fn guarded(slope: f64) -> f64 {
    if slope.abs() < 1e-6 { 1e-6_f64.copysign(slope) } else { slope }
}

fn logit(share: f64) -> f64 {
    let share = share.clamp(1e-4, 0.9);
    ln(share / (1.0 - share))
}

/// Improves every item. Returns the largest change of a parameter.
///
/// The population's mean and spread are estimated along, and the items then put on the scale where they are 0 and 1
/// (PX-EM; Liu, Rubin and Wu, Biometrika 85, 1998): plain EM creeps towards that scale, the more slowly the better
/// abilities are known.
pub(super) fn maximise(parameters: &mut [Parameters], expected: &Expected, threads: usize) -> f64 {
    let (points, _) = grid();
    let size = parameters.len().div_ceil(threads.max(1) * 4).max(1);
    let tasks: Vec<_> = parameters.chunks_mut(size).zip(expected.counts.chunks(size)).collect();
    let changes = crate::parallel::map(tasks, threads, |(items, counts)| {
        items
            .iter_mut()
            .zip(counts)
            .map(|(item, counts)| {
                let before = item.values.clone();
                improve(item, counts, &points);
                item.rescale(expected.mean, expected.deviation);
                item.values.iter().zip(&before).map(|(v, b)| (v - b).abs()).fold(0.0, f64::max)
            })
            .fold(0.0_f64, f64::max)
    });
    changes.into_iter().fold(0.0, f64::max)
}

/// The expected complete-data log likelihood of one item, with its gradient and Fisher information.
pub(super) struct Scoring {
    pub value: f64,
    pub gradient: Vec<f64>,
    pub information: Vec<f64>,
}

pub(super) fn score(item: &Parameters, counts: &[[f64; NODES]], points: &[f64]) -> Scoring {
    let width = item.kind.width();
    let mut scoring = Scoring {
        value: item.log_prior(),
        gradient: vec![0.0; width],
        information: vec![0.0; width * width],
    };
    let mut slopes = Slopes { p: [0.0; SCORES_MOST], d: [[0.0; SCORES_MOST]; SCORES_MOST] };
    // Points that nobody is near do not matter.
    let least = persons_at(counts) * 1e-14;
    for (node, point) in points.iter().enumerate() {
        let here: f64 = counts.iter().map(|row| row[node]).sum();
        if here <= least {
            continue;
        }
        item.slopes(*point, &mut slopes);
        for (score, row) in counts.iter().enumerate() {
            let (p, by) = (slopes.p[score], &slopes.d[score]);
            scoring.value += row[node] * ln(p);
            for i in 0..width {
                scoring.gradient[i] += row[node] / p * by[i];
                for j in 0..=i {
                    scoring.information[i * width + j] += here / p * by[i] * by[j];
                }
            }
        }
    }
    for i in 0..width {
        for j in 0..i {
            scoring.information[j * width + i] = scoring.information[i * width + j];
        }
    }
    item.add_priors(&mut scoring.gradient, &mut scoring.information);
    scoring
}

fn improve(item: &mut Parameters, counts: &[[f64; NODES]], points: &[f64]) {
    let mut now = score(item, counts, points);
    for _ in 0..STEPS_MOST {
        // A trace of ridge keeps a curve that the data say nothing about where it is.
        let width = item.kind.width();
        let mut information = now.information.clone();
        (0..width).for_each(|i| information[i * width + i] += 1e-6);
        let Some(step) = solve(&information, &now.gradient) else { break };
        let before = item.values.clone();
        let mut size = 1.0;
        for _ in 0..HALVINGS_MOST {
            item.values.iter_mut().zip(&before).zip(&step).for_each(|((v, b), s)| *v = size * s + b);
            item.hold();
            let next = score(item, counts, points);
            if next.value >= now.value - 1e-9 * now.value.abs() {
                now = next;
                break;
            }
            size /= 2.0;
            item.values.clone_from(&before);
        }
        let moved = item.values.iter().zip(&before).map(|(v, b)| (v - b).abs()).fold(0.0, f64::max);
        if moved < STEP_LEAST {
            break;
        }
    }
}
