//! Where the lines are drawn, and what a bank can do at best.

use std::fmt;

use super::simulate::{Subject, World};
use super::{PlanError, Simulation, safe_share};
use crate::adaptive::{Instrument, Lines, Next, Session};
use crate::math::{Rng, count, normal_quantile};

/// Lines are looked for from here to this multiple of Wald's.
const LINE_LEAST: f64 = 0.05;
const WALD_MOST: f64 = 3.0;
/// Halvings of that range: to a ten-thousandth.
const HALVINGS: u32 = 18;
/// Each line shifts the other's error a little; three rounds settle both.
const ROUNDS: usize = 3;
/// Lines are drawn from so many times the plan's replications: what they are off by adds to every later simulation.
const LINE_REPLICATIONS: usize = 2;
/// Replications of one task.
const CHUNK: usize = 250;

/// What a bank could do at a cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestPossible {
    /// The smallest indifference that the most items tell apart at this cut, with the design's error rates.
    pub indifference: f64,
    /// The cuts at which the asked indifference is told apart, if any are.
    pub cuts: Option<(f64, f64)>,
}

impl fmt::Display for BestPossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at best it tells ±{:.2} apart there", self.indifference)?;
        match self.cuts {
            Some((low, high)) => write!(f, ", and what you asked for at cuts from {low:.1} to {high:.1}"),
            None => write!(f, ", and what you asked for at no cut"),
        }
    }
}

/// The indifference that a test of the most items tells apart at `cut`: `δ = (z_α + z_β) / 2√I`, the fixed test of two
/// normal means with information I.
fn smallest(instrument: &Instrument<'_>, cut: f64) -> f64 {
    let design = instrument.design();
    let items = instrument.bank().items();
    let mut informations: Vec<f64> =
        instrument.ranked().iter().flatten().map(|place| items[*place].curve.information(cut)).collect();
    informations.sort_by(|x, y| y.total_cmp(x));
    let sum: f64 = informations.iter().take(design.lengths.most).sum();
    let z = normal_quantile(1.0 - design.alpha) + normal_quantile(1.0 - design.beta);
    z / (2.0 * sum.max(1e-12).sqrt())
}

/// What the bank could do for this design at best.
#[must_use]
pub fn best_possible(instrument: &Instrument<'_>) -> BestPossible {
    let wanted = instrument.design().indifference;
    let cuts: Vec<f64> =
        (-80..=80).map(|i| f64::from(i) / 10.0).filter(|cut| smallest(instrument, *cut) <= wanted).collect();
    BestPossible {
        indifference: smallest(instrument, instrument.design().cut),
        cuts: cuts.first().copied().zip(cuts.last().copied()),
    }
}

/// Refuses a cut where the bank measures too little.
pub(super) fn check_reach(instrument: &Instrument<'_>) -> Result<(), PlanError> {
    let best = best_possible(instrument);
    let design = instrument.design();
    if best.indifference <= design.indifference {
        return Ok(());
    }
    Err(PlanError::OutOfReach { cut: design.cut, wanted: design.indifference, best })
}

/// The statistic after each item from the first at which a session may stop; responses do not decide which items come,
/// so one path serves every pair of lines.
struct Path {
    first: usize,
    statistics: Vec<(f32, f32)>,
}

#[derive(PartialEq, Clone, Copy)]
enum Side {
    Covered,
    NotCovered,
}

impl Path {
    fn end(&self, lines: Lines) -> Option<Side> {
        let (covered, not_covered) = (lines.covered as f32, -lines.not_covered as f32);
        self.statistics[self.first.min(self.statistics.len())..].iter().find_map(|(low, high)| {
            if *low >= covered && *high >= covered {
                Some(Side::Covered)
            } else if *low <= not_covered && *high <= not_covered {
                Some(Side::NotCovered)
            } else {
                None
            }
        })
    }
}

fn path(
    instrument: &Instrument<'_>,
    controls: &[f64],
    world: &World,
    ability: f64,
    (seed, number): (u64, usize),
) -> Path {
    // Lines that nothing crosses: the session runs to its end.
    let endless = Lines { covered: f64::MAX, not_covered: f64::MAX };
    let mut rng = Rng::part(seed, number as u64);
    let mut session = Session::new(instrument, endless, controls, rng.bits());
    let mut subject = Subject::new(instrument, world, ability, rng);
    let mut first = None;
    while let Next::Item(item) = session.next_item() {
        session.record(item, subject.answer(item));
        if first.is_none() && session.long_enough() {
            first = Some(session.path().len() - 1);
        }
    }
    let statistics: Vec<(f32, f32)> =
        session.path().iter().map(|step| (step.missing_failed as f32, step.missing_passed as f32)).collect();
    Path { first: first.unwrap_or(statistics.len()), statistics }
}

fn paths(
    instrument: &Instrument<'_>,
    controls: &[f64],
    world: &World,
    ability: f64,
    simulation: Simulation,
) -> Vec<Path> {
    let starts: Vec<usize> = (0..simulation.replications).step_by(CHUNK).collect();
    let chunks = crate::parallel::map(starts, simulation.threads, |start| {
        let end = (start + CHUNK).min(simulation.replications);
        let one = |number| path(instrument, controls, world, ability, (simulation.seed, number));
        (start..end).map(one).collect::<Vec<Path>>()
    });
    chunks.into_iter().flatten().collect()
}

/// Draws the lines as near as the simulated errors at cut − δ and cut + δ allow. Without the guard, which only ever
/// turns "not covered" into "undetermined" and so makes neither error more frequent.
pub(super) fn draw(
    instrument: &Instrument<'_>,
    controls: &[f64],
    world: &World,
    simulation: Simulation,
) -> Result<Lines, PlanError> {
    let design = instrument.design();
    let at = |ability: f64, tag: u64| {
        let replications = simulation.replications * LINE_REPLICATIONS;
        let simulation = Simulation { seed: simulation.seed ^ (tag << 48), replications, ..simulation };
        paths(instrument, controls, world, ability, simulation)
    };
    let below = at(design.cut - design.indifference, 1);
    let above = at(design.cut + design.indifference, 2);
    let mut lines = Lines::wald(design.alpha, design.beta);
    let (farthest_covered, farthest_not) = (lines.covered * WALD_MOST, lines.not_covered * WALD_MOST);
    for _ in 0..ROUNDS {
        lines.covered = nearest(farthest_covered, &below, design.alpha, Side::Covered, |covered| Lines {
            covered,
            ..lines
        })?;
        lines.not_covered = nearest(farthest_not, &above, design.beta, Side::NotCovered, |not_covered| {
            Lines { not_covered, ..lines }
        })?;
    }
    Ok(lines)
}

fn nearest(
    farthest: f64,
    paths: &[Path],
    nominal: f64,
    wrong: Side,
    with: impl Fn(f64) -> Lines,
) -> Result<f64, PlanError> {
    let error = |line: f64| {
        let lines = with(line);
        count(paths.iter().filter(|path| path.end(lines) == Some(wrong)).count()) / count(paths.len())
    };
    let safe = safe_share(nominal, paths.len());
    let reached = error(farthest);
    if reached > safe {
        return Err(PlanError::ErrorNotReached { nominal, reached });
    }
    let (mut low, mut high) = (LINE_LEAST, farthest);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if error(middle) > safe { low = middle } else { high = middle }
    }
    Ok(high)
}
