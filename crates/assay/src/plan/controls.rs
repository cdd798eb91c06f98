//! Exposure control: for each item the chance that it is given when it is chosen.

use super::Simulation;
use super::simulate::{World, population, rates, runs};
use crate::adaptive::{Instrument, Lines};

/// Rounds of adjustment; the rates settle within a dozen.
const ROUNDS: u64 = 14;
/// Replications of one round.
const REPLICATIONS: usize = 2_000;
/// By how much an item's chance recovers in a round when it is given too rarely.
const RECOVERY: f64 = 1.04;
/// No item is given up altogether.
const CHANCE_LEAST: f64 = 0.02;

/// Adjusts the chances until no item is given in more than a share `most` of sessions (Sympson and Hetter, Proceedings
/// of the Military Testing Association 27, 1985), over the calibration's population.
pub(super) fn settle(
    instrument: &Instrument<'_>,
    lines: Lines,
    world: &World,
    most: f64,
    simulation: Simulation,
) -> Vec<f64> {
    let items = instrument.bank().items().len();
    let mut controls = vec![1.0; items];
    for round in 1..=ROUNDS {
        let seed = simulation.seed ^ (round << 40);
        let simulation = Simulation { seed, replications: REPLICATIONS, ..simulation };
        let ability = population(instrument.bank(), seed);
        let given = rates(&runs(instrument, lines, &controls, world, ability, simulation), items);
        for (chance, rate) in controls.iter_mut().zip(given) {
            *chance = if rate > most { *chance * most / rate } else { (*chance * RECOVERY).min(1.0) };
            *chance = chance.max(CHANCE_LEAST);
        }
    }
    controls
}
