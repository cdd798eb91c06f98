//! The assessment: what the developer is given, why that much, and what it says to it, unedited.

use serde::{Deserialize, Serialize};
use types::Digest;

use crate::actor::Signers;
use crate::case::File;
use crate::refusal::Refusal;
use crate::scene::{DEVELOPER, OFFICE, Scene};
use crate::text::Text;

/// Acts around the assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Gives the developer an assessment; a later one adds to it.
    Give {
        /// Digest of what is given.
        assessment: Digest,
        /// What it holds, in short.
        given: Text,
        /// Why that much, and no more.
        why_that_much: Text,
    },
    /// The developer's response.
    Respond {
        /// Digest of the response, which stays with the case unedited.
        response: Digest,
        /// The response in short, in the developer's words.
        words: Text,
    },
}

/// What happened around the assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The developer has an assessment.
    Given {
        /// Digest of what is given.
        assessment: Digest,
        /// What it holds, in short.
        given: Text,
        /// Why that much, and no more.
        why_that_much: Text,
    },
    /// The developer responded.
    Responded {
        /// Digest of the response.
        response: Digest,
        /// The response in short.
        words: Text,
    },
}

/// How far the last assessment is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Assessment {
    /// None was given.
    NotGiven,
    /// The developer has it.
    Given {
        /// What it holds.
        given: Text,
        /// Why that much.
        why_that_much: Text,
    },
    /// The developer responded to it.
    Answered {
        /// What it holds.
        given: Text,
        /// Why that much.
        why_that_much: Text,
        /// Digest of the response.
        response: Digest,
        /// The response in short.
        words: Text,
    },
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::Give { assessment, given, why_that_much } => {
            scene.signed_by(Signers::One(OFFICE))?;
            Event::Given { assessment, given, why_that_much }
        }
        Act::Respond { response, words } => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            if scene.file.assessment == Assessment::NotGiven {
                return Err(Refusal::NoAssessment);
            }
            Event::Responded { response, words }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Given { assessment: _, given, why_that_much } => {
            file.assessment = Assessment::Given { given, why_that_much };
        }
        Event::Responded { response, words } => {
            if let Assessment::Given { given, why_that_much }
            | Assessment::Answered { given, why_that_much, .. } = &file.assessment
            {
                let (given, why_that_much) = (given.clone(), why_that_much.clone());
                file.assessment = Assessment::Answered { given, why_that_much, response, words };
            }
        }
    }
}
