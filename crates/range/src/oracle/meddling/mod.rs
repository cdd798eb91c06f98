//! Whether a submitted source could switch its sanitizers off, or hide what they report, instead of being repaired.
//!
//! Independent looks. The words and directives of the source as it was written, with spliced lines joined and token
//! pasting refused, so that no word can appear later than here. And what the compiled object holds: it calls only the
//! functions that a filter from standard input to standard output needs, and nothing in it runs before `main`.
//!
//! What a program does with addresses that it computes is not seen here. The other builds and the system calls that it
//! is left with (`harness/`) are there for that.

mod directives;
mod library;
mod object;

pub use object::{in_sections, in_symbols};

/// Parts of words by which instrumentation or its reports could be avoided.
const PARTS: [&str; 6] = ["sanitize", "no_address_safety", "asan_", "ubsan_", "lsan_", "__attribute"];

/// Whole words of the same kind, whatever underscores they wear.
const WORDS: [&str; 4] = ["asm", "Pragma", "environ", "incbin"];

/// The first word of a source that it does not need.
pub fn in_source(source: &str) -> Option<String> {
    let joined = source.replace("\\\r\n", "").replace("\\\n", "");
    if joined.contains("##") || joined.contains("%:%:") || joined.contains("??=") {
        return Some("token pasting".to_owned());
    }
    if joined.contains("\\u") || joined.contains("\\U") || !joined.is_ascii() {
        return Some("letters outside ASCII".to_owned());
    }
    let mut words =
        joined.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words
        .find(|word| forbidden(word))
        .map(str::to_owned)
        .or_else(|| directives::stray(&without_comments(&joined)))
}

/// The source with a space for each comment, as its preprocessor sees it.
fn without_comments(joined: &str) -> String {
    let mut left = String::with_capacity(joined.len());
    let mut rest = joined;
    while let Some(c) = rest.chars().next() {
        let (shown, taken) = if let Some(comment) = rest.strip_prefix("/*") {
            (" ", comment.find("*/").map_or(rest.len(), |end| end + 4))
        } else if rest.starts_with("//") {
            (" ", rest.find('\n').unwrap_or(rest.len()))
        } else {
            let taken = if matches!(c, '"' | '\'') { quoted(rest, c) } else { c.len_utf8() };
            (&rest[..taken], taken)
        };
        left.push_str(shown);
        rest = &rest[taken..];
    }
    left
}

/// The length of the text or character constant that begins here; it ends with its line at the latest.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn forbidden(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    WORDS.contains(&word.trim_matches('_')) || PARTS.iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_avoids_its_instrumentation_is_noticed() {
        for source in [
            "__attribute__((no_sanitize(\"address\"))) int f(void) { return 0; }",
            "#define A __attri\\\nbute__((x))",
            "#define P(a, b) a##b\nP(no_sani, tize)",
            "const char *__asan_default_options(void) { return \"\"; }",
            "int main(void) { __asm__(\"ud2\"); }",
            "_Pragma(\"GCC optimize 3\")",
            "extern char **environ;",
        ] {
            assert!(in_source(source).is_some(), "{source}");
        }
        assert_eq!(in_source("int line; /* a pleasant day */ int main(void) { exit(0); }"), None);
    }

    #[test]
    fn a_directive_is_seen_behind_a_comment_and_none_within_one() {
        for source in ["/**/ #pragma GCC optimize 3", "/* a\n */#line 1 \"x\"", "#li\\\nne 1 \"x\""] {
            assert!(in_source(source).is_some(), "{source}");
        }
        for source in [
            "/* one\n# two\n */ int x;",
            "// # line\nint x;",
            "char *s = \"/*\"; int c = '\\''; /* \" */ int x;",
        ] {
            assert_eq!(in_source(source), None, "{source}");
        }
    }
}
