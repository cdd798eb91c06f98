//! One run of a plan: every item that has no outcome yet is attempted, each attempt in the log before its first prompt.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chamber::Host;
use range::agent::{AttemptError, Desk};
use range::oracle::Builds;
use range::suite::Suite;
use serde::Serialize;
use types::transcript::ProbeCheck;
use types::{AttemptId, ItemId, Outcome, RunNumber};

use super::clerk::{Guarded, Taking};
use super::{Request, Source};
use crate::error::FlowError;
use crate::evidence::{Evidence, EvidenceError, Line, Record};
use crate::model::{self, Running, Taken};
use crate::pace::Pace;
use crate::plan::{Plan, PlannedModel};
use crate::progress::{Progress, Step};
use crate::summary::{Controls, run_file, submission_file, transcript_file};

/// The run to start or to go on with; `None` when all is done.
pub(super) fn next_run(evidence: &Evidence<'_>, again: bool) -> Option<RunNumber> {
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
pub(super) fn begin(
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
pub(super) struct Turn<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) suite: &'a Suite,
    pub(super) host: &'a Host,
    pub(super) plan: &'a Plan,
    pub(super) taken: &'a Taken,
    pub(super) running: Running,
    pub(super) run: RunNumber,
    pub(super) taking: Option<Taking<'a>>,
}

impl Turn<'_> {
    pub(super) fn take(
        &mut self,
        evidence: &mut Evidence<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), FlowError> {
        let run = self.run;
        self.once(evidence, "controls.json", || {
            Ok(Controls { checks: self.host.controls().map_err(AttemptError::Chamber)? })
        })?;
        let chat = Guarded::new(&self.running.client, self.taking);
        let done = self.questions(&chat, evidence, progress);
        let done = chat.outcome(done);
        if let Some(ended) = self.running.ended() {
            return Err(FlowError::RuntimeEnded(ended));
        }
        done?;
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

    /// Everything that the model is asked in this run.
    fn questions(
        &self,
        chat: &Guarded<'_>,
        evidence: &mut Evidence<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), FlowError> {
        self.probe(chat, evidence, "endpoint-start.json", progress)?;
        self.attempts(chat, evidence, progress)?;
        self.probe(chat, evidence, "endpoint-end.json", progress)
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

    fn attempts(
        &self,
        chat: &Guarded<'_>,
        evidence: &mut Evidence<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), FlowError> {
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
            chat,
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
            // No attempt starts that could not be asked anything.
            self.taking.map_or(Ok(()), |taking| taking.may_go_on())?;
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
        chat: &Guarded<'_>,
        evidence: &mut Evidence<'_>,
        name: &str,
        progress: &mut dyn Progress,
    ) -> Result<(), FlowError> {
        let PlannedModel::Claimed { .. } = self.plan.model else { return Ok(()) };
        progress.step(Step::ProbingEndpoint);
        self.once(evidence, name, || {
            Ok(model::probe((chat, &self.running.name), self.request.cancel, self.request.patience)?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::House;
    use crate::model::NotContained;
    use types::transcript::ProbeResult;
    use types::{Clock, Timestamp};

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
