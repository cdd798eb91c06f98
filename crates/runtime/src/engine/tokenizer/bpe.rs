//! Byte-pair encoding: the pair of neighbours with the lowest rank is merged until no pair has one.
//!
//! Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", section 3.2, with
//! GPT-2's byte alphabet. Takes n log n steps for a word of n bytes, so that a long word cannot stall it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::super::error::EngineError;
use super::bytes::character;

/// A vocabulary's merges.
pub(super) struct Bpe {
    /// The token of each byte.
    bytes: [Option<u32>; 256],
    /// Rank and result for a pair of neighbours.
    merges: HashMap<(u32, u32), (u32, u32)>,
    /// Whole words that are tokens, where the vocabulary wants them kept.
    words: HashMap<Vec<u8>, u32>,
}

/// A part of a word, linked to its neighbours; `token` is `None` once it is merged into the part before it.
#[derive(Clone, Copy)]
struct Part {
    token: Option<u32>,
    before: Option<usize>,
    after: Option<usize>,
}

/// A merge that was possible when it was noted: rank, place, and the two tokens.
type Candidate = Reverse<(u32, usize, u32, u32)>;

impl Bpe {
    /// Merges over the plain tokens. A merge with or into anything else is left out: it cannot be reached, or it
    /// would make a control token of plain text.
    pub(super) fn new(
        plain: &HashMap<&str, u32>,
        merges: &[String],
        keeps_words: bool,
    ) -> Result<Self, EngineError> {
        let mut ranked = HashMap::with_capacity(merges.len());
        for (rank, merge) in (0..).zip(merges) {
            let (left, right) = merge
                .split_once(' ')
                .ok_or_else(|| EngineError::Malformed("it holds a merge that is not a pair".to_owned()))?;
            let joined = format!("{left}{right}");
            if let (Some(left), Some(right), Some(joined)) =
                (plain.get(left), plain.get(right), plain.get(joined.as_str()))
            {
                ranked.entry((*left, *right)).or_insert((rank, *joined));
            }
        }
        let mut buffer = [0; 4];
        let bytes = std::array::from_fn(|byte| {
            // The index of a 256-element array is a byte.
            plain.get(&*character(byte as u8).encode_utf8(&mut buffer)).copied()
        });
        let words = match keeps_words {
            true => plain.iter().filter_map(|(text, id)| Some((super::bytes::decoded(text)?, *id))).collect(),
            false => HashMap::new(),
        };
        Ok(Self { bytes, merges: ranked, words })
    }

    /// Appends the tokens of one word. A byte that is not in the vocabulary is left out, as the reference does: the
    /// unknown token is a control token, and text must not make one. (SmolLM2's vocabulary lacks six ASCII control
    /// characters and bytes that only unassigned characters need.)
    pub(super) fn encode(&self, word: &str, tokens: &mut Vec<u32>) {
        if let Some(token) = self.words.get(word.as_bytes()) {
            return tokens.push(*token);
        }
        let known: Vec<u32> = word.bytes().filter_map(|byte| self.bytes[usize::from(byte)]).collect();
        let mut parts = linked(&known);
        let mut candidates: BinaryHeap<Candidate> =
            (1..parts.len()).filter_map(|at| self.candidate(&parts, at - 1)).collect();
        while let Some(Reverse((_, at, left, right))) = candidates.pop() {
            let Some(next) = parts[at].after else { continue };
            if (parts[at].token, parts[next].token) != (Some(left), Some(right)) {
                continue;
            }
            let Some((_, joined)) = self.merges.get(&(left, right)) else { continue };
            parts[at] = Part { token: Some(*joined), after: parts[next].after, ..parts[at] };
            parts[next].token = None;
            if let Some(after) = parts[at].after {
                parts[after].before = Some(at);
            }
            candidates.extend(self.candidate(&parts, at));
            candidates.extend(parts[at].before.and_then(|before| self.candidate(&parts, before)));
        }
        tokens.extend(parts.iter().filter_map(|part| part.token));
    }

    fn candidate(&self, parts: &[Part], at: usize) -> Option<Candidate> {
        let (left, right) = (parts[at].token?, parts[parts[at].after?].token?);
        let (rank, _) = self.merges.get(&(left, right))?;
        Some(Reverse((*rank, at, left, right)))
    }
}

fn linked(tokens: &[u32]) -> Vec<Part> {
    let last = tokens.len().saturating_sub(1);
    let part = |(at, token): (usize, &u32)| Part {
        token: Some(*token),
        before: at.checked_sub(1),
        after: (at < last).then_some(at + 1),
    };
    tokens.iter().enumerate().map(part).collect()
}
