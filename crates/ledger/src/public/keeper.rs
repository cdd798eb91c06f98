//! A public log as its house keeps it: the log, its charter, its queue of facts, and the openings.
//!
//! What is durable when: a fact, when it was queued; a slot's openings, before any of its leaves; that a fact is in a
//! slot, by the slot being in the log, which the queue follows. Whoever is killed between any two of these calls the
//! same again, and no fact is lost or added twice.

use std::sync::Arc;

use types::{Digest, Timestamp};

use super::charter::{CHARTER_NAME, Charter, CharterError};
use super::fact::Fact;
use super::leaf::Opening;
use super::queue::{MAX_WAITING, Queue, Waiting};
use super::slots::{Slot, SlotError, append_slots};
use crate::key::SignerKey;
use crate::log::{
    CommitError, Cosigning, Log, Objects, OpenError, PublicHalf, PublishError, SwapError, public,
};
use crate::note::Note;
use crate::rotation::LogKeys;
use crate::tiles::TileSource;

/// Where the queue lies, beside the public half.
const QUEUE: &str = "queue";

/// The charter that a public log shows, once the first of `keys` is found to have signed it.
///
/// # Errors
/// [`CharterError`]; that there is none is [`CharterError::Malformed`].
pub fn published_charter(
    source: &(impl TileSource + ?Sized),
    keys: &LogKeys,
) -> Result<Charter, CharterError> {
    let bytes = source.fetch(CHARTER_NAME).ok().flatten().ok_or(CharterError::Malformed)?;
    Charter::open(&Note::parse(&bytes)?, keys)
}

/// What closing slots did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The first slot that was added.
    pub first: u64,
    /// How many were.
    pub slots: u64,
    /// Facts that are now behind leaves.
    pub facts: usize,
    /// Facts that wait for a later slot.
    pub waiting: usize,
}

/// Where a fact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the queue.
    Waiting,
    /// Behind a leaf.
    Leaf {
        /// The leaf's index in the log.
        index: u64,
        /// Its slot.
        slot: u64,
        /// What opens it.
        opening: Opening,
    },
}

/// A public log that is written to.
pub struct PublicLog<O> {
    pub(super) log: Log<Arc<O>>,
    pub(super) objects: Arc<O>,
    pub(super) charter: Charter,
    queue: Queue,
    /// The queue as it lies in storage.
    kept: Option<Vec<u8>>,
    /// Set while the queue in storage may be another one.
    stale: bool,
}

impl<O: Objects> PublicLog<O> {
    /// Makes an empty public log. Its charter is there before it, so that no log is without one.
    ///
    /// # Errors
    /// [`SlotError::Open`], [`SlotError::Object`] and [`SlotError::Charter`].
    pub fn create(
        objects: O,
        charter: Charter,
        signer: SignerKey,
        now: Timestamp,
    ) -> Result<Self, SlotError> {
        let objects = Arc::new(objects);
        let keys = LogKeys::new(charter.origin(), signer.verifier().clone());
        if objects.get("state")?.is_some() {
            return Err(OpenError::Exists.into());
        }
        objects.put(&public(CHARTER_NAME), charter.sign(&signer)?.to_string().as_bytes())?;
        let log = Log::create(Arc::clone(&objects), keys, signer, now)?;
        Ok(Self { log, objects, charter, queue: Queue::default(), kept: None, stale: false })
    }

    /// Opens a public log, and finishes what was begun.
    ///
    /// # Errors
    /// [`SlotError`].
    pub fn open(objects: O, keys: LogKeys, signer: SignerKey, now: Timestamp) -> Result<Self, SlotError> {
        let objects = Arc::new(objects);
        let log = Log::open(Arc::clone(&objects), keys, signer, now)?;
        let charter = published_charter(&PublicHalf(&*objects), log.keys())?;
        let kept = objects.get(QUEUE)?;
        let queue = kept.as_deref().map(|bytes| Queue::parse(bytes).ok_or(SlotError::Queue)).transpose()?;
        let mut this = Self { log, objects, charter, queue: queue.unwrap_or_default(), kept, stale: false };
        if let Some(last) = this.queue.at.filter(|last| now < *last) {
            return Err(SlotError::Time { last, now });
        }
        this.follow_log()?;
        Ok(this)
    }

    /// The same log, which asks its witnesses by `way` where it must.
    #[must_use]
    pub fn with_witnesses(self, way: Box<dyn Cosigning>) -> Self {
        Self { log: self.log.with_witnesses(way), ..self }
    }

    /// What is fixed for its life.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The log itself, to be read.
    #[must_use]
    pub fn log(&self) -> &Log<Arc<O>> {
        &self.log
    }

    /// Queues facts, each under a key that names what it is about. Those whose key is known already are left alone;
    /// gives how many were not.
    ///
    /// # Errors
    /// [`SlotError::Time`], [`SlotError::Full`] and [`SlotError::Object`]; none of the facts is queued then, or it is
    /// not known: queueing them again does no harm.
    pub fn queue(&mut self, facts: &[(Digest, Fact)], now: Timestamp) -> Result<usize, SlotError> {
        self.reload()?;
        if let Some(last) = self.queue.at.filter(|last| now < *last) {
            return Err(SlotError::Time { last, now });
        }
        let mut queue = self.queue.clone();
        for (key, fact) in facts {
            if !queue.knows(key) {
                queue.waiting.push(Waiting { key: *key, at: now, fact: fact.clone() });
            }
        }
        if queue.waiting.len() > MAX_WAITING {
            return Err(SlotError::Full(self.queue.waiting.len()));
        }
        let new = queue.waiting.len() - self.queue.waiting.len();
        if new > 0 {
            queue.at = Some(now);
            self.keep(queue)?;
        }
        Ok(new)
    }

    /// Adds every slot that is due, at most `most` of them, and publishes what waited for its witnesses. `draw` gives
    /// 32 fresh random bytes at each call.
    ///
    /// # Errors
    /// [`SlotError`]; calling it again goes on from there.
    pub fn close(
        &mut self,
        draw: &mut impl FnMut() -> [u8; 32],
        now: Timestamp,
        most: u64,
    ) -> Result<Closed, SlotError> {
        self.reload()?;
        // Slots are numbered by the log's size: one that is not known for sure would add a slot twice.
        self.log.mend(now)?;
        self.log.publish(now).map_err(|error| match error {
            PublishError::Object(error) => SlotError::Object(error),
            PublishError::Unwitnessed(missing) => CommitError::Held(missing).into(),
        })?;
        self.follow_log()?;
        let schedule = self.charter.schedule();
        let first = self.log.size() / schedule.width;
        let added = append_slots(&mut self.log, schedule, &self.queue.waiting, draw, (now, most));
        // Also where the slots are in the log and not seen yet.
        if !matches!(added, Err(SlotError::Object(_))) {
            self.follow_log()?;
        }
        let added = added?;
        let facts = added.iter().map(|slot| slot.keys().count()).sum();
        Ok(Closed { first, slots: added.len() as u64, facts, waiting: self.queue.waiting.len() })
    }

    /// Where the fact with this key is; `None` when nothing with it was queued.
    ///
    /// # Errors
    /// [`SlotError::Openings`] and [`SlotError::Object`].
    pub fn find(&self, key: &Digest) -> Result<Option<Place>, SlotError> {
        let Some(slot) = self.queue.taken.get(key).copied() else {
            return Ok(self.queue.knows(key).then_some(Place::Waiting));
        };
        let kept = Slot::kept(&*self.objects, slot)?;
        let (at, opening) = kept.find(key).ok_or(SlotError::Openings(slot))?;
        let index = slot.saturating_mul(self.charter.schedule().width).saturating_add(at);
        Ok(Some(Place::Leaf { index, slot, opening: opening.clone() }))
    }

    /// Every fact that was queued and where it is, those that wait last. For the house's eyes.
    ///
    /// # Errors
    /// As [`PublicLog::find`].
    pub fn facts(&self) -> Result<Vec<(Digest, Option<u64>, Fact)>, SlotError> {
        let mut facts = Vec::new();
        for slot in 0..self.queue.slots {
            let kept = Slot::kept(&*self.objects, slot)?;
            for key in kept.keys() {
                let fact = kept.find(&key).and_then(|(_, opening)| opening.fact().cloned());
                facts.push((key, Some(slot), fact.ok_or(SlotError::Openings(slot))?));
            }
        }
        facts.extend(self.queue.waiting.iter().map(|it| (it.key, None, it.fact.clone())));
        Ok(facts)
    }

    /// Lists as taken what slots hold that are in the log and were not listed.
    fn follow_log(&mut self) -> Result<(), SlotError> {
        let width = self.charter.schedule().width;
        if !self.log.size().is_multiple_of(width) {
            return Err(SlotError::Uneven { size: self.log.size(), width });
        }
        let in_log = self.log.size() / width;
        if self.queue.slots == in_log {
            return Ok(());
        }
        // A queue that is ahead of its log is one of another, or the log was replaced by an old copy.
        if self.queue.slots > in_log {
            return Err(SlotError::Queue);
        }
        let mut queue = self.queue.clone();
        for slot in queue.slots..in_log {
            queue.take(Slot::kept(&*self.objects, slot)?.keys());
        }
        self.keep(queue)
    }

    /// After a write whose end is not known: what lies in storage is the queue.
    fn reload(&mut self) -> Result<(), SlotError> {
        if self.stale {
            let kept = self.objects.get(QUEUE)?;
            let queue =
                kept.as_deref().map(|bytes| Queue::parse(bytes).ok_or(SlotError::Queue)).transpose()?;
            (self.queue, self.kept, self.stale) = (queue.unwrap_or_default(), kept, false);
        }
        Ok(())
    }

    fn keep(&mut self, queue: Queue) -> Result<(), SlotError> {
        let bytes = queue.to_bytes();
        match self.objects.swap(QUEUE, self.kept.as_deref(), &bytes) {
            Ok(()) => {}
            Err(SwapError::Changed(_)) => return Err(OpenError::AnotherWriter.into()),
            Err(SwapError::Object(error)) => {
                // It may have happened: what lies there is what counts.
                self.stale = true;
                return Err(error.into());
            }
        }
        (self.queue, self.kept) = (queue, Some(bytes));
        Ok(())
    }
}
