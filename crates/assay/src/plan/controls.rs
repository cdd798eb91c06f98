//! Exposure control: for each item the chance that it is given when it is chosen.

use super::Simulation;
use super::simulate::{World, population, rates, runs};
use crate::adaptive::{Instrument, Lines};

/// Rounds of adjustment and replications in each: a coarse stage from Wald's lines, and a fine one from those drawn.
pub(super) const STAGES: [(u64, usize); 2] = [(12, 2_000), (8, 8_000)];
/// By how much an item's chance recovers in a round when it is given too rarely.
const RECOVERY: f64 = 1.01;
/// No item is given up altogether.
const CHANCE_LEAST: f64 = 0.02;

/// Adjusts the chances until no item is given in more than a share `most` of sessions (Sympson and Hetter, Proceedings
/// of the Military Testing Association 27, 1985), over the calibration's population. An item set aside comes back later
/// in the same session, which the simulated rates account for.
pub(super) fn settle(
    instrument: &Instrument<'_>,
    lines: Lines,
    world: &World,
    most: f64,
    simulation: Simulation,
    (rounds, replications): (u64, usize),
    controls: &mut [f64],
) {
    // Aims lower by what chance adds to the largest of many rates.
    let aim = most - 2.0 * (most * (1.0 - most) / crate::math::count(replications)).sqrt();
    for round in 1..=rounds {
        let seed = simulation.seed ^ ((round + rounds) << 40);
        let simulation = Simulation { seed, replications, ..simulation };
        let ability = population(instrument.bank(), seed);
        let given = rates(&runs(instrument, lines, controls, world, ability, simulation), controls.len());
        for (chance, rate) in controls.iter_mut().zip(given) {
            *chance = if rate > aim { *chance * aim / rate } else { (*chance * RECOVERY).min(1.0) };
            *chance = chance.max(CHANCE_LEAST);
        }
    }
}
