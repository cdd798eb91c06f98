//! `proofhouse review`.

use std::path::Path;
use std::process::ExitCode;

use chamber::HostOptions;
use flows::dry_run;
use flows::review::{self, Request, Source, ThresholdSource};
use range::chat::{Patience, endpoint_base};
use report::data::Review;

use super::program;
use crate::cli;
use crate::shell::{self, Failure, SystemClock};
use crate::terminal::Terminal;

pub fn run(arguments: &cli::Review) -> Result<ExitCode, Failure> {
    let source = source(arguments)?;
    let mut progress = Terminal::new();
    if arguments.dry_run {
        let plan =
            dry_run::run(&source, &arguments.suite, &arguments.threshold, arguments.budget, &mut progress)?;
        drop(progress);
        show_plan(&plan);
        return Ok(ExitCode::SUCCESS);
    }
    let cancel = shell::cancel_on_interrupt();
    let request = Request {
        source,
        suite: arguments.suite.clone(),
        out: arguments.out.clone(),
        threshold: ThresholdSource::File(arguments.threshold.clone()),
        budget: arguments.budget,
        seed: arguments.seed,
        again: false,
        host: HostOptions::default(),
        house: shell::house()?,
        program: program()?,
        cancel: &cancel,
        patience: Patience::default(),
        clock: &SystemClock,
    };
    let review = review::run(&request, &mut progress)?;
    drop(progress);
    show(&review, &arguments.out, &request.house.public_key_path());
    Ok(ExitCode::SUCCESS)
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
    println!("model      {} ({})", plan.model.name(), plan.model.identity());
    println!("suite      {} ({})", plan.suite.name, plan.suite.digest);
    println!("items      {}: the whole suite, which is uncalibrated (error rates unknown)", plan.items());
    println!(
        "per item   at most {} tokens, {} turns, {} seconds",
        budget.tokens, budget.turns, budget.seconds
    );
    println!("minutes    at most {}; fewer where items end sooner", plan.minutes_at_most());
    println!(
        "threshold  {}: cut {}, confidence {}",
        plan.threshold.threshold.estimand(),
        plan.threshold.threshold.cut(),
        plan.threshold.threshold.confidence()
    );
    println!("Nothing was run, and nothing was committed to.");
}

/// The final block: the finding, then what to type next.
pub fn show(review: &Review, out: &Path, key: &Path) {
    println!();
    for line in report::summary(review) {
        println!("{line}");
    }
    println!("report    {}", out.join("report.html").display());
    println!("check it  {} verify {} --key {}", super::called_as(), out.display(), key.display());
}
