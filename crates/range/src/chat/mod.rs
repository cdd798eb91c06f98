//! Asking a model: the OpenAI chat-completions protocol over TCP, TLS or a Unix socket.
//!
//! Everything that an endpoint sends is bounded in size and time and may be anything. A key is sent in one header
//! and shown nowhere.

mod retry;
mod unix;

use std::path::PathBuf;
use std::time::Duration;

use types::Secret;
use types::chat::{ChatRequest, ChatResponse};

pub use retry::{Ask, Cancel, Patience};

/// The largest answer that is read: escaped at its worst, it still fits a transcript's line.
const ANSWER_MAX_BYTES: u64 = 512 << 10;

/// What is kept of an endpoint's own words in an error.
const WORDS_MAX_CHARS: usize = 160;

/// Where a model is asked.
#[derive(Debug, Clone)]
pub enum Address {
    /// An endpoint's base address, such as `https://host/v1`.
    Url {
        /// The base address, without a slash at its end.
        base: String,
        /// Sent as a bearer token.
        key: Option<Secret>,
    },
    /// A socket on this machine.
    Unix(PathBuf),
}

/// Why a model did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// No connection, or it broke.
    #[error("the model's endpoint cannot be reached ({0})")]
    Unreachable(String),
    /// No answer in time.
    #[error("the model's endpoint did not answer within {0} seconds")]
    TimedOut(u64),
    /// Too many requests, or the endpoint is at its limit.
    #[error("the model's endpoint asks for patience (status {status}){words}")]
    Busy {
        /// 429 or 503.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
        /// What it said.
        words: Words,
    },
    /// The endpoint failed.
    #[error("the model's endpoint failed (status {status}){words}")]
    Failed {
        /// 5xx.
        status: u16,
        /// What it said.
        words: Words,
    },
    /// The endpoint will not answer this request.
    #[error("the model's endpoint refused the request (status {status}){words}")]
    Rejected {
        /// 4xx.
        status: u16,
        /// The code in its error, such as `context_length_exceeded`.
        code: Option<String>,
        /// What it said.
        words: Words,
    },
    /// Something that is not the protocol.
    #[error("the model's endpoint answered outside the chat protocol ({0})")]
    Protocol(&'static str),
    /// The item's time ran out during an answer.
    #[error("the item's time ran out during an answer")]
    OutOfTime,
    /// The review is being stopped.
    #[error("the review was stopped")]
    Cancelled,
}

/// What an endpoint said of its error, bounded; may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// A connection to a model.
pub struct Client {
    agent: ureq::Agent,
    url: String,
    key: Option<Secret>,
}

impl Client {
    /// A client for `address`.
    #[must_use]
    pub fn new(address: Address) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // The environment names no proxy here: what an endpoint is reached through is the operator's explicit choice.
            .proxy(None)
            .user_agent(concat!("proofhouse/", env!("CARGO_PKG_VERSION")))
            .build();
        match address {
            Address::Url { base, key } => {
                let url = format!("{}/chat/completions", base.trim_end_matches('/'));
                Self { agent: config.new_agent(), url, key }
            }
            Address::Unix(path) => {
                let agent = ureq::Agent::with_parts(config, unix::Connector(path), unix::NoNames);
                Self { agent, url: "http://socket/v1/chat/completions".to_owned(), key: None }
            }
        }
    }
}

fn failure(error: &ureq::Error, within: Duration) -> ChatError {
    match error {
        ureq::Error::Timeout(_) => ChatError::TimedOut(within.as_secs()),
        ureq::Error::BodyExceedsLimit(_) => ChatError::Protocol("its answer is too large"),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => ChatError::Protocol("its answer is not HTTP"),
        other => ChatError::Unreachable(bounded(&other.to_string()).0),
    }
}

impl Ask for Client {
    fn ask(&self, request: &ChatRequest, within: Duration) -> Result<ChatResponse, ChatError> {
        let body =
            serde_json::to_vec(request).map_err(|_| ChatError::Protocol("the request cannot be written"))?;
        let call = self.agent.post(&self.url).config().timeout_global(Some(within)).build();
        let mut call = call.header("content-type", "application/json");
        if let Some(key) = &self.key {
            call = call.header("authorization", format!("Bearer {}", key.expose()));
        }
        let mut answer = call.send(&body[..]).map_err(|error| failure(&error, within))?;
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let read = answer.body_mut().with_config().limit(ANSWER_MAX_BYTES).read_to_vec();
        let bytes = read.map_err(|error| failure(&error, within))?;
        if status != 200 {
            return Err(unwanted(status, retry_after.map(Duration::from_secs), &bytes));
        }
        let response: ChatResponse = serde_json::from_slice(&bytes)
            .map_err(|_| ChatError::Protocol("its answer is not a chat completion"))?;
        if response.choices.is_empty() {
            return Err(ChatError::Protocol("its answer holds no choice"));
        }
        Ok(response)
    }
}

fn unwanted(status: u16, retry_after: Option<Duration>, bytes: &[u8]) -> ChatError {
    let said: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let part = |name: &str| said.as_ref().and_then(|said| said.pointer(&format!("/error/{name}"))?.as_str());
    let words = bounded(part("message").unwrap_or_default());
    match status {
        429 | 503 => ChatError::Busy { status, retry_after, words },
        500.. => ChatError::Failed { status, words },
        _ => ChatError::Rejected { status, code: part("code").map(str::to_owned), words },
    }
}

fn bounded(text: &str) -> Words {
    Words(text.chars().filter(|c| !c.is_control()).take(WORDS_MAX_CHARS).collect())
}

/// Reads an endpoint's base address.
///
/// # Errors
/// One sentence saying what is wrong with it.
pub fn endpoint_base(text: &str) -> Result<String, &'static str> {
    let uri: ureq::http::Uri = text.parse().map_err(|_| "an endpoint is an address like https://host/v1")?;
    match uri.scheme_str() {
        Some("https" | "http") if uri.host().is_some() => {}
        _ => return Err("an endpoint is an address like https://host/v1"),
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(
            "an endpoint's address holds no user or key; give the key with --key-file or PROOFHOUSE_KEY",
        );
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_key_in_it_is_refused() {
        assert!(endpoint_base("https://user:key@host/v1").is_err());
        assert!(endpoint_base("ftp://host").is_err());
        assert_eq!(endpoint_base("http://127.0.0.1:8000/v1/"), Ok("http://127.0.0.1:8000/v1".to_owned()));
    }

    #[test]
    fn an_endpoints_own_words_are_bounded_and_bare() {
        let body = format!(r#"{{"error":{{"message":"\u001b[2J{}","code":"x"}}}}"#, "a".repeat(9999));
        let said = unwanted(400, None, body.as_bytes()).to_string();
        assert!(said.len() < 300 && !said.contains('\u{1b}'), "{said}");
    }
}
