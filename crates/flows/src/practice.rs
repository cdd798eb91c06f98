//! A rehearsal: the model attempts one practice item, which belongs to no suite, exactly as it would an item of a
//! review. What it measures is time; the outcome counts for nothing and nothing of it is kept.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chamber::Host;
use range::agent::Desk;
use range::oracle::Builds;
use range::suite::Suite;
use types::{AttemptId, Outcome, RunNumber};

use crate::error::FlowError;
use crate::progress::{Progress, Step};
use crate::review::Request;

/// The practice suite's files.
const FILES: [(&str, &[u8]); 8] = [
    ("suite.toml", include_bytes!("../practice/suite.toml")),
    ("practice-sum/task.toml", include_bytes!("../practice/practice-sum/task.toml")),
    ("practice-sum/instruction.md", include_bytes!("../practice/practice-sum/instruction.md")),
    (
        "practice-sum/environment/Dockerfile",
        include_bytes!("../practice/practice-sum/environment/Dockerfile"),
    ),
    (
        "practice-sum/environment/deliveries.txt",
        include_bytes!("../practice/practice-sum/environment/deliveries.txt"),
    ),
    ("practice-sum/solution/solve.sh", include_bytes!("../practice/practice-sum/solution/solve.sh")),
    ("practice-sum/tests/oracle.toml", include_bytes!("../practice/practice-sum/tests/oracle.toml")),
    ("practice-sum/tests/test.sh", include_bytes!("../practice/practice-sum/tests/test.sh")),
];

/// What a rehearsal showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rehearsal {
    /// How the practice item ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// Lets the model of `request` attempt the practice item.
///
/// # Errors
/// [`FlowError`], as the review itself would give.
pub(crate) fn rehearse(
    request: &Request<'_>,
    host: &Host,
    progress: &mut dyn Progress,
) -> Result<Rehearsal, FlowError> {
    // A confidential model's answers belong into the operator's own folder, also for a moment.
    let folder = request.house.working_folder()?;
    let failed = |source| FlowError::House { file: folder.path().to_owned(), source };
    let suite = write(&folder.path().join("suite"))
        .map_err(failed)
        .and_then(|()| Ok(Suite::read(&folder.path().join("suite"))?))?;
    progress.step(Step::StartingModel);
    let running = request.source.start(host, &suite, &request.program)?;
    let run = folder.path().join("run");
    fs::create_dir_all(run.join("attempts")).map_err(failed)?;
    let desk = Desk {
        host,
        builds: &Builds::default(),
        chat: &running.client,
        model: &running.name,
        style: running.style,
        budget: request.budget,
        patience: request.patience,
        cancel: request.cancel,
        clock: request.clock,
        folder: &run,
    };
    progress.step(Step::Rehearsing);
    let item = &suite.items[0];
    let attempt = AttemptId { run: RunNumber::FIRST, item: item.id.clone() };
    let began = request.clock.now();
    let outcome = desk.attempt(&attempt, item, &mut |entry| progress.step(Step::Event(entry)))?;
    Ok(Rehearsal { outcome, took: Duration::from_millis(request.clock.now().millis_since(began)) })
}

fn write(folder: &Path) -> std::io::Result<()> {
    for (name, bytes) in FILES {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_practice_suite_is_a_suite_of_one_item() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        assert_eq!(Suite::read(folder.path()).unwrap().items.len(), 1);
    }
}
