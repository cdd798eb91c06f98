//! `proofhouse rerun`.

use std::process::ExitCode;

use chamber::HostOptions;
use flows::house::House;
use flows::plan::{Plan, PlannedModel};
use flows::review::{self, Request, Source, ThresholdSource, Whereabouts};
use flows::verify;
use range::chat::Patience;

use super::{program, review::show};
use crate::cli;
use crate::shell::{self, Failure, SystemClock};
use crate::terminal::Terminal;

pub fn run(arguments: &cli::Rerun) -> Result<ExitCode, Failure> {
    let house = shell::house()?;
    let (plan, digest) = Plan::read(&arguments.out).map_err(flows::error::FlowError::from)?;
    let kept: Whereabouts = House::read(&house.review_path(digest))?;
    let source = match &plan.model {
        PlannedModel::Weights { .. } => {
            let Some(path) = arguments.weights.clone().or(kept.weights) else {
                return Err(Failure::usage("name the weights with --weights"));
            };
            Source::Weights { path, runtime: kept.runtime }
        }
        PlannedModel::Claimed { endpoint, model } => Source::Endpoint {
            base: endpoint.clone(),
            model: model.clone(),
            key: shell::key(arguments.key_file.as_deref())?,
        },
        PlannedModel::Script { name } => Source::Script(name.parse().map_err(Failure::input)?),
    };
    let cancel = shell::cancel_on_interrupt();
    let mut progress = Terminal::new();
    let clock = SystemClock::after(verify::latest(&arguments.out));
    let request = Request {
        source,
        suite: arguments.suite.clone().unwrap_or(kept.suite),
        out: arguments.out.clone(),
        threshold: ThresholdSource::Kept,
        budget: plan.budget,
        seed: plan.seed,
        again: true,
        host: HostOptions::default(),
        house,
        program: program()?,
        cancel: &cancel,
        patience: Patience::default(),
        clock: &clock,
    };
    let review = review::run(&request, &mut progress)?;
    drop(progress);
    show(&review, &arguments.out, &request.house.public_key_path());
    Ok(ExitCode::SUCCESS)
}
