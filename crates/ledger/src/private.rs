//! Private logs: one per case, so that a party's own proofs tell it nothing of anybody else.
//!
//! Each has an origin with 16 random bytes in it and an index of its own. Nothing in its tiles, proofs or
//! checkpoints depends on another case: no shared index, no time, no count. Who keeps which origin for which case
//! is the caller's to remember; here nothing names a case.

mod leaf;

use types::{Digest, Timestamp};

use crate::key::SignerKey;
use crate::log::{Log, Object, ObjectError, Objects, OpenError, PublicHalf, SwapError};
use crate::rotation::LogKeys;
use crate::spelling::{from_hex, to_hex};
use crate::tiles::{CHECKPOINT, LogReader, MapSource, ReadError, TILE_WIDTH, TileId, TileKind, TileSource};
use crate::tree::TreeHead;
use std::sync::Arc;

pub use leaf::{CaseLogSecret, LeafError, Opened, Opening, check_origin, open_proof};

/// Objects under a name of their own among others'.
#[derive(Debug, Clone)]
pub struct Room<O> {
    objects: Arc<O>,
    prefix: String,
}

impl<O: Objects> Room<O> {
    fn name(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }
}

impl<O: Objects> Objects for Room<O> {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        self.objects.get(&self.name(name))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        self.objects.put(&self.name(name), bytes)
    }

    fn place(&self, objects: &[Object]) -> Result<(), ObjectError> {
        let named = |object: &Object| Object { name: self.name(&object.name), bytes: object.bytes.clone() };
        self.objects.place(&objects.iter().map(named).collect::<Vec<_>>())
    }

    fn settle(&self) -> Result<(), ObjectError> {
        self.objects.settle()
    }

    fn swap(&self, name: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), SwapError> {
        self.objects.swap(&self.name(name), expected, bytes)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectError> {
        self.objects.remove(&self.name(name))
    }
}

/// Which case's log: 16 random bytes, drawn when it is made, and nothing of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CaseLogId([u8; 16]);

impl CaseLogId {
    /// From bytes of a cryptographic random source.
    #[must_use]
    pub fn from_draw(draw: [u8; 16]) -> Self {
        Self(draw)
    }

    /// The log's origin in the house that is called `house`.
    #[must_use]
    pub fn origin(&self, house: &str) -> String {
        format!("{house}/case/{}", to_hex(&self.0))
    }

    /// The id in the origin of a case's log of the house that is called `house`; `None` for any other origin.
    #[must_use]
    pub fn of_origin(origin: &str, house: &str) -> Option<Self> {
        from_hex(origin.strip_prefix(house)?.strip_prefix("/case/")?).map(Self)
    }

    fn room<O>(&self, objects: &Arc<O>) -> Room<O> {
        Room { objects: Arc::clone(objects), prefix: format!("case/{}", to_hex(&self.0)) }
    }
}

/// Makes a case's log.
///
/// # Errors
/// As [`Log::create`].
pub fn create_case_log<O: Objects>(
    objects: &Arc<O>,
    id: CaseLogId,
    house: &str,
    signer: SignerKey,
    now: Timestamp,
) -> Result<Log<Room<O>>, OpenError> {
    let keys = LogKeys::new(&id.origin(house), signer.verifier().clone());
    Log::create(id.room(objects), keys, signer, now)
}

/// Opens a case's log.
///
/// # Errors
/// As [`Log::open`].
pub fn open_case_log<O: Objects>(
    objects: &Arc<O>,
    id: CaseLogId,
    keys: LogKeys,
    signer: SignerKey,
    now: Timestamp,
) -> Result<Log<Room<O>>, OpenError> {
    Log::open(id.room(objects), keys, signer, now)
}

/// The hashes of all entries, each checked on the way.
///
/// # Errors
/// Any [`ReadError`].
pub fn leaves_of<O: Objects>(log: &Log<O>) -> Result<Vec<Digest>, ReadError> {
    let source = PublicHalf(log.objects());
    let mut reader = LogReader::open(&source, log.head())?;
    (0..log.size()).map(|index| reader.leaf(index)).collect()
}

/// A party's copy: the checkpoint, every tile and every entry, each checked on the way. Whoever has it needs
/// nothing else to verify it, with this project's program or with another.
///
/// # Errors
/// Any [`ReadError`].
pub fn export<O: Objects>(log: &Log<O>) -> Result<MapSource, ReadError> {
    let source = PublicHalf(log.objects());
    let head = log.head();
    LogReader::open(&source, head)?.audit(0)?;
    let mut copy = MapSource::default();
    copy.0.insert(CHECKPOINT.to_owned(), log.checkpoint().to_string().into_bytes());
    for id in tiles_of(head) {
        let name = id.to_string();
        let bytes = source.fetch(&name)?.ok_or_else(|| ReadError::Missing { name: name.clone() })?;
        copy.0.insert(name, bytes);
    }
    Ok(copy)
}

/// The names of all files in a copy of a log with that head.
pub fn names_of(head: TreeHead) -> impl Iterator<Item = String> {
    [CHECKPOINT.to_owned()].into_iter().chain(tiles_of(head).map(|id| id.to_string()))
}

/// Every tile and bundle of a tree.
fn tiles_of(head: TreeHead) -> impl Iterator<Item = TileId> {
    let kinds = [TileKind::Entries].into_iter().chain((0..=7).map(TileKind::Hashes));
    kinds.flat_map(move |kind| {
        let level = match kind {
            TileKind::Entries => 0,
            TileKind::Hashes(level) => u32::from(level),
        };
        let count = (head.size >> (level * 8)).div_ceil(TILE_WIDTH);
        (0..count).filter_map(move |index| TileId::of_tree(kind, index, head.size))
    })
}
