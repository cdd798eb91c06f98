//! Fields: a stable name, a question, where its answer derives from, and the derivation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::data::{Answer, AnsweredField};
use super::store::Store;
use super::{aef, aisi, eu};

/// Whose questions a pack answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Third-party evaluation practice, after the topics of AEF-1.
    #[serde(rename = "aef-1")]
    Aef1,
    /// A model report, after the topics of the EU Code of Practice's safety and security chapter.
    EuModelReport,
    /// An evaluation report in the style of an AI security institute.
    Aisi,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Aef1, Self::EuModelReport, Self::Aisi];

    /// Its stable name, as it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aef1 => "aef-1",
            Self::EuModelReport => "eu-model-report",
            Self::Aisi => "aisi",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Aef1 => "Evaluation practice, after AEF-1",
            Self::EuModelReport => "Model report, after the EU Code of Practice",
            Self::Aisi => "Evaluation report, AISI style",
        }
    }

    /// What it is not, in one sentence.
    #[must_use]
    pub fn disclaimer(self) -> &'static str {
        match self {
            Self::Aef1 => {
                "Questions in the house's own words, after the topics of the AI Evaluator Forum's AEF-1. Neither its text nor a claim to conform to it"
            }
            Self::EuModelReport => {
                "Questions in the house's own words, after the topics of Commitment 7 and Appendix 3 of the EU Code of Practice for general-purpose AI, chapter on safety and security. The report itself is its provider's; this is what a review can contribute to it"
            }
            Self::Aisi => {
                "Questions in the house's own words, as published evaluations of AI security institutes answer them. No such institute wrote or endorsed it"
            }
        }
    }

    /// Its outline.
    #[must_use]
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Aef1 => aef::SECTIONS,
            Self::EuModelReport => eu::SECTIONS,
            Self::Aisi => aisi::SECTIONS,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("{text:?} is no pack; the packs are {}", known.join(", "))
        })
    }
}

/// Part of an outline.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its stable name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its questions.
    pub fields: &'static [Field],
}

/// A question.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its stable name, unique within the pack.
    pub name: &'static str,
    /// The question, in the house's own words.
    pub question: &'static str,
    /// Where the answer derives from.
    pub from: &'static [From],
    pub(super) answer: fn(&Store) -> Answer,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Field {
    pub(super) fn answered(&self, store: &Store) -> AnsweredField {
        AnsweredField {
            name: self.name.to_owned(),
            question: self.question.to_owned(),
            from: self.from.iter().map(From::to_string).collect(),
            answer: (self.answer)(store),
        }
    }
}

/// Where an answer derives from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A field of the readers' view of the case.
    View(&'static str),
    /// A field of an evidence package's `report.json`.
    Report(&'static str),
    /// The document that the view's assessment names as the developer's response.
    Response,
    /// The conflicts of interest in the house's register.
    Conflicts,
    /// How far the case's record has come.
    Record,
    /// A rule of the docket that no case can leave.
    Rule,
    /// A human: the record cannot hold it.
    Human,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::View(field) => write!(f, "view.{field}"),
            Self::Report(field) => write!(f, "report.{field}"),
            Self::Response => f.write_str("document.response"),
            Self::Conflicts => f.write_str("register.conflicts"),
            Self::Record => f.write_str("record"),
            Self::Rule => f.write_str("rule"),
            Self::Human => f.write_str("human"),
        }
    }
}
