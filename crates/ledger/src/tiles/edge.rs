//! The right edge of a log: all that is needed to make it grow.

use types::Digest;

use super::bundle::push_entry;
use super::name::{TileId, TileKind};
use super::tile::Tile;
use super::{TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH};
use crate::tree::{Tree, TreeHead, leaf_hash, root_of};

/// Tiles and bundles by name.
pub type Grown = Vec<(TileId, Vec<u8>)>;

/// The partial tiles and the partial bundle at the right edge: at most 255 hashes per level and 255 entries,
/// however large the log is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Digest>>,
    bundle: Vec<u8>,
}

impl Edge {
    /// The edge of a log of `size` entries whose partial tiles, from level 0 on, hold `levels`, and whose partial
    /// bundle is `bundle`. `None` when the widths are not those of that size.
    #[must_use]
    pub(crate) fn from_parts(size: u64, levels: Vec<Vec<Digest>>, bundle: Vec<u8>) -> Option<Self> {
        let expected = |level: usize| (size >> (level as u32 * TILE_HEIGHT)) % TILE_WIDTH;
        let fits = levels.len() <= TILE_LEVELS as usize
            && levels.iter().enumerate().all(|(level, hashes)| hashes.len() as u64 == expected(level));
        fits.then_some(Self { size, levels, bundle })
    }

    /// Adds `entries`, each of which [`super::check_entry`] let through, and gives every tile and bundle that is
    /// new or has grown by it.
    pub fn extend<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) -> Grown {
        let before = self.size;
        let mut grown = Vec::new();
        for entry in entries {
            push_entry(&mut self.bundle, entry);
            self.push(0, leaf_hash(entry), &mut grown);
            self.size += 1;
            if self.size.is_multiple_of(TILE_WIDTH) {
                let id = TileId::full(TileKind::Entries, self.size / TILE_WIDTH - 1);
                grown.push((id, std::mem::take(&mut self.bundle)));
            }
        }
        self.partial(before, &mut grown);
        grown
    }

    fn push(&mut self, level: usize, hash: Digest, grown: &mut Grown) {
        if self.levels.len() <= level {
            self.levels.resize(level + 1, Vec::new());
        }
        let Some(hashes) = self.levels.get_mut(level) else { return };
        hashes.push(hash);
        if hashes.len() as u64 == TILE_WIDTH {
            let full = std::mem::take(hashes);
            // The entry is not counted yet, so its tile is the one at the old size.
            let index = self.size.checked_shr((level as u32 + 1) * TILE_HEIGHT).unwrap_or(0);
            grown.push((TileId::full(TileKind::Hashes(level as u8), index), bytes_of(&full)));
            self.push(level + 1, root_of(&full), grown);
        }
    }

    fn partial(&self, before: u64, grown: &mut Grown) {
        let changed = |level: usize| {
            let shift = level as u32 * TILE_HEIGHT;
            before >> shift != self.size >> shift
        };
        for (level, hashes) in self.levels.iter().enumerate().filter(|(level, _)| changed(*level)) {
            let index = (self.size >> (level as u32 * TILE_HEIGHT)) / TILE_WIDTH;
            let id = TileId::of_tree(TileKind::Hashes(level as u8), index, self.size);
            grown.extend(id.map(|id| (id, bytes_of(hashes))));
        }
        let id = TileId::of_tree(TileKind::Entries, self.size / TILE_WIDTH, self.size);
        grown.extend(id.filter(|_| before != self.size).map(|id| (id, self.bundle.clone())));
    }

    /// Size and root of the whole log.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        let peaks = self.levels.iter().rev().flat_map(|hashes| Tile::new(hashes.clone()).peaks()).collect();
        // One peak per bit of the size: the widths are the size's digits to base 256.
        Tree::from_peaks(self.size, peaks).unwrap_or_default().head()
    }

    /// Entries in the log.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn bytes_of(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
