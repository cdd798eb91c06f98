//! One tile of hashes with the nodes above them.

use types::Digest;

use super::{HASH_BYTES, TILE_HEIGHT, TILE_WIDTH};
use crate::tree::node_hash;

/// A tile's hashes, and every node over complete pairs of them: what authenticating it computes anyway.
#[derive(Debug, Clone)]
pub(crate) struct Tile {
    /// From the tile's own hashes upwards.
    rows: Vec<Vec<Digest>>,
}

impl Tile {
    /// The tile of the first `width` hashes in `bytes`, which hold a tile of that width or a full one; else `None`.
    pub(crate) fn read(bytes: &[u8], width: usize) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        let wanted = hashes.get(..width)?;
        let fits = rest.is_empty() && (hashes.len() == width || hashes.len() as u64 == TILE_WIDTH);
        fits.then(|| Self::new(wanted.iter().copied().map(Digest::from_bytes).collect()))
    }

    pub(crate) fn new(hashes: Vec<Digest>) -> Self {
        let mut rows = vec![hashes];
        while let Some(row) = rows.last().filter(|row| row.len() > 1) {
            let above = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
            rows.push(above);
        }
        Self { rows }
    }

    /// The tile's own hashes.
    pub(crate) fn hashes(&self) -> &[Digest] {
        self.rows.first().map_or(&[], Vec::as_slice)
    }

    /// The node `height` levels above hash `index << height`.
    pub(crate) fn node(&self, height: u32, index: usize) -> Option<Digest> {
        self.rows.get(height as usize)?.get(index).copied()
    }

    /// The root, when the tile is full.
    pub(crate) fn root(&self) -> Option<Digest> {
        self.node(TILE_HEIGHT, 0)
    }

    /// The roots of the largest complete subtrees, from the left.
    pub(crate) fn peaks(&self) -> Vec<Digest> {
        let width = self.hashes().len();
        let mut peaks = Vec::new();
        let mut at = 0;
        for height in (0..=TILE_HEIGHT).rev() {
            if width >> height & 1 == 1 {
                peaks.extend(self.node(height, at >> height));
                at += 1 << height;
            }
        }
        peaks
    }
}
