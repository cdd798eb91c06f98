//! Writes a tiny llama model as GGUF.

use std::io::Write as _;

use tempfile::NamedTempFile;

use crate::engine::{Engine, EngineError};

pub(super) const WIDTH: usize = 64;
pub(super) const FFN_WIDTH: usize = 96;
pub(super) const HEADS: usize = 4;
pub(super) const KV_HEADS: usize = 2;
pub(super) const HEAD_WIDTH: usize = 16;
pub(super) const LAYERS: usize = 2;
pub(super) const CONTEXT: u32 = 256;
/// The control tokens, which come first.
pub(super) const CONTROLS: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const MERGES: [&str; 6] = ["t h", "th e", "Ġ the", "i n", "Ġ Ġ", "< |"];
pub(super) const TEMPLATE: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + \
    message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|im_start|>assistant\\n' }}{% endif %}";

/// A metadata value.
#[derive(Clone)]
pub(super) enum Meta {
    Text(String),
    U32(u32),
    F32(f32),
    Bool(bool),
    Texts(Vec<String>),
    Kinds(Vec<i32>),
}

#[derive(Clone)]
pub(super) struct RawTensor {
    pub(super) name: String,
    /// Rows first.
    pub(super) shape: Vec<u64>,
    pub(super) kind: u32,
    pub(super) bytes: Vec<u8>,
}

/// A file to be written, open to every distortion.
#[derive(Clone)]
pub(super) struct Synthetic {
    pub(super) metadata: Vec<(String, Meta)>,
    pub(super) tensors: Vec<RawTensor>,
}

/// ggml's type numbers.
pub(super) const F32: u32 = 0;
pub(super) const F16: u32 = 1;
pub(super) const Q4_0: u32 = 2;
pub(super) const Q4_1: u32 = 3;
pub(super) const Q8_0: u32 = 8;

pub(super) fn vocabulary() -> Vec<String> {
    let mut tokens: Vec<String> = CONTROLS.map(str::to_owned).to_vec();
    tokens.extend((0..=255).map(|byte| crate::engine::tokenizer::character(byte).to_string()));
    tokens.extend(MERGES.map(|merge| merge.replace(' ', "")));
    tokens
}

impl Synthetic {
    /// A model whose layers use all formats that have a kernel of their own, and one that has not.
    pub(super) fn new() -> Self {
        let tokens = vocabulary();
        let mut random = Random(7);
        let mut tensors = vec![
            random.tensor("token_embd.weight", tokens.len(), WIDTH, Q8_0),
            random.norm("output_norm.weight"),
        ];
        for layer in 0..LAYERS {
            let kinds = [[Q4_1, Q4_0], [F16, Q4_1]][layer % 2];
            let kv = KV_HEADS * HEAD_WIDTH;
            let parts = [("attn_q", WIDTH, WIDTH), ("attn_k", kv, WIDTH), ("attn_v", kv, WIDTH)];
            let more =
                [("attn_output", WIDTH, WIDTH), ("ffn_gate", FFN_WIDTH, WIDTH), ("ffn_up", FFN_WIDTH, WIDTH)];
            for (at, (part, rows, width)) in parts.into_iter().chain(more).enumerate() {
                tensors.push(random.tensor(
                    &format!("blk.{layer}.{part}.weight"),
                    rows,
                    width,
                    kinds[at % 2],
                ));
            }
            tensors.push(random.tensor(&format!("blk.{layer}.ffn_down.weight"), WIDTH, FFN_WIDTH, Q4_1));
            tensors.push(random.norm(&format!("blk.{layer}.attn_norm.weight")));
            tensors.push(random.norm(&format!("blk.{layer}.ffn_norm.weight")));
        }
        Self { metadata: metadata(tokens), tensors }
    }

    /// Sets or adds the metadata `key`.
    pub(super) fn with(mut self, key: &str, value: Meta) -> Self {
        self.metadata.retain(|(name, _)| name != key);
        self.metadata.push((key.to_owned(), value));
        self
    }

    /// Leaves the metadata `key` out.
    pub(super) fn without(mut self, key: &str) -> Self {
        self.metadata.retain(|(name, _)| name != key);
        self
    }

    pub(super) fn load(&self) -> Result<Engine, EngineError> {
        load(&self.bytes())
    }

    /// The file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3_u32.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, value) in &self.metadata {
            text(&mut out, key);
            value.write(&mut out);
        }
        let mut offset = 0_u64;
        for tensor in &self.tensors {
            text(&mut out, &tensor.name);
            out.extend((tensor.shape.len() as u32).to_le_bytes());
            tensor.shape.iter().rev().for_each(|length| out.extend(length.to_le_bytes()));
            out.extend(tensor.kind.to_le_bytes());
            out.extend(offset.to_le_bytes());
            offset += (tensor.bytes.len() as u64).next_multiple_of(32);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(&tensor.bytes);
        }
        out
    }
}

/// Loads a file with these bytes.
pub(super) fn load(bytes: &[u8]) -> Result<Engine, EngineError> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Engine::load(file.path(), 2)
}

fn metadata(tokens: Vec<String>) -> Vec<(String, Meta)> {
    let kinds = (0..tokens.len()).map(|id| if id < CONTROLS.len() { 3 } else { 1 }).collect();
    let merges = MERGES.map(str::to_owned).to_vec();
    [
        ("general.architecture", Meta::Text("llama".to_owned())),
        ("general.name", Meta::Text("tiny".to_owned())),
        ("llama.block_count", Meta::U32(LAYERS as u32)),
        ("llama.context_length", Meta::U32(CONTEXT)),
        ("llama.embedding_length", Meta::U32(WIDTH as u32)),
        ("llama.feed_forward_length", Meta::U32(FFN_WIDTH as u32)),
        ("llama.attention.head_count", Meta::U32(HEADS as u32)),
        ("llama.attention.head_count_kv", Meta::U32(KV_HEADS as u32)),
        ("llama.rope.freq_base", Meta::F32(10_000.0)),
        ("llama.rope.dimension_count", Meta::U32(HEAD_WIDTH as u32)),
        ("llama.attention.layer_norm_rms_epsilon", Meta::F32(1e-5)),
        ("tokenizer.ggml.model", Meta::Text("gpt2".to_owned())),
        ("tokenizer.ggml.pre", Meta::Text("smollm".to_owned())),
        ("tokenizer.ggml.tokens", Meta::Texts(tokens)),
        ("tokenizer.ggml.token_type", Meta::Kinds(kinds)),
        ("tokenizer.ggml.merges", Meta::Texts(merges)),
        ("tokenizer.ggml.bos_token_id", Meta::U32(1)),
        ("tokenizer.ggml.eos_token_id", Meta::U32(2)),
        ("tokenizer.ggml.add_bos_token", Meta::Bool(false)),
        ("tokenizer.chat_template", Meta::Text(TEMPLATE.to_owned())),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

impl Meta {
    fn write(&self, out: &mut Vec<u8>) {
        let array = |out: &mut Vec<u8>, kind: u32, count: usize| {
            out.extend(9_u32.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend((count as u64).to_le_bytes());
        };
        match self {
            Self::U32(number) => out.extend([4, *number].map(u32::to_le_bytes).as_flattened()),
            Self::F32(number) => out.extend([6, number.to_bits()].map(u32::to_le_bytes).as_flattened()),
            Self::Bool(flag) => {
                out.extend(7_u32.to_le_bytes());
                out.push(u8::from(*flag));
            }
            Self::Text(value) => {
                out.extend(8_u32.to_le_bytes());
                text(out, value);
            }
            Self::Texts(values) => {
                array(out, 8, values.len());
                values.iter().for_each(|value| text(out, value));
            }
            Self::Kinds(values) => {
                array(out, 5, values.len());
                values.iter().for_each(|value| out.extend(value.to_le_bytes()));
            }
        }
    }
}

/// SplitMix64: the same weights in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in [0, 1).
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    fn norm(&mut self, name: &str) -> RawTensor {
        let bytes = (0..WIDTH).flat_map(|_| (self.unit() + 0.5).to_le_bytes()).collect();
        RawTensor { name: name.to_owned(), shape: vec![WIDTH as u64], kind: F32, bytes }
    }

    fn tensor(&mut self, name: &str, rows: usize, width: usize, kind: u32) -> RawTensor {
        let mut bytes = Vec::new();
        let half = |number: f32| half::f16::from_f32(number).to_le_bytes();
        let blocks = if kind == F16 { rows * width } else { rows * width / 32 };
        for _ in 0..blocks {
            let unit = 0.5 + self.unit();
            match kind {
                F16 => bytes.extend(half((unit - 1.0) * 0.8)),
                Q8_0 => bytes.extend(half(unit / 127.0)),
                Q4_0 => bytes.extend(half(unit / 20.0)),
                Q4_1 => bytes.extend([half(unit / 20.0), half(-unit * 15.0 / 40.0)].as_flattened()),
                other => panic!("no tensors of type {other} here"),
            }
            let values = [(Q8_0, 32), (Q4_0, 16), (Q4_1, 16)].into_iter().find(|(of, _)| *of == kind);
            (0..values.map_or(0, |(_, count)| count)).for_each(|_| bytes.push(self.next() as u8));
        }
        RawTensor { name: name.to_owned(), shape: vec![rows as u64, width as u64], kind, bytes }
    }
}
