//! The item bank: which items there are, how they answer to ability, and how that is known.
//!
//! A bank always names its calibration. Nothing here makes parameters up: they are read, or fitted to responses.

mod csv;
mod error;
mod file;
#[cfg(test)]
mod tests;

pub use csv::{ImportedBank, LeftOut, bank_from_csv, bank_to_csv};
pub(crate) use error::is_name;
pub use error::{BankError, Misuse};
pub use file::BANK_FORMAT;

use crate::model::{Curve, ParameterError};

/// Items that a bank has at most: a reader with a bound cannot be made to fill the memory.
pub const ITEMS_MOST: usize = 100_000;

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its name, unique in the bank.
    pub name: String,
    /// Its area, an index into [`Bank::areas`].
    pub area: usize,
    /// Its family of isomorphic items, an index into [`Bank::families`].
    pub family: Option<usize>,
    /// How it answers to ability.
    pub curve: Curve,
    /// How well that is known.
    pub error: ParameterError,
    /// How long a skilled person takes.
    pub minutes: Option<f64>,
    /// Whether weaker models solve it: failing it speaks for failing on purpose.
    pub anchor: bool,
    /// Why it is no longer given, if so.
    pub retired: Option<String>,
}

/// What items measure, with its share of the estimand.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its weight in the overall ability; the weights of a bank sum to one.
    pub weight: f64,
}

/// Items made by one generator: their differences are random effects.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// How much fresh members differ in difficulty (a standard deviation).
    pub difficulty_spread: f64,
    /// How much models differ in the family beyond their ability (a standard deviation): what makes its items
    /// depend on each other (the testlet effect; Bradlow, Wainer and Wang, Psychometrika 64, 1999).
    pub person_spread: f64,
}

/// Where the parameters come from, and under which conditions they hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Who answered, in words: `320 language models`, `reference agents`.
    pub source: String,
    /// How many answered.
    pub persons: u32,
    /// The scaffold under which they worked.
    pub scaffold: String,
    /// The token budget of an attempt.
    pub tokens: u64,
    /// Mean of abilities among those who answered.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// How much a model's areas differ from its overall ability (a standard deviation).
    pub area_spread: f64,
}

/// A bank of calibrated items. Made by parsing or by calibration; once made, it holds together.
#[derive(Debug, Clone, PartialEq)]
pub struct Bank {
    name: String,
    calibration: Calibration,
    areas: Vec<Area>,
    families: Vec<Family>,
    items: Vec<Item>,
}

impl Bank {
    /// A bank, if its parts hold together.
    ///
    /// # Errors
    /// [`BankError`] names the first part that does not.
    pub fn new(
        name: String,
        calibration: Calibration,
        areas: Vec<Area>,
        families: Vec<Family>,
        items: Vec<Item>,
    ) -> Result<Self, BankError> {
        error::check(&name, &calibration, &areas, &families, &items)?;
        Ok(Self { name, calibration, areas, families, items })
    }

    /// The bank's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its parameters come from.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Its areas.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// Its families.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Its items, in a fixed order: an item's place is its index everywhere in this room.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The place of the item of this name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.items.iter().position(|item| item.name == name)
    }

    /// The family of an item.
    #[must_use]
    pub fn family_of(&self, item: &Item) -> Option<&Family> {
        item.family.and_then(|family| self.families.get(family))
    }

    /// Whether error rates computed from this bank hold for attempts under `scaffold` with a budget of `tokens`.
    ///
    /// # Errors
    /// [`Misuse`] says what differs; the review then runs every item and its error rates are unknown.
    pub fn holds_for(&self, scaffold: &str, tokens: u64) -> Result<(), Misuse> {
        if self.calibration.scaffold != scaffold {
            return Err(Misuse::Scaffold {
                calibrated: self.calibration.scaffold.clone(),
                used: scaffold.to_owned(),
            });
        }
        if self.calibration.tokens != tokens {
            return Err(Misuse::Tokens { calibrated: self.calibration.tokens, used: tokens });
        }
        Ok(())
    }

    /// The same bank with its items changed, if it still holds together.
    ///
    /// # Errors
    /// [`BankError`].
    pub fn with_items(&self, items: Vec<Item>) -> Result<Self, BankError> {
        Self::new(
            self.name.clone(),
            self.calibration.clone(),
            self.areas.clone(),
            self.families.clone(),
            items,
        )
    }
}
