//! Whole completions: what is kept between turns changes nothing, and every end has its reason.

use types::chat::{FunctionSpec, Message, Role, Tool, ToolKind};

use super::synthetic::{CONTEXT, Meta, Synthetic, load};
use super::{asked, request, text};
use crate::server::{Complete as _, CompleteError};

fn turns() -> Vec<Vec<Message>> {
    let mut messages = Vec::new();
    let mut turns = Vec::new();
    for turn in 0..4 {
        messages.push(Message::text(Role::User, format!("the turn number {turn} in a row")));
        turns.push(messages.clone());
        messages.push(Message::text(Role::Assistant, "in the end"));
    }
    turns
}

#[test]
fn what_was_kept_from_earlier_turns_does_not_change_an_answer() {
    let bytes = Synthetic::new().bytes();
    let kept = load(&bytes).unwrap();
    for messages in turns().into_iter().chain(turns()) {
        let fresh = load(&bytes).unwrap().complete(&request(messages.clone())).unwrap();
        let again = kept.complete(&request(messages)).unwrap();
        assert_eq!(again.choices, fresh.choices);
        assert_eq!(again.usage, fresh.usage);
    }
}

#[test]
fn a_turn_computes_only_its_new_tokens() {
    let engine = Synthetic::new().load().unwrap();
    let turns = turns();
    engine.complete(&request(turns[2].clone())).unwrap();
    let before = engine.past.lock().unwrap().tokens().to_vec();
    let prompt = engine.prompt(&request(turns[3].clone())).unwrap();
    let kept = crate::engine::common_prefix(&before, &prompt);
    let earlier = engine.prompt(&request(turns[2].clone())).unwrap();
    assert!(kept >= earlier.len(), "{kept} of {} tokens are kept", earlier.len());
}

#[test]
fn the_same_seed_draws_the_same_answer_and_another_seed_another() {
    let engine = Synthetic::new().load().unwrap();
    let drawn = |seed| {
        let request =
            types::chat::ChatRequest { temperature: Some(1.5), seed: Some(seed), ..asked("the thing") };
        text(&engine.complete(&request).unwrap()).to_owned()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn an_answer_stops_at_the_end_token_and_leaves_it_out() {
    let file = Synthetic::new();
    let engine = file.load().unwrap();
    let mut past = engine.model.empty_past();
    let prompt = engine.prompt(&asked("the end")).unwrap();
    let logits = engine.model.advance(&prompt, &mut past);
    let first = (0..).zip(&logits).max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    let ended = file.with("tokenizer.ggml.eos_token_id", Meta::U32(first)).load().unwrap();
    let answer = ended.complete(&asked("the end")).unwrap();
    assert_eq!((text(&answer), answer.choices[0].finish_reason.as_deref()), ("", Some("stop")));
}

#[test]
fn an_answer_ends_at_its_limit_with_length() {
    let answer = Synthetic::new().load().unwrap().complete(&asked("the end")).unwrap();
    assert_eq!(answer.choices[0].finish_reason.as_deref(), Some("length"));
    assert_eq!(answer.usage.unwrap().completion_tokens, 12);
}

#[test]
fn an_answer_ends_where_the_context_does() {
    let engine = Synthetic::new().load().unwrap();
    let request = types::chat::ChatRequest { max_tokens: None, ..asked(&"x".repeat(200)) };
    let answer = engine.complete(&request).unwrap();
    assert_eq!(answer.choices[0].finish_reason.as_deref(), Some("length"));
    assert_eq!(answer.usage.unwrap().total_tokens, u64::from(CONTEXT));
}

#[test]
fn a_conversation_longer_than_the_context_is_refused_with_both_numbers() {
    let refusal = Synthetic::new().load().unwrap().complete(&asked(&"x".repeat(300))).unwrap_err();
    let CompleteError::ContextLength { prompt_tokens, context_tokens } = refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!((prompt_tokens > 300, context_tokens), (true, CONTEXT as usize));
}

#[test]
fn tools_are_refused_so_that_the_caller_describes_them() {
    let function =
        FunctionSpec { name: "bash".to_owned(), description: String::new(), parameters: true.into() };
    let mut request = asked("list the files");
    request.tools.push(Tool { kind: ToolKind::Function, function });
    let refusal = Synthetic::new().load().unwrap().complete(&request).unwrap_err();
    assert!(matches!(refusal, CompleteError::ToolsUnsupported(_)), "{refusal:?}");
}

#[test]
fn weights_that_are_not_numbers_end_in_an_error() {
    let mut file = Synthetic::new();
    let norm = file.tensors.iter_mut().find(|tensor| tensor.name == "output_norm.weight").unwrap();
    norm.bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    norm.bytes[4..8].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let mut embedding_scale = file.clone();
    embedding_scale.tensors[0].bytes[..2].copy_from_slice(&half::f16::NAN.to_le_bytes());
    for file in [file, embedding_scale] {
        let failure = file.load().unwrap().complete(&asked("the end"));
        assert!(matches!(failure, Err(CompleteError::Failed(_))), "{failure:?}");
    }
}
