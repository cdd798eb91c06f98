//! The case, read from the JSON of a view: the developer's or the office's. What a view has no field for is no field
//! here either; a view that lacks one that it should have is an error, never an empty answer.

use serde::Deserialize;
use types::{Digest, Timestamp};

/// A view that is none.
#[derive(Debug, thiserror::Error)]
#[error("the case's view is not one that packs are made from")]
pub struct CaseError(#[from] serde_json::Error);

/// A case as somebody may see it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the developer and the house see alike.
    pub(super) common: Common,
    /// What one of them sees.
    pub(super) side: Side,
}

/// What only one side sees.
#[derive(Debug, Clone)]
pub(super) enum Side {
    Developer(DeveloperPart),
    Office(Box<OfficePart>),
}

impl Case {
    /// Reads the developer's view.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn of_developer(view: &str) -> Result<Self, CaseError> {
        Ok(Self { common: serde_json::from_str(view)?, side: Side::Developer(serde_json::from_str(view)?) })
    }

    /// Reads the office's view.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn of_office(view: &str) -> Result<Self, CaseError> {
        Ok(Self { common: serde_json::from_str(view)?, side: Side::Office(serde_json::from_str(view)?) })
    }

    /// The digest of the developer's response, where it gave one.
    #[must_use]
    pub fn response(&self) -> Option<Digest> {
        self.common.assessment.as_ref().and_then(|assessment| assessment.response)
    }

    /// The evidence packages that these readers may see: the looks that have a result, or the held items.
    #[must_use]
    pub fn evidence(&self) -> Vec<(String, Option<Digest>, Digest)> {
        match &self.side {
            Side::Office(office) => {
                let looks = office.looks.iter();
                looks
                    .filter_map(|it| it.evidence.map(|digest| (it.look.clone(), Some(it.subject), digest)))
                    .collect()
            }
            Side::Developer(_) => {
                let items = self.common.items.iter();
                items.filter_map(|it| it.held().map(|digest| (it.item.clone(), None, digest))).collect()
            }
        }
    }

    /// Developer and case, where these readers see whose case it is.
    #[must_use]
    pub fn parties(&self) -> Option<(&str, &str)> {
        self.office().map(|office| (office.developer.as_str(), self.common.case.as_str()))
    }

    pub(super) fn office(&self) -> Option<&OfficePart> {
        match &self.side {
            Side::Developer(_) => None,
            Side::Office(office) => Some(office),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Common {
    pub case: String,
    pub model: String,
    pub standing: String,
    pub inquiry: Option<Inquiry>,
    pub terms: Option<Terms>,
    pub threshold: Option<Digest>,
    pub window: Window,
    pub planned_release: Option<Timestamp>,
    pub lost: Lost,
    pub grants: Vec<Grant>,
    pub subject: Option<Subject>,
    pub deltas: u32,
    pub assessment: Option<Assessment>,
    pub reconsideration: Option<String>,
    pub safeguards: Vec<Safeguard>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct DeveloperPart {
    pub determination: Option<String>,
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OfficePart {
    pub developer: String,
    pub opened_at: Timestamp,
    pub error_budget: Option<ErrorBudget>,
    pub error_budget_left: Option<ErrorBudget>,
    pub work: Vec<Work>,
    pub looks: Vec<Look>,
    pub consultation: Vec<Consultation>,
    pub determination: Determination,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Inquiry {
    pub question: String,
    pub expectation: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Terms {
    pub modes: Vec<String>,
    pub purposes: Vec<String>,
    pub readers: Vec<String>,
    pub expires: Timestamp,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Subject {
    pub checkpoint: Digest,
    pub system_prompt: Option<Digest>,
    pub safeguards: Option<Digest>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "window", rename_all = "snake_case")]
pub(super) enum Window {
    Unopened,
    Open { opened_at: Timestamp, ends_at: Timestamp },
    Closed { opened_at: Timestamp, closed_at: Timestamp, ending: Ending },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    RanOut { unfinished: Vec<String> },
    ReleaseCame { unfinished: Vec<String> },
    Withdrawn,
    Finished,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Lost {
    pub periods: Vec<LostTime>,
    pub total_millis: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct LostTime {
    pub cause: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Grant {
    pub person: String,
    pub mode: String,
    pub purpose: String,
    pub until: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Assessment {
    pub given: String,
    pub why_that_much: String,
    pub response: Option<Digest>,
    pub words: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Safeguard {
    pub safeguard: String,
    pub kind: String,
    pub what: String,
    pub what_shows_it: Option<String>,
    pub due_at: Timestamp,
    pub keeping: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub item: String,
    pub content: Content,
    pub marking: String,
    pub retain_until: Timestamp,
    pub holders: Vec<(String, Holding)>,
    pub holds: Vec<(String, String)>,
}

impl Item {
    fn held(&self) -> Option<Digest> {
        match self.content {
            Content::Held(digest) => Some(digest),
            Content::Elsewhere(_) => None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    Held(Digest),
    /// What it stands for is read past: no pack says it.
    Elsewhere(serde::de::IgnoredAny),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Holding {
    Holds,
    Deleted {
        #[serde(rename = "certificate")]
        _certificate: Digest,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ErrorBudget {
    pub alpha_ppm: u32,
    pub beta_ppm: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Work {
    pub work: String,
    pub what: String,
    pub business_days: u32,
    pub progress: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Look {
    pub look: String,
    pub subject: Digest,
    pub evidence: Option<Digest>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Consultation {
    pub answer: ConsultedAnswer,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(super) enum ConsultedAnswer {
    Waiting,
    NoComment,
    Comment,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Determination {
    NoDeterminationMade,
    Determined(Memo),
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Memo {
    pub finding: String,
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reason {
    pub text: String,
    pub releasable: String,
}
