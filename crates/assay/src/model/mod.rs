//! Response models: how likely each score of an item is at an ability.

mod curve;
mod uncertain;

pub use curve::{Curve, CurveError};
pub use uncertain::ParameterError;
pub(crate) use uncertain::{Blurred, averaged};

/// Scores that an item can have at most, so that a table of them stays small.
pub const SCORES_MOST: usize = 32;
