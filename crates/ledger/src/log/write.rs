//! Opening, growing and mending a log.

use std::sync::Arc;

use types::{Digest, Timestamp};

use super::error::{CommitError, OpenError};
use super::objects::{Object, ObjectError, Objects, PublicHalf, SwapError, public};
use super::stage::{pack, stage_name, unpack};
use super::state::{STATE, State};
use crate::checkpoint::{Checkpoint, sign_checkpoint};
use crate::key::SignerKey;
use crate::note::Note;
use crate::rotation::LogKeys;
use crate::tiles::{CHECKPOINT, Edge, LogReader, TILE_WIDTH, TileId, TileKind, check_entry};
use crate::tree::TreeHead;

/// Batches after which settling is due: it bounds what opening after a crash writes again.
const SETTLE_STAGES: usize = 64;
/// Bytes of stages after which settling is due, for the same reason.
const SETTLE_STAGED_BYTES: usize = 64 << 20;
/// Where nobody settles beside the writer, or that is slower than the writing, the writer does at this many times
/// either.
const SETTLE_AT_ONCE: usize = 4;
/// Go's reader counts entries in 63 bits.
const MAX_SIZE: u64 = i64::MAX as u64;

/// A batch that is in the log and can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Index of its first entry.
    pub first: u64,
    /// Size and root with it.
    pub head: TreeHead,
}

/// A log that is written to. One at a time: a second writer is noticed at the latest at its first swap.
pub struct Log<O> {
    objects: Arc<O>,
    keys: LogKeys,
    signer: SignerKey,
    state: State,
    /// The state as it lies in storage.
    swapped: Vec<u8>,
    edge: Edge,
    /// Size after each batch that may not be durable in its place, and bytes of its stage.
    staged: Vec<(u64, usize)>,
    /// Stages that no state in storage names any more.
    leftover: Vec<String>,
    /// Set while storage may be ahead of what this value knows.
    unsettled: bool,
}

/// Everything up to a size is durable in its place.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    size: u64,
}

/// A settling that can run beside the writing.
pub struct Settling<O> {
    objects: Arc<O>,
    size: u64,
}

impl<O: Objects> Settling<O> {
    /// Makes durable what was placed before this value was made.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub fn run(self) -> Result<Settled, ObjectError> {
        self.objects.settle()?;
        Ok(Settled { size: self.size })
    }
}

impl<O: Objects> Log<O> {
    /// Makes an empty log and publishes its checkpoint. `signer` must be the key that speaks for it.
    ///
    /// # Errors
    /// [`OpenError::Exists`], [`OpenError::Checkpoint`] and [`OpenError::Object`].
    pub fn create(objects: O, keys: LogKeys, signer: SignerKey, now: Timestamp) -> Result<Self, OpenError> {
        let head = Edge::default().head();
        let checkpoint = signed(&keys, &signer, head)?;
        let state = State { at: now, pruned: 0, stages: Vec::new(), checkpoint };
        let swapped = state.to_bytes();
        match objects.swap(STATE, None, &swapped) {
            Ok(()) => {}
            Err(SwapError::Changed(_)) => return Err(OpenError::Exists),
            Err(SwapError::Object(error)) => return Err(error.into()),
        }
        let log = Self {
            objects: Arc::new(objects),
            keys,
            signer,
            state,
            swapped,
            edge: Edge::default(),
            staged: Vec::new(),
            leftover: Vec::new(),
            unsettled: false,
        };
        log.publish()?;
        Ok(log)
    }

    /// Opens a log and finishes whatever was begun: applies every stage that the state names, publishes its
    /// checkpoint, and holds the right edge against it.
    ///
    /// # Errors
    /// Any [`OpenError`] but [`OpenError::Exists`].
    pub fn open(objects: O, keys: LogKeys, signer: SignerKey, now: Timestamp) -> Result<Self, OpenError> {
        let swapped = objects.get(STATE)?.ok_or(OpenError::NoLog)?;
        let state = State::parse(&swapped).ok_or(OpenError::Damaged { name: STATE.to_owned() })?;
        let mut log = Self {
            objects: Arc::new(objects),
            keys,
            signer,
            state,
            swapped,
            edge: Edge::default(),
            staged: Vec::new(),
            leftover: Vec::new(),
            unsettled: true,
        };
        log.recover(now)?;
        Ok(log)
    }

    /// Adds `entries`, which then can be read and proved.
    ///
    /// # Errors
    /// Any [`CommitError`]; each says what is known of the entries. After most of them the next call first mends
    /// the log.
    pub fn commit(&mut self, entries: &[impl AsRef<[u8]>], now: Timestamp) -> Result<Appended, CommitError> {
        entries.iter().try_for_each(|entry| check_entry(entry.as_ref()))?;
        if self.unsettled {
            self.recover(now)?;
        }
        self.check_time(now)?;
        let first = self.edge.size();
        if entries.is_empty() {
            return Ok(Appended { first, head: self.edge.head() });
        }
        let size = first.saturating_add(entries.len() as u64);
        if size > MAX_SIZE {
            return Err(CommitError::Full(first));
        }
        let mut edge = self.edge.clone();
        let grown = edge.extend(entries.iter().map(AsRef::as_ref));
        let head = edge.head();
        let (stage, objects) = pack(size, &grown);
        let mut state = self.state.clone();
        state.at = now;
        state.checkpoint = signed(&self.keys, &self.signer, head).map_err(OpenError::from)?;
        state.stages.push((size, stage.digest));
        // Nothing names the stage before the swap: whatever happens to it until then, nothing was logged.
        let decided = self.objects.put(&stage.name, &stage.bytes).map_err(CommitError::NotAppended);
        if let Err(error) = decided.and_then(|()| self.swap(state)) {
            if let CommitError::NotAppended(_) = error {
                // Nothing names it and nothing will; that it stays behind costs only space.
                self.objects.remove(&stage.name).ok();
            }
            return Err(error);
        }
        self.edge = edge;
        self.staged.push((size, stage.bytes.len()));
        self.apply(&objects, &grown).map_err(|source| {
            self.unsettled = true;
            CommitError::Pending { first, source }
        })?;
        Ok(Appended { first, head })
    }

    /// The log's checkpoint, as it is published without cosignatures.
    #[must_use]
    pub fn checkpoint(&self) -> &Note {
        &self.state.checkpoint
    }

    /// When the checkpoint was signed.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        self.state.at
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.edge.head()
    }

    /// Entries in the log.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Which keys speak for this log.
    #[must_use]
    pub fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// What the log is kept in.
    pub fn objects(&self) -> &O {
        &self.objects
    }

    /// Publishes the current checkpoint with witnesses' cosignatures; the log's own signature is checked again.
    /// `false` when the log has grown since, and the note is of no use any more.
    ///
    /// # Errors
    /// [`OpenError::Checkpoint`] and [`OpenError::Object`].
    pub fn publish_cosigned(&self, note: &Note) -> Result<bool, OpenError> {
        self.keys.open(note)?;
        if note.unverified_text() != self.state.checkpoint.unverified_text() {
            return Ok(false);
        }
        self.objects.put(&public(CHECKPOINT), note.to_string().as_bytes())?;
        Ok(true)
    }

    /// Makes everything durable in its own place and forgets the stages. What a writer does before it ends.
    ///
    /// # Errors
    /// [`CommitError::Unsettled`], and [`CommitError::NotAppended`] and [`CommitError::Unknown`], which here speak of
    /// no entries.
    pub fn settle(&mut self) -> Result<(), CommitError> {
        // Where something is not in its place, opening the log needs the stages.
        if self.unsettled {
            return Err(CommitError::Unsettled);
        }
        if self.state.stages.is_empty() {
            return Ok(());
        }
        self.objects.settle().map_err(CommitError::NotAppended)?;
        self.forget_stages(self.size());
        self.swap(self.state.clone())
    }

    /// What to do beside the writing, when it is time: run it, then give what it gives to [`Log::settled`].
    #[must_use]
    pub fn settling(&self) -> Option<Settling<O>> {
        let due = !self.unsettled && self.is_settling_due(1);
        due.then(|| Settling { objects: Arc::clone(&self.objects), size: self.size() })
    }

    /// What came of a [`Settling`]. Where it failed, nothing placed since the last one may be relied on, and the
    /// next call writes all of it again.
    pub fn settled(&mut self, outcome: Result<Settled, ObjectError>) {
        match outcome {
            Ok(Settled { size }) => self.forget_stages(size),
            Err(_) => self.unsettled = true,
        }
    }

    /// What was placed up to `size` is durable in its place: the next state names no stage of it.
    fn forget_stages(&mut self, size: u64) {
        let done = self.state.stages.iter().take_while(|(stage, _)| *stage <= size).count();
        self.leftover
            .extend(self.state.stages.drain(..done).map(|(stage, digest)| stage_name(stage, &digest)));
        self.staged.retain(|(stage, _)| *stage > size);
    }

    pub(super) fn record_pruned(&mut self, pruned: u64) -> Result<(), CommitError> {
        self.swap(State { pruned, ..self.state.clone() })
    }

    pub(super) fn pruned(&self) -> u64 {
        self.state.pruned
    }

    /// Time that stands still or goes back means that a checkpoint cannot be ordered after the last one.
    fn check_time(&self, now: Timestamp) -> Result<(), OpenError> {
        let last = self.state.at;
        if now > last { Ok(()) } else { Err(OpenError::Time { last, now }) }
    }

    /// The moment that decides.
    fn swap(&mut self, state: State) -> Result<(), CommitError> {
        let bytes = state.to_bytes();
        match self.objects.swap(STATE, Some(&self.swapped), &bytes) {
            Ok(()) => {}
            Err(SwapError::Changed(_)) => {
                self.unsettled = true;
                return Err(OpenError::AnotherWriter.into());
            }
            Err(SwapError::Object(error)) => self.find_out(&bytes, error)?,
        }
        self.state = state;
        self.swapped = bytes;
        // Only now no state in storage names them; what stays behind is overwritten or removed another time.
        for name in std::mem::take(&mut self.leftover) {
            if self.objects.remove(&name).is_err() {
                self.leftover.push(name);
                break;
            }
        }
        Ok(())
    }

    /// After a swap that failed: storage says whether it happened.
    fn find_out(&mut self, bytes: &[u8], error: ObjectError) -> Result<(), CommitError> {
        match self.objects.get(STATE) {
            // It is there, but whether it is durable was not said: it is written once more before it counts.
            Ok(Some(found)) if found == bytes => {
                if self.objects.put(STATE, bytes).is_ok() {
                    return Ok(());
                }
                self.unsettled = true;
                Err(CommitError::Unknown(error))
            }
            Ok(Some(found)) if found == self.swapped => Err(CommitError::NotAppended(error)),
            Ok(_) => {
                self.unsettled = true;
                Err(OpenError::AnotherWriter.into())
            }
            Err(_) => {
                self.unsettled = true;
                Err(CommitError::Unknown(error))
            }
        }
    }

    /// Writes what the swap decided where readers look for it.
    fn apply(&mut self, objects: &[Object], grown: &[(TileId, Vec<u8>)]) -> Result<(), ObjectError> {
        self.objects.place(objects)?;
        self.publish()?;
        // A full tile takes the place of its partial forms. That one stays behind harms nobody.
        for (id, _) in grown.iter().filter(|(id, _)| !id.is_partial()) {
            self.objects.remove(&public(&id.partials())).ok();
        }
        if self.is_settling_due(SETTLE_AT_ONCE) {
            self.objects.settle()?;
            self.forget_stages(self.size());
        }
        Ok(())
    }

    fn is_settling_due(&self, times: usize) -> bool {
        let bytes: usize = self.staged.iter().map(|(_, bytes)| bytes).sum();
        self.staged.len() >= times * SETTLE_STAGES || bytes >= times * SETTLE_STAGED_BYTES
    }

    fn publish(&self) -> Result<(), ObjectError> {
        let bytes = self.state.checkpoint.to_string().into_bytes();
        self.objects.place(&[Object { name: public(CHECKPOINT), bytes }])
    }

    /// From whatever storage holds to a log that can grow. Every step can be repeated.
    fn recover(&mut self, now: Timestamp) -> Result<(), OpenError> {
        self.unsettled = true;
        self.swapped = self.objects.get(STATE)?.ok_or(OpenError::NoLog)?;
        self.state = State::parse(&self.swapped).ok_or(OpenError::Damaged { name: STATE.to_owned() })?;
        self.leftover.clear();
        let checkpoint = self.keys.open(&self.state.checkpoint)?;
        self.check_time(now)?;
        let keep_published = self.check_published(&checkpoint)?;
        for (size, digest) in &self.state.stages {
            let objects = self.staged(&stage_name(*size, digest), digest)?;
            self.objects.place(&objects)?;
        }
        if !keep_published {
            self.publish()?;
        }
        let reader = LogReader::open(PublicHalf(&*self.objects), checkpoint.head())?;
        self.edge = reader.into_edge()?;
        if !self.state.stages.is_empty() {
            self.objects.settle()?;
            self.forget_stages(self.size());
            self.swap(self.state.clone()).map_err(|error| match error {
                CommitError::NotAppended(error) | CommitError::Unknown(error) => error.into(),
                CommitError::Open(error) => error,
                CommitError::Entry(_)
                | CommitError::Full(_)
                | CommitError::Pending { .. }
                | CommitError::Unsettled => OpenError::AnotherWriter,
            })?;
        }
        self.unsettled = false;
        Ok(())
    }

    fn staged(&self, name: &str, digest: &Digest) -> Result<Vec<Object>, OpenError> {
        let damaged = || OpenError::Damaged { name: name.to_owned() };
        let bytes = self.objects.get(name)?.ok_or_else(damaged)?;
        if Digest::of(&bytes) != *digest {
            return Err(damaged());
        }
        unpack(&bytes).ok_or_else(damaged)
    }

    /// Whether the published checkpoint is the state's, perhaps with cosignatures, and can stay. A published one
    /// that is larger shows that the state is an old copy.
    fn check_published(&self, checkpoint: &Checkpoint) -> Result<bool, OpenError> {
        let Some(bytes) = self.objects.get(&public(CHECKPOINT))? else { return Ok(false) };
        // One that a loss of power tore, or a stranger put there, is replaced.
        let Some(note) = Note::parse(&bytes).ok() else { return Ok(false) };
        let Ok(published) = self.keys.open(&note) else { return Ok(false) };
        let (published, kept) = (published.head(), checkpoint.head());
        if published.size > kept.size || (published.size == kept.size && published.root != kept.root) {
            return Err(OpenError::RolledBack { published: published.size, kept: kept.size });
        }
        Ok(note.unverified_text() == self.state.checkpoint.unverified_text())
    }
}

fn signed(
    keys: &LogKeys,
    signer: &SignerKey,
    head: TreeHead,
) -> Result<Note, crate::checkpoint::CheckpointError> {
    let checkpoint = Checkpoint::new(keys.origin().to_owned(), head, Vec::new())?;
    let note = Note::parse(sign_checkpoint(&checkpoint, signer).as_bytes())?;
    keys.open(&note)?;
    Ok(note)
}

/// The bundles that end at or before entry `minimum`, from entry `from` on.
pub(super) fn whole_tiles(kind: TileKind, from: u64, minimum: u64) -> impl Iterator<Item = TileId> {
    let per_tile = match kind {
        TileKind::Entries => Some(TILE_WIDTH),
        TileKind::Hashes(level) => TILE_WIDTH.checked_pow(u32::from(level) + 1),
    };
    let count = |size: u64| per_tile.map_or(0, |per_tile| size / per_tile);
    (count(from)..count(minimum)).map(move |index| TileId::full(kind, index))
}
