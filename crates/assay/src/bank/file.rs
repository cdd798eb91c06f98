//! A bank as a JSON file, as docs/bank.md describes it.

use serde::{Deserialize, Serialize};

use super::{Area, Bank, BankError, Calibration, Family, Item};
use crate::model::{Curve, ParameterError};

/// The format that bank files name.
pub const BANK_FORMAT: &str = "proofhouse-bank-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BankText {
    format: String,
    name: String,
    calibration: CalibrationText,
    areas: Vec<AreaText>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    families: Vec<FamilyText>,
    items: Vec<ItemText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalibrationText {
    source: String,
    persons: u32,
    scaffold: String,
    tokens: u64,
    mean: f64,
    deviation: f64,
    area_spread: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaText {
    name: String,
    weight: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyText {
    name: String,
    difficulty_spread: f64,
    person_spread: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemText {
    name: String,
    area: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    slope: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    difficulty: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guess: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<f64>>,
    error: ErrorText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<f64>,
    #[serde(default, skip_serializing_if = "is_not")]
    anchor: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorText {
    slope: f64,
    difficulty: f64,
    #[serde(default)]
    correlation: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn is_not(anchor: &bool) -> bool {
    !anchor
}

impl Bank {
    /// Reads a bank strictly: an unknown key is an error.
    ///
    /// # Errors
    /// [`BankError`].
    pub fn from_json(text: &str) -> Result<Self, BankError> {
        let read: BankText = serde_json::from_str(text).map_err(|why| BankError::Shape(why.to_string()))?;
        if read.format != BANK_FORMAT {
            return Err(BankError::Format(read.format));
        }
        let areas: Vec<Area> =
            read.areas.into_iter().map(|area| Area { name: area.name, weight: area.weight }).collect();
        let families: Vec<Family> = read.families.into_iter().map(FamilyText::read).collect();
        let items =
            read.items.into_iter().map(|item| item.read(&areas, &families)).collect::<Result<_, _>>()?;
        Self::new(read.name, read.calibration.read(), areas, families, items)
    }

    /// The bank as its file: the same bank is always the same text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = BankText {
            format: BANK_FORMAT.to_owned(),
            name: self.name.clone(),
            calibration: CalibrationText::write(&self.calibration),
            areas: self
                .areas
                .iter()
                .map(|area| AreaText { name: area.name.clone(), weight: area.weight })
                .collect(),
            families: self.families.iter().map(FamilyText::write).collect(),
            items: self.items.iter().map(|item| ItemText::write(item, self)).collect(),
        };
        // Text, finite numbers, lists and named fields: nothing that JSON cannot hold.
        serde_json::to_string_pretty(&text).unwrap_or_default() + "\n"
    }
}

impl CalibrationText {
    fn read(self) -> Calibration {
        let Self { source, persons, scaffold, tokens, mean, deviation, area_spread } = self;
        Calibration { source, persons, scaffold, tokens, mean, deviation, area_spread }
    }

    fn write(calibration: &Calibration) -> Self {
        let Calibration { source, persons, scaffold, tokens, mean, deviation, area_spread } =
            calibration.clone();
        Self { source, persons, scaffold, tokens, mean, deviation, area_spread }
    }
}

impl FamilyText {
    fn read(self) -> Family {
        Family {
            name: self.name,
            difficulty_spread: self.difficulty_spread,
            person_spread: self.person_spread,
        }
    }

    fn write(family: &Family) -> Self {
        Self {
            name: family.name.clone(),
            difficulty_spread: family.difficulty_spread,
            person_spread: family.person_spread,
        }
    }
}

impl ItemText {
    fn read(self, areas: &[Area], families: &[Family]) -> Result<Item, BankError> {
        let unknown =
            |what, name: &str| BankError::Unknown { item: self.name.clone(), what, name: name.to_owned() };
        let area = areas
            .iter()
            .position(|area| area.name == self.area)
            .ok_or_else(|| unknown("area", &self.area))?;
        let family = match &self.family {
            Some(name) => Some(
                families
                    .iter()
                    .position(|family| family.name == *name)
                    .ok_or_else(|| unknown("family", name))?,
            ),
            None => None,
        };
        Ok(Item {
            curve: self.curve()?,
            area,
            family,
            error: ParameterError {
                slope: self.error.slope,
                difficulty: self.error.difficulty,
                correlation: self.error.correlation,
            },
            minutes: self.minutes,
            anchor: self.anchor,
            retired: self.retired,
            name: self.name,
        })
    }

    fn curve(&self) -> Result<Curve, BankError> {
        let shape = |why: &str| BankError::Shape(format!("item {:?} {why}", self.name));
        let curve = match (&self.steps, self.difficulty) {
            (Some(steps), None) if self.guess.is_none() && self.upper.is_none() => {
                Curve::graded(self.slope, steps.clone())
            }
            (Some(_), _) => return Err(shape("has steps, so it has no difficulty, guess or upper")),
            (None, Some(difficulty)) => {
                Curve::binary(self.slope, difficulty, self.guess.unwrap_or(0.0), self.upper.unwrap_or(1.0))
            }
            (None, None) => return Err(shape("has neither a difficulty nor steps")),
        };
        curve.map_err(|why| BankError::Curve { item: self.name.clone(), why })
    }

    fn write(item: &Item, bank: &Bank) -> Self {
        let (difficulty, guess, upper, steps) = match &item.curve {
            Curve::Binary { difficulty, guess, upper, .. } => (
                Some(*difficulty),
                Some(*guess).filter(|c| *c > 0.0),
                Some(*upper).filter(|u| *u < 1.0),
                None,
            ),
            Curve::Graded { steps, .. } => (None, None, None, Some(steps.clone())),
        };
        Self {
            name: item.name.clone(),
            area: bank.areas[item.area].name.clone(),
            family: bank.family_of(item).map(|family| family.name.clone()),
            slope: item.curve.slope(),
            difficulty,
            guess,
            upper,
            steps,
            error: ErrorText {
                slope: item.error.slope,
                difficulty: item.error.difficulty,
                correlation: item.error.correlation,
            },
            minutes: item.minutes,
            anchor: item.anchor,
            retired: item.retired.clone(),
        }
    }
}
