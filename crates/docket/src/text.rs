//! What people write into a case: bounded, and without characters that could act on a terminal.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Two pages: what is longer belongs into a document that the case names by its digest.
pub const TEXT_MAX_CHARS: usize = 4_000;

/// A text of 1 to [`TEXT_MAX_CHARS`] characters without control characters other than line ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(Arc<str>);

/// A text that a case does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a text is 1 to {TEXT_MAX_CHARS} characters without control characters other than line ends")]
pub struct TextError;

impl Text {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let sound = (1..=TEXT_MAX_CHARS).contains(&text.chars().count())
            && text.chars().all(|c| c == '\n' || !c.is_control());
        if sound { Ok(Self(text.into())) } else { Err(TextError) }
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_steer_a_terminal_or_flood_a_case() {
        for text in ["", "a\u{1b}[2J", "a\rb", &"a".repeat(TEXT_MAX_CHARS + 1)] {
            assert_eq!(text.parse::<Text>(), Err(TextError));
        }
        assert!("two\nlines".parse::<Text>().is_ok());
    }
}
