//! Objects in memory, with a plan of faults: what a log survives is tried here, effect by effect.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::objects::{Object, ObjectError, Objects, SwapError};

/// What goes wrong at one effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written, and an error is given.
    Fails,
    /// Half of what was to be written is, and an error is given.
    FailsMidway,
    /// All is written, and an error is given all the same.
    FailsAfterPersisting,
    /// The process dies before the effect: every later call fails until [`MemoryObjects::restart`].
    Killed,
    /// The process dies after the effect.
    KilledAfter,
    /// Power is lost after the effect: what is not settled is lost, kept or torn, as the number decides.
    PowerLost(u64),
}

#[derive(Debug, Default)]
struct Inner {
    /// What a reader sees.
    seen: BTreeMap<String, Vec<u8>>,
    /// What a loss of power leaves.
    durable: BTreeMap<String, Vec<u8>>,
    effects: u64,
    plan: Option<(u64, Fault)>,
    dead: bool,
}

/// Objects in memory.
#[derive(Debug, Default)]
pub struct MemoryObjects(Mutex<Inner>);

impl MemoryObjects {
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

    /// A new process: what was planned is over, and what storage holds is there.
    pub fn restart(&self) {
        let mut inner = self.inner();
        (inner.dead, inner.plan, inner.effects) = (false, None, 0);
    }

    /// Every object by name, for a test to look at or to forge.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.inner().seen.clone()
    }

    /// Puts all of `objects` in the place of what is there: a copy restored.
    pub fn restore(&self, objects: BTreeMap<String, Vec<u8>>) {
        let mut inner = self.inner();
        (inner.seen, inner.durable) = (objects.clone(), objects);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A test that panicked left whole objects behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs one effect, or what the plan makes of it. `run` is told how many of `count` parts it may do.
    fn effect<T>(
        &self,
        name: &str,
        verb: &'static str,
        count: usize,
        run: impl FnOnce(&mut Inner, usize) -> T,
    ) -> Result<T, ObjectError> {
        let mut inner = self.inner();
        let failed = |kind: ErrorKind| ObjectError { name: name.to_owned(), verb, source: Error::from(kind) };
        if inner.dead {
            return Err(failed(ErrorKind::BrokenPipe));
        }
        let fault = inner.plan.filter(|(at, _)| *at == inner.effects).map(|(_, fault)| fault);
        inner.effects += 1;
        match fault {
            None => Ok(run(&mut inner, count)),
            Some(Fault::Fails) => Err(failed(ErrorKind::StorageFull)),
            Some(Fault::FailsMidway) => {
                run(&mut inner, count / 2);
                Err(failed(ErrorKind::StorageFull))
            }
            Some(Fault::FailsAfterPersisting) => {
                run(&mut inner, count);
                Err(failed(ErrorKind::TimedOut))
            }
            Some(Fault::Killed) => {
                inner.dead = true;
                Err(failed(ErrorKind::BrokenPipe))
            }
            Some(Fault::KilledAfter) => {
                run(&mut inner, count);
                inner.dead = true;
                Err(failed(ErrorKind::BrokenPipe))
            }
            Some(Fault::PowerLost(draw)) => {
                run(&mut inner, count);
                inner.lose_power(draw);
                Err(failed(ErrorKind::BrokenPipe))
            }
        }
    }
}

impl Inner {
    fn lose_power(&mut self, draw: u64) {
        self.dead = true;
        let seen = std::mem::take(&mut self.seen);
        let mut after = self.durable.clone();
        for (number, (name, bytes)) in seen.into_iter().enumerate() {
            if self.durable.get(&name) == Some(&bytes) {
                continue;
            }
            // A poor generator will do: it only has to treat neighbours differently.
            match (draw ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 62 {
                0 => {}
                1 => drop(after.insert(name, bytes)),
                2 => drop(after.insert(name, Vec::new())),
                _ => drop(after.insert(name, bytes[..bytes.len() / 2].to_vec())),
            }
        }
        (self.seen, self.durable) = (after.clone(), after);
    }

    fn write(&mut self, name: &str, bytes: &[u8]) {
        self.seen.insert(name.to_owned(), bytes.to_vec());
        self.durable.insert(name.to_owned(), bytes.to_vec());
    }
}

impl Objects for MemoryObjects {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        self.effect(name, "read", 1, |inner, _| inner.seen.get(name).cloned())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        self.effect(name, "written", 1, |inner, count| {
            if count > 0 {
                inner.write(name, bytes);
            }
        })
    }

    fn place(&self, objects: &[Object]) -> Result<(), ObjectError> {
        let name = objects.first().map_or("", |object| &object.name);
        self.effect(name, "written", objects.len(), |inner, count| {
            for object in &objects[..count] {
                inner.seen.insert(object.name.clone(), object.bytes.clone());
            }
        })
    }

    fn settle(&self) -> Result<(), ObjectError> {
        self.effect("the log", "written", 1, |inner, count| {
            if count > 0 {
                inner.durable = inner.seen.clone();
            }
        })
    }

    fn swap(&self, name: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), SwapError> {
        let swapped = self.effect(name, "written", 1, |inner, count| {
            let same = inner.seen.get(name).map(Vec::as_slice) == expected;
            if same && count > 0 {
                inner.write(name, bytes);
            }
            same
        })?;
        if swapped { Ok(()) } else { Err(SwapError::Changed(name.to_owned())) }
    }

    fn remove(&self, name: &str) -> Result<(), ObjectError> {
        let beneath = format!("{name}/");
        self.effect(name, "removed", 1, |inner, count| {
            if count > 0 {
                for map in [&mut inner.seen, &mut inner.durable] {
                    map.retain(|key, _| key != name && !key.starts_with(&beneath));
                }
            }
        })
    }
}
