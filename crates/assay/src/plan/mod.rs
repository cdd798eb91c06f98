//! The plan: error rates, lengths and exposures of a design, known before the first run.
//!
//! Sessions are simulated with a seed; lines are then drawn where the simulated error rates, under everything that the
//! bank declares about itself, stay below the nominal ones. The plan's digest goes into the commitment.

mod controls;
mod lines;
mod robust;
mod simulate;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use types::Digest;

use crate::adaptive::{Design, DesignError, Instrument, Lines};
use crate::bank::Bank;
use crate::math::{count, normal_quantile};

pub use lines::{BestPossible, best_possible};
pub use robust::{RobustRow, robustness};
pub use simulate::{Summary, World, simulate, simulate_population};

/// The format that plans name.
pub const PLAN_FORMAT: &str = "proofhouse-assay-plan-1";
/// Where the curves are drawn, in steps of δ around the cut.
const CURVE_STEPS: [f64; 15] =
    [-6.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0];

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    /// The same seed gives the same plan.
    pub seed: u64,
    /// Replications for each point of a curve.
    pub replications: usize,
    /// Threads to compute with. The plan does not depend on it.
    #[serde(skip)]
    pub threads: usize,
}

/// What happens at one ability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The ability.
    pub ability: f64,
    /// Operating characteristic and lengths there.
    #[serde(flatten)]
    pub summary: Summary,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// [`PLAN_FORMAT`].
    pub format: &'static str,
    /// The digest of the bank's file.
    pub bank: Digest,
    /// The design.
    pub design: Design,
    /// How it was simulated.
    pub simulation: Simulation,
    /// Where the lines are.
    pub lines: Lines,
    /// For each item, the chance that it is given when it is chosen. Empty without exposure control.
    pub controls: Vec<f64>,
    /// Operating characteristic and average sample number.
    pub curve: Vec<CurvePoint>,
    /// Over the calibration's population: lengths, and how often each item is given.
    pub population: Summary,
    /// For each item of the bank, the share of reviews that are given it.
    pub exposures: Vec<f64>,
    /// Items that could be given.
    pub available: usize,
    /// Items that could not, because their exposure budget is spent: places in the bank.
    pub excluded: Vec<usize>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A design that cannot be used.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A cut where the bank measures too little.
    #[error("at the cut {cut} the bank cannot tell ±{wanted} apart with these error rates; {best}")]
    OutOfReach {
        /// The cut.
        cut: f64,
        /// The indifference asked for.
        wanted: f64,
        /// What it could do.
        best: BestPossible,
    },
    /// Error rates that no lines reach.
    #[error(
        "no line keeps the error below {nominal}: at best it is {reached:.4}, because of what the bank declares as unsure or spread; allow a wider indifference, more items, or more error"
    )]
    ErrorNotReached {
        /// The error asked for.
        nominal: f64,
        /// The lowest found.
        reached: f64,
    },
    /// A plan of another bank.
    #[error(
        "the plan was made for the bank {planned}, and this one is {found}: bring that bank, or plan again"
    )]
    OtherBank {
        /// The plan's.
        planned: Digest,
        /// This one's.
        found: Digest,
    },
    /// Too few replications to show the error rates.
    #[error("{replications} replications cannot show an error of {nominal}; use at least {wanted}")]
    FewReplications {
        /// How many were asked for.
        replications: usize,
        /// The error to be shown.
        nominal: f64,
        /// How many it takes.
        wanted: usize,
    },
}

impl PlanError {
    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Design(why) => why.code(),
            Self::OutOfReach { .. } => "plan-out-of-reach",
            Self::ErrorNotReached { .. } => "plan-error-not-reached",
            Self::OtherBank { .. } => "plan-other-bank",
            Self::FewReplications { .. } => "plan-few-replications",
        }
    }
}

/// Makes the plan of `design` for items that `may_be_given`.
///
/// # Errors
/// [`PlanError`].
pub fn plan(
    bank: &Bank,
    design: &Design,
    simulation: Simulation,
    may_be_given: impl Fn(usize) -> bool,
) -> Result<Plan, PlanError> {
    let excluded: Vec<usize> = (0..bank.items().len()).filter(|place| !may_be_given(*place)).collect();
    let instrument = Instrument::new(bank, design, may_be_given)?;
    lines::check_reach(&instrument)?;
    check_replications(design, simulation)?;
    let world = World::declared(bank);
    let (controls, lines) = settle(&instrument, simulation, &world)?;
    let at = |ability: f64, tag: u64| {
        let seed = simulation.seed ^ tag;
        simulate(&instrument, lines, &controls, &world, ability, Simulation { seed, ..simulation })
    };
    let curve = CURVE_STEPS.iter().zip(1..).map(|(step, tag)| {
        let ability = step.mul_add(design.indifference, design.cut);
        CurvePoint { ability, summary: at(ability, tag << 32) }
    });
    let curve = curve.collect();
    let everybody = Simulation { seed: simulation.seed ^ (99 << 32), ..simulation };
    let (population, exposures) = simulate_population(&instrument, lines, &controls, &world, everybody);
    Ok(Plan {
        format: PLAN_FORMAT,
        bank: Digest::of(bank.to_json().as_bytes()),
        design: design.clone(),
        simulation,
        lines,
        controls,
        curve,
        population,
        exposures,
        available: instrument.available(),
        excluded,
    })
}

/// Exposure control and lines depend on each other: control changes which items are given, lines how many.
fn settle(
    instrument: &Instrument<'_>,
    simulation: Simulation,
    world: &World,
) -> Result<(Vec<f64>, Lines), PlanError> {
    let design = instrument.design();
    let Some(most) = design.selection.exposure_most else {
        return Ok((Vec::new(), lines::draw(instrument, &[], world, simulation)?));
    };
    let mut lines = Lines::wald(design.alpha, design.beta);
    let mut controls = vec![1.0; instrument.bank().items().len()];
    for stage in controls::STAGES {
        controls::settle(instrument, lines, world, most, simulation, stage, &mut controls);
        lines = lines::draw(instrument, &controls, world, simulation)?;
    }
    Ok((controls, lines))
}

/// Replications must be able to tell the nominal error from none.
fn check_replications(design: &Design, simulation: Simulation) -> Result<(), PlanError> {
    const ERRORS_LEAST: f64 = 20.0;
    let nominal = design.alpha.min(design.beta);
    let wanted = (ERRORS_LEAST / nominal).ceil() as usize;
    if simulation.replications >= wanted {
        return Ok(());
    }
    Err(PlanError::FewReplications { replications: simulation.replications, nominal, wanted })
}

/// The largest share of errors in `replications` that shows, one-sided at 99.9 %, that the error is below `nominal`.
fn safe_share(nominal: f64, replications: usize) -> f64 {
    let z = normal_quantile(0.999);
    nominal - z * (nominal * (1.0 - nominal) / count(replications)).sqrt()
}

impl Plan {
    /// The digest that goes into the commitment: over format, bank, design, seed, replications, lines, controls and
    /// excluded items, all that decides what a session does. Curves follow from these.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // Named fields and finite numbers: nothing that JSON cannot hold.
        let text = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
        let controls: Vec<u8> = self.controls.iter().flat_map(|chance| chance.to_be_bytes()).collect();
        let excluded: Vec<u8> =
            self.excluded.iter().flat_map(|place| (*place as u64).to_be_bytes()).collect();
        Digest::of_parts(&[
            self.format.as_bytes(),
            self.bank.as_bytes(),
            text(serde_json::to_string(&self.design)).as_bytes(),
            &self.simulation.seed.to_be_bytes(),
            &(self.simulation.replications as u64).to_be_bytes(),
            &self.lines.covered.to_be_bytes(),
            &self.lines.not_covered.to_be_bytes(),
            &controls,
            &excluded,
        ])
    }

    /// The share of the fixed suite's exposures that a review is expected to cost.
    #[must_use]
    pub fn exposure_share(&self) -> f64 {
        self.population.items / count(self.available)
    }
}
