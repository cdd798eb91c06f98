//! What can be concluded from counts: intervals and the decision against a threshold. Pure functions, no I/O.
//!
//! The first cut decides on the share of all items of a suite. It ships no item parameters: a suite without a
//! calibration has unknown error rates, and whoever shows a decision says so.
//!
//! Invariants: a missing result is neither a pass nor a failure; a decision holds only if it is the same with
//! everything missing counted as failed and with everything missing counted as passed.

mod decision;
mod interval;

pub use decision::{Counts, Decision, Recommendation, THRESHOLD_FORMAT, Threshold, ThresholdError, decide};
pub use interval::{Interval, clopper_pearson, wilson};
