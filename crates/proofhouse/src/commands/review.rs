//! `proofhouse review`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use flows::cases::LookDesk;
use flows::dry_run::{self, Expected};
use flows::review::{self, Clerk, Request, Source, ThresholdSource};
use flows::verify;
use range::chat::{Patience, endpoint_base};
use report::data::Review;

use super::docket::Looking;
use super::program;
use crate::cli;
use crate::say;
use crate::shell::{self, Failure, SystemClock};
use crate::terminal::{Terminal, span};

/// What a review outside of a case is held against, where nothing is named.
const STARTER_THRESHOLD: &str = "thresholds/starter.toml";

pub fn run(arguments: &cli::Review) -> Result<ExitCode, Failure> {
    let mut progress = Terminal::new();
    let cancel = shell::cancel_on_interrupt();
    let clock = SystemClock::after(verify::latest(&arguments.out));
    let house = shell::house()?;
    let looking = Looking::open(arguments.within.case.as_ref(), &arguments.within.taker, &house, &clock)?;
    let look = looking.as_ref().map(Looking::look).transpose()?;
    let request = Request {
        source: source(arguments)?,
        suite: arguments.suite.clone(),
        out: arguments.out.clone(),
        threshold: threshold(arguments, look.as_ref()),
        budget: arguments.budget,
        seed: arguments.seed,
        clerk: look.as_ref().map(|look| look as &dyn Clerk),
        again: false,
        host: arguments.chamber.options(),
        house,
        program: program()?,
        cancel: &cancel,
        patience: Patience {
            answer: Duration::from_secs(arguments.answer_within.into()),
            ..Patience::default()
        },
        clock: &clock,
    };
    if arguments.dry_run {
        let plan = dry_run::run(&request, &mut progress)?;
        drop(progress);
        show_plan(&plan);
        return Ok(ExitCode::SUCCESS);
    }
    let review = taken(&request, looking.as_ref(), &mut progress)?;
    drop(progress);
    show(&review, &arguments.out, &request.house.public_key_path());
    Ok(ExitCode::SUCCESS)
}

/// Takes the review. Whatever came of it, its case is settled: a window that closed meanwhile is recorded. A package
/// that the case names gets the proof of it.
pub fn taken(
    request: &Request<'_>,
    looking: Option<&Looking<'_>>,
    progress: &mut Terminal,
) -> Result<Review, Failure> {
    let done = review::run(request, progress).map_err(Failure::from);
    let settled = looking.map_or(Ok(()), Looking::settle);
    let review = done?;
    settled?;
    looking.map_or(Ok(()), |looking| looking.prove(&request.out))?;
    Ok(review)
}

/// The threshold that is named, or the case's, or the starter suite's.
fn threshold(arguments: &cli::Review, look: Option<&LookDesk<'_>>) -> ThresholdSource {
    let file = arguments.threshold.clone();
    match look {
        Some(look) => ThresholdSource::Committed { commitment: look.commitment(), file },
        None => ThresholdSource::File(file.unwrap_or_else(|| PathBuf::from(STARTER_THRESHOLD))),
    }
}

fn source(arguments: &cli::Review) -> Result<Source, Failure> {
    let Some(endpoint) = &arguments.endpoint else {
        let Some(path) = arguments.weights.clone() else {
            return Err(Failure::usage("name a model, or an endpoint with --endpoint"));
        };
        return Ok(Source::Weights { path, runtime: arguments.runtime.clone() });
    };
    if let Some(script) = endpoint.strip_prefix("script:") {
        return Ok(Source::Script(script.parse().map_err(Failure::usage)?));
    }
    let base = endpoint_base(endpoint).map_err(Failure::usage)?;
    let Some(model) = arguments.model.clone() else {
        return Err(Failure::usage("name the endpoint's model with --model"));
    };
    Ok(Source::Endpoint { base, model, key: shell::key(arguments.key_file.as_deref())? })
}

fn show_plan(plan: &dry_run::DryRun) {
    let budget = plan.budget;
    say!("model      {} ({})", plan.model.name(), plan.model.identity());
    say!("suite      {} ({})", plan.suite.name, plan.suite.digest);
    say!("items      {}: the whole suite, which is uncalibrated (error rates unknown)", plan.items());
    say!("per item   at most {} tokens, {} turns, {} seconds", budget.tokens, budget.turns, budget.seconds);
    say!(
        "time       about {} expected ({}); at most {}",
        span(plan.expected()),
        expected_from(plan.expected),
        span(plan.at_most())
    );
    say!(
        "threshold  {}: cut {}, confidence {}",
        plan.threshold.threshold.estimand(),
        plan.threshold.threshold.cut(),
        plan.threshold.threshold.confidence()
    );
    say!("No item of the suite was given, and nothing was committed to.");
}

/// Where the expectation comes from, in words.
fn expected_from(expected: Expected) -> String {
    match expected {
        Expected::EarlierRun(pace) => {
            format!("{} items took this model as long here before", pace.items)
        }
        Expected::Practice(rehearsal) => format!(
            "a practice item, {}, took {:.1} s; harder ones may take longer",
            rehearsal.outcome.word(),
            rehearsal.took.as_secs_f64()
        ),
    }
}

/// The final block: the finding, then what to type next.
pub fn show(review: &Review, out: &Path, key: &Path) {
    say!("");
    for line in report::summary(review) {
        say!("{line}");
    }
    if let Some(case) = &review.plan.case {
        say!("case      {}: the result of look {} is recorded", case.case, case.look);
    }
    say!("report    {}", out.join("report.html").display());
    say!("check it  {} verify {} --key {}", super::called_as(), out.display(), key.display());
}
