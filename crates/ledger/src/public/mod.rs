//! The public log: what anybody may read, and from which nobody learns who did what when.
//!
//! At fixed times a fixed number of leaves of 32 bytes is added. A leaf commits to a *fact* or to nothing, in the
//! same way: a salted digest. Whoever holds the opening can show what is behind a leaf; an auditor who holds all
//! openings cosigns *aggregates*, which come later, rounded, and only where enough developers are behind them.
//! What can be inferred all the same stands in `docs/public-log.md`.

mod aggregate;
mod fact;
mod leaf;
mod slots;
mod tally;

pub use aggregate::{
    Aggregate, AggregateError, Period, Rules, aggregate, audit_aggregate, cosign_aggregate, sign_aggregate,
    verify_aggregate,
};
pub use fact::{DeveloperTag, Fact, FactError, Measure};
pub use leaf::{Opening, OpeningError};
pub use slots::{Schedule, Slot, SlotError, append_slots};
pub use tally::{Count, Tally, tally};
