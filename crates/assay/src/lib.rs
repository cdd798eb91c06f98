//! What can be concluded from which items a model passed. Pure functions, no I/O.
//!
//! Invariants: a missing result is neither a pass nor a failure; a decision holds only if it is the same with
//! everything missing counted as failed and with everything missing counted as passed.

mod decision;
mod interval;
mod math;
mod model;

pub use decision::{Counts, Decision, Recommendation, THRESHOLD_FORMAT, Threshold, ThresholdError, decide};
pub use interval::{Interval, clopper_pearson, wilson};
pub use math::Rng;
pub use model::{Curve, CurveError, ParameterError, SCORES_MOST};
