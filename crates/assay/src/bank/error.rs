//! What keeps a text or its parts from being a bank.

use std::collections::HashSet;

use super::{Area, BANK_FORMAT, Calibration, Family, ITEMS_MOST, Item};
use crate::model::CurveError;

/// Longest name of a bank, item, area or family.
const NAME_MOST_CHARS: usize = 128;
/// Standard errors and spreads above this would make the parameters say nothing.
const SPREAD_MOST: f64 = 10.0;
/// How far from one the sum of the areas' weights may be, for weights written with a few digits.
const WEIGHTS_SLACK: f64 = 1e-6;

/// Why something is not a bank.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BankError {
    /// Not JSON of the right shape.
    #[error("the bank is not the JSON that docs/bank.md describes: {0}")]
    Shape(String),
    /// Another format.
    #[error("a bank's format is \"{BANK_FORMAT}\", not {0:?}")]
    Format(String),
    /// A text that cannot be a name.
    #[error(
        "a name is 1 to {NAME_MOST_CHARS} printable ASCII characters without commas and quotes, not {0:?}"
    )]
    Name(String),
    /// Two of one name.
    #[error("two {what} are named {name:?}: give each its own name")]
    Twice {
        /// What there are two of.
        what: &'static str,
        /// Their name.
        name: String,
    },
    /// Nothing to choose from, or too much.
    #[error("a bank has 1 to {ITEMS_MOST} items, not {0}")]
    Items(usize),
    /// An item of an area or family that the bank does not list.
    #[error("item {item:?} names the {what} {name:?}, which the bank does not list")]
    Unknown {
        /// The item.
        item: String,
        /// Area or family.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A curve that is none.
    #[error("item {item:?} cannot be used: {why}")]
    Curve {
        /// The item.
        item: String,
        /// Why.
        why: CurveError,
    },
    /// A number outside its range.
    #[error("{what} of {of:?} is {value}; it has to be {wanted}")]
    Number {
        /// Which number.
        what: &'static str,
        /// Of what.
        of: String,
        /// What it is.
        value: f64,
        /// What it may be.
        wanted: &'static str,
    },
    /// A table that is none.
    #[error("line {line} of the item table: {why}")]
    Table {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

impl BankError {
    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape(_) => "bank-shape",
            Self::Format(_) => "bank-format",
            Self::Name(_) => "bank-name",
            Self::Twice { .. } => "bank-twice",
            Self::Items(_) => "bank-items",
            Self::Unknown { .. } => "bank-unknown",
            Self::Curve { .. } => "bank-curve",
            Self::Number { .. } => "bank-number",
            Self::Table { .. } => "bank-table",
        }
    }
}

/// Why a bank's error rates do not hold for a review.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// Another scaffold.
    #[error(
        "the bank was calibrated under the scaffold {calibrated:?}, this review uses {used:?}: error rates are unknown"
    )]
    Scaffold {
        /// Of the calibration.
        calibrated: String,
        /// Of the review.
        used: String,
    },
    /// Another budget.
    #[error(
        "the bank was calibrated with {calibrated} tokens an attempt, this review uses {used}: error rates are unknown"
    )]
    Tokens {
        /// Of the calibration.
        calibrated: u64,
        /// Of the review.
        used: u64,
    },
}

/// Whether `text` can be a name in banks and matrices.
pub(crate) fn is_name(text: &str) -> bool {
    let sound = |c: char| matches!(c, ' '..='~') && c != ',' && c != '"';
    (1..=NAME_MOST_CHARS).contains(&text.len()) && text.chars().all(sound) && text.trim() == text
}

fn name(text: &str) -> Result<(), BankError> {
    if is_name(text) { Ok(()) } else { Err(BankError::Name(text.to_owned())) }
}

fn names<'a>(what: &'static str, all: impl Iterator<Item = &'a str>) -> Result<(), BankError> {
    let mut seen = HashSet::new();
    for text in all {
        name(text)?;
        if !seen.insert(text) {
            return Err(BankError::Twice { what, name: text.to_owned() });
        }
    }
    Ok(())
}

fn within(
    what: &'static str,
    of: &str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    wanted: &'static str,
) -> Result<(), BankError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(BankError::Number { what, of: of.to_owned(), value, wanted })
}

/// Whether the parts hold together.
pub(super) fn check(
    bank: &str,
    calibration: &Calibration,
    areas: &[Area],
    families: &[Family],
    items: &[Item],
) -> Result<(), BankError> {
    name(bank)?;
    if items.is_empty() || items.len() > ITEMS_MOST {
        return Err(BankError::Items(items.len()));
    }
    names("areas", areas.iter().map(|area| area.name.as_str()))?;
    names("families", families.iter().map(|family| family.name.as_str()))?;
    names("items", items.iter().map(|item| item.name.as_str()))?;
    check_calibration(calibration)?;
    for area in areas {
        within("the weight", &area.name, area.weight, f64::MIN_POSITIVE..=1.0, "above 0 and at most 1")?;
    }
    let sum: f64 = areas.iter().map(|area| area.weight).sum();
    within("the sum of the weights", "areas", sum, 1.0 - WEIGHTS_SLACK..=1.0 + WEIGHTS_SLACK, "1")?;
    for family in families {
        within("the difficulty spread", &family.name, family.difficulty_spread, SPREADS, SPREADS_WORDS)?;
        within("the person spread", &family.name, family.person_spread, SPREADS, SPREADS_WORDS)?;
    }
    items.iter().try_for_each(|item| check_item(item, areas, families))
}

const SPREADS: std::ops::RangeInclusive<f64> = 0.0..=SPREAD_MOST;
const SPREADS_WORDS: &str = "a standard deviation from 0 to 10";

fn check_calibration(calibration: &Calibration) -> Result<(), BankError> {
    name(&calibration.source)?;
    name(&calibration.scaffold)?;
    within("the mean ability", "calibration", calibration.mean, -50.0..=50.0, "between -50 and 50")?;
    let deviation = f64::MIN_POSITIVE..=50.0;
    within("the deviation", "calibration", calibration.deviation, deviation, "above 0 and at most 50")?;
    within("the area spread", "calibration", calibration.area_spread, SPREADS, SPREADS_WORDS)
}

fn check_item(item: &Item, areas: &[Area], families: &[Family]) -> Result<(), BankError> {
    let unknown = |what, place: usize| BankError::Unknown {
        item: item.name.clone(),
        what,
        name: format!("number {place}"),
    };
    if item.area >= areas.len() {
        return Err(unknown("area", item.area));
    }
    if let Some(family) = item.family.filter(|&family| family >= families.len()) {
        return Err(unknown("family", family));
    }
    within("the slope's standard error", &item.name, item.error.slope, SPREADS, SPREADS_WORDS)?;
    within("the difficulty's standard error", &item.name, item.error.difficulty, SPREADS, SPREADS_WORDS)?;
    within("the correlation", &item.name, item.error.correlation, -1.0..=1.0, "between -1 and 1")?;
    match item.minutes {
        Some(minutes) => {
            within("the human time", &item.name, minutes, 1e-3..=1e7, "minutes, from 0.001 to 10000000")
        }
        None => Ok(()),
    }
}
