//! Parts in memory, with a plan of faults: what an intake survives is tried here, effect by effect.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::store::{PartSink, Parts, StoreError};

/// What goes wrong at one effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done, and an error is given.
    Fails,
    /// All is done, and an error is given all the same.
    FailsAfterPersisting,
    /// The process dies before the effect: every later call fails until [`MemoryParts::restart`].
    Killed,
    /// The process dies after the effect.
    KilledAfter,
}

#[derive(Debug, Default)]
struct Inner {
    parts: BTreeMap<String, Vec<u8>>,
    effects: u64,
    written_bytes: u64,
    plan: Option<(u64, Fault)>,
    dead: bool,
    free: Option<u64>,
}

/// Parts in memory.
#[derive(Debug, Default)]
pub struct MemoryParts(Mutex<Inner>);

impl MemoryParts {
    /// From now on, effect number `at` (every call counts as one, from 0) goes wrong as `fault` says.
    pub fn plan(&self, at: u64, fault: Fault) {
        let mut inner = self.inner();
        (inner.effects, inner.plan) = (0, Some((at, fault)));
    }

    /// Effects since the plan was made.
    #[must_use]
    pub fn effects(&self) -> u64 {
        self.inner().effects
    }

    /// Bytes of parts that were written, also of those that were not committed.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        self.inner().written_bytes
    }

    /// A new process: what was planned is over, and what was committed is there.
    pub fn restart(&self) {
        let mut inner = self.inner();
        (inner.dead, inner.plan, inner.effects) = (false, None, 0);
    }

    /// From now on only so many bytes are free.
    pub fn limit(&self, free_bytes: u64) {
        self.inner().free = Some(free_bytes);
    }

    /// Every part by name, for a test to look at or to forge.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.inner().parts.clone()
    }

    /// Puts all of `parts` in the place of what is there: a copy restored.
    pub fn restore(&self, parts: BTreeMap<String, Vec<u8>>) {
        self.inner().parts = parts;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A test that panicked left whole parts behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn effect<T>(
        &self,
        name: &str,
        verb: &'static str,
        run: impl FnOnce(&mut Inner) -> T,
    ) -> Result<T, StoreError> {
        let mut inner = self.inner();
        let failed = |kind: ErrorKind| StoreError { name: name.to_owned(), verb, source: Error::from(kind) };
        if inner.dead {
            return Err(failed(ErrorKind::BrokenPipe));
        }
        let fault = inner.plan.filter(|(at, _)| *at == inner.effects).map(|(_, fault)| fault);
        inner.effects += 1;
        match fault {
            None => Ok(run(&mut inner)),
            Some(Fault::Fails) => Err(failed(ErrorKind::StorageFull)),
            Some(Fault::FailsAfterPersisting) => {
                run(&mut inner);
                Err(failed(ErrorKind::TimedOut))
            }
            Some(Fault::Killed) => {
                inner.dead = true;
                Err(failed(ErrorKind::BrokenPipe))
            }
            Some(Fault::KilledAfter) => {
                run(&mut inner);
                inner.dead = true;
                Err(failed(ErrorKind::BrokenPipe))
            }
        }
    }
}

struct MemorySink<'a> {
    parts: &'a MemoryParts,
    name: String,
    bytes: Vec<u8>,
}

impl PartSink for MemorySink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.parts.effect(&self.name, "written", |inner| inner.written_bytes += bytes.len() as u64)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { parts, name, bytes } = *self;
        parts.effect(&name.clone(), "written", |inner| drop(inner.parts.insert(name, bytes)))
    }
}

impl Parts for MemoryParts {
    fn list(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.effect("the folder", "read", |inner| {
            inner.parts.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect()
        })
    }

    fn create(&self, name: &str) -> Result<Box<dyn PartSink + '_>, StoreError> {
        self.effect(name, "written", |_| ())?;
        Ok(Box::new(MemorySink { parts: self, name: name.to_owned(), bytes: Vec::new() }))
    }

    fn read(&self, name: &str, at: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        let found = self.effect(name, "read", |inner| {
            let from = usize::try_from(at).ok()?;
            let bytes = inner.parts.get(name)?.get(from..from.checked_add(buffer.len())?)?;
            buffer.copy_from_slice(bytes);
            Some(())
        })?;
        let ended = || Error::from(ErrorKind::UnexpectedEof);
        found.ok_or_else(|| StoreError { name: name.to_owned(), verb: "read", source: ended() })
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.effect(name, "removed", |inner| drop(inner.parts.remove(name)))
    }

    fn settle(&self) -> Result<(), StoreError> {
        self.effect("the folder", "written", |_| ())
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        self.effect("the folder", "read", |inner| inner.free.unwrap_or(u64::MAX))
    }
}
