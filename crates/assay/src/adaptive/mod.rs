//! The adaptive test: which item next, and whether the decision is safe.
//!
//! A [`Session`] is driven by whoever runs items: it names the next item, is told what came of it, and concludes. The
//! very same sessions are simulated to learn the error rates beforehand ([`crate::plan`]).
//!
//! Invariants: items are chosen without regard to responses (only *how many* depends on them), so that a path can be
//! checked afterwards; a session stops only when both extremes of what is missing lie beyond the same line; with a
//! secret cut the order of items is a function of bank, seed and budgets alone.

mod design;
mod evidence;
mod exposure;
mod guard;
mod instrument;
mod session;
#[cfg(test)]
mod tests;

pub use design::{Criterion, Design, DesignError, Estimand, Guard, Lengths, Lines, Selection, Statistic};
pub use evidence::Evidence;
pub use exposure::{Access, Assurance, Budget, Exposure, ExposureLedger, Spent};
pub use guard::{Arm, Doubt};
pub use instrument::Instrument;
pub use session::{Conclusion, Next, Reason, Session, Step};
