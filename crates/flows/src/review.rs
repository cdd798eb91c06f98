//! A review: the plan is fixed and committed to, every item of the suite is attempted once, the result is decided,
//! and the evidence is left. The same call goes on with what an earlier one left unfinished.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay::Threshold;
use chamber::{Host, HostOptions, Kind};
use range::agent::{AttemptError, Desk};
use range::chat::{Cancel, Patience};
use range::oracle::Builds;
use range::suite::{Suite, package_installed};
use range::transcript;
use report::Sample;
use report::data::Review;
use serde::{Deserialize, Serialize};
use types::chat::Role;
use types::transcript::{Budget, Entry, Event, ProbeCheck};
use types::{AttemptId, Clock, Digest, ItemId, Outcome, RunNumber};

use crate::error::FlowError;
use crate::evidence::{EVIDENCE_FORMAT, Evidence, EvidenceError, Line, Record, SIGNER};
use crate::house::House;
use crate::model::{self, NotContained, Running, Taken};
use crate::pace::Pace;
use crate::plan::{PLAN, Plan, PlannedModel, PlannedSuite};
use crate::progress::{Progress, Step};
use crate::summary::{self, Controls, run_file, submission_file, transcript_file};
use crate::threshold::{self, Opening};

pub use crate::model::Source;

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

/// Where the parts of a review lie, for those who repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whereabouts {
    /// The weights, where it has some.
    pub weights: Option<PathBuf>,
    /// The command that serves them, where it is not the house's own.
    pub runtime: Option<String>,
    /// The suite.
    pub suite: PathBuf,
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

/// The opening of the commitment in the log, or of a new one.
fn opening(request: &Request<'_>, evidence: &Evidence<'_>) -> Result<Opening, FlowError> {
    let committed = evidence.log().lines.first().and_then(|line| match line.record {
        Record::ReviewOpened { commitment, .. } => Some(commitment),
        _ => None,
    });
    match (committed, &request.threshold) {
        (Some(commitment), _) => House::read(&request.house.opening_path(commitment)),
        (None, ThresholdSource::Kept) => {
            Err(FlowError::Usage(format!("{} holds no review that was started", request.out.display())))
        }
        (None, ThresholdSource::File(file)) => {
            let random = |source| FlowError::House { file: file.clone(), source };
            let opening = threshold::read(file)?.commit().map_err(random)?;
            House::keep(&request.house.opening_path(opening.commitment), &opening)?;
            Ok(opening)
        }
    }
}

fn opened(request: &Request<'_>, opening: &Opening) -> Result<Threshold, FlowError> {
    let file = match &request.threshold {
        ThresholdSource::Kept => request.house.opening_path(opening.commitment),
        ThresholdSource::File(file) if threshold::read(file)?.text != opening.threshold => {
            return Err(FlowError::OtherPlan { folder: request.out.clone(), differs: "the threshold" });
        }
        ThresholdSource::File(file) => file.clone(),
    };
    opening.open().map_err(|what| FlowError::Threshold { file, what })
}

/// Fixes the plan and opens the log, or checks that what is asked for is what was planned.
fn open_review(
    request: &Request<'_>,
    evidence: &mut Evidence<'_>,
    plan: &Plan,
    taken: &Taken,
) -> Result<Digest, FlowError> {
    let broken = |error: serde_json::Error| EvidenceError::Broken {
        file: request.out.join(PLAN),
        what: error.to_string(),
    };
    let bytes = plan.to_bytes().map_err(broken)?;
    let digest = match evidence.log().lines.first().map(|line| &line.record) {
        None => {
            let digest = Digest::of(&bytes);
            House::keep(&request.house.review_path(digest), &whereabouts(request))?;
            evidence.append(Record::ReviewOpened {
                format: EVIDENCE_FORMAT.to_owned(),
                proofhouse: env!("CARGO_PKG_VERSION").to_owned(),
                plan: digest,
                commitment: plan.commitment,
            })?;
            digest
        }
        Some(_) if evidence.log().file(PLAN).is_some() => {
            let (planned, digest) = Plan::read(&request.out)?;
            planned.same_as(plan, &request.out)?;
            digest
        }
        // Stopped right after the log was opened: only the same plan goes on.
        Some(Record::ReviewOpened { plan: known, .. }) if *known == Digest::of(&bytes) => *known,
        Some(_) => return Err(FlowError::OtherPlan { folder: request.out.clone(), differs: "the plan" }),
    };
    let manifest = taken.manifest.as_ref().map(serde_json::to_vec_pretty).transpose().map_err(broken)?;
    let signer = format!("{}\n", evidence.signer()).into_bytes();
    for (name, bytes) in [(PLAN, Some(bytes)), ("manifest.json", manifest), (SIGNER, Some(signer))] {
        if let Some(bytes) = bytes
            && evidence.log().file(name).is_none()
        {
            evidence.write(name, &bytes)?;
        }
    }
    Ok(digest)
}

fn whereabouts(request: &Request<'_>) -> Whereabouts {
    let (weights, runtime) = match &request.source {
        Source::Weights { path, runtime } => (Some(absolute(path)), runtime.clone()),
        Source::Endpoint { .. } | Source::Script(_) => (None, None),
    };
    Whereabouts { weights, runtime, suite: absolute(&request.suite) }
}

fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The run to start or to go on with; `None` when all is done.
fn next_run(evidence: &Evidence<'_>, again: bool) -> Option<RunNumber> {
    let mut next = Some(RunNumber::FIRST);
    for line in &evidence.log().lines {
        match line.record {
            Record::RunStarted { run, .. } => next = Some(run),
            Record::RunEnded { run } => next = again.then(|| run.next()),
            _ => {}
        }
    }
    next
}

/// What the probe found in the model's own chamber, the `start`-th time (from 1) that the run was started or resumed.
#[must_use]
pub fn model_probe_file(run: RunNumber, start: usize) -> String {
    run_file(run, &format!("model-probe-{start}.json"))
}

/// Says in the log that the run starts or goes on and, where the model has a chamber of its own, what the probe found
/// in it: `checks`.
fn begin(
    evidence: &mut Evidence<'_>,
    run: RunNumber,
    limits: &str,
    checks: Option<&[ProbeCheck]>,
) -> Result<(), FlowError> {
    let starts = |line: &&Line| matches!(line.record, Record::RunStarted { run: known, .. } | Record::RunResumed { run: known, .. } if known == run);
    let before = evidence.log().lines.iter().filter(starts).count();
    let limits = limits.to_owned();
    evidence.append(match before {
        0 => Record::RunStarted { run, limits },
        _ => Record::RunResumed { run, limits },
    })?;
    let Some(checks) = checks else { return Ok(()) };
    let path = model_probe_file(run, before + 1);
    let text = pretty(evidence.folder(), &path, &Controls { checks: checks.to_vec() })?;
    Ok(evidence.write(&path, &text)?)
}

/// What is written to a file of the evidence.
fn pretty<T: Serialize>(folder: &Path, path: &str, content: &T) -> Result<Vec<u8>, EvidenceError> {
    serde_json::to_vec_pretty(content)
        .map_err(|error| EvidenceError::Broken { file: folder.join(path), what: error.to_string() })
}

/// One run of a plan.
struct Turn<'a> {
    request: &'a Request<'a>,
    suite: &'a Suite,
    host: &'a Host,
    plan: &'a Plan,
    taken: &'a Taken,
    running: Running,
    run: RunNumber,
}

impl Turn<'_> {
    fn take(&mut self, evidence: &mut Evidence<'_>, progress: &mut dyn Progress) -> Result<(), FlowError> {
        let run = self.run;
        self.once(evidence, "controls.json", || {
            Ok(Controls { checks: self.host.controls().map_err(AttemptError::Chamber)? })
        })?;
        self.probe(evidence, "endpoint-start.json", progress)?;
        let done = self.attempts(evidence, progress);
        if let Some(ended) = self.running.ended() {
            return Err(FlowError::RuntimeEnded(ended));
        }
        done?;
        self.probe(evidence, "endpoint-end.json", progress)?;
        self.unchanged(progress)?;
        // Working data only.
        let workspaces = self.request.out.join("runs").join(run.to_string()).join("workspaces");
        match fs::remove_dir_all(&workspaces) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(EvidenceError::Disk { file: workspaces, source }.into());
            }
            Ok(()) | Err(_) => {}
        }
        Ok(evidence.append(Record::RunEnded { run })?)
    }

    /// The weights are still the ones that were hashed before anything read them.
    fn unchanged(&self, progress: &mut dyn Progress) -> Result<(), FlowError> {
        if let (Source::Weights { path, .. }, Some(manifest)) = (&self.request.source, &self.taken.manifest) {
            let mut sealing =
                |done, total| progress.step(Step::Sealing { what: "the model again", done, total });
            seal::check(path, manifest, &mut sealing)?;
        }
        Ok(())
    }

    fn attempts(&self, evidence: &mut Evidence<'_>, progress: &mut dyn Progress) -> Result<(), FlowError> {
        let run = self.run;
        let logged = |evidence: &Evidence<'_>, wanted: &Record| {
            evidence.log().lines.iter().any(|line| &line.record == wanted)
        };
        let order = self.plan.order(run);
        let ended = |evidence: &Evidence<'_>, item: &ItemId| {
            evidence.log().lines.iter().any(
                |line| matches!(&line.record, Record::AttemptEnded { run: known, item: done, .. } if *known == run && done == item),
            )
        };
        let done = order.iter().filter(|item| ended(evidence, item)).count();
        progress.step(Step::Run { run, items: order.len(), done });
        let folder = self.request.out.join("runs").join(run.to_string());
        let attempts = folder.join("attempts");
        fs::create_dir_all(&attempts).map_err(|source| EvidenceError::Disk { file: attempts, source })?;
        let builds = Builds::default();
        let desk = Desk {
            host: self.host,
            builds: &builds,
            chat: &self.running.client,
            model: &self.running.name,
            style: self.running.style,
            budget: self.plan.budget,
            patience: self.request.patience,
            cancel: self.request.cancel,
            clock: self.request.clock,
            folder: &folder,
        };
        let mut pace = Pace { items: 0, took_ms: 0 };
        for (at, id) in order.iter().enumerate() {
            if ended(evidence, id) {
                continue;
            }
            let started = Record::AttemptStarted { run, item: id.clone() };
            let resumed = logged(evidence, &started);
            if !resumed {
                evidence.append(started)?;
            }
            let took = self.attempt(&desk, evidence, (at + 1, id), progress)?;
            if !resumed {
                pace.add(took);
            }
        }
        pace.keep(&self.request.house, &self.plan.model, &self.plan.suite, self.plan.budget)
    }

    fn attempt(
        &self,
        desk: &Desk<'_>,
        evidence: &mut Evidence<'_>,
        (place, id): (usize, &ItemId),
        progress: &mut dyn Progress,
    ) -> Result<Duration, FlowError> {
        let Some(item) = self.suite.item(id) else { return Ok(Duration::ZERO) };
        progress.step(Step::Item { place, item: id });
        let began = self.request.clock.now();
        let attempt = AttemptId { run: self.run, item: id.clone() };
        let outcome: Outcome =
            desk.attempt(&attempt, item, &mut |entry| progress.step(Step::Event(entry)))?;
        evidence.add(&transcript_file(&attempt))?;
        let submission = submission_file(&attempt);
        if self.request.out.join(&submission).exists() {
            evidence.add(&submission)?;
        }
        evidence.append(Record::AttemptEnded { run: self.run, item: id.clone(), outcome })?;
        let took = Duration::from_millis(self.request.clock.now().millis_since(began));
        progress.step(Step::ItemEnded { place, item: id, outcome, took });
        Ok(took)
    }

    /// Asks an endpoint the fixed prompts, once per file.
    fn probe(
        &self,
        evidence: &mut Evidence<'_>,
        name: &str,
        progress: &mut dyn Progress,
    ) -> Result<(), FlowError> {
        let PlannedModel::Claimed { .. } = self.plan.model else { return Ok(()) };
        progress.step(Step::ProbingEndpoint);
        self.once(evidence, name, || {
            Ok(model::probe(&self.running, self.request.cancel, self.request.patience)?)
        })
    }

    /// Writes a file of the run, unless it is in the log already.
    fn once<T: Serialize>(
        &self,
        evidence: &mut Evidence<'_>,
        name: &str,
        make: impl FnOnce() -> Result<T, FlowError>,
    ) -> Result<(), FlowError> {
        let path = run_file(self.run, name);
        if evidence.log().file(&path).is_some() {
            return Ok(());
        }
        let text = pretty(&self.request.out, &path, &make()?)?;
        Ok(evidence.write(&path, &text)?)
    }
}

/// Draws the views, unless they show the last run already.
fn views(
    request: &Request<'_>,
    evidence: &mut Evidence<'_>,
    plan: (&Plan, Digest),
    threshold: &Threshold,
    progress: &mut dyn Progress,
) -> Result<Review, FlowError> {
    progress.step(Step::Reporting);
    let last = evidence.log().lines.iter().rev().find_map(|line| match line.record {
        Record::RunEnded { run } => Some((run, line.seq)),
        _ => None,
    });
    let review = summary::review(&request.out, evidence.log(), plan, threshold, request.clock.now())?;
    let Some((run, ended_at)) = last else { return Ok(review) };
    let inspect_name = inspect_file(run);
    let names = ["report.json", "report.html", &inspect_name];
    if names.iter().all(|name| evidence.log().file(name).is_some_and(|(_, seq)| seq > ended_at)) {
        return stored(&request.out);
    }
    evidence.write("report.json", report::json(&review)?.as_bytes())?;
    evidence.write("report.html", report::page(&review)?.as_bytes())?;
    evidence.write(&inspect_name, &inspect(&request.out, &review, run)?)?;
    Ok(review)
}

/// The Inspect log's file.
#[must_use]
pub fn inspect_file(run: RunNumber) -> String {
    format!("run-{run}.eval")
}

/// The report as it stands in the package.
///
/// # Errors
/// [`EvidenceError`]
pub fn stored(folder: &Path) -> Result<Review, FlowError> {
    let file = folder.join("report.json");
    let bytes = fs::read(&file).map_err(|source| EvidenceError::Unreadable { file: file.clone(), source })?;
    let read = serde_json::from_slice(&bytes);
    read.map_err(|_| EvidenceError::Broken { file, what: "is not a report".to_owned() }.into())
}

/// The Inspect log of a run, from the package alone.
///
/// # Errors
/// [`FlowError`]
pub fn inspect(folder: &Path, review: &Review, run: RunNumber) -> Result<Vec<u8>, FlowError> {
    let Some(data) = review.runs.iter().find(|data| data.number == run) else {
        return Err(report::ReportError::NoRun(run).into());
    };
    let mut read = Vec::new();
    for item in data.items.iter().filter(|item| !item.transcript.is_empty()) {
        read.push((item, transcript::read(&folder.join(&item.transcript))?));
    }
    let samples: Vec<Sample<'_>> = read
        .iter()
        .map(|(item, entries)| Sample { item, instruction: instruction(entries), entries })
        .collect();
    Ok(report::inspect_log(review, run, &samples)?)
}

/// What the model was told, as the transcript has it.
fn instruction(entries: &[Entry]) -> &str {
    let opening = entries.iter().find_map(|entry| match &entry.event {
        Event::Prompted { messages } => messages.iter().find(|message| message.role == Role::User),
        _ => None,
    });
    opening.and_then(|message| message.content.as_deref()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Timestamp;
    use types::transcript::ProbeResult;

    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_millis(0).unwrap()
        }
    }

    #[test]
    fn each_start_of_a_model_leaves_its_probe_whatever_it_found() {
        let folder = tempfile::tempdir().unwrap();
        let signer = House::open(folder.path().join("house")).unwrap().signer().unwrap();
        let mut evidence = Evidence::open(&folder.path().join("out"), signer, &Epoch).unwrap();
        let check = |result| ProbeCheck { name: "ptrace".to_owned(), result, detail: "seen".to_owned() };
        let found = [check(ProbeResult::Open), check(ProbeResult::Blocked)];
        for checks in [&found[..1], &found[1..]] {
            begin(&mut evidence, RunNumber::FIRST, "limits", Some(checks)).unwrap();
        }
        begin(&mut evidence, RunNumber::FIRST.next(), "limits", None).unwrap();
        let records: Vec<&Record> = evidence.log().lines.iter().map(|line| &line.record).collect();
        let [
            Record::RunStarted { .. },
            Record::FileAdded { path: first, .. },
            Record::RunResumed { .. },
            Record::FileAdded { path: second, .. },
            Record::RunStarted { .. },
        ] = records[..]
        else {
            panic!("{records:?}")
        };
        assert_eq!(first, "runs/1/model-probe-1.json");
        assert_eq!(second, "runs/1/model-probe-2.json");
        let read: Controls =
            serde_json::from_slice(&fs::read(evidence.folder().join(first)).unwrap()).unwrap();
        assert_eq!(read.checks, found[..1]);
    }

    #[test]
    fn a_model_that_is_not_contained_stops_the_review_as_an_agents_chamber_does() {
        let refused = NotContained { open: "ptrace".to_owned(), checks: Vec::new() };
        assert_eq!(FlowError::from(refused.error()).family().exit_code(), 6);
    }
}
