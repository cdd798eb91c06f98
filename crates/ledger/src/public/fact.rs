//! What a leaf can commit to. This room counts facts; what they mean is their maker's to say.

use std::fmt;

use crate::spelling::{from_decimal, from_hex, to_hex};

const FACT: &str = "proofhouse fact v1";
/// Long enough for a descriptive name.
const MAX_NAME_BYTES: usize = 64;

/// A text that is no fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a measure is family/name, both of small letters, digits and hyphens")]
pub struct FactError;

/// A developer, as the auditor tells them apart: 16 random bytes, drawn once for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeveloperTag(pub [u8; 16]);

/// What is counted, such as `outcome/withdrawn`. Measures of one family are published together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure(String);

impl Measure {
    /// Reads `family/name`.
    ///
    /// # Errors
    /// [`FactError`].
    pub fn new(text: &str) -> Result<Self, FactError> {
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let sound = text.len() <= MAX_NAME_BYTES
            && text.split_once('/').is_some_and(|(family, name)| plain(family) && plain(name));
        if sound { Ok(Self(text.to_owned())) } else { Err(FactError) }
    }

    /// The part before the slash.
    #[must_use]
    pub fn family(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(family, _)| family)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing that happened, about one developer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// About whom.
    pub developer: DeveloperTag,
    /// What.
    pub measure: Measure,
    /// How much, such as days; 1 where there is nothing to measure.
    pub amount: u32,
}

impl Fact {
    pub(super) fn to_payload(&self) -> Vec<u8> {
        format!("{FACT}\n{}\n", self.to_words().replace(' ', "\n")).into_bytes()
    }

    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?.strip_suffix('\n')?;
        let (FACT, lines) = text.split_once('\n')? else { return None };
        Self::of_parts(&lines.split('\n').collect::<Vec<_>>())
    }

    /// Developer, measure and amount on one line.
    pub(super) fn to_words(&self) -> String {
        format!("{} {} {}", to_hex(&self.developer.0), self.measure, self.amount)
    }

    pub(super) fn from_words(words: &str) -> Option<Self> {
        Self::of_parts(&words.split(' ').collect::<Vec<_>>())
    }

    fn of_parts(parts: &[&str]) -> Option<Self> {
        let [developer, measure, amount] = *parts else { return None };
        let amount = u32::try_from(from_decimal(amount)?).ok()?;
        let developer = DeveloperTag(from_hex(developer)?);
        Some(Self { developer, measure: Measure::new(measure).ok()?, amount })
    }
}
