//! The tree and the entries as static files: what any web server can host and any client can check.
//!
//! Source: C2SP tlog-tiles 0.1.0. Tiles are 8 levels high; the rightmost ones are partial.

mod bundle;
mod edge;
mod name;
mod prove;
mod reader;
mod source;
mod tile;

pub use bundle::{BundleError, MAX_ENTRY_BYTES, check_entry, split_bundle};
pub use edge::{Edge, Grown};
pub use name::{TileId, TileKind, TileNameError};
pub use reader::{LogReader, ReadError};
pub use source::{MapSource, SourceError, TileSource};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that one tile spans.
pub(crate) const TILE_HEIGHT: u32 = 8;
/// Levels of tiles that a tree of 2^64 entries has.
pub(crate) const TILE_LEVELS: u32 = u64::BITS / TILE_HEIGHT;
/// Bytes of a hash in a tile.
pub(crate) const HASH_BYTES: usize = 32;
/// The checkpoint's name beside the tiles.
pub const CHECKPOINT: &str = "checkpoint";
