//! The openings of every leaf of a period, as they are handed to the auditor: a file to be kept as a secret.
//!
//! The keys by which the house knows its facts are not in it: the auditor learns tags, measures and amounts.

use types::Secret;

use super::aggregate::Period;
use super::leaf::{Opening, OpeningError};
use super::slots::SEPARATOR;
use crate::spelling::from_decimal;

const MAGIC: &str = "proofhouse openings v1";

/// What the auditor of one period gets.
#[derive(Clone, PartialEq, Eq)]
pub struct Openings {
    /// The log's origin.
    pub origin: String,
    /// Whose leaves they are.
    pub period: Period,
    /// One for each leaf, padding too, in the log's order.
    pub openings: Vec<Opening>,
}

impl std::fmt::Debug for Openings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Openings({} withheld)", self.openings.len())
    }
}

impl Openings {
    /// As text: origin, slots, then each opening.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let Period { first, end } = self.period;
        let each: Vec<_> =
            self.openings.iter().map(|opening| opening.to_secret().expose().to_owned()).collect();
        Secret::new(format!("{MAGIC}\n{}\nslots {first} {end}\n{}", self.origin, each.join(SEPARATOR)))
    }

    /// Reads what [`Openings::to_secret`] writes.
    ///
    /// # Errors
    /// [`OpeningError::Malformed`].
    pub fn parse(secret: &Secret) -> Result<Self, OpeningError> {
        let parts = || {
            let (origin, rest) = secret.expose().strip_prefix(MAGIC)?.strip_prefix('\n')?.split_once('\n')?;
            let (slots, rest) = rest.split_once('\n')?;
            let (first, end) = slots.strip_prefix("slots ")?.split_once(' ')?;
            let period = Period { first: from_decimal(first)?, end: from_decimal(end)? };
            Some((origin.to_owned(), period, rest))
        };
        let (origin, period, rest) = parts().ok_or(OpeningError::Malformed)?;
        let each = rest.split(SEPARATOR).map(|text| Opening::parse(&Secret::new(text.to_owned())));
        Ok(Self { origin, period, openings: each.collect::<Result<_, _>>()? })
    }
}
