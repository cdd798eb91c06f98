//! What is kept longer than its date.

use serde::Serialize;
use types::Timestamp;

use crate::calendar::DAY_MILLIS;
use crate::case::File;
use crate::names::{CaseId, HoldId, ItemId, PartyId};

/// An item at a holder who still has it after the item's retention date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Overdue {
    /// The holder.
    pub holder: PartyId,
    /// The case.
    pub case: CaseId,
    /// The item.
    pub item: ItemId,
    /// Until when it was to be kept.
    pub retain_until: Timestamp,
    /// Whole days since then.
    pub days_over: u64,
    /// Legal holds on it: while there is one, nobody certifies deletion.
    pub holds: Vec<HoldId>,
}

impl Overdue {
    /// What of `file` is kept longer than its date, ordered by holder.
    #[must_use]
    pub fn of(file: &File, now: Timestamp) -> Vec<Self> {
        let over = file.items.iter().filter(|(_, item)| item.retain_until <= now);
        let mut lines: Vec<Self> = over
            .flat_map(|(id, item)| {
                item.still_with().map(|holder| Self {
                    holder: holder.clone(),
                    case: file.id.clone(),
                    item: id.clone(),
                    retain_until: item.retain_until,
                    days_over: now.millis_since(item.retain_until) / DAY_MILLIS,
                    holds: item.holds.keys().cloned().collect(),
                })
            })
            .collect();
        lines.sort();
        lines
    }
}
