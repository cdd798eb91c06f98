//! Patience with an endpoint: which errors are worth another try, and how long is waited in between.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use types::chat::{ChatRequest, ChatResponse};

use super::ChatError;

/// Something that answers a conversation.
pub trait Ask: Send + Sync {
    /// Asks once and waits at most `within` for the whole answer.
    ///
    /// # Errors
    /// [`ChatError`]; nothing was changed by a failed question.
    fn ask(&self, request: &ChatRequest, within: Duration) -> Result<ChatResponse, ChatError>;
}

/// A request to stop, which ends every wait at once.
#[derive(Default)]
pub struct Cancel {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    /// Asks everything to stop.
    pub fn stop(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn stopped(&self) -> bool {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `pause`, or until a stop is asked for. Says whether one was.
    #[must_use]
    pub fn wait(&self, pause: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        *self
            .changed
            .wait_timeout_while(stopped, pause, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }
}

/// How often and how patiently an endpoint is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Tries in all.
    pub tries: u32,
    /// The first pause; each later one is twice as long.
    pub first_pause: Duration,
    /// The longest pause, also where the endpoint asks for more.
    pub longest_pause: Duration,
    /// The longest wait for one answer.
    pub answer: Duration,
    /// The longest wait that the item's budget leaves.
    pub budget: Duration,
}

impl Default for Patience {
    /// Five tries over half a minute of pauses: a rate limit passes, a dead endpoint stops the review soon.
    fn default() -> Self {
        Self {
            tries: 5,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(30),
            answer: Duration::from_secs(180),
            budget: Duration::MAX,
        }
    }
}

impl Patience {
    /// The same patience where the item's budget leaves only `left`.
    #[must_use]
    pub fn within(self, left: Duration) -> Self {
        Self { budget: left, ..self }
    }

    /// Asks until there is an answer, an error that another try cannot mend, or no try left.
    ///
    /// # Errors
    /// The last try's [`ChatError`], [`ChatError::OutOfTime`] when the budget's time ran out during an answer, or
    /// [`ChatError::Cancelled`].
    pub fn ask(
        &self,
        chat: &dyn Ask,
        request: &ChatRequest,
        cancel: &Cancel,
    ) -> Result<ChatResponse, ChatError> {
        let mut pause = self.first_pause;
        let (mut left, mut timed_out) = (self.tries, false);
        loop {
            left = left.saturating_sub(1);
            if cancel.stopped() {
                return Err(ChatError::Cancelled);
            }
            let error = match chat.ask(request, self.answer.min(self.budget)) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wanted = match &error {
                ChatError::Busy { retry_after, .. } => retry_after.unwrap_or(pause),
                ChatError::TimedOut(_) if self.budget < self.answer => return Err(ChatError::OutOfTime),
                // An endpoint that hung twice is not waited for again: each wait is minutes.
                ChatError::TimedOut(_) if timed_out => return Err(error),
                ChatError::TimedOut(_) => {
                    timed_out = true;
                    pause
                }
                ChatError::Unreachable(_) | ChatError::Failed { .. } | ChatError::Protocol(_) => pause,
                ChatError::Rejected { .. } | ChatError::OutOfTime | ChatError::Cancelled => {
                    return Err(error);
                }
            };
            if left == 0 {
                return Err(error);
            }
            if cancel.wait(wanted.min(self.longest_pause)) {
                return Err(ChatError::Cancelled);
            }
            pause = (pause * 2).min(self.longest_pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Script(AtomicU32, fn(u32) -> Result<ChatResponse, ChatError>);

    impl Ask for Script {
        fn ask(&self, _request: &ChatRequest, _within: Duration) -> Result<ChatResponse, ChatError> {
            (self.1)(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }

    fn asked(answer: fn(u32) -> Result<ChatResponse, ChatError>) -> (u32, Result<ChatResponse, ChatError>) {
        let script = Script(AtomicU32::new(0), answer);
        let patience = Patience { tries: 3, first_pause: Duration::ZERO, ..Patience::default() };
        let request = ChatRequest {
            model: String::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            max_tokens: None,
            temperature: None,
            seed: None,
        };
        let answer = patience.ask(&script, &request, &Cancel::default());
        (script.0.load(Ordering::Relaxed), answer)
    }

    #[test]
    fn a_busy_endpoint_is_asked_again_and_a_refusing_one_is_not() {
        let (tries, last) = asked(|_| Err(ChatError::Unreachable("x".to_owned())));
        assert!(tries == 3 && matches!(last, Err(ChatError::Unreachable(_))));
        let (tries, _) = asked(|_| {
            Err(ChatError::Rejected { status: 400, code: None, words: super::super::Words(String::new()) })
        });
        assert_eq!(tries, 1);
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let cancel = Cancel::default();
        cancel.stop();
        assert!(cancel.wait(Duration::from_secs(3600)));
    }
}
