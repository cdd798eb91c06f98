//! The ways to a log's witnesses.

use std::path::Path;
use std::time::Duration;

use ledger::log::{FolderSource, Witnessing};
use ledger::witness::Panel;

use super::http::HttpWitness;
use super::public_half;

/// How long a witness may take when a log is written to. Others that answer sooner are not held up by it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The witnesses of `rule`, to be asked about the log in `folder`.
pub fn panel(folder: &Path, rule: &Witnessing, within: Duration) -> Panel<FolderSource, HttpWitness> {
    let ways = rule.witnesses().map(|(_, address)| HttpWitness::new(address, within));
    Panel::new(public_half(folder), rule.quorum(), ways)
}
