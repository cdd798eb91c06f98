//! The facts that wait for a slot, and which were taken by which: one object, replaced whole.
//!
//! ```text
//! proofhouse fact queue v1
//! at 2026-12-01T08:00:00.000Z       (the latest time at which a fact was queued)
//! slots NUMBER                      (slots of the log whose facts are listed as taken)
//! taken KEY SLOT
//! waiting KEY AT DEVELOPER MEASURE AMOUNT
//! ```
//!
//! A key names what a fact is about, and is queued once for ever: whoever was killed after queueing queues again, and
//! nothing is doubled. The object grows by 90 bytes for each fact of the log.

use std::collections::BTreeMap;

use types::{Digest, Timestamp};

use super::fact::Fact;
use crate::spelling::{from_decimal, from_hex};

const MAGIC: &str = "proofhouse fact queue v1";
/// Facts that may wait at once: more say that the slots are too narrow for the house, or that something loops.
pub const MAX_WAITING: usize = 100_000;

/// A fact that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What it is about, as its maker names it: the same thing has the same key.
    pub key: Digest,
    /// When the house learned of it: no slot that was due before takes it.
    pub at: Timestamp,
    /// The fact.
    pub fact: Fact,
}

/// The queue of one public log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Queue {
    /// When the last fact was queued.
    pub(super) at: Option<Timestamp>,
    /// Slots of the log whose facts are in `taken`.
    pub(super) slots: u64,
    /// The slot of each fact that has one.
    pub(super) taken: BTreeMap<Digest, u64>,
    /// The oldest first.
    pub(super) waiting: Vec<Waiting>,
}

impl Queue {
    /// Whether a fact with this key waits or has a slot.
    pub(super) fn knows(&self, key: &Digest) -> bool {
        self.taken.contains_key(key) || self.waiting.iter().any(|waiting| waiting.key == *key)
    }

    /// Slot number `self.slots` is in the log and holds facts with `keys`.
    pub(super) fn take(&mut self, keys: impl Iterator<Item = Digest>) {
        self.taken.extend(keys.map(|key| (key, self.slots)));
        self.waiting.retain(|waiting| !self.taken.contains_key(&waiting.key));
        self.slots += 1;
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let at = self.at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let mut text = format!("{MAGIC}\nat {at}\nslots {}\n", self.slots);
        for (key, slot) in &self.taken {
            text.push_str(&format!("taken {} {slot}\n", key.to_hex()));
        }
        for Waiting { key, at, fact } in &self.waiting {
            text.push_str(&format!("waiting {} {at} {}\n", key.to_hex(), fact.to_words()));
        }
        text.into_bytes()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let mut lines = text.split('\n');
        if lines.next() != Some(MAGIC) {
            return None;
        }
        let at = match lines.next()?.strip_prefix("at ")? {
            "never" => None,
            at => Some(at.parse().ok()?),
        };
        let slots = from_decimal(lines.next()?.strip_prefix("slots ")?)?;
        let mut queue = Self { at, slots, ..Self::default() };
        for line in lines {
            if let Some(taken) = line.strip_prefix("taken ") {
                let (key, slot) = taken.split_once(' ')?;
                queue.taken.insert(digest(key)?, from_decimal(slot)?);
            } else {
                let mut words = line.strip_prefix("waiting ")?.splitn(3, ' ');
                let (key, at) = (digest(words.next()?)?, words.next()?.parse().ok()?);
                queue.waiting.push(Waiting { key, at, fact: Fact::from_words(words.next()?)? });
            }
        }
        Some(queue)
    }
}

pub(super) fn digest(hex: &str) -> Option<Digest> {
    from_hex(hex).map(Digest::from_bytes)
}
