//! What happened, as the log tells it: runs and attempts one after another, each with its end.

use std::path::Path;

use types::{AttemptId, ItemId, RunNumber};

use super::attempt::attempt;
use super::{Broken, broken};
use crate::evidence::{LOG, Log, Record};
use crate::plan::{Plan, PlannedModel};
use crate::summary::run_file;

/// Checks that the log tells of a whole review: nothing that was started is missing, nothing happens twice or early.
pub(super) fn whole(folder: &Path, log: &Log, plan: &Plan) -> Result<u32, Broken> {
    let mut runs = 0;
    let mut open: Option<OpenRun> = None;
    for line in &log.lines[1..] {
        match &line.record {
            Record::ReviewOpened { .. } => return broken(LOG, "opens a review twice"),
            Record::FileAdded { .. } => {}
            Record::RunStarted { run, .. } => {
                if open.is_some() || run.get() != runs + 1 {
                    return broken(format!("run {run}"), "does not follow the run before it");
                }
                open = Some(OpenRun { run: *run, started: Vec::new(), ended: Vec::new() });
            }
            Record::RunResumed { run, .. } => {
                if open.as_ref().is_none_or(|known| known.run != *run) {
                    return broken(format!("run {run}"), "goes on without a start");
                }
            }
            Record::AttemptStarted { run, item } => match &mut open {
                Some(known)
                    if known.run == *run && !known.started.contains(item) && known.one_at_a_time() =>
                {
                    known.started.push(item.clone());
                }
                _ => {
                    return broken(format!("run {run} item {item}"), "was started outside its run, or twice");
                }
            },
            Record::AttemptEnded { run, item, outcome } => match &mut open {
                Some(known)
                    if known.run == *run && known.started.contains(item) && !known.ended.contains(item) =>
                {
                    attempt(folder, log, plan, &AttemptId { run: *run, item: item.clone() }, *outcome)?;
                    known.ended.push(item.clone());
                }
                _ => return broken(format!("run {run} item {item}"), "ended without a start, or twice"),
            },
            Record::RunEnded { run } => {
                let Some(known) = open.take().filter(|known| known.run == *run) else {
                    return broken(format!("run {run}"), "ended without a start");
                };
                known.whole(plan)?;
                complete(log, plan, *run)?;
                runs += 1;
            }
        }
    }
    if let Some(known) = open {
        let missing = known.started.iter().find(|item| !known.ended.contains(item));
        let what =
            missing.map_or(format!("run {}", known.run), |item| format!("run {} item {item}", known.run));
        return broken(what, "was started and has no end; run the same review again to finish it");
    }
    if runs == 0 { broken("run 1", "was never started") } else { Ok(runs) }
}

/// A run that has started and not ended.
struct OpenRun {
    run: RunNumber,
    started: Vec<ItemId>,
    ended: Vec<ItemId>,
}

impl OpenRun {
    /// No attempt is under way.
    fn one_at_a_time(&self) -> bool {
        self.started.len() == self.ended.len()
    }

    /// Every item of the plan was given, in the order that follows from the plan.
    fn whole(&self, plan: &Plan) -> Result<(), Broken> {
        let order = plan.order(self.run);
        if self.started != order {
            return broken(format!("run {}", self.run), "does not give the plan's items in the plan's order");
        }
        match order.iter().find(|item| !self.ended.contains(item)) {
            Some(item) => broken(format!("run {} item {item}", self.run), "was started and has no end"),
            None => Ok(()),
        }
    }
}

/// The run's other files are there: its controls and, for an endpoint, both probes.
fn complete(log: &Log, plan: &Plan, run: RunNumber) -> Result<(), Broken> {
    let mut wanted = vec![run_file(run, "controls.json")];
    if let PlannedModel::Claimed { .. } = plan.model {
        wanted.extend(["endpoint-start.json", "endpoint-end.json"].map(|name| run_file(run, name)));
    }
    match wanted.iter().find(|path| log.file(path).is_none()) {
        Some(missing) => broken(missing, "is not in the log"),
        None => Ok(()),
    }
}
