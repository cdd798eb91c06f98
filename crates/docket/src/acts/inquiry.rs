//! The inquiry: "is my model covered?", apart from any access.

use serde::{Deserialize, Serialize};

use crate::actor::Signers;
use crate::case::File;
use crate::refusal::Refusal;
use crate::scene::{DEVELOPER, OFFICE, Scene};
use crate::text::Text;

/// Acts of an inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The developer asks.
    Ask {
        /// The question.
        question: Text,
    },
    /// The reviewing office answers.
    Answer {
        /// What it expects.
        expectation: Expectation,
        /// Why.
        why: Text,
    },
}

/// What happened to an inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The developer asked.
    Asked {
        /// The question.
        question: Text,
    },
    /// The reviewing office answered.
    Answered {
        /// What it expects.
        expectation: Expectation,
        /// Why.
        why: Text,
    },
}

/// What the reviewing office expects. Not a determination, and nothing follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// The model is likely to be found covered.
    LikelyCovered,
    /// The model is likely not to be found covered.
    LikelyNotCovered,
    /// Nothing can be said without access.
    NeedsAccess,
}

/// The last question, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Inquiry {
    /// Nobody asked.
    NotAsked,
    /// A question is open.
    Asked {
        /// The question.
        question: Text,
    },
    /// The last question is answered; another one may follow.
    Answered {
        /// The question.
        question: Text,
        /// What the office expects.
        expectation: Expectation,
        /// Why.
        why: Text,
    },
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let open = matches!(scene.file.inquiry, Inquiry::Asked { .. });
    let event = match act.clone() {
        Act::Ask { question } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            scene.goes_on()?;
            if open {
                return Err(Refusal::InquiryOpen);
            }
            Event::Asked { question }
        }
        Act::Answer { expectation, why } => {
            scene.signed_by(Signers::One(OFFICE))?;
            scene.goes_on()?;
            if !open {
                return Err(Refusal::NoInquiry);
            }
            Event::Answered { expectation, why }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Asked { question } => file.inquiry = Inquiry::Asked { question },
        Event::Answered { expectation, why } => {
            if let Inquiry::Asked { question } = &file.inquiry {
                file.inquiry = Inquiry::Answered { question: question.clone(), expectation, why };
            }
        }
    }
}
