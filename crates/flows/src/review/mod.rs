//! A review: the plan is fixed and committed to, every item of the suite is attempted once, the result is decided,
//! and the evidence is left. The same call goes on with what an earlier one left unfinished.

mod opening;
mod run;
mod views;

use std::path::{Path, PathBuf};

use chamber::{Host, HostOptions, Kind};
use range::chat::{Cancel, Patience};
use range::suite::{Suite, package_installed};
use report::data::Review;
use types::Clock;
use types::transcript::Budget;

use crate::error::FlowError;
use crate::evidence::Evidence;
use crate::house::House;
use crate::model::NotContained;
use crate::plan::{Plan, PlannedSuite};
use crate::progress::{Progress, Step};

use opening::{open_review, opened, opening};
use run::{Turn, begin, next_run};
use views::views;

pub use crate::model::Source;
pub use opening::Whereabouts;
pub use run::model_probe_file;
pub use views::{inspect, inspect_file, stored};

/// What a review is asked to do.
pub struct Request<'a> {
    /// The model.
    pub source: Source,
    /// The suite's folder.
    pub suite: PathBuf,
    /// Where the evidence goes.
    pub out: PathBuf,
    /// The threshold.
    pub threshold: ThresholdSource,
    /// What each attempt may use.
    pub budget: Budget,
    /// The operator's own seed: the review is then exploratory.
    pub seed: Option<u64>,
    /// Whether a finished review is run once more.
    pub again: bool,
    /// How chambers are made.
    pub host: HostOptions,
    /// The operator's own folder.
    pub house: House,
    /// This program, which serves weights inside a chamber.
    pub program: PathBuf,
    /// Ends everything.
    pub cancel: &'a Cancel,
    /// How patiently the model is asked.
    pub patience: Patience,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Where the threshold comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThresholdSource {
    /// A file. It must say what was committed to, if something was.
    File(PathBuf),
    /// What was committed to when the review was opened, from the opening that the house keeps.
    Kept,
}

/// Runs a review, or goes on with one.
///
/// # Errors
/// [`FlowError`]; what was done until then is kept, and the same call goes on from there.
pub fn run(request: &Request<'_>, progress: &mut dyn Progress) -> Result<Review, FlowError> {
    let (suite, planned_suite) = take_suite(&request.suite, progress)?;
    if let Source::Script(script) = &request.source {
        packages_installed(script.packages())?;
    }
    let host = Host::find(&request.host)?;
    let taken = request.source.take(progress)?;
    let mut evidence = Evidence::open(&request.out, request.house.signer()?, request.clock)?;
    let opening = opening(request, &evidence)?;
    let threshold = opened(request, &opening)?;
    let plan = Plan::new(
        taken.planned.clone(),
        planned_suite,
        request.budget,
        chamber_word(host.kind()).to_owned(),
        opening.commitment,
        request.seed,
    );
    let next = next_run(&evidence, request.again);
    let started = match next {
        // A model that does not start leaves no review that was opened; one that is not contained is on record.
        Some(_) => {
            progress.step(Step::StartingModel);
            Some(request.source.start_contained(&host, &suite, &request.program)?)
        }
        None => None,
    };
    let digest = open_review(request, &mut evidence, &plan, &taken)?;
    if let Some((run, started)) = next.zip(started) {
        let checks = match &started {
            Ok(running) => running.checks(),
            Err(NotContained { checks, .. }) => Some(checks.as_slice()),
        };
        begin(&mut evidence, run, host.limits_in_words(), checks)?;
        let running = started.map_err(NotContained::error)?;
        let mut turn = Turn { request, suite: &suite, host: &host, plan: &plan, taken: &taken, running, run };
        turn.take(&mut evidence, progress)?;
    }
    views(request, &mut evidence, (&plan, digest), &threshold, progress)
}

/// A kind of chamber, as plans name it. Its version stands in each transcript.
fn chamber_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Bubblewrap => "bubblewrap",
    }
}

/// Reads a suite and names it by its content.
///
/// # Errors
/// [`FlowError`]
pub fn take_suite(folder: &Path, progress: &mut dyn Progress) -> Result<(Suite, PlannedSuite), FlowError> {
    let mut sealing = |done, total| progress.step(Step::Sealing { what: "the suite", done, total });
    // Where a folder is no suite at all, the suite's own words say best what is missing.
    let manifest = seal::take(folder, &mut sealing)
        .map_err(|error| Suite::read(folder).err().map_or(error.into(), FlowError::from))?;
    let suite = Suite::read(folder)?;
    suite.check_packages(package_installed)?;
    seal::check(folder, &manifest, &mut |_, _| {})?;
    let digest = manifest.identity();
    let planned = PlannedSuite::of(&suite, digest);
    Ok((suite, planned))
}

fn packages_installed(packages: &[&str]) -> Result<(), FlowError> {
    let missing: Vec<String> =
        packages.iter().filter(|name| !package_installed(name)).map(|name| (*name).to_owned()).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(range::suite::SuiteError::MissingPackages { packages: missing }.into())
    }
}
