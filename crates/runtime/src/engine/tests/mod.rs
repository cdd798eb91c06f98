//! Tests on a tiny model that is made here: two layers, a vocabulary of bytes and a few merges, ChatML.

mod conversation;
mod damage;
mod formats;
mod numbers;
mod real;
mod reference;
mod synthetic;
mod texts;

use types::chat::{ChatRequest, Message, Role};

/// A request with one user message.
fn asked(text: &str) -> ChatRequest {
    request(vec![Message::text(Role::User, text)])
}

fn request(messages: Vec<Message>) -> ChatRequest {
    let max_tokens = Some(12);
    ChatRequest {
        model: "m".to_owned(),
        messages,
        tools: Vec::new(),
        max_tokens,
        temperature: None,
        seed: None,
    }
}

/// The answer's text.
fn text(response: &types::chat::ChatResponse) -> &str {
    response.choices[0].message.content.as_deref().unwrap()
}
