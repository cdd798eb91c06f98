//! Names that are safe as file names, in logs and in pages: small letters, digits and inner hyphens.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Long enough for a descriptive name, short enough for every file system and an 80-column terminal.
const NAME_MAX_CHARS: usize = 64;

/// A text that cannot be a name here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 small letters, digits and inner hyphens")]
pub struct NameError;

/// Whether `text` can be a name, for rooms whose names are types of their own.
///
/// # Errors
/// [`NameError`].
pub fn check_name(text: &str) -> Result<(), NameError> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let sound = (1..=NAME_MAX_CHARS).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-');
    if sound { Ok(()) } else { Err(NameError) }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check_name(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// An item of a suite, named by its folder.
    ItemId
}

name! {
    /// What an item measures: `discover`, `diagnose`, `repair`, `crack` in the starter suite.
    Area
}

/// The number of a run within one review, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunNumber(NonZeroU32);

impl RunNumber {
    /// The first run of a review.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The run after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for RunNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One attempt: an item in a run. An item is attempted once per run and never drawn again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// The run that the attempt belongs to.
    pub run: RunNumber,
    /// The item attempted.
    pub item: ItemId,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} item {}", self.run, self.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder_or_hide() {
        for text in ["", "..", "a/b", "-a", "a-", "A", "a b", "a\u{1b}[2J", ".hidden", &"a".repeat(65)] {
            assert_eq!(text.parse::<ItemId>(), Err(NameError), "{text:?}");
        }
        assert_eq!("discover-01".parse::<ItemId>().map(|id| id.to_string()), Ok("discover-01".to_owned()));
    }
}
