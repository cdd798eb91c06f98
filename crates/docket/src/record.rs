//! Records: a stream's entries as lines that are chained by digest, and the state that they lead to.
//!
//! Whoever keeps lines keeps them in order and whole, and appends the entries of one decision together, against the
//! version that it was decided at: all or none. An entry names its predecessor by digest and itself by the digest of
//! everything before that field, so that a hole, a changed byte or another order is found on reading. That a tail is
//! missing cannot be seen from lines alone: compare [`Record::head`] with the log's.

mod withheld;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use crate::actor::{Actor, Verified};
use crate::acts::delta;
use crate::case::Case;
use crate::decide::{Act, Event, Setting, decide, evolve, tick};
use crate::envelope::{Envelope, Signed, StreamId, VersionOne, in_time};
use crate::names::CaseId;
use crate::refusal::Refusal;
use crate::register::{Register, RegisterAct, RegisterEvent, decide_register, evolve_register};
use crate::rules::{Rule, Rules};

pub use withheld::{Withheld, classified, reference};

/// Longer than any entry that an envelope can lead to.
pub const ENTRY_MAX_BYTES: usize = 131_072;

/// Why something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// Somebody signed it.
    Signed {
        /// Digest of the envelope.
        envelope: Digest,
        /// Who, from which seat, under which delegation.
        by: Vec<Actor>,
    },
    /// Its time had come.
    Time,
}

/// One thing that happened, at its place in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<E> {
    v: VersionOne,
    stream: StreamId,
    version: u64,
    at: Timestamp,
    previous: Digest,
    cause: Cause,
    event: E,
}

impl<E> Entry<E> {
    /// Its stream.
    #[must_use]
    pub fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// Its place, from 1.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was recorded.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Why it happened.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> &E {
        &self.event
    }
}

/// What stands on a line behind the entry.
const SEAL: &str = ",\"digest\":\"";

impl<E: Serialize> Entry<E> {
    /// The entry's line, without its line end: the entry and its digest.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when it would be too long to be read again.
    pub fn line(&self) -> Result<String, RecordError> {
        let unreadable = RecordError::Unreadable { version: self.version };
        let json = types::json::line(self).map_err(|_| unreadable.clone())?;
        let open = json.strip_suffix('}').ok_or_else(|| unreadable.clone())?;
        let line = format!("{open}{SEAL}{}\"}}", Digest::of(open.as_bytes()));
        if line.len() > ENTRY_MAX_BYTES { Err(unreadable) } else { Ok(line) }
    }
}

impl<E: Serialize + DeserializeOwned> Entry<E> {
    /// Reads a line, of which `version` is expected.
    fn parse(line: &str, version: u64) -> Result<(Self, Digest), RecordError> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }
        let unreadable = || RecordError::Unreadable { version };
        if line.len() > ENTRY_MAX_BYTES {
            return Err(unreadable());
        }
        let Versioned { v } = serde_json::from_str(line).map_err(|_| unreadable())?;
        if v != 1 {
            return Err(RecordError::OtherFormat { version, v });
        }
        let (open, seal) = line.rsplit_once(SEAL).ok_or_else(unreadable)?;
        let digest: Digest =
            seal.strip_suffix("\"}").and_then(|it| it.parse().ok()).ok_or_else(unreadable)?;
        if Digest::of(open.as_bytes()) != digest {
            return Err(RecordError::Changed { version });
        }
        let entry: Self = serde_json::from_str(&format!("{open}}}")).map_err(|_| unreadable())?;
        if entry.line()? == line { Ok((entry, digest)) } else { Err(unreadable()) }
    }
}

/// Why a record's lines are not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Get the missing lines.
    #[error("entry {version} is missing: entry {found} stands in its place")]
    Hole {
        /// The version that should stand there.
        version: u64,
        /// The version that does.
        found: u64,
    },
    /// Somebody or something changed the line: compare with a copy.
    #[error("entry {version} was changed: its digest does not fit")]
    Changed {
        /// Where.
        version: u64,
    },
    /// The lines do not belong together: compare with a copy.
    #[error("entry {version} does not follow from the entry before it")]
    Broken {
        /// Where.
        version: u64,
    },
    /// Use a newer proofhouse.
    #[error("entry {version} has format {v}, and only format 1 is known here")]
    OtherFormat {
        /// Where.
        version: u64,
        /// The format.
        v: u32,
    },
    /// The line is no entry, or not in its one spelling.
    #[error("entry {version} is not an entry in its one spelling")]
    Unreadable {
        /// Where.
        version: u64,
    },
    /// The line is of another case.
    #[error("entry {version} belongs to another stream")]
    OtherStream {
        /// Where.
        version: u64,
    },
    /// The lines were written with a wrong clock, or changed.
    #[error("entry {version} is earlier than the entry before it")]
    ClockWentBack {
        /// Where.
        version: u64,
    },
}

/// How far a record has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many entries there are.
    pub version: u64,
    /// Digest of the last one, or of the stream's name before the first.
    pub digest: Digest,
    /// When the last one was recorded.
    pub at: Option<Timestamp>,
}

/// A state that events lead to.
pub trait Aggregate: Sized {
    /// What happens to it.
    type Event: Serialize + DeserializeOwned + Clone;
    /// The stream it is the state of.
    fn stream(&self) -> StreamId;
    /// The state after an event recorded at `at`.
    #[must_use]
    fn after(self, event: &Self::Event, at: Timestamp) -> Self;
}

impl Aggregate for Case {
    type Event = Event;

    fn stream(&self) -> StreamId {
        StreamId::Case(self.id().clone())
    }

    fn after(self, event: &Event, at: Timestamp) -> Self {
        evolve(self, event, at)
    }
}

impl Aggregate for Register {
    type Event = RegisterEvent;

    fn stream(&self) -> StreamId {
        StreamId::Register
    }

    fn after(self, event: &RegisterEvent, at: Timestamp) -> Self {
        evolve_register(self, event, at)
    }
}

/// A stream: its state, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<S> {
    state: S,
    head: Head,
    /// What each envelope became, so that one that comes again is known.
    envelopes: BTreeMap<Digest, u64>,
}

impl Record<Case> {
    /// The case under that name before its first event.
    #[must_use]
    pub fn of_case(id: CaseId) -> Self {
        Self::new(Case::unopened(id))
    }
}

impl Record<Register> {
    /// The register before it is founded.
    #[must_use]
    pub fn of_register() -> Self {
        Self::new(Register::default())
    }
}

impl<S: Aggregate> Record<S> {
    fn new(state: S) -> Self {
        let name = types::json::line(&state.stream()).unwrap_or_default();
        let digest = Digest::of_parts(&[b"proofhouse-docket-stream-1", name.as_bytes()]);
        Self { state, head: Head { version: 0, digest, at: None }, envelopes: BTreeMap::new() }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Where the stream stands.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Takes in a kept line.
    ///
    /// # Errors
    /// What is wrong with it; the record is then used up, because nothing can follow.
    pub fn taking(self, line: &str) -> Result<(Self, Entry<S::Event>), RecordError> {
        let version = self.head.version + 1;
        let (entry, digest) = Entry::<S::Event>::parse(line, version)?;
        if entry.stream != self.state.stream() {
            return Err(RecordError::OtherStream { version });
        }
        if entry.version != version {
            return Err(RecordError::Hole { version, found: entry.version });
        }
        if entry.previous != self.head.digest {
            return Err(RecordError::Broken { version });
        }
        if self.head.at.is_some_and(|last| entry.at < last) {
            return Err(RecordError::ClockWentBack { version });
        }
        Ok((self.advanced(&entry, digest), entry))
    }

    /// Takes in all kept lines of a stream.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn load<'a>(self, lines: impl IntoIterator<Item = &'a str>) -> Result<Self, RecordError> {
        lines.into_iter().try_fold(self, |record, line| Ok(record.taking(line)?.0))
    }

    /// The record after entries that were appended to what is kept.
    ///
    /// # Errors
    /// [`RecordError`] when they are not this record's next entries.
    pub fn following(self, entries: &[Entry<S::Event>]) -> Result<Self, RecordError> {
        entries.iter().try_fold(self, |record, entry| Ok(record.taking(&entry.line()?)?.0))
    }

    fn advanced(mut self, entry: &Entry<S::Event>, digest: Digest) -> Self {
        if let Cause::Signed { envelope, .. } = &entry.cause {
            self.envelopes.insert(*envelope, entry.version);
        }
        self.head = Head { version: entry.version, digest, at: Some(entry.at) };
        self.state = self.state.after(&entry.event, entry.at);
        self
    }

    /// Whether `now` may follow what is recorded.
    fn in_order(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.head.at {
            Some(last) if now < last => Err(Refusal::ClockWentBack { last, now }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether an envelope belongs here, now, and for the first time.
    fn expects<A>(&self, envelope: &Envelope<A>, digest: Digest, now: Timestamp) -> Result<(), Refusal> {
        if *envelope.stream() != self.state.stream() {
            return Err(Refusal::OtherStream);
        }
        self.in_order(now)?;
        if let Some(version) = self.envelopes.get(&digest) {
            return Err(Refusal::AlreadyDone { version: *version });
        }
        in_time(envelope, now)?;
        let (expected, found) = (envelope.expected_version(), self.head.version);
        if expected == found { Ok(()) } else { Err(Refusal::Stale { expected, found }) }
    }

    /// The next entries, chained. What was due by time stands before what was signed, and after it what that made due.
    fn entries(
        &self,
        events: Vec<(Cause, S::Event)>,
        now: Timestamp,
    ) -> Result<Vec<Entry<S::Event>>, Refusal> {
        let stream = self.state.stream();
        let (mut version, mut previous) = (self.head.version, self.head.digest);
        events
            .into_iter()
            .map(|(cause, event)| {
                version += 1;
                let stream = stream.clone();
                let entry = Entry { v: VersionOne, stream, version, at: now, previous, cause, event };
                let line = entry.line().map_err(|_| Refusal::EnvelopeTooLong)?;
                let (open, _) = line.rsplit_once(SEAL).ok_or(Refusal::Spelling)?;
                previous = Digest::of(open.as_bytes());
                Ok(entry)
            })
            .collect()
    }
}

/// Takes a signed act of a case: verifies, decides, and gives the entries to be kept.
///
/// # Errors
/// The rule that says no; nothing is to be kept then.
pub fn receive(
    record: &Record<Case>,
    setting: &Setting,
    signed: &Signed,
    now: Timestamp,
) -> Result<Vec<Entry<Event>>, Refusal> {
    let (envelope, act) = signed.verify::<Act>(setting.register(), now)?;
    record.expects(&envelope, act.envelope(), now)?;
    let due = tick(&record.state, setting.rules(), now).len();
    let events = decide(&record.state, &act, setting, now)?;
    // `decide` puts what was due first, then what the act did: one event; then what that made due.
    let cause = |at: usize| if at == due { signed_cause(&act) } else { Cause::Time };
    let events = events.into_iter().enumerate();
    let events = events.map(|(at, event)| (cause(at), whole(event, setting.rules()))).collect();
    record.entries(events, now)
}

/// What is recorded of an event: all of it, unless a test dropped the rule.
fn whole(event: Event, rules: Rules) -> Event {
    match event {
        Event::Delta(delta::Event::LookPlanned { look, subject, .. })
            if !rules.keep(Rule::RecordsAreWhole) =>
        {
            let spends = crate::ppm::ErrorBudget::default();
            delta::Event::LookPlanned { look, subject, spends }.into()
        }
        event => event,
    }
}

/// `event` as it is read back after it was recorded: for a model checker, which keeps no lines.
///
/// # Errors
/// [`RecordError::Unreadable`] if it could not be.
#[cfg(feature = "seeded-bugs")]
pub fn read_back(event: &Event, rules: Rules) -> Result<Event, RecordError> {
    let unreadable = |_| RecordError::Unreadable { version: 0 };
    let line = types::json::line(&whole(event.clone(), rules)).map_err(unreadable)?;
    serde_json::from_str(&line).map_err(unreadable)
}

/// What time did to a case by `now`: entries to be kept, or none.
///
/// # Errors
/// [`Refusal::ClockWentBack`].
pub fn receive_time(record: &Record<Case>, now: Timestamp) -> Result<Vec<Entry<Event>>, Refusal> {
    record.in_order(now)?;
    let events = tick(&record.state, Rules::default(), now);
    record.entries(events.into_iter().map(|event| (Cause::Time, event)).collect(), now)
}

/// Takes a signed act on the register.
///
/// # Errors
/// The rule that says no; nothing is to be kept then.
pub fn receive_register(
    record: &Record<Register>,
    signed: &Signed,
    now: Timestamp,
) -> Result<Vec<Entry<RegisterEvent>>, Refusal> {
    let (envelope, act) = match signed.open::<RegisterAct>()?.act() {
        // The founders vouch for themselves: nobody else is there yet.
        RegisterAct::Found { house, founders } if record.state.house().is_none() => {
            let founded = RegisterEvent::Founded { house: house.clone() };
            let enrolled = founders.iter().cloned().map(RegisterEvent::Enrolled);
            let provisional = std::iter::once(founded)
                .chain(enrolled)
                .fold(Register::default(), |register, event| evolve_register(register, &event, now));
            signed.verify::<RegisterAct>(&provisional, now)?
        }
        _ if record.state.house().is_none() => return Err(Refusal::NotFounded),
        _ => signed.verify::<RegisterAct>(&record.state, now)?,
    };
    record.expects(&envelope, act.envelope(), now)?;
    let events = decide_register(&record.state, &act, Rules::default(), now)?;
    let events = events.into_iter().map(|event| (signed_cause(&act), event)).collect();
    record.entries(events, now)
}

fn signed_cause<A>(act: &Verified<A>) -> Cause {
    Cause::Signed { envelope: act.envelope(), by: act.by().to_vec() }
}
