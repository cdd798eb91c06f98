//! How much of one program's text stands in another's: what somebody who has seen the one knows of the other.

use std::collections::BTreeSet;

/// Tokens that are held against each other at once: about a short statement.
const RUN: usize = 6;

/// The share of the runs of six tokens that two texts of C have in common, of all that either has. Names and numbers
/// count as they stand; white space and comments do not.
#[must_use]
pub fn overlap(one: &str, other: &str) -> f64 {
    let (one, other) = (runs(one), runs(other));
    let common = one.intersection(&other).count();
    let all = one.len() + other.len() - common;
    // Texts of C are far shorter than what a float counts exactly.
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens in a file")]
    let share = if all == 0 { 0.0 } else { common as f64 / all as f64 };
    share
}

fn runs(text: &str) -> BTreeSet<Vec<String>> {
    let text = without_comments(text);
    tokens(&text).windows(RUN).map(|run| run.iter().map(|token| (*token).to_owned()).collect()).collect()
}

/// Names, numbers and single signs.
fn tokens(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let end =
            if word(letter) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { letter.len_utf8() };
        if !letter.is_whitespace() {
            found.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    found
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("*/").map_or("", |(_, after)| after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_all_in_common_and_another_layout_is_the_same_text() {
        let text = "if (count > LIMIT) { return -1; } total += count;";
        let spread = "if (count > LIMIT)\n{ /* too many */\nreturn -1;\n}\ntotal += count;";
        assert!((overlap(text, spread) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn another_name_breaks_every_run_that_it_stands_in() {
        assert!(overlap("a = b + c; d = e;", "a = x + c; d = e;") < 0.5);
        assert!(overlap("a = b + c; d = e;", "q = x - y; r = s;") < 0.01);
    }
}
