//! Proving a suite: `proofhouse suite check DIR`.

use std::path::Path;

use chamber::Host;
use range::check::{self, Check};
use range::oracle::Builds;

use crate::error::FlowError;
use crate::progress::{Progress, Step};
use crate::review::take_suite;

/// Checks every item of the suite in `folder` and returns all that was checked.
///
/// # Errors
/// [`FlowError`] when an item could not be checked at all.
pub fn run(folder: &Path, host: &Host, progress: &mut dyn Progress) -> Result<Vec<Check>, FlowError> {
    let (suite, _) = take_suite(folder, progress)?;
    let builds = Builds::default();
    let mut all = Vec::new();
    for (at, item) in suite.items.iter().enumerate() {
        let checks = check::item(host, &builds, item)?;
        let against: Vec<String> = checks
            .iter()
            .filter_map(|check| check.against.as_ref().map(|against| format!("{}: {against}", check.what)))
            .collect();
        progress.step(Step::Checked {
            place: at + 1,
            of: suite.items.len(),
            item: &item.id,
            against: &against,
        });
        all.extend(checks);
    }
    Ok(all)
}
