//! Cuts text into words before the merges, as the vocabulary was trained with. Each kind that is known here
//! gives exactly the words of its reference; other kinds are refused, because near enough would be wrong tokens.
//!
//! Source: llama.cpp's `llama-vocab.cpp`, the regular expressions per `tokenizer.ggml.pre`; the negative
//! look-ahead `\s+(?!\S)` is done by hand, so that a linear-time matcher does.

use regex::Regex;

use super::super::error::EngineError;
use super::super::gguf::printable;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+";

/// How a vocabulary cuts words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gpt2,
    /// GPT-2's, each digit apart first.
    Gpt2Digits,
    Llama3,
}

/// Cuts text into words.
#[derive(Debug)]
pub(super) struct Splitter {
    kind: Kind,
    words: Regex,
}

impl Splitter {
    pub(super) fn new(name: Option<&str>) -> Result<Self, EngineError> {
        let (kind, pattern) = match name {
            Some("gpt-2") => (Kind::Gpt2, GPT2),
            Some("smollm" | "starcoder" | "refact" | "command-r") => (Kind::Gpt2Digits, GPT2),
            Some("llama-bpe" | "llama3" | "llama-v3") => (Kind::Llama3, LLAMA3),
            other => {
                let needed = format!("the pre-tokenizer `{}`", printable(other.unwrap_or("unnamed")));
                return Err(EngineError::Unsupported(needed));
            }
        };
        let words = Regex::new(pattern).map_err(|error| EngineError::Malformed(error.to_string()))?;
        Ok(Self { kind, words })
    }

    /// Whether a word that is in the vocabulary as a whole is not built from merges.
    pub(super) fn keeps_words(&self) -> bool {
        self.kind == Kind::Llama3
    }

    /// Calls `each` with every word of `text`, in order; together they are the whole text.
    pub(super) fn split(&self, text: &str, mut each: impl FnMut(&str)) {
        if self.kind != Kind::Gpt2Digits {
            return self.split_words(text, &mut each);
        }
        let mut rest = text;
        while let Some(at) = rest.find(char::is_numeric) {
            self.split_words(&rest[..at], &mut each);
            let digit = rest[at..].chars().next().map_or(0, char::len_utf8);
            each(&rest[at..at + digit]);
            rest = &rest[at + digit..];
        }
        self.split_words(rest, &mut each);
    }

    fn split_words(&self, text: &str, each: &mut impl FnMut(&str)) {
        let mut start = 0;
        while let Some(found) = self.words.find_at(text, start) {
            let end = start + self.word_len(&text[start..], found.end() - start);
            each(&text[start..end]);
            start = end;
        }
    }

    /// The first word's length, where the expression found `found` bytes: white space before a word leaves its
    /// last character to that word. This is what `\s+(?!\S)|\s+` says.
    fn word_len(&self, text: &str, found: usize) -> usize {
        let word = &text[..found];
        let spaces = word.chars().all(char::is_whitespace) && found < text.len();
        let is_line_end = self.kind == Kind::Llama3 && word.ends_with(['\r', '\n']);
        match word.char_indices().next_back() {
            Some((last, _)) if spaces && !is_line_end && last > 0 => last,
            _ => found,
        }
    }
}
