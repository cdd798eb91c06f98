//! Growing a log.

use std::sync::Arc;

use types::Timestamp;

use super::error::{CommitError, OpenError};
use super::objects::{Object, ObjectError, Objects, SwapError, public};
use super::publish::{Cosigning, PublishError};
use super::settle::SETTLE_AT_ONCE;
use super::stage::pack;
use super::state::{STATE, State};
use crate::checkpoint::{Checkpoint, sign_checkpoint};
use crate::key::SignerKey;
use crate::note::Note;
use crate::rotation::LogKeys;
use crate::tiles::{Edge, TileId, check_entry};
use crate::tree::TreeHead;

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
    pub(super) objects: Arc<O>,
    pub(super) keys: LogKeys,
    pub(super) signer: SignerKey,
    pub(super) state: State,
    /// The state as it lies in storage.
    pub(super) swapped: Vec<u8>,
    pub(super) edge: Edge,
    /// Size after each batch that may not be durable in its place, and bytes of its stage.
    pub(super) staged: Vec<(u64, usize)>,
    /// Stages that no state in storage names any more.
    pub(super) leftover: Vec<String>,
    /// Set while storage may be ahead of what this value knows.
    pub(super) unsettled: bool,
    /// Set while readers cannot see the state's checkpoint.
    pub(super) unpublished: bool,
    /// How witnesses are asked.
    pub(super) way: Option<Box<dyn Cosigning>>,
}

impl<O: Objects> Log<O> {
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
        // Nothing more is taken in while what was has to wait.
        self.publish(now).map_err(|error| match error {
            PublishError::Unwitnessed(missing) => CommitError::Held(missing),
            PublishError::Object(error) => CommitError::NotAppended(error),
        })?;
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
        self.unpublished = true;
        match self.apply(&objects, &grown, now) {
            Ok(()) => Ok(Appended { first, head }),
            Err(PublishError::Unwitnessed(source)) => Err(CommitError::Unwitnessed { first, source }),
            Err(PublishError::Object(source)) => {
                self.unsettled = true;
                Err(CommitError::Pending { first, source })
            }
        }
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

    /// What signs for it.
    pub(crate) fn signer(&self) -> &SignerKey {
        &self.signer
    }

    /// What the log is kept in.
    pub fn objects(&self) -> &O {
        &self.objects
    }

    pub(super) fn record_pruned(&mut self, pruned: u64) -> Result<(), CommitError> {
        self.swap(State { pruned, ..self.state.clone() })
    }

    pub(super) fn pruned(&self) -> u64 {
        self.state.pruned
    }

    /// Time that stands still or goes back means that a checkpoint cannot be ordered after the last one.
    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), OpenError> {
        let last = self.state.at;
        if now > last { Ok(()) } else { Err(OpenError::Time { last, now }) }
    }

    /// The moment that decides.
    pub(super) fn swap(&mut self, state: State) -> Result<(), CommitError> {
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
    fn apply(
        &mut self,
        objects: &[Object],
        grown: &[(TileId, Vec<u8>)],
        now: Timestamp,
    ) -> Result<(), PublishError> {
        self.objects.place(objects)?;
        let published = self.publish(now);
        if let Err(error @ PublishError::Object(_)) = published {
            return Err(error);
        }
        // A full tile takes the place of its partial forms. That one stays behind harms nobody.
        for (id, _) in grown.iter().filter(|(id, _)| !id.is_partial()) {
            self.objects.remove(&public(&id.partials())).ok();
        }
        if self.is_settling_due(SETTLE_AT_ONCE) {
            self.objects.settle()?;
            self.forget_stages(self.size());
        }
        published
    }
}

pub(super) fn signed(
    keys: &LogKeys,
    signer: &SignerKey,
    head: TreeHead,
) -> Result<Note, crate::checkpoint::CheckpointError> {
    let checkpoint = Checkpoint::new(keys.origin().to_owned(), head, Vec::new())?;
    let note = Note::parse(sign_checkpoint(&checkpoint, signer).as_bytes())?;
    keys.open(&note)?;
    Ok(note)
}
