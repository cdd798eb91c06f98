//! What happened, as the log tells it: runs and attempts one after another, each with its end, each file in its place,
//! and the time never going back.

use std::path::Path;

use types::{AttemptId, ItemId, RunNumber, Timestamp};

use super::files::Place;
use super::{Broken, attempt, broken, probes};
use crate::evidence::{LOG, Line, Log, Record};
use crate::plan::{Plan, PlannedModel};
use crate::summary::{run_file, transcript_file};

/// Checks that the log tells of a whole review: nothing that was started is missing, nothing happens twice, early or
/// late. Says how many runs ended.
pub(super) fn whole(folder: &Path, log: &Log, plan: &Plan) -> Result<u32, Broken> {
    let mut story = Story { folder, log, plan, ended: 0, open: None };
    for (line, before) in log.lines.iter().skip(1).zip(&log.lines) {
        if line.at < before.at {
            return broken(LOG, format!("line {} is dated before the line above it", line.seq + 1));
        }
        story.next(line)?;
    }
    if let Some(run) = story.open {
        let what = match run.current() {
            Some(item) => format!("run {} item {item}", run.number),
            None => format!("run {}", run.number),
        };
        return broken(what, "was started and has no end; run the same review again to finish it");
    }
    if story.ended == 0 { broken("run 1", "was never started") } else { Ok(story.ended) }
}

/// What the log has told so far.
struct Story<'a> {
    folder: &'a Path,
    log: &'a Log,
    plan: &'a Plan,
    /// Runs that ended.
    ended: u32,
    open: Option<OpenRun<'a>>,
}

/// A run that has started and not ended.
struct OpenRun<'a> {
    number: RunNumber,
    /// The plan's items in the plan's order.
    order: Vec<ItemId>,
    /// How many of them were started.
    started: usize,
    /// How many of them ended.
    ended: usize,
    /// When the last one was started.
    started_at: Timestamp,
    /// Each time that the run was started or went on.
    starts: Vec<Start<'a>>,
    /// Nothing more may happen before the run goes on: its model has not been shown to be contained.
    halted: bool,
}

/// A run's start, or its going on after it was stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    /// When.
    pub at: Timestamp,
    /// How limits are enforced from here on, in words.
    pub limits: &'a str,
}

impl OpenRun<'_> {
    /// The item of the attempt that is under way.
    fn current(&self) -> Option<&ItemId> {
        if self.started > self.ended { self.order.get(self.ended) } else { None }
    }
}

impl<'a> Story<'a> {
    fn next(&mut self, line: &'a Line) -> Result<(), Broken> {
        match &line.record {
            Record::ReviewOpened { .. } => broken(LOG, format!("line {} opens a review twice", line.seq + 1)),
            Record::FileAdded { path, .. } => self.added(path),
            Record::RunStarted { run, limits } => self.run_started(*run, Start { at: line.at, limits }),
            Record::RunResumed { run, limits } => self.run_resumed(*run, Start { at: line.at, limits }),
            Record::AttemptStarted { run, item } => self.attempt_started(*run, item, line.at),
            Record::AttemptEnded { run, item, outcome } => {
                let open =
                    self.open.as_mut().filter(|open| open.number == *run && open.current() == Some(item));
                let Some(open) = open else {
                    return broken(format!("run {run} item {item}"), "ended without a start, or twice");
                };
                let id = AttemptId { run: *run, item: item.clone() };
                let path = transcript_file(&id);
                let Some((_, added)) = self.log.file(&path) else { return broken(path, "is not in the log") };
                let told = attempt::Told {
                    started: open.started_at,
                    added: usize::try_from(added)
                        .ok()
                        .and_then(|at| self.log.lines.get(at))
                        .map_or(line.at, |line| line.at),
                    starts: &open.starts,
                    outcome: *outcome,
                };
                open.ended += 1;
                attempt::check(self.folder, self.log, self.plan, &id, &told)
            }
            Record::RunEnded { run } => self.run_ended(*run),
        }
    }

    /// A file is added when it is made, and at no other time.
    fn added(&mut self, path: &str) -> Result<(), Broken> {
        let place = Place::of(path, self.plan);
        let fits = match (&place, &mut self.open) {
            (Some(Place::Opening), None) => self.ended == 0,
            (Some(Place::View), None) => self.ended > 0,
            (Some(Place::RunView(run)), None) => run.get() == self.ended,
            (Some(Place::ModelProbe(run, start)), Some(open)) => {
                let fits = open.number == *run && open.starts.len() == *start && open.halted;
                open.halted = !probes::model(self.folder, path, open.starts[open.starts.len() - 1].limits)?;
                fits
            }
            (Some(_), Some(open)) if open.halted => false,
            (Some(Place::RunOpening(run)), Some(open)) => open.number == *run && open.started == 0,
            (Some(Place::Attempt(attempt)), Some(open)) => {
                open.number == attempt.run && open.current() == Some(&attempt.item)
            }
            (Some(Place::RunClosing(run)), Some(open)) => {
                open.number == *run && open.ended == open.order.len()
            }
            _ => false,
        };
        if fits { Ok(()) } else { broken(path, "is added to the log at a time when it is not made") }
    }

    fn run_started(&mut self, run: RunNumber, start: Start<'a>) -> Result<(), Broken> {
        if self.open.is_some() || run.get() != self.ended + 1 {
            return broken(format!("run {run}"), "does not follow the run before it");
        }
        probes::known_limits(start.limits)?;
        self.open = Some(OpenRun {
            number: run,
            order: self.plan.order(run),
            started: 0,
            ended: 0,
            started_at: start.at,
            starts: vec![start],
            halted: matches!(self.plan.model, PlannedModel::Weights { .. }),
        });
        Ok(())
    }

    fn run_resumed(&mut self, run: RunNumber, start: Start<'a>) -> Result<(), Broken> {
        let Some(open) = self.open.as_mut().filter(|open| open.number == run) else {
            return broken(format!("run {run}"), "goes on without a start");
        };
        probes::known_limits(start.limits)?;
        open.starts.push(start);
        open.halted = matches!(self.plan.model, PlannedModel::Weights { .. });
        Ok(())
    }

    fn attempt_started(&mut self, run: RunNumber, item: &ItemId, at: Timestamp) -> Result<(), Broken> {
        let what = format!("run {run} item {item}");
        let Some(open) = self.open.as_mut().filter(|open| open.number == run && open.current().is_none())
        else {
            return broken(what, "was started outside its run, or before the attempt before it ended");
        };
        if open.halted {
            return broken(what, "was started when the model's chamber had not been shown to contain");
        }
        if open.order.get(open.started) != Some(item) {
            return broken(what, "was started twice, or is not the item that the plan's order gives next");
        }
        open.started += 1;
        open.started_at = at;
        Ok(())
    }

    fn run_ended(&mut self, run: RunNumber) -> Result<(), Broken> {
        let Some(open) = self.open.take().filter(|open| open.number == run) else {
            return broken(format!("run {run}"), "ended without a start");
        };
        if let Some(item) = open.current() {
            return broken(format!("run {run} item {item}"), "was started and has no end");
        }
        if open.halted || open.ended < open.order.len() {
            return broken(format!("run {run}"), "ended before every item of the plan was given");
        }
        self.ended += 1;
        complete(self.folder, self.log, self.plan, run)
    }
}

/// The run's other files are there: its controls and, for an endpoint, both probes.
fn complete(folder: &Path, log: &Log, plan: &Plan, run: RunNumber) -> Result<(), Broken> {
    let mut wanted = vec![run_file(run, "controls.json")];
    let claimed = matches!(plan.model, PlannedModel::Claimed { .. });
    if claimed {
        wanted.extend(["endpoint-start.json", "endpoint-end.json"].map(|name| run_file(run, name)));
    }
    if let Some(missing) = wanted.iter().find(|path| log.file(path).is_none()) {
        return broken(missing, "is not in the log");
    }
    probes::controls(folder, &wanted[0])?;
    wanted[1..].iter().try_for_each(|path| probes::endpoint(folder, path))
}
