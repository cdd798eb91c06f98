//! Text that others wrote, made harmless to look at.

use std::fmt::Write as _;

/// Enough for any honest reason or name; what is beyond is counted, not shown.
const TEXT_MAX_CHARS: usize = 1_000;

/// `text` with everything that can act on a terminal, or hide or reorder what a reader sees, written as a visible
/// escape such as `\u{202e}`: control characters (line ends too), bidirectional overrides, zero-width and
/// invisible characters. The result is one line.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if acts_or_hides(character) => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Unicode general categories Cc, Cf, Zl, Zp as far as they are assigned, noncharacters and private use, and the
/// letters and marks that have no ink (Unicode 16, `Default_Ignorable_Code_Point`).
fn acts_or_hides(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}'
        | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{10ffff}')
}

/// [`inert`] text of at most [`TEXT_MAX_CHARS`] characters, with the number of characters left out.
pub(crate) fn clipped(text: &str) -> String {
    clipped_to(text, TEXT_MAX_CHARS)
}

/// [`inert`] text of at most `limit` characters of the original, with the number of characters left out.
pub(crate) fn clipped_to(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => inert(text),
        Some((end, _)) => {
            let left_out = text[end..].chars().count() as u64;
            format!("{} … ({} characters left out)", inert(&text[..end]), crate::figures::grouped(left_out))
        }
    }
}

/// [`inert`] text of at most `limit` columns, ending with `…` where it was cut. For names: what stands behind one in
/// a sentence must not be pushed out of sight.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut used = 0;
    for character in text.chars() {
        let piece = inert(character.encode_utf8(&mut [0; 4]));
        used += columns(&piece);
        if used > limit {
            shown.push('…');
            break;
        }
        shown.push_str(&piece);
    }
    shown
}

/// Columns of a text in a terminal, at most.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Columns of a character, at most: everything from Hangul on is taken as wide (compare Unicode UAX 11).
pub(crate) fn width(character: char) -> usize {
    if character < '\u{1100}' || ('\u{2010}'..'\u{2030}').contains(&character) { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_or_hides_is_written_out() {
        assert_eq!(
            inert("a\u{1b}[2Jb\u{202e}c\u{200b}d\ne\u{9b}"),
            "a\\u{1b}[2Jb\\u{202e}c\\u{200b}d\\ne\\u{9b}"
        );
        assert_eq!(inert("Grüße, 世界 <b>"), "Grüße, 世界 <b>");
    }

    #[test]
    fn a_megabyte_is_cut_and_the_rest_counted() {
        let shown = clipped(&"x".repeat(1_000_000));
        assert!(shown.ends_with("x … (999,000 characters left out)"), "{shown}");
        assert_eq!(clipped_to("äöü", 3), "äöü");
    }

    proptest! {
        #[test]
        fn inert_text_is_a_fixed_point_without_control_characters(text in any::<String>()) {
            let shown = inert(&text);
            prop_assert!(!shown.chars().any(|c| c.is_control() || acts_or_hides(c)));
            prop_assert_eq!(inert(&shown), shown);
        }
    }
}
