//! `proofhouse assay`: plans, replays and fits of item banks. Nothing is run and nobody is asked anything.

mod arguments;
mod waiting;

use std::process::ExitCode;

use flows::measure::fit::{self, FitOrder};
use flows::measure::plan::{self, ExposureQuestion, PlanOrder, Threshold};
use flows::measure::replay::{self, LinesFrom, ReplayOrder};
use flows::measure::{DesignOptions, MeasureError, TableScale};

pub use arguments::Assay;
use arguments::{Fit, Plan, Replay};
use waiting::Waiting;

use crate::say;
use crate::shell::Failure;

/// Runs `command`.
pub fn run(command: &Assay) -> Result<ExitCode, Failure> {
    match command {
        Assay::Plan(arguments) => plan(arguments)?,
        Assay::Replay(arguments) => replay(arguments)?,
        Assay::Fit(arguments) => fit(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// As many threads as there are cores; nothing that is computed depends on it.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn plan(arguments: &Plan) -> Result<(), MeasureError> {
    let order = PlanOrder {
        bank: arguments.bank.clone(),
        scale: scale(&arguments.scale),
        threshold: threshold(arguments)?,
        exposures: exposures(&arguments.exposed),
        like: arguments.like.clone(),
        price: arguments.price,
    };
    let mut waiting = Waiting::new();
    let planned = plan::run(&order, &mut |stage| waiting.at(stage))?;
    drop(waiting);
    if let Some(file) = &arguments.commit {
        plan::commit(&planned, file)?;
    }
    if let Some(file) = &arguments.page {
        plan::draw(&planned.shown, file)?;
    }
    if arguments.json {
        return json(&planned.shown);
    }
    print(report::measure::plan_lines(&planned.shown));
    match (&arguments.commit, &order.threshold) {
        (Some(file), _) => say!("  written with its design to {}: commit to that file", file.display()),
        (None, Threshold::Committed { .. }) => say!("  as the threshold file says: nothing has moved"),
        (None, Threshold::New(..)) => {
            say!("  it belongs into the threshold's commitment: --commit FILE writes it there")
        }
    }
    if let Some(file) = &arguments.page {
        say!("  curves and tables: {}", file.display());
    }
    Ok(())
}

/// The parser lets the ledger come only with party and budgets.
fn exposures(exposed: &arguments::Exposed) -> Option<ExposureQuestion> {
    let (file, party) = exposed.exposures.clone().zip(exposed.party.clone())?;
    let (per_party, total) = exposed.per_party.zip(exposed.total)?;
    Some(ExposureQuestion {
        file,
        party,
        assurance: assay::Assurance { no_retention: exposed.assured, no_training: exposed.assured },
        budget: assay::Budget { per_party, total, without_assurance: exposed.unassured },
    })
}

/// A number is a new cut; anything else is a file that committed to one.
fn threshold(arguments: &Plan) -> Result<Threshold, MeasureError> {
    let usage = |text: &str| Err(MeasureError::Usage(text.to_owned()));
    let design = &arguments.design;
    let Ok(cut) = arguments.threshold.parse::<f64>() else {
        let ledger = arguments.exposed.exposures.is_some();
        if ledger || design.any_given() || arguments.seed.is_some() || arguments.replications.is_some() {
            return usage(
                "a threshold file fixes design and seed; leave the other options out, or name a cut instead",
            );
        }
        let file = arguments.threshold.clone().into();
        return Ok(Threshold::Committed { file, threads: threads() });
    };
    if !cut.is_finite() {
        return usage("a cut is a finite number on the bank's scale");
    }
    let (Some(alpha), Some(beta)) = (design.alpha, design.beta) else {
        return usage("name the errors that you allow with --alpha and --beta");
    };
    let simulation = assay::Simulation {
        seed: arguments.seed.unwrap_or(1),
        replications: arguments.replications.unwrap_or(arguments::REPLICATIONS),
        threads: threads(),
    };
    Ok(Threshold::New(design.options(cut, alpha, beta, assay::Statistic::Glr), simulation))
}

fn replay(arguments: &Replay) -> Result<(), MeasureError> {
    let design = &arguments.design;
    let (Some(alpha), Some(beta)) = (design.alpha, design.beta) else {
        return Err(MeasureError::Usage("name the errors that you allow with --alpha and --beta".to_owned()));
    };
    let seed = arguments.seed.unwrap_or(1);
    let replications = arguments.replications.unwrap_or(arguments::REPLICATIONS);
    let simulation = assay::Simulation { seed, replications, threads: threads() };
    let order = ReplayOrder {
        bank: arguments.bank.clone(),
        scale: scale(&arguments.scale),
        responses: arguments.responses.clone(),
        design: replay_design(arguments, alpha, beta)?,
        lines: if arguments.planned { LinesFrom::Plan(simulation) } else { LinesFrom::Wald },
        seed,
    };
    let mut waiting = Waiting::new();
    let done = replay::run(&order, &mut |stage| waiting.at(stage))?;
    drop(waiting);
    if let (Some(person), Some(file)) = (&arguments.person, &arguments.page) {
        done.draw(person, file)?;
    }
    if arguments.json {
        return json(&done.shown);
    }
    print(report::measure::replay_lines(&done.shown, arguments.each));
    if let Some(file) = &arguments.page {
        say!("  drawn: {}", file.display());
    }
    Ok(())
}

fn replay_design(arguments: &Replay, alpha: f64, beta: f64) -> Result<DesignOptions, MeasureError> {
    let design = &arguments.design;
    if design.exposure_most.is_some() && !arguments.planned {
        let text = "exposure control is settled by a plan; add --planned, or leave --exposure-most out";
        return Err(MeasureError::Usage(text.to_owned()));
    }
    Ok(design.options(arguments.cut, alpha, beta, assay::Statistic::Sprt))
}

fn fit(arguments: &Fit) -> Result<(), MeasureError> {
    let order = FitOrder {
        responses: arguments.responses.clone(),
        items: arguments.items.clone(),
        name: arguments.name.clone(),
        source: arguments.source.clone(),
        scaffold: arguments.scaffold.clone(),
        tokens: arguments.tokens,
        guess: arguments.guess,
        area_spread: arguments.area_spread,
        threads: threads(),
    };
    let done = fit::run(&order)?;
    fit::write(&done.bank, &arguments.out)?;
    if arguments.json {
        return json(&done.shown);
    }
    print(report::measure::fit_lines(&done.shown));
    say!("written to {}", arguments.out.display());
    Ok(())
}

fn scale(arguments: &arguments::Scale) -> TableScale {
    TableScale { mean: arguments.mean, deviation: arguments.deviation }
}

fn json(value: &impl serde::Serialize) -> Result<(), MeasureError> {
    say!("{}", report::measure::json(value)?.trim_end());
    Ok(())
}

fn print(lines: Vec<String>) {
    for line in lines {
        say!("{line}");
    }
}
