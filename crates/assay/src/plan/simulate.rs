//! Simulated sessions: the very sessions that real reviews run, with models made up from the bank.

use serde::Serialize;

use super::Simulation;
use crate::adaptive::{Instrument, Lines, Next, Session};
use crate::bank::Bank;
use crate::decision::Recommendation;
use crate::math::{Rng, count};
use crate::model::{Blurred, Curve, SCORES_MOST};

/// Replications of one task.
const CHUNK: usize = 250;

/// What the simulated world is like.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// How much a model's areas differ from its overall ability (a standard deviation).
    pub area_spread: f64,
    /// How much models differ in a family beyond their ability, if otherwise than the bank declares.
    pub family_spread: Option<f64>,
    /// Whether the items' true curves differ from the bank's by its standard errors.
    pub parameter_error: bool,
    /// The share of attempts without a score.
    pub unscorable: f64,
    /// The share of the bank that the model has seen and always passes.
    pub leaked: f64,
}

impl World {
    /// The world as the bank declares it.
    #[must_use]
    pub fn declared(bank: &Bank) -> Self {
        Self {
            area_spread: bank.calibration().area_spread,
            family_spread: None,
            parameter_error: true,
            unscorable: 0.0,
            leaked: 0.0,
        }
    }
}

/// One made-up model.
pub(super) struct Subject<'a> {
    instrument: &'a Instrument<'a>,
    world: &'a World,
    ability: f64,
    by_area: Vec<f64>,
    by_family: Vec<f64>,
    rng: Rng,
    leaked: Vec<bool>,
}

impl<'a> Subject<'a> {
    pub fn new(instrument: &'a Instrument<'a>, world: &'a World, ability: f64, mut rng: Rng) -> Self {
        let bank = instrument.bank();
        let mut by_area: Vec<f64> = bank.areas().iter().map(|_| world.area_spread * rng.normal()).collect();
        // The estimand is the mean over these very areas: their differences from it cancel.
        let shares = instrument.shares();
        let middle: f64 = by_area.iter().zip(shares).map(|(d, share)| d * share).sum();
        by_area.iter_mut().for_each(|d| *d -= middle);
        let spread = |family: &crate::bank::Family| world.family_spread.unwrap_or(family.person_spread);
        let by_family = bank.families().iter().map(|family| spread(family) * rng.normal()).collect();
        let leaked = if world.leaked > 0.0 {
            bank.items().iter().map(|_| rng.unit() < world.leaked).collect()
        } else {
            Vec::new()
        };
        Self { instrument, world, ability, by_area, by_family, rng, leaked }
    }

    pub fn answer(&mut self, place: usize) -> Option<u8> {
        if self.world.unscorable > 0.0 && self.rng.unit() < self.world.unscorable {
            return None;
        }
        let item = &self.instrument.bank().items()[place];
        if self.leaked.get(place).is_some_and(|leaked| *leaked) {
            return Some((item.curve.scores() - 1) as u8);
        }
        let family = item.family.map_or(0.0, |family| self.by_family[family]);
        let ability = self.ability + self.by_area[item.area] + family;
        let score = if self.world.parameter_error && item.error != crate::model::ParameterError::default() {
            let curve = Blurred::new(&item.curve, item.error, 0.0).draw(&mut self.rng);
            drawn(&curve, ability, &mut self.rng)
        } else {
            drawn(&item.curve, ability, &mut self.rng)
        };
        Some(score)
    }
}

fn drawn(curve: &Curve, ability: f64, rng: &mut Rng) -> u8 {
    let mut p = [0.0; SCORES_MOST];
    curve.probabilities(ability, &mut p);
    let mut at = rng.unit();
    for (score, p) in p[..curve.scores()].iter().enumerate() {
        at -= p;
        if at < 0.0 {
            return score as u8;
        }
    }
    (curve.scores() - 1) as u8
}

/// What came of many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Share that ended with "covered".
    pub covered: f64,
    /// Share that ended with "not covered".
    pub not_covered: f64,
    /// Share that stayed undetermined.
    pub undetermined: f64,
    /// Mean number of items.
    pub items: f64,
    /// Number of items that nine in ten do not exceed.
    pub items_p90: usize,
    /// Share in which "not covered" was held back by a doubt at some time.
    pub doubted: f64,
}

/// One session's end.
pub(super) struct Run {
    pub recommendation: Recommendation,
    pub items: Vec<usize>,
    doubted: bool,
}

/// Runs the session of replication `number`.
fn run(
    instrument: &Instrument<'_>,
    lines: Lines,
    controls: &[f64],
    world: &World,
    ability: f64,
    (seed, number): (u64, usize),
) -> Run {
    let mut rng = Rng::part(seed, number as u64);
    let mut session = Session::new(instrument, lines, controls, rng.bits());
    let mut subject = Subject::new(instrument, world, ability, rng);
    let mut doubted = false;
    loop {
        match session.next_item() {
            Next::Item(item) => session.record(item, subject.answer(item)),
            Next::Stop(end) => {
                doubted |= !end.doubts.is_empty();
                let items = session.path().iter().map(|step| step.item).collect();
                return Run { recommendation: end.recommendation, items, doubted };
            }
        }
    }
}

/// Every replication's end, in order.
pub(super) fn runs(
    instrument: &Instrument<'_>,
    lines: Lines,
    controls: &[f64],
    world: &World,
    ability: impl Fn(usize) -> f64 + Sync,
    simulation: Simulation,
) -> Vec<Run> {
    let starts: Vec<usize> = (0..simulation.replications).step_by(CHUNK).collect();
    let chunks = crate::parallel::map(starts, simulation.threads, |start| {
        let end = (start + CHUNK).min(simulation.replications);
        let one =
            |number| run(instrument, lines, controls, world, ability(number), (simulation.seed, number));
        (start..end).map(one).collect::<Vec<Run>>()
    });
    chunks.into_iter().flatten().collect()
}

pub(super) fn summarise(runs: &[Run]) -> Summary {
    let share = |wanted: Recommendation| {
        count(runs.iter().filter(|run| run.recommendation == wanted).count()) / count(runs.len().max(1))
    };
    let mut lengths: Vec<usize> = runs.iter().map(|run| run.items.len()).collect();
    lengths.sort_unstable();
    let sum: usize = lengths.iter().sum();
    Summary {
        covered: share(Recommendation::Covered),
        not_covered: share(Recommendation::NotCovered),
        undetermined: share(Recommendation::Undetermined),
        items: count(sum) / count(runs.len().max(1)),
        items_p90: lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0),
        doubted: count(runs.iter().filter(|run| run.doubted).count()) / count(runs.len().max(1)),
    }
}

/// Simulates sessions of models with this ability.
#[must_use]
pub fn simulate(
    instrument: &Instrument<'_>,
    lines: Lines,
    controls: &[f64],
    world: &World,
    ability: f64,
    simulation: Simulation,
) -> Summary {
    summarise(&runs(instrument, lines, controls, world, |_| ability, simulation))
}

/// The ability of each replication, drawn from the calibration's population.
pub(super) fn population(bank: &Bank, seed: u64) -> impl Fn(usize) -> f64 + Sync + use<> {
    let (mean, deviation) = (bank.calibration().mean, bank.calibration().deviation);
    move |number| deviation.mul_add(Rng::part(seed ^ 0x5eed, number as u64).normal(), mean)
}

/// Simulates sessions of models from the calibration's population; also the share of sessions that each item is in.
#[must_use]
pub fn simulate_population(
    instrument: &Instrument<'_>,
    lines: Lines,
    controls: &[f64],
    world: &World,
    simulation: Simulation,
) -> (Summary, Vec<f64>) {
    let ability = population(instrument.bank(), simulation.seed);
    let runs = runs(instrument, lines, controls, world, ability, simulation);
    let rates = rates(&runs, instrument.bank().items().len());
    (summarise(&runs), rates)
}

/// The share of sessions that each item is in.
pub(super) fn rates(runs: &[Run], items: usize) -> Vec<f64> {
    let mut rates = vec![0.0; items];
    runs.iter().flat_map(|run| &run.items).for_each(|item| rates[*item] += 1.0);
    rates.iter_mut().for_each(|rate| *rate /= count(runs.len().max(1)));
    rates
}
