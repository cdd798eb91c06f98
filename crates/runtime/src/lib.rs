//! Serves a model over the OpenAI chat-completions protocol on a Unix socket.
//!
//! Two halves that know nothing of each other's insides: [`server`] speaks the protocol for whoever can complete
//! a conversation, [`engine`] completes conversations with the weights of a GGUF file. [`run`] joins them. It
//! needs no network, no environment, no home and no devices, because it runs in a chamber that has none.

pub mod engine;
mod run;
pub mod server;

pub use run::{RuntimeError, run};
