//! The proof file of the report: that the log's line which adds `report.json` is in the log under its checkpoint. With
//! it, the report and the signer's key, somebody who has nothing else of the package can check with any tlog-proof
//! tool that this is the report that was logged.

use ledger::{Note, TlogProof, inclusion_proof};
use types::json;

use super::{Log, Record};

const REPORT: &str = "report.json";

/// The proof file under `checkpoint`, which is over all of `log`; `None` while no report was added. It carries the
/// line, without its line end, as what the entry is made of.
#[must_use]
pub fn report_proof(log: &Log, checkpoint: Note) -> Option<TlogProof> {
    let (_, at) = log.file(REPORT)?;
    let line = json::line(log.lines.get(usize::try_from(at).ok()?)?).ok()?;
    let hashes = inclusion_proof(&log.leaves, at, log.tree.size()).ok()?;
    Some(TlogProof::new(at, hashes, checkpoint).with_extra(line.into_bytes()))
}

/// Whether the log ends with a view: only then the package may be finished, and the proof is written.
pub(super) fn ends_with_a_view(log: &Log) -> bool {
    let Some(Record::FileAdded { path, .. }) = log.lines.last().map(|line| &line.record) else {
        return false;
    };
    path == REPORT || path == "report.html" || path.ends_with(".eval")
}
