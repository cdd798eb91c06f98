//! Text to tokens and back, by the vocabulary in the weights file: byte-level BPE.
//!
//! Control tokens are never made from plain text: they are kept out of the merges' vocabulary, and only
//! [`Tokenizer::encode`]'s control pieces name them. Text that spells one becomes ordinary tokens.

mod bpe;
mod bytes;
#[cfg(test)]
pub(super) use self::bytes::character;
mod split;

use std::collections::HashMap;

use self::bpe::Bpe;
use self::split::Splitter;
use super::error::EngineError;
use super::gguf::printable;
use super::metadata::Metadata;

/// The most tokens of a vocabulary; the largest published ones have some 260,000.
const VOCABULARY_MAX: usize = 1 << 20;
/// What ends an answer in the published chat formats, besides the file's own end token.
const END_NAMES: [&str; 5] = ["<|im_end|>", "<|eot_id|>", "<|end|>", "<|endoftext|>", "</s>"];

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain text; nothing in it is a control token, whatever it spells.
    Text(String),
    /// A control token.
    Control(u32),
}

/// A vocabulary and its rules.
pub(super) struct Tokenizer {
    /// Each token's bytes; none for control tokens, which are not shown.
    bytes: Vec<Vec<u8>>,
    /// The control tokens by their text, longest first.
    controls: Vec<(String, u32)>,
    ends: Vec<u32>,
    splitter: Splitter,
    bpe: Bpe,
    begin: Option<u32>,
    end: Option<u32>,
    adds_begin: bool,
}

impl Tokenizer {
    pub(super) fn new(metadata: &Metadata) -> Result<Self, EngineError> {
        let tokens = metadata.texts("tokenizer.ggml.tokens")?;
        let kinds = metadata.integers("tokenizer.ggml.token_type")?;
        if tokens.is_empty() || tokens.len() > VOCABULARY_MAX || tokens.len() != kinds.len() {
            return Err(EngineError::Malformed(
                "its vocabulary and token types do not belong together".to_owned(),
            ));
        }
        match metadata.text("tokenizer.ggml.model")? {
            Some("gpt2") => {}
            other => {
                let needed = format!("the tokenizer `{}`", printable(other.unwrap_or("unnamed")));
                return Err(EngineError::Unsupported(needed));
            }
        }
        let mut plain = HashMap::new();
        let mut controls = Vec::new();
        let mut bytes = Vec::with_capacity(tokens.len());
        for ((id, text), kind) in (0..).zip(tokens).zip(kinds) {
            // ggml's `llama_token_type`: 1 normal, 6 byte; 2 unknown, 3 control, 4 user-defined, 5 unused.
            if matches!(kind, 1 | 6) {
                bytes.push(bytes::decoded(text).unwrap_or_else(|| text.clone().into_bytes()));
                plain.insert(text.as_str(), id);
            } else {
                bytes.push(if *kind == 4 { text.clone().into_bytes() } else { Vec::new() });
                if matches!(kind, 3 | 4) && !text.trim().is_empty() {
                    controls.push((text.clone(), id));
                }
            }
        }
        controls.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let id = |key: &str| special(metadata, key, tokens.len());
        let (begin, end) = (id("tokenizer.ggml.bos_token_id")?, id("tokenizer.ggml.eos_token_id")?);
        let mut ends: Vec<u32> = controls
            .iter()
            .filter(|(text, _)| END_NAMES.contains(&text.as_str()))
            .map(|(_, id)| *id)
            .collect();
        ends.extend(end);
        ends.extend(id("tokenizer.ggml.eot_token_id")?);
        let splitter = Splitter::new(metadata.text("tokenizer.ggml.pre")?)?;
        let bpe = Bpe::new(&plain, metadata.texts("tokenizer.ggml.merges")?, splitter.keeps_words())?;
        let adds_begin = metadata.flag("tokenizer.ggml.add_bos_token")?.unwrap_or(false);
        Ok(Self { bytes, controls, ends, splitter, bpe, begin, end, adds_begin })
    }

    /// How many tokens there are.
    pub(super) fn vocabulary(&self) -> usize {
        self.bytes.len()
    }

    /// Whether `token` ends an answer.
    pub(super) fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }

    /// The text of the token that begins a document; empty when there is none.
    pub(super) fn begin_text(&self) -> &str {
        self.control_text(self.begin)
    }

    /// The text of the token that ends a document; empty when there is none.
    pub(super) fn end_text(&self) -> &str {
        self.control_text(self.end)
    }

    fn control_text(&self, token: Option<u32>) -> &str {
        self.controls.iter().find(|(_, id)| Some(*id) == token).map_or("", |(text, _)| text)
    }

    /// `text` with the control tokens that it spells made control pieces. Only for text that is trusted to do so.
    pub(super) fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some((name, id)) = self.controls.iter().find(|(name, _)| rest.starts_with(name.as_str())) {
                pieces.extend((!plain.is_empty()).then(|| Piece::Text(std::mem::take(&mut plain))));
                pieces.push(Piece::Control(*id));
                rest = &rest[name.len()..];
            } else {
                plain.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        pieces.extend((!plain.is_empty()).then_some(Piece::Text(plain)));
        pieces
    }

    /// The tokens of a prompt. Neighbouring texts are one text.
    pub(super) fn encode(&self, pieces: &[Piece]) -> Vec<u32> {
        let mut tokens = Vec::new();
        if self.adds_begin && !matches!(pieces.first(), Some(Piece::Control(id)) if Some(*id) == self.begin) {
            tokens.extend(self.begin);
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Control(id) => {
                    self.encode_text(&std::mem::take(&mut text), &mut tokens);
                    tokens.push(*id);
                }
            }
        }
        self.encode_text(&text, &mut tokens);
        tokens
    }

    fn encode_text(&self, text: &str, tokens: &mut Vec<u32>) {
        self.splitter.split(text, |word| self.bpe.encode(word, tokens));
    }

    /// The text of `tokens`; control tokens have none, and bytes that are not UTF-8 are replaced.
    pub(super) fn decode(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> =
            tokens.iter().filter_map(|token| self.bytes.get(*token as usize)).flatten().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn special(metadata: &Metadata, key: &str, vocabulary: usize) -> Result<Option<u32>, EngineError> {
    match metadata.optional_u64(key)? {
        None => Ok(None),
        Some(id) if id < vocabulary as u64 => Ok(Some(id as u32)),
        Some(_) => Err(EngineError::Malformed(format!("`{key}` lies outside the vocabulary"))),
    }
}
