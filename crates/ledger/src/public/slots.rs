//! Slots: the fixed times, and the fixed number of leaves at each.

use std::collections::BTreeSet;

use types::{Digest, Secret, Timestamp};

use super::charter::CharterError;
use super::leaf::Opening;
use super::queue::{Waiting, digest};
use crate::log::{CommitError, Log, ObjectError, Objects, OpenError};

/// Where the openings of a slot are kept, beside the log's public half.
fn openings_name(slot: u64) -> String {
    format!("openings/{slot}")
}

/// Between two openings in that file: no opening holds it.
pub(super) const SEPARATOR: &str = "--\n";
/// Before a fact's opening: its key, which the house alone knows.
const KEY: &str = "key ";

/// Why slots were not filled, or nothing was queued for them.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// See there. The openings are kept, and the next call uses the same ones.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The openings cannot be kept, so no leaf was made of them.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Set the clock right. If it is right, say that so many slots are late.
    #[error("{late} slots are due at once, and at most {most} are added; is the clock right?")]
    TooMany {
        /// Slots that are due.
        late: u64,
        /// Slots that may be added at once.
        most: u64,
    },
    /// The clock was set back: set it right. Nothing was queued or added.
    #[error("time does not move forward: a fact was queued at {last}, and it is {now}")]
    Time {
        /// When a fact was queued last.
        last: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The charter is missing, was changed, or is not this log's: restore it from a copy.
    #[error("the public log's charter cannot be used: {0}")]
    Charter(#[from] CharterError),
    /// Restore it: without, nobody knows what is in the log already.
    #[error("the queue of facts is damaged; restore it from a copy")]
    Queue,
    /// Wait for slots, or make a log with wider ones.
    #[error("{0} facts wait already; add slots first")]
    Full(usize),
    /// Restore them: without, the auditor cannot tell what is behind the slot.
    #[error("the openings of slot {0} are damaged or missing")]
    Openings(u64),
    /// The log was written to in another way, or with another schedule.
    #[error("the log's {size} entries are not slots of {width}")]
    Uneven {
        /// Entries in the log.
        size: u64,
        /// Leaves in a slot.
        width: u64,
    },
}

/// When slots come and how wide they are. Fixed for the life of a log: it is known to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// When slot 0 is due.
    pub start: Timestamp,
    /// Milliseconds between two slots.
    pub every_millis: u64,
    /// Leaves in each.
    pub width: u64,
}

impl Schedule {
    /// Slots that are due by `now`.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> u64 {
        if now < self.start { 0 } else { now.millis_since(self.start) / self.every_millis.max(1) + 1 }
    }

    /// When slot `number` is due; `None` when that is beyond every time.
    #[must_use]
    pub fn due_at(&self, number: u64) -> Option<Timestamp> {
        let millis = i64::try_from(number.checked_mul(self.every_millis.max(1))?).ok()?;
        Timestamp::from_unix_millis(self.start.unix_millis().checked_add(millis)?).ok()
    }
}

/// A leaf of a slot: its opening and, where a fact is behind it, the fact's key.
type Leaf = (Option<Digest>, Opening);

/// One slot's leaves in the order of the log, and what is behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    leaves: Vec<Leaf>,
}

impl Slot {
    /// A slot of `width` leaves with as many of `facts` as fit, the rest padding. `draw` gives 32 fresh random bytes
    /// at each call, and is called once for each leaf whatever is behind it.
    fn fill<'a>(
        facts: impl Iterator<Item = &'a Waiting>,
        width: u64,
        draw: &mut impl FnMut() -> [u8; 32],
    ) -> Self {
        let facts = facts.map(Some).chain(std::iter::repeat(None));
        let leaf = |waiting: Option<&Waiting>| {
            let fact = waiting.map(|waiting| waiting.fact.clone());
            (waiting.map(|waiting| waiting.key), Opening::new(fact, draw()))
        };
        let mut leaves: Vec<Leaf> = facts.zip(0..width).map(|(waiting, _)| waiting).map(leaf).collect();
        // The order of random numbers says nothing of the order in which facts came.
        leaves.sort_unstable_by_key(|(_, opening)| opening.leaf());
        Self { leaves }
    }

    /// What is behind its leaves, in the order of the log.
    pub fn openings(&self) -> impl ExactSizeIterator<Item = &Opening> {
        self.leaves.iter().map(|(_, opening)| opening)
    }

    /// The keys of its facts.
    pub(super) fn keys(&self) -> impl Iterator<Item = Digest> {
        self.leaves.iter().filter_map(|(key, _)| *key)
    }

    /// Where the fact with this key is in it.
    pub(super) fn find(&self, key: &Digest) -> Option<(u64, &Opening)> {
        let mut leaves = (0..).zip(&self.leaves);
        leaves.find_map(|(at, (other, opening))| (other.as_ref() == Some(key)).then_some((at, opening)))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let text = |(key, opening): &Leaf| {
            let key = key.map(|key| format!("{KEY}{}\n", key.to_hex())).unwrap_or_default();
            format!("{key}{}", opening.to_secret().expose())
        };
        self.leaves.iter().map(text).collect::<Vec<_>>().join(SEPARATOR).into_bytes()
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let leaf = |text: &str| {
            let (key, text) = match text.strip_prefix(KEY).and_then(|text| text.split_once('\n')) {
                Some((key, text)) => (Some(digest(key)?), text),
                None => (None, text),
            };
            let opening = Opening::parse(&Secret::new(text.to_owned())).ok()?;
            // Padding is about nothing, and a fact about something.
            (key.is_some() == opening.fact().is_some()).then_some((key, opening))
        };
        Some(Self { leaves: text.split(SEPARATOR).map(leaf).collect::<Option<_>>()? })
    }

    /// What the house kept of slot `number`: for the party it concerns, and for the auditor.
    ///
    /// # Errors
    /// [`SlotError::Object`] and [`SlotError::Openings`].
    pub fn kept<O: Objects>(objects: &O, number: u64) -> Result<Self, SlotError> {
        read_slot(objects, number)?.ok_or(SlotError::Openings(number))
    }
}

/// Adds every slot that is due, at most `most` of them, and gives them: what they hold is in the log. Each takes the
/// facts that were known when it was due, the oldest first, as far as there is room: what is added late holds what it
/// would have held in time. A slot that was begun and not added, because of a crash, is added as it was begun.
///
/// # Errors
/// Any [`SlotError`].
pub(crate) fn append_slots<O: Objects>(
    log: &mut Log<O>,
    schedule: &Schedule,
    facts: &[Waiting],
    draw: &mut impl FnMut() -> [u8; 32],
    (now, most): (Timestamp, u64),
) -> Result<Vec<Slot>, SlotError> {
    let width = schedule.width.max(1);
    let (size, due) = (log.size(), schedule.due(now));
    if !size.is_multiple_of(width) {
        return Err(SlotError::Uneven { size, width });
    }
    let late = due.saturating_sub(size / width);
    if late > most {
        return Err(SlotError::TooMany { late, most });
    }
    let (mut slots, mut left) = (Vec::new(), facts.iter().collect::<Vec<_>>());
    for number in size / width..due {
        let slot = begun(log.objects(), number, schedule, &left, draw)?;
        let keys: BTreeSet<_> = slot.keys().collect();
        left.retain(|waiting| !keys.contains(&waiting.key));
        slots.push(slot);
    }
    let leaves: Vec<_> = slots.iter().flat_map(|slot| slot.openings().map(Opening::leaf)).collect();
    if !leaves.is_empty() {
        log.commit(&leaves, now)?;
    }
    Ok(slots)
}

/// The slot as it was begun, or a new one, whose openings are durable before anything commits to them.
fn begun<O: Objects>(
    objects: &O,
    number: u64,
    schedule: &Schedule,
    facts: &[&Waiting],
    draw: &mut impl FnMut() -> [u8; 32],
) -> Result<Slot, SlotError> {
    if let Some(slot) = read_slot(objects, number)? {
        return Ok(slot);
    }
    let due_at = schedule.due_at(number);
    let known = facts.iter().copied().filter(|waiting| due_at.is_none_or(|due_at| waiting.at <= due_at));
    let slot = Slot::fill(known, schedule.width.max(1), draw);
    objects.put(&openings_name(number), &slot.to_bytes())?;
    Ok(slot)
}

fn read_slot<O: Objects>(objects: &O, number: u64) -> Result<Option<Slot>, SlotError> {
    let bytes = objects.get(&openings_name(number))?;
    bytes.map(|bytes| Slot::parse(bytes).ok_or(SlotError::Openings(number))).transpose()
}
