//! The model's dimensions, from the metadata, checked against each other.

use super::error::EngineError;
use super::gguf::printable;
use super::metadata::Metadata;

/// The longest context that is offered, whatever the file claims: the cache of keys and values grows with it.
const CONTEXT_MAX_TOKENS: usize = 32_768;
/// The largest of every other dimension; the largest published models have 16,384 to 53,248.
const DIMENSION_MAX: u64 = 1 << 17;
/// The most layers.
const LAYERS_MAX: u64 = 400;

/// The dimensions of a llama model.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) layers: usize,
    /// Numbers per token between the layers.
    pub(super) width: usize,
    pub(super) ffn_width: usize,
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_width: usize,
    /// How many of a head's numbers are rotated by position.
    pub(super) rope_width: usize,
    pub(super) rope_base: f32,
    pub(super) norm_epsilon: f32,
    pub(super) context_tokens: usize,
}

impl Config {
    pub(super) fn new(metadata: &Metadata) -> Result<Self, EngineError> {
        let architecture = metadata
            .text("general.architecture")?
            .ok_or_else(|| EngineError::MissingMetadata("general.architecture".to_owned()))?;
        if architecture != "llama" {
            let needed = format!("the architecture `{}`", printable(architecture));
            return Err(EngineError::Unsupported(needed));
        }
        refuse_variants(metadata)?;
        let width = dimension(metadata, "llama.embedding_length", DIMENSION_MAX)?;
        let heads = dimension(metadata, "llama.attention.head_count", DIMENSION_MAX)?;
        let kv_heads = match metadata.optional_u64("llama.attention.head_count_kv")? {
            None => heads,
            Some(_) => dimension(metadata, "llama.attention.head_count_kv", DIMENSION_MAX)?,
        };
        let head_width = match metadata.optional_u64("llama.attention.key_length")? {
            None => width / heads,
            Some(_) => dimension(metadata, "llama.attention.key_length", DIMENSION_MAX)?,
        };
        if metadata.u64_or("llama.attention.value_length", head_width as u64)? != head_width as u64 {
            return Err(EngineError::Unsupported("keys and values of different widths".to_owned()));
        }
        let context = dimension(metadata, "llama.context_length", u64::from(u32::MAX))?;
        let config = Self {
            layers: dimension(metadata, "llama.block_count", LAYERS_MAX)?,
            width,
            ffn_width: dimension(metadata, "llama.feed_forward_length", DIMENSION_MAX)?,
            heads,
            kv_heads,
            head_width,
            rope_width: metadata.u64_or("llama.rope.dimension_count", head_width as u64)? as usize,
            rope_base: metadata.optional_f32("llama.rope.freq_base")?.unwrap_or(10_000.0),
            norm_epsilon: metadata.f32("llama.attention.layer_norm_rms_epsilon")?,
            context_tokens: context.min(CONTEXT_MAX_TOKENS),
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), EngineError> {
        let head_numbers_fit = self.head_width.is_multiple_of(8) && (8..=1024).contains(&self.head_width);
        if !head_numbers_fit {
            return Err(EngineError::Unsupported("attention heads of an unusual width".to_owned()));
        }
        let consistent = self.heads.is_multiple_of(self.kv_heads)
            && self.heads * self.head_width <= DIMENSION_MAX as usize
            && self.rope_width <= self.head_width
            && self.rope_width.is_multiple_of(2)
            && self.rope_base.is_finite()
            && self.rope_base >= 1.0
            && self.norm_epsilon.is_finite()
            && self.norm_epsilon > 0.0
            && self.context_tokens > 1;
        if !consistent {
            return Err(EngineError::Malformed("its dimensions contradict each other".to_owned()));
        }
        Ok(())
    }
}

/// Variants of the architecture that would be computed wrongly, not just slowly.
fn refuse_variants(metadata: &Metadata) -> Result<(), EngineError> {
    if metadata.u64_or("llama.expert_count", 0)? != 0 {
        return Err(EngineError::Unsupported("a mixture of experts".to_owned()));
    }
    match metadata.text("llama.rope.scaling.type")? {
        None | Some("none") => {}
        Some(scaling) => {
            return Err(EngineError::Unsupported(format!("`{}` rope scaling", printable(scaling))));
        }
    }
    Ok(())
}

fn dimension(metadata: &Metadata, key: &str, max: u64) -> Result<usize, EngineError> {
    let length = metadata.optional_u64(key)?.ok_or_else(|| EngineError::MissingMetadata(key.to_owned()))?;
    if length == 0 || length > max {
        return Err(EngineError::Malformed(format!("`{key}` is {length}, which lies outside 1 to {max}")));
    }
    Ok(length as usize)
}
