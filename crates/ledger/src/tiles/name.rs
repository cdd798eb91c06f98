//! Names of tiles and entry bundles, one spelling each.

use std::fmt;
use std::str::FromStr;

use super::{TILE_HEIGHT, TILE_LEVELS, TILE_WIDTH};

/// A text that names no tile that a log of less than 2^64 entries can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a tile is named tile/LEVEL/INDEX or tile/entries/INDEX, with .p/WIDTH where it is partial")]
pub struct TileNameError;

/// What lies in a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Entries, each preceded by its length.
    Entries,
    /// Hashes of the level that the number names, from 0 for leaf hashes.
    Hashes(u8),
}

/// Which tile, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TileId {
    /// The full tile `index` of its kind.
    #[must_use]
    pub fn full(kind: TileKind, index: u64) -> Self {
        Self { kind, index, width: TILE_WIDTH as u16 }
    }

    /// The tile at `index` in a tree of `size` entries, full or partial; `None` when that tree has none there.
    #[must_use]
    pub fn of_tree(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let level = match kind {
            TileKind::Entries => 0,
            TileKind::Hashes(level) => u32::from(level),
        };
        let count = size.checked_shr(level * TILE_HEIGHT)?;
        let full = count / TILE_WIDTH;
        match index.cmp(&full) {
            std::cmp::Ordering::Less => Some(Self::full(kind, index)),
            std::cmp::Ordering::Equal if !count.is_multiple_of(TILE_WIDTH) => {
                Some(Self { kind, index, width: (count % TILE_WIDTH) as u16 })
            }
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => None,
        }
    }

    /// The same tile once it is complete.
    #[must_use]
    pub fn when_full(self) -> Self {
        Self::full(self.kind, self.index)
    }

    /// Hashes or entries in it: 1 to 256.
    #[must_use]
    pub fn width(self) -> usize {
        usize::from(self.width)
    }

    /// Whether more can come.
    #[must_use]
    pub fn is_partial(self) -> bool {
        u64::from(self.width) < TILE_WIDTH
    }

    /// Its index among the tiles of its kind.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// What lies in it.
    #[must_use]
    pub fn kind(self) -> TileKind {
        self.kind
    }

    /// The folder that holds this tile's partial forms.
    #[must_use]
    pub fn partials(self) -> String {
        format!("{}.p", self.when_full())
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => write!(f, "tile/entries/")?,
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
        for at in (0..digits.len()).step_by(3) {
            let last = at + 3 == digits.len();
            write!(
                f,
                "{}{}{}",
                if last { "" } else { "x" },
                &digits[at..at + 3],
                if last { "" } else { "/" }
            )?;
        }
        if self.is_partial() { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TileId {
    type Err = TileNameError;

    fn from_str(text: &str) -> Result<Self, TileNameError> {
        let rest = text.strip_prefix("tile/").ok_or(TileNameError)?;
        let (kind, rest) = rest.split_once('/').ok_or(TileNameError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => {
                let level = level.parse().map_err(|_| TileNameError)?;
                if u32::from(level) >= TILE_LEVELS {
                    return Err(TileNameError);
                }
                TileKind::Hashes(level)
            }
        };
        let (path, width) = match rest.split_once(".p/") {
            Some((path, width)) => (path, width.parse().map_err(|_| TileNameError)?),
            None => (rest, TILE_WIDTH as u16),
        };
        let digits: String = path.chars().filter(|c| !matches!(c, 'x' | '/')).collect();
        let index = digits.parse().map_err(|_| TileNameError)?;
        let id = Self { kind, index, width };
        // Writing it again finds every other spelling.
        if width > 0 && u64::from(width) <= TILE_WIDTH && id.to_string() == text {
            Ok(id)
        } else {
            Err(TileNameError)
        }
    }
}
