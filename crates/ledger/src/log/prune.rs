//! Pruning: the oldest entries are no longer served. The tree, its root and every later proof stay as they are.
//!
//! Source: C2SP tlog-tiles 0.1.0, "Pruning". What is removed here is gone: keep a copy where a policy asks for one.

use super::error::CommitError;
use super::objects::{Objects, public};
use super::write::Log;
use crate::tiles::{TILE_WIDTH, TileId, TileKind};

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

/// The bundles that end at or before entry `minimum`, from entry `from` on.
fn whole_tiles(kind: TileKind, from: u64, minimum: u64) -> impl Iterator<Item = TileId> {
    let per_tile = match kind {
        TileKind::Entries => Some(TILE_WIDTH),
        TileKind::Hashes(level) => TILE_WIDTH.checked_pow(u32::from(level) + 1),
    };
    let count = |size: u64| per_tile.map_or(0, |per_tile| size / per_tile);
    (count(from)..count(minimum)).map(move |index| TileId::full(kind, index))
}
