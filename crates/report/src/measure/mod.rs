//! How an item bank, its plans and its adaptive tests are shown: drawings, pages, lines for the terminal, JSON.
//!
//! Every drawing is a pure function from numbers to a figure of two SVGs (wide and narrow), each with a title and a
//! description that say the same, and a table of the same numbers. Shapes and line patterns tell things apart, never
//! colour alone. A number that is not finite is an error, not a gap.
//!
//! What a figure shows can give a secret cut away: the decision's path and the item map are not for the developer.

mod bank;
mod data;
mod figure;
mod fit;
mod page;
mod path;
mod plan;
mod replay;
mod tables;

pub use bank::{areas, expected_exposures, exposures, item_map, test_information};
pub use data::{
    Areas, BankSummary, CurvePoint, Expected, ExpectedExposures, Exposures, FittedBank, Guarantee,
    ItemExposure, ItemMap, ItemRate, MapItem, Measured, Path, PathStep, Plan, Played, Population, Prices,
    Replay, Shares, TestInformation,
};
pub use fit::fit_lines;
pub use path::decision_path;
pub use plan::{operating_characteristic, plan_lines, plan_page, sample_numbers};
pub use replay::{person_page, replay_lines};

use crate::ReportError;

/// Any of these as indented JSON in ASCII, ending with a line end.
///
/// # Errors
/// [`ReportError::Json`].
pub fn json(value: &impl serde::Serialize) -> Result<String, ReportError> {
    crate::json::indented(value)
}
