//! A journal in memory, for tests of what stands above: each of its effects can be made to fail.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use docket::StreamId;
use docket::journal::{Append, AppendError, Journal, JournalError, MessageId, Waiting};
use types::Digest;

/// How an effect fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens, and the caller is told that it failed.
    Before,
    /// It happens, and the caller is told that it failed.
    After,
}

/// Streams in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    streams: BTreeMap<StreamId, Vec<String>>,
    outbox: BTreeMap<MessageId, String>,
    documents: BTreeMap<Digest, String>,
    effects: u64,
    fault: Option<(u64, Fault)>,
}

impl Memory {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the effect that comes after `effects` more of them fail, once. Every call of [`Journal`] is one effect.
    pub fn fail_after(&self, effects: u64, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.effects + effects, fault));
    }

    /// Whether a planned fault is still to come.
    #[must_use]
    pub fn fault_pending(&self) -> bool {
        self.state().fault.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics between two changes that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn effect<T, E: From<JournalError>>(&self, act: impl FnOnce(&mut State) -> Result<T, E>) -> Result<T, E> {
        let mut state = self.state();
        let now = state.effects;
        state.effects += 1;
        let fault = state.fault.take_if(|(at, _)| *at == now).map(|(_, fault)| fault);
        let failed = || E::from(JournalError::Unavailable("a planned fault".to_owned()));
        match fault {
            None => act(&mut state),
            Some(Fault::Before) => Err(failed()),
            Some(Fault::After) => act(&mut state).and(Err(failed())),
        }
    }
}

impl State {
    fn version(&self, stream: &StreamId) -> u64 {
        self.streams.get(stream).map_or(0, Vec::len) as u64
    }

    fn check(&self, stream: &StreamId, expected: u64) -> Result<(), AppendError> {
        let found = self.version(stream);
        if found == expected {
            Ok(())
        } else {
            Err(AppendError::Moved { stream: stream.clone(), expected, found })
        }
    }
}

impl Journal for Memory {
    fn read(&self, stream: &StreamId) -> Result<Vec<String>, JournalError> {
        self.effect(|state| Ok(state.streams.get(stream).cloned().unwrap_or_default()))
    }

    fn streams(&self) -> Result<Vec<StreamId>, JournalError> {
        self.effect(|state| Ok(state.streams.keys().cloned().collect()))
    }

    fn append(&self, append: &Append<'_>) -> Result<u64, AppendError> {
        append.check()?;
        self.effect(|state| {
            state.check(append.stream, append.expected)?;
            append.unmoved.iter().try_for_each(|(stream, version)| state.check(stream, *version))?;
            state.streams.entry(append.stream.clone()).or_default().extend_from_slice(append.lines);
            let version = append.after();
            for (place, body) in (0..).zip(append.outbox) {
                let id = MessageId { stream: append.stream.clone(), version, place };
                state.outbox.insert(id, body.clone());
            }
            state.documents.extend(append.documents.iter().cloned());
            Ok(version)
        })
    }

    fn document(&self, digest: Digest) -> Result<Option<String>, JournalError> {
        self.effect(|state| Ok(state.documents.get(&digest).cloned()))
    }

    fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, JournalError> {
        self.effect(|state| {
            let waiting = state.outbox.iter().take(limit as usize);
            Ok(waiting.map(|(id, body)| Waiting { id: id.clone(), body: body.clone() }).collect())
        })
    }

    fn sent(&self, id: &MessageId) -> Result<(), JournalError> {
        self.effect(|state| {
            state.outbox.remove(id);
            Ok(())
        })
    }
}
