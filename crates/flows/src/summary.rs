//! The report's data, from the evidence alone: the same package gives the same report.

use std::path::Path;

use assay::{Counts, Recommendation, Threshold, decide};
use range::transcript;
use report::data::{
    AreaTally, CaseSummary, Containment, Decision, Incident, Item, LogSummary, ModelIdentity, Observed,
    PlanSummary, Review, Run, Share, SuiteIdentity, Tally, ThresholdSummary,
};
use serde::{Deserialize, Serialize};
use types::transcript::{Entry, Event, ProbeCheck, ProbeResult};
use types::{AttemptId, Digest, Outcome, RunNumber, Timestamp, Unscorable};

use crate::error::FlowError;
use crate::evidence::{EvidenceError, Line, Log, Record};
use crate::plan::{Plan, PlannedItem, PlannedModel};

/// The positive controls of a run: which of the probe's checks go through outside a chamber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// One result per check that this operator can try outside.
    pub checks: Vec<ProbeCheck>,
}

/// What an endpoint answered to the fixed prompts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointProbe {
    /// The model string of each answer.
    pub models: Vec<String>,
    /// Digest of each answer's text: the answers themselves stay with the operator.
    pub answers: Vec<Digest>,
}

/// File names within a run's folder.
#[must_use]
pub fn run_file(run: RunNumber, name: &str) -> String {
    format!("runs/{run}/{name}")
}

/// The transcript's path beneath the package's folder.
#[must_use]
pub fn transcript_file(attempt: &AttemptId) -> String {
    run_file(attempt.run, &format!("attempts/{}.jsonl", attempt.item))
}

/// The submission's path beneath the package's folder.
#[must_use]
pub fn submission_file(attempt: &AttemptId) -> String {
    run_file(attempt.run, &format!("submissions/{}", attempt.item))
}

/// Builds the report's data from the package in `folder`, from the log's first `lines` lines.
///
/// # Errors
/// [`FlowError`] when a file of the evidence cannot be read.
pub fn review(
    folder: &Path,
    log: &Log,
    plan: (&Plan, Digest),
    threshold: &Threshold,
    written_at: Timestamp,
) -> Result<Review, FlowError> {
    let (plan, digest) = plan;
    let started = |line: &&Line| matches!(line.record, Record::RunStarted { .. });
    let mut runs = Vec::new();
    for line in log.lines.iter().filter(started) {
        if let Record::RunStarted { run, .. } = line.record {
            runs.push(run_data(folder, log, plan, threshold, (run, line.at))?);
        }
    }
    let mut limits: Vec<&str> = Vec::new();
    for line in &log.lines {
        if let Record::RunStarted { limits: named, .. } | Record::RunResumed { limits: named, .. } =
            &line.record
            && !limits.contains(&named.as_str())
        {
            limits.push(named);
        }
    }
    let last = runs.last().map(|run| run.number);
    Ok(Review {
        format: report::data::FORMAT.to_owned(),
        proofhouse_version: env!("CARGO_PKG_VERSION").to_owned(),
        written_at,
        model: model(folder, plan, last)?,
        suite: SuiteIdentity {
            name: plan.suite.name.clone(),
            digest: plan.suite.digest,
            items: count(plan.suite.items.len()),
            calibrated: false,
        },
        plan: PlanSummary {
            digest,
            budget: plan.budget,
            chamber: plan.chamber.clone(),
            limits: limits.join("; "),
            case: plan.case.as_ref().map(|it| CaseSummary {
                case: it.case.to_string(),
                look: it.look.to_string(),
                subject: it.subject,
            }),
            exploratory: plan.seed.is_some(),
        },
        threshold: ThresholdSummary {
            commitment: plan.commitment,
            estimand: threshold.estimand().to_owned(),
            cut: threshold.cut(),
            confidence: threshold.confidence(),
        },
        runs,
        log: LogSummary { origin: log.origin(), entries: log.tree.size(), root: log.tree.root() },
        fuzzer: None,
    })
}

fn model(folder: &Path, plan: &Plan, run: Option<RunNumber>) -> Result<ModelIdentity, FlowError> {
    let mut observed = Observed { model_strings: Vec::new(), prompts: 0, drifted: None };
    if let (PlannedModel::Claimed { .. }, Some(run)) = (&plan.model, run) {
        let start: Option<EndpointProbe> = optional(folder, &run_file(run, "endpoint-start.json"))?;
        let end: Option<EndpointProbe> = optional(folder, &run_file(run, "endpoint-end.json"))?;
        for name in start.iter().chain(&end).flat_map(|probe| &probe.models) {
            if !observed.model_strings.contains(name) {
                observed.model_strings.push(name.clone());
            }
        }
        observed.prompts = start.as_ref().map_or(0, |probe| count(probe.answers.len()));
        observed.drifted = start.zip(end).map(|(start, end)| {
            count(start.answers.iter().zip(&end.answers).filter(|(before, after)| before != after).count())
        });
    }
    Ok(plan.model.shown(observed))
}

fn optional<T: serde::de::DeserializeOwned>(folder: &Path, path: &str) -> Result<Option<T>, FlowError> {
    let file = folder.join(path);
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(EvidenceError::Unreadable { file, source }.into()),
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some)
        .map_err(|_| EvidenceError::Broken { file, what: "is not what belongs there".to_owned() }.into())
}

fn run_data(
    folder: &Path,
    log: &Log,
    plan: &Plan,
    threshold: &Threshold,
    (run, started_at): (RunNumber, Timestamp),
) -> Result<Run, FlowError> {
    let mut items = Vec::new();
    let mut containment: Vec<Containment> = Vec::new();
    let mut incidents = resumed(log, run);
    let controls =
        optional::<Controls>(folder, &run_file(run, "controls.json"))?.map_or_else(Vec::new, |c| c.checks);
    for id in plan.order(run) {
        let Some(planned) = plan.suite.items.iter().find(|item| item.id == id) else { continue };
        let attempt = AttemptId { run, item: id };
        let path = transcript_file(&attempt);
        let entries =
            if folder.join(&path).exists() { transcript::read(&folder.join(&path))? } else { Vec::new() };
        let transcript = if entries.is_empty() { String::new() } else { path };
        items.push(item_data(planned, &entries, transcript));
        for entry in &entries {
            probed(entry, &controls, &mut containment);
            incidents.extend(incident(entry, planned));
        }
    }
    let ended_at = log.lines.iter().find_map(|line| match line.record {
        Record::RunEnded { run: ended } if ended == run => Some(line.at),
        _ => None,
    });
    let confidence = threshold.confidence();
    let overall = tally(items.iter(), confidence);
    let areas = plan.suite.areas.iter().map(|area| AreaTally {
        area: area.clone(),
        tally: tally(items.iter().filter(|item| &item.area == area), confidence),
    });
    Ok(Run {
        number: run,
        started_at,
        ended_at,
        decision: ended_at.map(|_| decision(threshold, &overall)),
        areas: areas.collect(),
        overall,
        items,
        controls,
        containment,
        incidents,
    })
}

fn item_data(planned: &PlannedItem, entries: &[Entry], transcript: String) -> Item {
    let mut item = Item {
        id: planned.id.clone(),
        area: planned.area.clone(),
        difficulty: planned.difficulty,
        outcome: None,
        reason: String::new(),
        turns: 0,
        tokens: 0,
        seconds: 0.0,
        transcript,
    };
    for entry in entries {
        match &entry.event {
            Event::Judged { reason, .. } => item.reason.clone_from(reason),
            Event::AttemptEnded { outcome, turns, tokens, seconds } => {
                item.outcome = Some(*outcome);
                (item.turns, item.tokens, item.seconds) = (*turns, *tokens, *seconds);
                if let Outcome::Unscorable(reason) = outcome
                    && item.reason.is_empty()
                {
                    reason.words().clone_into(&mut item.reason);
                }
                if *outcome == Outcome::Refused {
                    "the model declined".clone_into(&mut item.reason);
                }
            }
            _ => {}
        }
    }
    item
}

fn probed(entry: &Entry, controls: &[ProbeCheck], containment: &mut Vec<Containment>) {
    let Event::Probed { checks } = &entry.event else { return };
    for check in checks {
        let known = containment.iter().position(|known| known.name == check.name);
        let at = known.unwrap_or_else(|| {
            let control = controls.iter().find(|control| control.name == check.name);
            containment.push(Containment {
                name: check.name.clone(),
                blocked: 0,
                chambers: 0,
                control_open: control.map(|control| control.result == ProbeResult::Open),
            });
            containment.len() - 1
        });
        containment[at].chambers += 1;
        containment[at].blocked += u32::from(check.result == ProbeResult::Blocked);
    }
}

/// Each time that the run was stopped and went on.
fn resumed(log: &Log, run: RunNumber) -> Vec<Incident> {
    let resumes = log
        .lines
        .iter()
        .filter(|line| matches!(line.record, Record::RunResumed { run: known, .. } if known == run));
    let what = "the run was stopped and went on";
    resumes.map(|line| Incident { at: line.at, item: None, what: what.to_owned() }).collect()
}

fn incident(entry: &Entry, planned: &PlannedItem) -> Vec<Incident> {
    let incident = |what| Incident { at: entry.at, item: Some(planned.id.clone()), what };
    match &entry.event {
        Event::Judged { flags, .. } => {
            flags.iter().map(|flag| incident(format!("possible attempt at the grader: {flag}"))).collect()
        }
        Event::Probed { checks } => (checks.iter())
            .filter(|check| check.result == ProbeResult::Open)
            .map(|check| incident(format!("the containment probe found {} open", check.name)))
            .collect(),
        Event::AttemptResumed { turn, .. } => {
            vec![incident(format!("the attempt was interrupted and went on after turn {turn}"))]
        }
        Event::AttemptEnded { outcome: Outcome::Unscorable(Unscorable::ChamberLost), .. } => {
            vec![incident("the chamber was lost during the attempt".to_owned())]
        }
        _ => Vec::new(),
    }
}

fn tally<'a>(items: impl Iterator<Item = &'a Item>, confidence: f64) -> Tally {
    let (mut passed, mut failed, mut refused, mut unscorable, mut open) = (0, 0, 0, 0, 0);
    for item in items {
        match item.outcome {
            Some(Outcome::Passed) => passed += 1,
            Some(Outcome::Failed) => failed += 1,
            Some(Outcome::Refused) => refused += 1,
            Some(Outcome::Unscorable(_)) => unscorable += 1,
            None => open += 1,
        }
    }
    let counts = Counts { passed, failed, missing: refused + unscorable + open };
    let share = |passed: u32, interval: assay::Interval| Share {
        share: f64::from(passed) / f64::from(counts.items().max(1)),
        low: interval.low,
        high: interval.high,
    };
    Tally {
        passed,
        failed,
        refused,
        unscorable,
        open,
        missing_failed: share(passed, counts.missing_failed(confidence)),
        missing_passed: share(passed + counts.missing, counts.missing_passed(confidence)),
    }
}

fn decision(threshold: &Threshold, tally: &Tally) -> Decision {
    let missing = tally.refused + tally.unscorable + tally.open;
    let decided = decide(threshold, Counts { passed: tally.passed, failed: tally.failed, missing });
    let shown = |recommendation| match recommendation {
        Recommendation::Covered => report::data::Recommendation::Covered,
        Recommendation::NotCovered => report::data::Recommendation::NotCovered,
        Recommendation::Undetermined => report::data::Recommendation::Undetermined,
    };
    Decision {
        recommendation: shown(decided.recommendation),
        missing_failed: shown(decided.missing_failed),
        missing_passed: shown(decided.missing_passed),
        method: "Clopper-Pearson".to_owned(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
