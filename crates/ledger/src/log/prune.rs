//! Pruning: the oldest entries are no longer served. The tree, its root and every later proof stay as they are.
//!
//! Source: C2SP tlog-tiles 0.1.0, "Pruning". What is removed here is gone: keep a copy where a policy asks for one.

use super::error::CommitError;
use super::objects::{Objects, public};
use super::write::{Log, whole_tiles};
use crate::tiles::TileKind;

/// Removes every bundle and every tile that ends at or before entry `minimum` (the log's size at most), and gives
/// how many. The limit is recorded first, so that a removal that was cut off is known for what it is; calling it
/// again removes the rest.
///
/// # Errors
/// [`CommitError::Unsettled`], and [`CommitError::NotAppended`] and [`CommitError::Unknown`], which here speak of no
/// entries.
pub fn prune<O: Objects>(log: &mut Log<O>, minimum: u64) -> Result<u64, CommitError> {
    // A stage that is applied again would bring back what was removed.
    log.settle()?;
    let minimum = minimum.min(log.size()).max(log.pruned());
    log.record_pruned(minimum)?;
    let mut removed = 0;
    let kinds = [TileKind::Entries].into_iter().chain((0..=7).map(TileKind::Hashes));
    for kind in kinds {
        for id in whole_tiles(kind, 0, minimum) {
            log.objects().remove(&public(&id.to_string())).map_err(CommitError::NotAppended)?;
            removed += 1;
        }
    }
    Ok(removed)
}
