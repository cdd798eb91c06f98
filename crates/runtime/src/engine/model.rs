//! The llama network: RMS norm, rotary positions, grouped-query attention, SwiGLU.
//!
//! Source: Touvron et al., "LLaMA", section 2; tensor names are GGUF's.

use rayon::prelude::*;
use wide::f32x8;

use super::blocks::Rounded;
use super::cache::HeadCache;
use super::config::Config;
use super::error::EngineError;
use super::gguf::{Gguf, printable};
use super::matrix::{Matrix, matrix, vector};
use super::rope::{Rope, Turns};

/// Tokens that are computed together: enough that unpacking the weights costs little, few enough that their
/// activations stay in a core's cache.
const BATCH_TOKENS: usize = 64;

/// A model's weights.
pub(super) struct Model {
    pub(super) config: Config,
    embedding: Box<dyn Matrix>,
    layers: Vec<Layer>,
    output_norm: Vec<f32>,
    /// `None` where the embedding serves as output too.
    output: Option<Box<dyn Matrix>>,
    rope: Rope,
}

struct Layer {
    attention_norm: Vec<f32>,
    query: Box<dyn Matrix>,
    key: Box<dyn Matrix>,
    value: Box<dyn Matrix>,
    attention_output: Box<dyn Matrix>,
    ffn_norm: Vec<f32>,
    gate: Box<dyn Matrix>,
    up: Box<dyn Matrix>,
    down: Box<dyn Matrix>,
}

/// The tokens computed so far, and their keys and values: one [`HeadCache`] per layer and key-value head.
#[derive(Debug)]
pub(super) struct Past {
    tokens: Vec<u32>,
    heads: Vec<Vec<HeadCache>>,
}

impl Past {
    /// The tokens computed so far.
    pub(super) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Forgets everything after the first `count` tokens.
    pub(super) fn truncate(&mut self, count: usize) {
        // What the head caches hold beyond is never looked at, and overwritten by the next token.
        self.tokens.truncate(count);
    }
}

impl Model {
    pub(super) fn read(gguf: &Gguf, vocabulary: usize) -> Result<Self, EngineError> {
        let config = Config::new(&gguf.metadata)?;
        let embedding = matrix(gguf, "token_embd.weight", vocabulary, config.width)?;
        let output = match gguf.tensors.contains_key("output.weight") {
            true => Some(matrix(gguf, "output.weight", vocabulary, config.width)?),
            false => None,
        };
        let layers =
            (0..config.layers).map(|layer| Layer::read(gguf, &config, layer)).collect::<Result<_, _>>()?;
        let output_norm = vector(gguf, "output_norm.weight", config.width)?;
        let factors = match gguf.tensors.contains_key("rope_freqs.weight") {
            true => Some(vector(gguf, "rope_freqs.weight", config.rope_width / 2)?),
            false => None,
        };
        refuse_unknown_tensors(gguf, config.layers)?;
        let rope = Rope::new(config.rope_width, config.rope_base, factors.as_deref());
        Ok(Self { config, embedding, layers, output_norm, output, rope })
    }

    /// A past in which nothing was computed.
    pub(super) fn empty_past(&self) -> Past {
        let layer = vec![HeadCache::new(self.config.head_width); self.config.kv_heads];
        Past { tokens: Vec::new(), heads: vec![layer; self.config.layers] }
    }

    /// Computes `tokens`, at least one, after `past`, and adds them to it; gives the logits after the last.
    pub(super) fn advance(&self, tokens: &[u32], past: &mut Past) -> Vec<f32> {
        let mut last = Vec::new();
        for batch in tokens.chunks(BATCH_TOKENS) {
            let rows = self.advance_batch(batch, past);
            past.tokens.extend_from_slice(batch);
            last = rows[rows.len() - self.config.width..].to_vec();
        }
        let last = normed(&last, &self.output_norm, self.config.norm_epsilon);
        self.output.as_ref().unwrap_or(&self.embedding).multiply(&Rounded::new(&last, self.config.width))
    }

    fn advance_batch(&self, tokens: &[u32], past: &mut Past) -> Vec<f32> {
        let first = past.tokens.len();
        let mut rows = Vec::with_capacity(tokens.len() * self.config.width);
        for token in tokens {
            self.embedding.row(*token as usize, &mut rows);
        }
        let turns = self.rope.turns(first, tokens.len());
        for (layer, heads) in self.layers.iter().zip(&mut past.heads) {
            let attended = self.attention(layer, &rows, &turns, first, heads);
            add(&mut rows, &attended);
            let fed = self.feed_forward(layer, &rows);
            add(&mut rows, &fed);
        }
        rows
    }

    fn attention(
        &self,
        layer: &Layer,
        rows: &[f32],
        turns: &Turns,
        first: usize,
        heads: &mut [HeadCache],
    ) -> Vec<f32> {
        let (config, head) = (&self.config, self.config.head_width);
        let (query_width, kv_width) = (config.heads * head, config.kv_heads * head);
        let normed = normed(rows, &layer.attention_norm, config.norm_epsilon);
        let input = Rounded::new(&normed, config.width);
        let mut queries = layer.query.multiply(&input);
        let mut keys = layer.key.multiply(&input);
        let values = layer.value.multiply(&input);
        for (index, (query, key)) in
            queries.chunks_exact_mut(query_width).zip(keys.chunks_exact_mut(kv_width)).enumerate()
        {
            turns.apply(index, query, head);
            turns.apply(index, key, head);
        }
        let pairs = keys.chunks_exact(kv_width).zip(values.chunks_exact(kv_width));
        for (index, (key, value)) in pairs.enumerate() {
            let per_head = key.chunks_exact(head).zip(value.chunks_exact(head));
            for (cache, (key, value)) in heads.iter_mut().zip(per_head) {
                cache.set(first + index, key, value);
            }
        }
        let heads = &*heads;
        let group = config.heads / config.kv_heads;
        let mut attended = vec![0.0; queries.len()];
        attended.par_chunks_mut(head).zip(queries.par_chunks(head)).enumerate().for_each_init(
            Vec::new,
            |scores, (at, (out, query))| {
                let (index, query_head) = (at / config.heads, at % config.heads);
                heads[query_head / group].attend(query, first + index, scores, out);
            },
        );
        layer.attention_output.multiply(&Rounded::new(&attended, query_width))
    }

    fn feed_forward(&self, layer: &Layer, rows: &[f32]) -> Vec<f32> {
        let normed = normed(rows, &layer.ffn_norm, self.config.norm_epsilon);
        let input = Rounded::new(&normed, self.config.width);
        let mut gates = layer.gate.multiply(&input);
        let ups = layer.up.multiply(&input);
        let width = self.config.ffn_width;
        gates.par_chunks_mut(width).zip(ups.par_chunks(width)).for_each(|(gates, ups)| gate(gates, ups));
        layer.down.multiply(&Rounded::new(&gates, width))
    }
}

impl Layer {
    fn read(gguf: &Gguf, config: &Config, layer: usize) -> Result<Self, EngineError> {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let matrix = |part: &str, rows: usize, width: usize| matrix(gguf, &name(part), rows, width);
        let query_width = config.heads * config.head_width;
        let kv_width = config.kv_heads * config.head_width;
        Ok(Self {
            attention_norm: vector(gguf, &name("attn_norm"), config.width)?,
            query: matrix("attn_q", query_width, config.width)?,
            key: matrix("attn_k", kv_width, config.width)?,
            value: matrix("attn_v", kv_width, config.width)?,
            attention_output: matrix("attn_output", config.width, query_width)?,
            ffn_norm: vector(gguf, &name("ffn_norm"), config.width)?,
            gate: matrix("ffn_gate", config.ffn_width, config.width)?,
            up: matrix("ffn_up", config.ffn_width, config.width)?,
            down: matrix("ffn_down", config.width, config.ffn_width)?,
        })
    }
}

/// A tensor that is not used would be a part of the model that is left out: biases, experts, further layers.
fn refuse_unknown_tensors(gguf: &Gguf, layers: usize) -> Result<(), EngineError> {
    const PARTS: [&str; 9] = [
        "attn_norm",
        "attn_q",
        "attn_k",
        "attn_v",
        "attn_output",
        "ffn_norm",
        "ffn_gate",
        "ffn_up",
        "ffn_down",
    ];
    let is_known = |name: &str| {
        let part =
            name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')).and_then(|(number, rest)| {
                let layer: usize = number.parse().ok()?;
                Some(layer < layers && PARTS.contains(&rest.strip_suffix(".weight")?))
            });
        part.unwrap_or(matches!(
            name,
            "token_embd.weight" | "output_norm.weight" | "output.weight" | "rope_freqs.weight"
        ))
    };
    let mut unknown: Vec<_> = gguf.tensors.keys().filter(|name| !is_known(name)).collect();
    unknown.sort();
    match unknown.first() {
        None => Ok(()),
        Some(name) => Err(EngineError::Unsupported(format!("the tensor `{}`", printable(name)))),
    }
}

/// Each row scaled to a mean square of one, times `weights`. Source: Zhang & Sennrich, "RMSNorm".
fn normed(rows: &[f32], weights: &[f32], epsilon: f32) -> Vec<f32> {
    let mut out = vec![0.0; rows.len()];
    let norm = |(out, row): (&mut [f32], &[f32])| {
        let scale = 1.0 / (sum_of_squares(row) / row.len() as f32 + epsilon).sqrt();
        for ((out, number), weight) in out.iter_mut().zip(row).zip(weights) {
            *out = number * scale * weight;
        }
    };
    let width = weights.len();
    if rows.len() <= width * 4 {
        out.chunks_exact_mut(width).zip(rows.chunks_exact(width)).for_each(norm);
    } else {
        out.par_chunks_exact_mut(width).zip(rows.par_chunks_exact(width)).for_each(norm);
    }
    out
}

fn sum_of_squares(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<8>();
    let sums = chunks.iter().fold(f32x8::ZERO, |sums, chunk| {
        let numbers = f32x8::new(*chunk);
        numbers.mul_add(numbers, sums)
    });
    rest.iter().fold(sums.reduce_add(), |sum, number| sum + number * number)
}

fn add(rows: &mut [f32], other: &[f32]) {
    for (number, other) in rows.iter_mut().zip(other) {
        *number += other;
    }
}

/// `silu(gate) * up`. Source: Shazeer, "GLU Variants Improve Transformer".
fn gate(gates: &mut [f32], ups: &[f32]) {
    let (chunks, rest) = gates.as_chunks_mut::<8>();
    let (up_chunks, up_rest) = ups.as_chunks::<8>();
    for (gates, ups) in chunks.iter_mut().zip(up_chunks) {
        let gate = f32x8::new(*gates);
        *gates = (gate / (f32x8::ONE + (-gate).exp()) * f32x8::new(*ups)).to_array();
    }
    for (gate, up) in rest.iter_mut().zip(up_rest) {
        *gate = *gate / (1.0 + (-*gate).exp()) * up;
    }
}
