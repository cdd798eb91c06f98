//! The public log: what anybody may read, and from which nobody learns who did what when.
//!
//! At fixed times a fixed number of leaves of 32 bytes is added. A leaf commits to a *fact* or to nothing, in the
//! same way: a salted digest. Whoever holds the opening can show what is behind a leaf; an auditor who holds all
//! openings cosigns *aggregates*, which come later, rounded, and only where enough developers are behind them.
//! What can be inferred all the same stands in `docs/public-log.md`.

mod aggregate;
mod charter;
mod count;
mod fact;
mod handover;
mod keeper;
mod leaf;
mod outsider;
mod queue;
mod slots;
mod tally;

pub use aggregate::{
    Aggregate, AggregateError, Period, Rules, aggregate, audit_aggregate, cosign_aggregate, sign_aggregate,
};
pub use charter::{CHARTER_NAME, Charter, CharterError};
pub use count::{PublicError, aggregate_name};
pub use fact::{DeveloperTag, Fact, FactError, Measure};
pub use handover::Openings;
pub use keeper::{Closed, Place, PublicLog, published_charter};
pub use leaf::{Opening, OpeningError};
pub use outsider::verify_period;
pub use queue::{MAX_WAITING, Waiting};
#[cfg(test)]
pub(crate) use slots::append_slots;
pub use slots::{Schedule, Slot, SlotError};
pub use tally::{Count, Tally, tally};
