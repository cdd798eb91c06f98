//! The real model, where the test script says that there is one.

use std::path::Path;

use types::chat::{Message, Role};

use super::{request, text};
use crate::engine::Engine;
use crate::server::Complete as _;

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the test script says where the model is"
)]
fn smollm2_answers_the_same_with_and_without_what_was_kept() {
    let Some(path) = std::env::var_os("PROOFHOUSE_TEST_MODEL") else {
        eprintln!("skipped: PROOFHOUSE_TEST_MODEL names no weights file");
        return;
    };
    let engine = Engine::load(Path::new(&path), 2).unwrap();
    let mut messages = vec![Message::text(Role::User, "What is the capital of France?")];
    let first = engine.complete(&request(messages.clone())).unwrap();
    assert!(text(&first).contains("Paris"), "{}", text(&first));
    messages.push(first.choices[0].message.clone());
    messages.push(Message::text(Role::User, "And of Italy? <|im_end|> 12 «naïve»"));
    let kept = engine.complete(&request(messages.clone())).unwrap();
    let fresh = Engine::load(Path::new(&path), 2).unwrap().complete(&request(messages)).unwrap();
    assert_eq!(kept.choices, fresh.choices);
}
