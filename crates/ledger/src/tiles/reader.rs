//! Reads a log from tiles that anybody may have forged: no hash is used before its whole tile is found to lead to
//! the checkpoint's root.
//!
//! A reader that checks only the hashes on the way to one leaf lets a forger answer with a tile whose other hashes
//! are made up, and hands those on as leaves (CVE-2026-56865 in Go's `TileHashReader`). Here a tile is hashed as
//! a whole and held against its parent, up to the right edge, and the edge against the root.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use types::Digest;

use super::bundle::{BundleError, split_bundle};
use super::edge::Edge;
use super::name::{TileId, TileKind};
use super::source::{SourceError, TileSource};
use super::tile::Tile;
use super::{TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH};
use crate::proof::ProofError;
use crate::tree::{Tree, TreeHead, leaf_hash};

/// Tiles kept after they were authenticated: 16 KiB each with their nodes, 8 MiB in all.
const CACHED_TILES: usize = 512;

/// Why nothing is said about a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The source did not answer: try again.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The log must serve it and does not, unless it was pruned: ask the log's operator.
    #[error("{name} is missing")]
    Missing {
        /// The tile's or bundle's name.
        name: String,
    },
    /// It was cut short or is no tile at all: fetch it again.
    #[error("{name} does not have the shape of that tile")]
    Shape {
        /// The tile's or bundle's name.
        name: String,
    },
    /// It was forged or damaged: keep it as evidence together with the checkpoint.
    #[error("{name} is not what the checkpoint vouches for")]
    Forged {
        /// The tile's or bundle's name.
        name: String,
    },
    /// The tiles at the right edge do not have the checkpoint's root: one of them, or the checkpoint, is forged.
    #[error("the tiles at the log's right edge do not lead to the root of its checkpoint")]
    Edge,
    /// What was asked for is not in the log.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// A log of one size, read from tiles.
pub struct LogReader<S> {
    source: S,
    pub(super) head: TreeHead,
    edge: Vec<Arc<Tile>>,
    cached: HashMap<(u8, u64), Arc<Tile>>,
    order: VecDeque<(u8, u64)>,
}

impl<S: TileSource> LogReader<S> {
    /// The log of which a checked checkpoint says `head`: reads the tiles of its right edge and holds them
    /// against the root.
    ///
    /// # Errors
    /// Any [`ReadError`] but [`ReadError::Forged`] and [`ReadError::Proof`].
    pub fn open(source: S, head: TreeHead) -> Result<Self, ReadError> {
        let mut edge = Vec::new();
        for level in 0..TILE_LEVELS {
            let count = head.size >> (level * TILE_HEIGHT);
            if count == 0 {
                break;
            }
            let id = TileId::of_tree(TileKind::Hashes(level as u8), count / TILE_WIDTH, head.size);
            let tile = id.map_or_else(|| Ok(Tile::new(Vec::new())), |id| fetch_tile(&source, id))?;
            edge.push(Arc::new(tile));
        }
        let peaks = edge.iter().rev().flat_map(|tile| tile.peaks()).collect();
        let root = Tree::from_peaks(head.size, peaks).map(|tree| tree.root());
        if root != Some(head.root) {
            return Err(ReadError::Edge);
        }
        Ok(Self { source, head, edge, cached: HashMap::new(), order: VecDeque::new() })
    }

    /// The size and root that everything is held against.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The leaf hash of entry `index`.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn leaf(&mut self, index: u64) -> Result<Digest, ReadError> {
        self.check(index)?;
        self.node(0, index)
    }

    /// The bytes of entry `index`.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn entry(&mut self, index: u64) -> Result<Vec<u8>, ReadError> {
        self.check(index)?;
        let bundle = self.bundle(index / TILE_WIDTH)?;
        let entries = split_bundle(&bundle).unwrap_or_default();
        let entry = entries.get((index % TILE_WIDTH) as usize).map(|entry| entry.to_vec());
        entry.ok_or(ReadError::Proof(ProofError::NoSuchEntry { index, size: self.head.size }))
    }

    /// The bytes of bundle `index`, every entry in it held against the tree.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn bundle(&mut self, index: u64) -> Result<Vec<u8>, ReadError> {
        let outside =
            ProofError::NoSuchEntry { index: index.saturating_mul(TILE_WIDTH), size: self.head.size };
        let id = TileId::of_tree(TileKind::Entries, index, self.head.size).ok_or(outside)?;
        let (name, mut bytes) = fetch(&self.source, id)?;
        let tile = self.tile(0, index)?;
        let entries = match split_bundle(&bytes) {
            Ok(entries) if entries.len() >= id.width() => entries,
            Ok(_) | Err(BundleError::CutShort | BundleError::EntryTooLong(_)) => {
                return Err(ReadError::Shape { name });
            }
        };
        let leaves = entries.iter().map(|entry| leaf_hash(entry));
        if !leaves.zip(tile.hashes()).take(id.width()).all(|(leaf, hash)| leaf == *hash) {
            return Err(ReadError::Forged { name });
        }
        // A full bundle that stands in for a partial one holds more than this checkpoint vouches for.
        let held = entries.iter().take(id.width()).map(|entry| entry.len() + 2).sum();
        bytes.truncate(held);
        Ok(bytes)
    }

    /// Checks every tile and every entry from entry `from` on, in the memory of a few tiles, and gives the
    /// number of entries checked. `from` is rounded down to the start of a bundle.
    ///
    /// # Errors
    /// Any [`ReadError`]: the first thing that does not hold.
    pub fn audit(&mut self, from: u64) -> Result<u64, ReadError> {
        let first = from / TILE_WIDTH;
        let end = self.head.size.div_ceil(TILE_WIDTH);
        for index in first..end {
            self.bundle(index)?;
        }
        Ok(self.head.size.saturating_sub(first.saturating_mul(TILE_WIDTH)))
    }

    /// What makes the log grow, its partial bundle checked too.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn into_edge(mut self) -> Result<Edge, ReadError> {
        let partial = !self.head.size.is_multiple_of(TILE_WIDTH);
        let bundle = if partial { self.bundle(self.head.size / TILE_WIDTH)? } else { Vec::new() };
        let levels = self.edge.iter().map(|tile| tile.hashes().to_vec()).collect();
        Edge::from_parts(self.head.size, levels, bundle).ok_or(ReadError::Edge)
    }

    pub(super) fn check(&self, index: u64) -> Result<(), ProofError> {
        let size = self.head.size;
        if index < size { Ok(()) } else { Err(ProofError::NoSuchEntry { index, size }) }
    }

    /// The root of the complete subtree of 2^`height` entries that is number `index` from the left.
    pub(super) fn node(&mut self, height: u32, index: u64) -> Result<Digest, ReadError> {
        let (level, inside) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let per_tile = TILE_WIDTH >> inside;
        let tile = self.tile(level as u8, index / per_tile)?;
        tile.node(inside, (index % per_tile) as usize).ok_or(ReadError::Edge)
    }

    /// A tile, authenticated.
    fn tile(&mut self, level: u8, index: u64) -> Result<Arc<Tile>, ReadError> {
        let count = self.head.size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0);
        if index == count / TILE_WIDTH {
            return self.edge.get(usize::from(level)).cloned().ok_or(ReadError::Edge);
        }
        if let Some(tile) = self.cached.get(&(level, index)) {
            return Ok(Arc::clone(tile));
        }
        let parent = self.tile(level + 1, index / TILE_WIDTH)?;
        let expected = parent.hashes().get((index % TILE_WIDTH) as usize).copied();
        let id = TileId::full(TileKind::Hashes(level), index);
        let tile = Arc::new(fetch_tile(&self.source, id)?);
        if expected.is_none() || tile.root() != expected {
            return Err(ReadError::Forged { name: id.to_string() });
        }
        self.keep((level, index), &tile);
        Ok(tile)
    }

    fn keep(&mut self, at: (u8, u64), tile: &Arc<Tile>) {
        if self.order.len() >= CACHED_TILES
            && let Some(oldest) = self.order.pop_front()
        {
            self.cached.remove(&oldest);
        }
        self.order.push_back(at);
        self.cached.insert(at, Arc::clone(tile));
    }
}

/// The bytes of a tile; where a partial one is gone, those of the full one that replaced it.
fn fetch(source: &impl TileSource, id: TileId) -> Result<(String, Vec<u8>), ReadError> {
    let name = id.to_string();
    if let Some(bytes) = source.fetch(&name)? {
        return Ok((name, bytes));
    }
    let full = id.when_full().to_string();
    match id.is_partial().then(|| source.fetch(&full)).transpose()?.flatten() {
        Some(bytes) => Ok((full, bytes)),
        None => Err(ReadError::Missing { name }),
    }
}

fn fetch_tile(source: &impl TileSource, id: TileId) -> Result<Tile, ReadError> {
    let (name, bytes) = fetch(source, id)?;
    Tile::read(&bytes, id.width()).ok_or(ReadError::Shape { name })
}
