//! The OpenAI chat-completions protocol over a Unix socket, for whoever can complete a conversation.
//!
//! Owns the protocol: routes, body limits, errors in the protocol's own shape. Knows nothing of models; the
//! embedded engine and scripted agents are served alike. Prompts and answers are never logged.
//!
//! Source: the OpenAI API reference, "Create chat completion" and "List models".

mod error;
mod request;
mod routes;
#[cfg(test)]
mod tests;

use std::io;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;
use types::chat::{ChatRequest, ChatResponse};

/// How many completions may wait or run at once. One conversation at a time is the normal use; more than this
/// is a caller that has lost count, and is told so instead of being queued.
const WAITING_MAX: usize = 64;

/// Answers conversations, one request at a time or many: the server calls it from as many threads as there are
/// requests. It must not keep anything that one request leaves behind from changing the answer to the next.
pub trait Complete: Send + Sync + 'static {
    /// The answer to `request`. Blocks until it is complete.
    ///
    /// # Errors
    /// [`CompleteError`], by what the caller can do about it.
    fn complete(&self, request: &ChatRequest) -> Result<ChatResponse, CompleteError>;

    /// The same, given up early when nobody waits for the answer any more. What is slow should look at `awaited`.
    ///
    /// # Errors
    /// As [`Complete::complete`], and [`CompleteError::Abandoned`].
    fn complete_for(&self, request: &ChatRequest, awaited: &Awaited) -> Result<ChatResponse, CompleteError> {
        if awaited.still() { self.complete(request) } else { Err(CompleteError::Abandoned) }
    }

    /// The name under which `/v1/models` lists it.
    fn model(&self) -> &str;

    /// What a reader of `/v1/models` should know about it, one sentence each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Whether somebody waits for an answer.
#[derive(Debug, Clone, Default)]
pub struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Whether somebody still does.
    #[must_use]
    pub fn still(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Dropped when the client hangs up or has its answer; nobody waits from then on.
struct Waiting(Awaited);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Why a conversation was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompleteError {
    /// The request itself is wrong; sending it again changes nothing.
    #[error("{0}")]
    Invalid(String),
    /// The conversation no longer fits: shorten it.
    #[error("the conversation is {prompt_tokens} tokens long and the model's context holds {context_tokens}")]
    ContextLength {
        /// Tokens of the conversation.
        prompt_tokens: usize,
        /// Tokens that the model can see at once.
        context_tokens: usize,
    },
    /// The model knows no tools: ask again without them.
    #[error("{0}")]
    ToolsUnsupported(String),
    /// Nobody waits for the answer any more.
    #[error("the client hung up")]
    Abandoned,
    /// The completer broke; the request may be fine.
    #[error("{0}")]
    Failed(String),
}

/// Ends a server that was started with [`serve_until`]; dropping it ends the server too.
#[derive(Debug)]
pub struct Stop(oneshot::Sender<()>);

impl Stop {
    /// Takes no new connections from now on and lets the requests under way finish.
    pub fn stop(self) {
        // The server may have ended already; then there is nothing left to stop.
        let _ = self.0.send(());
    }
}

/// The server's end of a [`Stop`].
#[derive(Debug)]
pub struct Stopped(oneshot::Receiver<()>);

/// A pair of which the first ends the server that holds the second.
#[must_use]
pub fn stopper() -> (Stop, Stopped) {
    let (sender, receiver) = oneshot::channel();
    (Stop(sender), Stopped(receiver))
}

/// Serves `completer` on `listener` until the process ends.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: UnixListener, completer: Arc<dyn Complete>) -> io::Result<()> {
    let (_stop, stopped) = stopper();
    serve_until(listener, completer, stopped)
}

/// Serves `completer` on `listener` until it is stopped; blocks until the requests under way are answered.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve_until(listener: UnixListener, completer: Arc<dyn Complete>, stopped: Stopped) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(WAITING_MAX)
        .build()?;
    runtime.block_on(async move {
        let listener = tokio::net::UnixListener::from_std(listener)?;
        let ended = async move {
            // An error means that the other end was dropped, which ends the server as well.
            let _ = stopped.0.await;
        };
        axum::serve(listener, routes::router(completer)).with_graceful_shutdown(ended).await
    })
}
