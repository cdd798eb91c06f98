//! Every way in which a weights file can be wrong ends in one sentence: no panic, no huge allocation.

use proptest::prelude::*;

use super::asked;
use super::synthetic::{Meta, Synthetic, load};
use crate::engine::EngineError;
use crate::server::Complete as _;

fn error(file: &Synthetic) -> EngineError {
    file.load().err().expect("the file is wrong and was loaded")
}

#[test]
fn a_file_that_is_cut_short_anywhere_is_refused() {
    let bytes = Synthetic::new().bytes();
    for length in (0..bytes.len()).step_by(bytes.len() / 300).chain([bytes.len() - 1]) {
        let error = load(&bytes[..length]).err().expect("a cut file was loaded");
        let expected =
            matches!(error, EngineError::Truncated(_)) || length < 4 && matches!(error, EngineError::NotGguf);
        assert!(expected, "cut at {length}: {error}");
    }
}

#[test]
fn other_files_and_versions_are_named() {
    assert!(matches!(load(b"not a model at all"), Err(EngineError::NotGguf)));
    let mut bytes = Synthetic::new().bytes();
    bytes[4] = 9;
    assert!(matches!(load(&bytes), Err(EngineError::Version(9))));
}

#[test]
fn counts_that_cannot_be_are_refused_before_anything_is_allocated() {
    for at in [8, 16] {
        let mut bytes = Synthetic::new().bytes();
        bytes[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(load(&bytes), Err(EngineError::Malformed(_))), "count at {at}");
    }
    // The first metadata key's length, and a text array's count.
    let mut bytes = Synthetic::new().bytes();
    bytes[24..32].copy_from_slice(&60_000_u64.to_le_bytes());
    assert!(load(&bytes).is_err());
    let mut bytes = Synthetic::new().bytes();
    let key = b"tokenizer.ggml.tokens";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 8;
    bytes[at..at + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    assert!(matches!(load(&bytes), Err(EngineError::Truncated(_))));
}

#[test]
fn metadata_that_is_missing_or_mistyped_is_named() {
    for key in [
        "general.architecture",
        "llama.block_count",
        "llama.context_length",
        "llama.embedding_length",
        "llama.feed_forward_length",
        "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon",
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges",
    ] {
        for file in [Synthetic::new().without(key), Synthetic::new().with(key, Meta::Bool(true))] {
            assert!(error(&file).to_string().contains(key), "{key}: {}", error(&file));
        }
    }
}

#[test]
fn what_this_engine_cannot_run_is_named() {
    let text = |text: &str| Meta::Text(text.to_owned());
    for (key, value) in [
        ("general.architecture", text("mamba")),
        ("llama.expert_count", Meta::U32(8)),
        ("llama.rope.scaling.type", text("yarn")),
        ("tokenizer.ggml.model", text("llama")),
        ("tokenizer.ggml.pre", text("unheard-of")),
    ] {
        let error = error(&Synthetic::new().with(key, value));
        assert!(matches!(error, EngineError::Unsupported(_)), "{key}: {error}");
    }
    let mut file = Synthetic::new();
    file.tensors[0].kind = 99;
    assert!(matches!(error(&file), EngineError::Unsupported(_)));
}

#[test]
fn dimensions_that_contradict_each_other_are_refused() {
    for (key, value) in [
        ("llama.attention.head_count", 0),
        ("llama.attention.head_count_kv", 3),
        ("llama.embedding_length", u32::MAX),
        ("llama.block_count", 401),
        ("llama.rope.dimension_count", 17),
        ("llama.rope.dimension_count", 15),
        ("tokenizer.ggml.eos_token_id", 1 << 30),
    ] {
        let error = error(&Synthetic::new().with(key, Meta::U32(value)));
        assert!(matches!(error, EngineError::Malformed(_)), "{key} = {value}: {error}");
    }
    for (key, value) in [("llama.embedding_length", 128), ("llama.feed_forward_length", 128)] {
        let error = error(&Synthetic::new().with(key, Meta::U32(value)));
        let expected = matches!(error, EngineError::Shape { .. } | EngineError::Unsupported(_));
        assert!(expected, "{key} = {value}: {error}");
    }
}

#[test]
fn tensors_that_are_missing_or_left_over_are_named() {
    let mut missing = Synthetic::new();
    let gone = missing.tensors.remove(4).name;
    assert!(matches!(error(&missing), EngineError::MissingTensor(name) if name == gone));
    let mut left_over = Synthetic::new();
    let mut bias = left_over.tensors[1].clone();
    bias.name = "blk.0.attn_q.bias".to_owned();
    left_over.tensors.push(bias);
    assert!(error(&left_over).to_string().contains("blk.0.attn_q.bias"));
}

#[test]
fn tensors_that_share_their_bytes_are_refused() {
    let mut file = Synthetic::new();
    for tensor in &mut file.tensors[1..] {
        // The header asks for more than the file holds in all, though each tensor lies within it.
        tensor.shape = vec![1 << 14];
    }
    file.tensors.truncate(3);
    file.tensors[1].shape = vec![1 << 15];
    file.tensors[2].shape = vec![1 << 15];
    let mut bytes = file.bytes();
    bytes.resize(bytes.len() + (1 << 17), 0);
    assert!(load(&bytes).is_err());
}

#[test]
fn an_error_is_one_sentence_without_control_characters() {
    let hostile = Meta::Text("\u{1b}[31m<script>\n".repeat(100));
    let message = error(&Synthetic::new().with("general.architecture", hostile)).to_string();
    assert!(message.len() < 300 && !message.contains(char::is_control), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_change_of_bytes_can_make_the_engine_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        in_header in any::<bool>(),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let mut bytes = Synthetic::new().bytes();
        let range = if in_header { 1200 } else { bytes.len() };
        for (place, byte) in places {
            bytes[place.index(range)] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(engine) = load(&bytes) {
            // Any answer or error will do.
            let mut request = asked("the <|im_end|> in 1");
            request.max_tokens = Some(2);
            let _ = engine.complete(&request);
        }
    }
}
