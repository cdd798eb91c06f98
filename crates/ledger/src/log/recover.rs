//! Making a log, opening one, and the way back after anything that stopped its writer.

use std::sync::Arc;

use types::{Digest, Timestamp};

use super::error::{CommitError, OpenError};
use super::objects::{Object, Objects, PublicHalf, SwapError, public};
use super::rotate::follow_kept;
use super::stage::{stage_name, unpack};
use super::state::{STATE, State};
use super::write::{Log, signed};
use crate::checkpoint::Checkpoint;
use crate::key::SignerKey;
use crate::note::Note;
use crate::rotation::LogKeys;
use crate::tiles::{CHECKPOINT, Edge, LogReader};

impl<O: Objects> Log<O> {
    /// Makes an empty log and publishes its checkpoint. `signer` must be the key that speaks for it.
    ///
    /// # Errors
    /// [`OpenError::Exists`], [`OpenError::Checkpoint`] and [`OpenError::Object`].
    pub fn create(objects: O, keys: LogKeys, signer: SignerKey, now: Timestamp) -> Result<Self, OpenError> {
        let head = Edge::default().head();
        let checkpoint = signed(&keys, &signer, head)?;
        let state = State::new(now, checkpoint);
        let swapped = state.to_bytes();
        match objects.swap(STATE, None, &swapped) {
            Ok(()) => {}
            Err(SwapError::Changed(_)) => return Err(OpenError::Exists),
            Err(SwapError::Object(error)) => return Err(error.into()),
        }
        let mut log = Self {
            objects: Arc::new(objects),
            keys,
            signer,
            state,
            swapped,
            edge: Edge::default(),
            staged: Vec::new(),
            leftover: Vec::new(),
            unsettled: false,
            unpublished: true,
            way: None,
        };
        log.place_checkpoint()?;
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
            unpublished: true,
            way: None,
        };
        log.recover(now)?;
        Ok(log)
    }

    /// After a call that failed: finishes what was begun, so that [`Log::size`] is what storage says.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn mend(&mut self, now: Timestamp) -> Result<(), OpenError> {
        if self.unsettled { self.recover(now) } else { Ok(()) }
    }

    /// From whatever storage holds to a log that can grow. Every step can be repeated.
    pub(super) fn recover(&mut self, now: Timestamp) -> Result<(), OpenError> {
        self.unsettled = true;
        self.swapped = self.objects.get(STATE)?.ok_or(OpenError::NoLog)?;
        self.state = State::parse(&self.swapped).ok_or(OpenError::Damaged { name: STATE.to_owned() })?;
        self.leftover.clear();
        let rotations = follow_kept(&*self.objects, &self.state, &mut self.keys)?;
        let checkpoint = self.keys.open(&self.state.checkpoint)?;
        self.check_time(now)?;
        self.unpublished = !self.check_published(&checkpoint, now)?;
        for (size, digest) in &self.state.stages {
            let objects = self.staged(&stage_name(*size, digest), digest)?;
            self.objects.place(&objects)?;
        }
        self.show_rotations(&rotations)?;
        // One that must be cosigned waits: that its witnesses are away keeps nobody from opening the log.
        if self.unpublished && self.state.witnessing.is_none() {
            self.place_checkpoint()?;
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
                | CommitError::Unwitnessed { .. }
                | CommitError::Held(_)
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
    fn check_published(&self, checkpoint: &Checkpoint, now: Timestamp) -> Result<bool, OpenError> {
        let Some(bytes) = self.objects.get(&public(CHECKPOINT))? else { return Ok(false) };
        // One that a loss of power tore, or a stranger put there, is replaced.
        let Some(note) = Note::parse(&bytes).ok() else { return Ok(false) };
        let Ok(published) = self.keys.open(&note) else { return Ok(false) };
        let (published, kept) = (published.head(), checkpoint.head());
        if published.size > kept.size || (published.size == kept.size && published.root != kept.root) {
            return Err(OpenError::RolledBack { published: published.size, kept: kept.size });
        }
        Ok(self.is_published(&note, now))
    }
}
