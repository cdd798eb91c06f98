//! `proofhouse rerun`.

use std::path::PathBuf;
use std::process::ExitCode;

use chamber::{HostOptions, Kind};
use docket::{CaseId, Refusal};
use flows::house::House;
use flows::plan::{Plan, PlannedModel};
use flows::review::{Clerk, Request, Source, ThresholdSource, Whereabouts};
use flows::verify;
use range::chat::Patience;

use super::docket::Looking;
use super::program;
use super::review::{show, taken};
use crate::cli;
use crate::shell::{self, Failure, SystemClock};
use crate::terminal::Terminal;

/// Repeats a plan: as the next run of its package or, in a case, as another planned look in a package of its own. A look
/// is one measurement: a second run of it would be a second look that nobody paid for.
pub fn run(arguments: &cli::Rerun) -> Result<ExitCode, Failure> {
    let house = shell::house()?;
    let (plan, digest) = Plan::read(&arguments.out).map_err(flows::error::FlowError::from)?;
    let (case, out) = place(arguments, &plan)?;
    let kept: Whereabouts = House::read(&house.review_path(digest))?;
    let source = source(arguments, &plan, &kept)?;
    let cancel = shell::cancel_on_interrupt();
    let mut progress = Terminal::new();
    let clock = SystemClock::after(verify::latest(&out));
    let looking = Looking::open(case, &arguments.taker, &house, &clock)?;
    let look = looking.as_ref().map(Looking::look).transpose()?;
    let request = Request {
        source,
        suite: arguments.suite.clone().unwrap_or(kept.suite),
        out,
        threshold: look.as_ref().map_or(ThresholdSource::Kept, |look| ThresholdSource::Committed {
            commitment: look.commitment(),
            file: None,
        }),
        budget: plan.budget,
        seed: plan.seed,
        clerk: look.as_ref().map(|look| look as &dyn Clerk),
        again: look.is_none(),
        host: HostOptions { kind: Kind::named(&plan.chamber).unwrap_or_default(), ..HostOptions::default() },
        house,
        program: program()?,
        cancel: &cancel,
        patience: Patience::default(),
        clock: &clock,
    };
    let review = taken(&request, looking.as_ref(), &mut progress)?;
    drop(progress);
    show(&review, &request.out, &request.house.public_key_path());
    Ok(ExitCode::SUCCESS)
}

/// The case, and where the evidence goes.
fn place<'a>(arguments: &cli::Rerun, plan: &'a Plan) -> Result<(Option<&'a CaseId>, PathBuf), Failure> {
    match (&plan.case, &arguments.taker.look, &arguments.into) {
        (None, None, _) => Ok((None, arguments.out.clone())),
        (None, Some(_), _) => Err(Failure::usage("the review belongs to no case; leave --look out")),
        (Some(_), None, _) => Err(Refusal::LookDone.into()),
        (Some(place), Some(look), _) if place.look == *look => Err(Refusal::LookDone.into()),
        (Some(place), Some(_), Some(into)) => Ok((Some(&place.case), into.clone())),
        (Some(_), Some(_), None) => {
            Err(Failure::usage("another look has a package of its own; name its folder with --into"))
        }
    }
}

fn source(arguments: &cli::Rerun, plan: &Plan, kept: &Whereabouts) -> Result<Source, Failure> {
    Ok(match &plan.model {
        PlannedModel::Weights { .. } => {
            let Some(path) = arguments.weights.clone().or(kept.weights.clone()) else {
                return Err(Failure::usage("name the weights with --weights"));
            };
            Source::Weights { path, runtime: kept.runtime.clone() }
        }
        PlannedModel::Claimed { endpoint, model } => Source::Endpoint {
            base: endpoint.clone(),
            model: model.clone(),
            key: shell::key(arguments.key_file.as_deref())?,
        },
        PlannedModel::Script { name } => Source::Script(name.parse().map_err(Failure::input)?),
    })
}
