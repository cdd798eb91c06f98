//! Entries that an export leaves out because they refer to classified material, held in their place by their digests.
//!
//! The chain goes on over such an entry: the one after it names its digest. That the entry itself names the one before
//! it, and what it did, cannot be checked by whoever does not have it; a reader is told so. What can be checked is
//! that everything else follows from the rules without it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::{Aggregate, Entry, Record, RecordError, SEAL};
use crate::acts::items::{Content, Event as ItemEvent};
use crate::decide::Event;
use crate::names::ItemId;

/// What stands for an entry that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// Its place.
    pub version: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Its digest, which the next entry names.
    pub digest: Digest,
    /// Digest of its whole line, which the developer's receipt for it names.
    pub line: Digest,
}

impl<E: Serialize> Entry<E> {
    /// What stands for this entry where it is left out.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when the entry cannot be written.
    pub fn withheld(&self) -> Result<Withheld, RecordError> {
        let line = self.line()?;
        let (open, _) = line.rsplit_once(SEAL).ok_or(RecordError::Unreadable { version: self.version })?;
        let (digest, whole) = (Digest::of(open.as_bytes()), Digest::of(line.as_bytes()));
        Ok(Withheld { version: self.version, at: self.at, digest, line: whole })
    }
}

impl<S: Aggregate> Record<S> {
    /// Goes over an entry that is left out: the state stays as it is.
    ///
    /// # Errors
    /// What is wrong with its place; the record is then used up.
    pub fn passing(mut self, withheld: &Withheld) -> Result<Self, RecordError> {
        let version = self.head.version + 1;
        if withheld.version != version {
            return Err(RecordError::Hole { version, found: withheld.version });
        }
        if self.head.at.is_some_and(|last| withheld.at < last) {
            return Err(RecordError::ClockWentBack { version });
        }
        self.head = super::Head { version, digest: withheld.digest, at: Some(withheld.at) };
        Ok(self)
    }
}

/// The versions of all entries about items that lie elsewhere. They change nothing but these items, on which no
/// decision of a case rests: a digest that a memo or a request names is never that of one.
#[must_use]
pub fn classified(entries: &[Entry<Event>]) -> BTreeSet<u64> {
    let elsewhere: BTreeSet<&ItemId> =
        entries.iter().filter_map(|entry| entered_elsewhere(entry.event())).collect();
    let about = |entry: &&Entry<Event>| item(entry.event()).is_some_and(|item| elsewhere.contains(item));
    entries.iter().filter(about).map(Entry::version).collect()
}

/// The reference that an event brings into a case, as it is written.
#[must_use]
pub fn reference(event: &Event) -> Option<String> {
    match event {
        Event::Items(ItemEvent::Entered { content: Content::Elsewhere(reference), .. }) => {
            Some((*reference).into())
        }
        _ => None,
    }
}

fn entered_elsewhere(event: &Event) -> Option<&ItemId> {
    reference(event).and_then(|_| item(event))
}

/// The one item that an event is about.
fn item(event: &Event) -> Option<&ItemId> {
    let Event::Items(event) = event else { return None };
    match event {
        ItemEvent::Entered { item, .. }
        | ItemEvent::Marked { item, .. }
        | ItemEvent::PassedOn { item, .. }
        | ItemEvent::Deleted { item, .. }
        | ItemEvent::Held { item, .. }
        | ItemEvent::HoldLifted { item, .. } => Some(item),
        // Several or none; the rules keep those that lie elsewhere out.
        ItemEvent::Exported { .. } => None,
    }
}
