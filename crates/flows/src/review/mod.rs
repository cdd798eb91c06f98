//! A review: the plan is fixed and committed to, every item of the suite is attempted once, the result is decided,
//! and the evidence is left. The same call goes on with what an earlier one left unfinished.

mod clerk;
mod opening;
mod run;
mod views;

use std::path::{Path, PathBuf};

use chamber::{Host, HostOptions};
use range::chat::{Cancel, Patience};
use range::suite::{Suite, package_installed};
use report::data::Review;
use types::transcript::Budget;
use types::{Clock, Digest, RunNumber};

use crate::error::FlowError;
use crate::evidence::{Evidence, LOG};
use crate::house::House;
use crate::model::{NotContained, Taken};
use crate::plan::{Plan, PlannedModel, PlannedSuite};
use crate::progress::{Progress, Step};

use clerk::Taking;
use opening::{open_review, opened, opening};
use run::{Turn, begin, next_run};
use views::views;

pub use crate::model::Source;
pub use clerk::Clerk;
pub(crate) use opening::of_case;
pub use opening::{Whereabouts, commit};
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
    /// Who keeps the review inside its case, where it is a look in one.
    pub clerk: Option<&'a dyn Clerk>,
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
    /// What the case committed to, from the opening that the house keeps. A file, where one is named, must say the same.
    Committed {
        /// The case's commitment.
        commitment: Digest,
        /// The file.
        file: Option<PathBuf>,
    },
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
    let fresh = !request.out.join(LOG).exists();
    if fresh {
        // A look that may not be taken leaves no folder.
        may_look(request, &taken.planned, None)?;
    }
    let mut evidence = Evidence::open(&request.out, request.house.signer()?, request.clock)?;
    let opening = opening(request, &evidence)?;
    let threshold = opened(request, &opening)?;
    let chamber = host.kind().word().to_owned();
    let planned = taken.planned.clone();
    let plan = Plan::new(planned, planned_suite, request.budget, chamber, opening.commitment, request.seed)
        .within(request.clerk.map(|clerk| clerk.place().clone()));
    let next = next_run(&evidence, request.again);
    if next.is_some() && !fresh {
        may_look(request, &plan.model, evidence.log().package())?;
    }
    let parts = Parts { suite: &suite, host: &host, plan: &plan, taken: &taken };
    let digest = take_run(request, &parts, &mut evidence, next, progress)?;
    let review = views(request, &mut evidence, (&plan, digest), &threshold, progress)?;
    if let Some(clerk) = request.clerk {
        clerk.finish(evidence.log().tree.root())?;
    }
    Ok(review)
}

/// What a run is made of, taken in and fixed.
#[derive(Clone, Copy)]
struct Parts<'a> {
    suite: &'a Suite,
    host: &'a Host,
    plan: &'a Plan,
    taken: &'a Taken,
}

/// Opens the review, or finds that it is the one that was opened, and takes its next run, if there is one. Gives the
/// plan's digest.
fn take_run(
    request: &Request<'_>,
    parts: &Parts<'_>,
    evidence: &mut Evidence<'_>,
    next: Option<RunNumber>,
    progress: &mut dyn Progress,
) -> Result<Digest, FlowError> {
    let Parts { suite, host, plan, taken } = *parts;
    let started = match next {
        // A model that does not start leaves no review that was opened; one that is not contained is on record.
        Some(_) => {
            progress.step(Step::StartingModel);
            Some(request.source.start_contained(host, suite, &request.program)?)
        }
        None => None,
    };
    let digest = open_review(request, evidence, plan, taken)?;
    let Some((run, started)) = next.zip(started) else { return Ok(digest) };
    let taking = match (request.clerk, evidence.log().package()) {
        (Some(clerk), Some(package)) => {
            clerk.start(&plan.model, package)?;
            Some(Taking { clerk, model: &plan.model, package })
        }
        _ => None,
    };
    let checks = match &started {
        Ok(running) => running.checks(),
        Err(NotContained { checks, .. }) => Some(checks.as_slice()),
    };
    begin(evidence, run, host.limits_in_words(), checks)?;
    let running = started.map_err(NotContained::error)?;
    Turn { request, suite, host, plan, taken, running, run, taking }.take(evidence, progress)?;
    Ok(digest)
}

/// Whether the case lets the model be asked, where the review is a look in one.
pub(crate) fn may_look(
    request: &Request<'_>,
    model: &PlannedModel,
    package: Option<Digest>,
) -> Result<(), FlowError> {
    let Some(clerk) = request.clerk else { return Ok(()) };
    if request.seed.is_some() {
        return Err(FlowError::Usage(
            "the order of a look in a case follows from its commitment; leave --seed out".to_owned(),
        ));
    }
    Ok(clerk.may_look(model, package)?)
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
