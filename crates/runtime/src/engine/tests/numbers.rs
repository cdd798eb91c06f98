//! The network's numbers: right, and the same however they are come by.

use super::reference;
use super::synthetic::Synthetic;
use crate::engine::Engine;

/// A tiny model, and the logits after `tokens` when they are given to it in parts that end at `cuts`.
fn logits(engine: &Engine, tokens: &[u32], cuts: &[usize]) -> Vec<f32> {
    let mut past = engine.model.empty_past();
    let mut logits = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([tokens.len()]) {
        logits = engine.model.advance(&tokens[from..to], &mut past);
        from = to;
    }
    logits
}

fn some_tokens(count: u32) -> Vec<u32> {
    (0..count).map(|at| 3 + at * 37 % 260).collect()
}

#[test]
fn the_network_computes_what_the_plain_reference_computes() {
    let file = Synthetic::new();
    let engine = file.load().unwrap();
    let tokens = some_tokens(41);
    let expected = reference::logits(&file, &tokens);
    let found = logits(&engine, &tokens, &[]);
    let largest = expected.iter().fold(0.0_f64, |largest, logit| largest.max(logit.abs()));
    assert!(largest > 0.5, "the logits say nothing: {largest}");
    for (expected, found) in expected.iter().zip(&found) {
        assert!((expected - f64::from(*found)).abs() < 2e-3 * largest, "{expected} and {found} of {largest}");
    }
}

#[test]
fn the_same_tokens_give_the_same_bits_whatever_the_batches() {
    let engine = Synthetic::new().load().unwrap();
    let tokens = some_tokens(150);
    let whole = logits(&engine, &tokens, &[]);
    let one_by_one: Vec<usize> = (1..150).collect();
    for cuts in [&[1][..], &[149], &[63, 64, 65], &[7, 20, 141], &one_by_one] {
        assert_eq!(logits(&engine, &tokens, cuts), whole, "cut at {cuts:?}");
    }
}

#[test]
fn a_past_that_was_cut_back_is_as_good_as_a_new_one() {
    let engine = Synthetic::new().load().unwrap();
    let tokens = some_tokens(90);
    let mut past = engine.model.empty_past();
    engine.model.advance(&some_tokens(120), &mut past);
    for keep in [89, 64, 13, 1, 0] {
        past.truncate(keep);
        let found = engine.model.advance(&tokens[keep..], &mut past);
        assert_eq!(found, logits(&engine, &tokens, &[]), "kept {keep}");
    }
}
