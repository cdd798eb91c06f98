//! Where the guarantee holds and where it breaks.

use serde::Serialize;
use types::Digest;

use super::simulate::{World, simulate};
use super::{Plan, PlanError, Simulation};
use crate::adaptive::Instrument;
use crate::bank::Bank;
use crate::math::{count, normal_quantile};

/// How a plan fares in one world.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RobustRow {
    /// What the world is like.
    pub world: String,
    /// Share of "covered" at cut − δ.
    pub alpha: f64,
    /// Share of "not covered" at cut + δ.
    pub beta: f64,
    /// Share of "undetermined" at both, on average.
    pub undetermined: f64,
    /// Items at both, on average.
    pub items: f64,
    /// Whether both errors are at most the nominal ones plus what simulation adds by chance (one-sided 95 %).
    pub holds: bool,
}

/// How much the robustness table adds to what the bank declares.
const SPREAD: f64 = 0.5;
const UNSCORABLE: f64 = 0.05;
const LEAKED: f64 = 0.1;

fn worlds(bank: &Bank) -> Vec<(String, World)> {
    let declared = World::declared(bank);
    let mut worlds = vec![
        ("as declared".to_owned(), declared.clone()),
        ("curves exactly as in the bank".to_owned(), World { parameter_error: false, ..declared.clone() }),
        (format!("areas spread by {SPREAD}"), World { area_spread: SPREAD, ..declared.clone() }),
        (
            format!("{} % unscorable", UNSCORABLE * 100.0),
            World { unscorable: UNSCORABLE, ..declared.clone() },
        ),
        (format!("{} % of the bank leaked", LEAKED * 100.0), World { leaked: LEAKED, ..declared.clone() }),
    ];
    if !bank.families().is_empty() {
        let world = World { family_spread: Some(SPREAD), ..declared };
        worlds.insert(3, (format!("items of a family depend on each other (spread {SPREAD})"), world));
    }
    worlds
}

/// Simulates the plan in worlds that the bank does not declare, with a seed of its own.
///
/// # Errors
/// [`PlanError::OtherBank`] if the plan is not for this bank.
pub fn robustness(bank: &Bank, plan: &Plan, simulation: Simulation) -> Result<Vec<RobustRow>, PlanError> {
    let design = &plan.design;
    let found = Digest::of(bank.to_json().as_bytes());
    if found != plan.bank {
        return Err(PlanError::OtherBank { planned: plan.bank, found });
    }
    let instrument = Instrument::new(bank, design, |place| !plan.excluded.contains(&place))?;
    let z = normal_quantile(0.95);
    let allowed = |nominal: f64| {
        nominal + z * (nominal * (1.0 - nominal) / count(simulation.replications.max(1))).sqrt()
    };
    let row = |(name, world): (String, World)| {
        let at = |ability| simulate(&instrument, plan.lines, &plan.controls, &world, ability, simulation);
        let (below, above) = (at(design.cut - design.indifference), at(design.cut + design.indifference));
        RobustRow {
            world: name,
            alpha: below.covered,
            beta: above.not_covered,
            undetermined: f64::midpoint(below.undetermined, above.undetermined),
            items: f64::midpoint(below.items, above.items),
            holds: below.covered <= allowed(design.alpha) && above.not_covered <= allowed(design.beta),
        }
    };
    Ok(worlds(bank).into_iter().map(row).collect())
}
