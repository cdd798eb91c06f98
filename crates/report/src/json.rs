//! `report.json`: the review itself, in the order of its fields.

use crate::ReportError;
use crate::data::Review;

/// The review as indented JSON in ASCII, ending with a line end.
///
/// # Errors
/// [`ReportError`] when the review contradicts itself.
pub fn json(review: &Review) -> Result<String, ReportError> {
    crate::check::review(review)?;
    indented(review)
}

/// Indented JSON in ASCII, ending with a line end.
pub(crate) fn indented(value: &impl serde::Serialize) -> Result<String, ReportError> {
    let mut text = ascii(&serde_json::to_string_pretty(value)?);
    text.push('\n');
    Ok(text)
}

/// JSON with everything outside ASCII escaped. Such characters, and DEL, stand in JSON only within strings.
fn ascii(json: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if matches!(character, '\n' | ' '..='~') {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_and_only_ascii_is_written(value in any::<String>()) {
            let written = ascii(&serde_json::to_string_pretty(&[&value]).unwrap());
            prop_assert!(written.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap()[0].clone(), value);
        }
    }
}
