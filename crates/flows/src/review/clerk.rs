//! What keeps a review inside its case. The review asks a [`Clerk`] before the model is asked anything, and tells it when
//! the look starts and what came of it; it knows nothing of how cases are kept.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use range::chat::{Ask, ChatError};
use types::Digest;
use types::chat::{ChatRequest, ChatResponse};

use crate::cases::CaseError;
use crate::error::FlowError;
use crate::plan::{PlannedCase, PlannedModel};

/// Whoever keeps a review inside its case.
pub trait Clerk: Send + Sync {
    /// Case, look and subject, as the plan names them.
    fn place(&self) -> &PlannedCase;

    /// Whether `model` may be asked now. `package` is the root of the package's log when that had one line; none, while
    /// there is no package.
    ///
    /// # Errors
    /// [`CaseError`]; nothing is to be shown to the model then.
    fn may_look(&self, model: &PlannedModel, package: Option<Digest>) -> Result<(), CaseError>;

    /// Records that the look starts in `package`. Said again of the same package, nothing happens.
    ///
    /// # Errors
    /// [`CaseError`]
    fn start(&self, model: &PlannedModel, package: Digest) -> Result<(), CaseError>;

    /// Records the result: `evidence` is the root of the package's log at its end. Said again, nothing happens.
    ///
    /// # Errors
    /// [`CaseError`]
    fn finish(&self, evidence: Digest) -> Result<(), CaseError>;
}

/// A look that is being taken: what the review needs to ask its clerk.
#[derive(Clone, Copy)]
pub(super) struct Taking<'a> {
    pub(super) clerk: &'a dyn Clerk,
    pub(super) model: &'a PlannedModel,
    pub(super) package: Digest,
}

impl Taking<'_> {
    /// Whether the look may go on.
    pub(super) fn may_go_on(&self) -> Result<(), CaseError> {
        self.clerk.may_look(self.model, Some(self.package))
    }
}

/// A model that is asked only while its case lets it be: each question anew, because a window can close and a developer
/// withdraw in the middle of an attempt. What stops it looks to the attempt like an operator who stops the review, so
/// that nothing of the attempt is lost.
pub(super) struct Guarded<'a> {
    chat: &'a dyn Ask,
    taking: Option<Taking<'a>>,
    refused: Mutex<Option<CaseError>>,
}

impl<'a> Guarded<'a> {
    pub(super) fn new(chat: &'a dyn Ask, taking: Option<Taking<'a>>) -> Self {
        Self { chat, taking, refused: Mutex::new(None) }
    }

    /// `done`, or why the case stopped it.
    pub(super) fn outcome<T>(&self, done: Result<T, FlowError>) -> Result<T, FlowError> {
        match self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(refused) => Err(refused.into()),
            None => done,
        }
    }
}

impl Ask for Guarded<'_> {
    fn ask(&self, request: &ChatRequest, within: Duration) -> Result<ChatResponse, ChatError> {
        match self.taking.map_or(Ok(()), |taking| taking.may_go_on()) {
            Ok(()) => self.chat.ask(request, within),
            Err(refused) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
                Err(ChatError::Cancelled)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docket::Refusal;
    use range::chat::{Cancel, Patience};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Lets so many questions through, then the developer withdraws.
    struct Withdrawn {
        place: PlannedCase,
        after: u32,
        asked: AtomicU32,
    }

    impl Clerk for Withdrawn {
        fn place(&self) -> &PlannedCase {
            &self.place
        }

        fn may_look(&self, _: &PlannedModel, package: Option<Digest>) -> Result<(), CaseError> {
            assert_eq!(package, Some(Digest::of(b"package")));
            if self.asked.fetch_add(1, Ordering::Relaxed) < self.after {
                Ok(())
            } else {
                Err(Refusal::CaseWithdrawn.into())
            }
        }

        fn start(&self, _: &PlannedModel, _: Digest) -> Result<(), CaseError> {
            Ok(())
        }

        fn finish(&self, _: Digest) -> Result<(), CaseError> {
            Ok(())
        }
    }

    /// Counts what the model is shown, and says that it is busy.
    #[derive(Default)]
    struct Shown(AtomicU32);

    impl Ask for Shown {
        fn ask(&self, _: &ChatRequest, _: Duration) -> Result<ChatResponse, ChatError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(ChatError::Unreachable("nobody is there".to_owned()))
        }
    }

    fn request() -> ChatRequest {
        ChatRequest {
            model: String::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            max_tokens: None,
            temperature: None,
            seed: None,
        }
    }

    #[test]
    fn after_a_withdrawal_the_model_is_shown_nothing_more_not_even_the_same_question_again() {
        let place = PlannedCase {
            case: "c-1".parse().unwrap(),
            look: "first".parse().unwrap(),
            subject: Digest::of(b"subject"),
        };
        let clerk = Withdrawn { place, after: 2, asked: AtomicU32::new(0) };
        let model = PlannedModel::Script { name: "random".to_owned() };
        let taking = Taking { clerk: &clerk, model: &model, package: Digest::of(b"package") };
        let patience = Patience { tries: 5, first_pause: Duration::ZERO, ..Patience::default() };
        let tried = |taking| {
            let shown = Shown::default();
            let guarded = Guarded::new(&shown, taking);
            let answer = patience.ask(&guarded, &request(), &Cancel::default());
            let done = guarded.outcome(answer.map(|_| ()).map_err(FlowError::from));
            (shown.0.load(Ordering::Relaxed), done.unwrap_err())
        };
        let (shown, stopped) = tried(Some(taking));
        assert_eq!(shown, 2);
        let FlowError::Case(stopped) = stopped else { panic!("{stopped}") };
        assert!(matches!(*stopped, CaseError::Refused(Refusal::CaseWithdrawn)));
        // Outside of a case it is asked until patience is over.
        let (shown, stopped) = tried(None);
        assert_eq!(shown, 5);
        assert!(matches!(stopped, FlowError::Endpoint(ChatError::Unreachable(_))));
    }
}
