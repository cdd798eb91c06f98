//! Slots: the fixed times, and the fixed number of leaves at each.

use types::{Secret, Timestamp};

use super::fact::Fact;
use super::leaf::Opening;
use crate::log::{CommitError, Log, ObjectError, Objects};

/// Where the openings of a slot are kept, beside the log's public half.
fn openings_name(slot: u64) -> String {
    format!("openings/{slot}")
}

/// Between two openings in that file: no opening holds it.
const SEPARATOR: &str = "--\n";

/// Why slots were not filled.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// See there. The openings are kept, and the next call uses the same ones.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The openings cannot be kept, so no leaf was made of them.
    #[error(transparent)]
    Object(#[from] ObjectError),
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
}

/// One slot's leaves in the order of the log, and what is behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    openings: Vec<Opening>,
}

impl Slot {
    /// A slot of `width` leaves with as many of `facts` as fit, the rest padding. `draw` gives 32 fresh random bytes
    /// at each call, and is called once for each leaf whatever is behind it.
    pub fn fill(facts: &[Fact], width: u64, draw: &mut impl FnMut() -> [u8; 32]) -> Self {
        let facts = facts.iter().cloned().map(Some).chain(std::iter::repeat(None));
        let mut openings: Vec<_> = facts.zip(0..width).map(|(fact, _)| Opening::new(fact, draw())).collect();
        // The order of random numbers says nothing of the order in which facts came.
        openings.sort_unstable_by_key(Opening::leaf);
        Self { openings }
    }

    /// What is behind its leaves, in the order of the log.
    #[must_use]
    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    fn to_bytes(&self) -> Vec<u8> {
        let texts: Vec<_> =
            self.openings.iter().map(|opening| opening.to_secret().expose().to_owned()).collect();
        texts.join(SEPARATOR).into_bytes()
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let openings = text.split(SEPARATOR).map(|text| Opening::parse(&Secret::new(text.to_owned())));
        Some(Self { openings: openings.collect::<Result<_, _>>().ok()? })
    }
}

/// Adds every slot that is due, taking facts from the front of `facts` as far as there is room, and gives the slots
/// that were added: what they hold is in the log. Facts that found no room, or came after the call, wait for the
/// next slot. A slot that was begun and not added, because of a crash, is added as it was begun: the caller removes
/// from its queue what the slots hold, not what it handed in.
///
/// # Errors
/// Any [`SlotError`].
pub fn append_slots<O: Objects>(
    log: &mut Log<O>,
    schedule: &Schedule,
    facts: &[Fact],
    draw: &mut impl FnMut() -> [u8; 32],
    now: Timestamp,
) -> Result<Vec<Slot>, SlotError> {
    let width = schedule.width.max(1);
    if !log.size().is_multiple_of(width) {
        return Err(SlotError::Uneven { size: log.size(), width });
    }
    let (mut slots, mut left) = (Vec::new(), facts.to_vec());
    for number in log.size() / width..schedule.due(now) {
        let slot = begun(log.objects(), number, width, &left, draw)?;
        for fact in slot.openings.iter().filter_map(Opening::fact) {
            if let Some(at) = left.iter().position(|other| other == fact) {
                left.remove(at);
            }
        }
        slots.push(slot);
    }
    let leaves: Vec<_> = slots.iter().flat_map(|slot| slot.openings.iter().map(Opening::leaf)).collect();
    if !leaves.is_empty() {
        log.commit(&leaves, now)?;
    }
    Ok(slots)
}

/// The slot as it was begun, or a new one, whose openings are durable before anything commits to them.
fn begun<O: Objects>(
    objects: &O,
    number: u64,
    width: u64,
    facts: &[Fact],
    draw: &mut impl FnMut() -> [u8; 32],
) -> Result<Slot, SlotError> {
    if let Some(slot) = read_slot(objects, number)? {
        return Ok(slot);
    }
    let slot = Slot::fill(facts, width, draw);
    objects.put(&openings_name(number), &slot.to_bytes())?;
    Ok(slot)
}

fn read_slot<O: Objects>(objects: &O, number: u64) -> Result<Option<Slot>, SlotError> {
    let bytes = objects.get(&openings_name(number))?;
    bytes.map(|bytes| Slot::parse(bytes).ok_or(SlotError::Openings(number))).transpose()
}

impl Slot {
    /// What the house kept of slot `number`: for the party it concerns, and for the auditor.
    ///
    /// # Errors
    /// [`SlotError::Object`] and [`SlotError::Openings`].
    pub fn kept<O: Objects>(log: &Log<O>, number: u64) -> Result<Self, SlotError> {
        read_slot(log.objects(), number)?.ok_or(SlotError::Openings(number))
    }
}
