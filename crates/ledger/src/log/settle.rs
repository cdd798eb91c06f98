//! Settling: making durable what was placed, beside the writing or by the writer.

use std::sync::Arc;

use super::error::CommitError;
use super::objects::{ObjectError, Objects};
use super::stage::stage_name;
use super::write::Log;

/// Batches after which settling is due: it bounds what opening after a crash writes again.
const SETTLE_STAGES: usize = 64;
/// Bytes of stages after which settling is due, for the same reason.
const SETTLE_STAGED_BYTES: usize = 64 << 20;
/// Where nobody settles beside the writer, or that is slower than the writing, the writer does at this many times
/// either.
pub(super) const SETTLE_AT_ONCE: usize = 4;

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
    pub(super) fn forget_stages(&mut self, size: u64) {
        let done = self.state.stages.iter().take_while(|(stage, _)| *stage <= size).count();
        self.leftover
            .extend(self.state.stages.drain(..done).map(|(stage, digest)| stage_name(stage, &digest)));
        self.staged.retain(|(stage, _)| *stage > size);
    }

    pub(super) fn is_settling_due(&self, times: usize) -> bool {
        let bytes: usize = self.staged.iter().map(|(_, bytes)| bytes).sum();
        self.staged.len() >= times * SETTLE_STAGES || bytes >= times * SETTLE_STAGED_BYTES
    }
}
