//! What a pack is written as, `proofhouse-pack-1`: the page is drawn from nothing else.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::field::Kind;
use super::store::Readers;

/// The only format that this room writes and draws.
pub const FORMAT: &str = "proofhouse-pack-1";

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// `proofhouse-pack-1`.
    pub format: String,
    /// Whose questions it answers.
    pub pack: Kind,
    /// Version of the program that wrote it: another one may say the same in other words.
    pub proofhouse_version: String,
    /// The case.
    pub case: String,
    /// For whom.
    pub readers: Readers,
    /// When it was made, by the house's clock.
    pub made_at: Timestamp,
    /// Where the case's record stood.
    pub record: Recorded,
    /// Everything that the answers derive from.
    pub derived_from: Vec<Source>,
    /// The answers.
    pub sections: Vec<AnsweredSection>,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// How many entries it has.
    pub version: u64,
    /// Digest of the last entry's line: what the developer's receipt of that version holds.
    pub entry: Digest,
    /// Entries that are left out because they refer to classified material.
    pub withheld: u64,
}

/// Something that answers derive from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// The readers' view of the case, as one line of JSON.
    View {
        /// Digest of that line.
        digest: Digest,
    },
    /// An evidence package.
    Evidence {
        /// The look, or the item, under which the case has it.
        name: String,
        /// The root of its log: what the case recorded.
        root: Digest,
        /// Digest of its `report.json`; none when the package was not at hand.
        report: Option<Digest>,
    },
    /// The developer's response.
    Response {
        /// Digest of its bytes.
        digest: Digest,
    },
}

/// A section with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnsweredSection {
    /// Its stable name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its questions, answered or not.
    pub fields: Vec<AnsweredField>,
}

/// A question and what the record says to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredField {
    /// Its stable name.
    pub name: String,
    /// The question.
    pub question: String,
    /// Where the answer derives from, in words that `docs/packs.md` explains.
    pub from: Vec<String>,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What the record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// This, sentence by sentence.
    Derived {
        /// The sentences.
        lines: Vec<String>,
    },
    /// This, as a table.
    Table {
        /// What it shows.
        caption: String,
        /// Names of its columns.
        columns: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<String>>,
    },
    /// Somebody's own words, unedited.
    Quoted {
        /// Whose.
        by: String,
        /// The texts, oldest first.
        quotes: Vec<Quote>,
    },
    /// The record does not say.
    NotRecorded {
        /// What is missing.
        why: String,
    },
    /// Not something that a record can hold.
    ForAHuman {
        /// Who would know.
        who: String,
    },
    /// Recorded, and not for these readers.
    NotShown {
        /// Why.
        why: String,
    },
}

/// A text as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Digest of its bytes.
    pub digest: Digest,
    /// The text.
    pub text: String,
}

impl Answer {
    pub(super) fn line(line: impl Into<String>) -> Self {
        Self::Derived { lines: vec![line.into()] }
    }

    /// The lines, or that there are none and why.
    pub(super) fn lines_or(lines: Vec<String>, why: &str) -> Self {
        if lines.is_empty() { Self::missing(why) } else { Self::Derived { lines } }
    }

    pub(super) fn table_or(caption: &str, columns: &[&str], rows: Vec<Vec<String>>, why: &str) -> Self {
        if rows.is_empty() {
            return Self::missing(why);
        }
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Self::Table { caption: caption.to_owned(), columns, rows }
    }

    pub(super) fn missing(why: &str) -> Self {
        Self::NotRecorded { why: why.to_owned() }
    }

    pub(super) fn human(who: &str) -> Self {
        Self::ForAHuman { who: who.to_owned() }
    }

    pub(super) fn not_shown(why: &str) -> Self {
        Self::NotShown { why: why.to_owned() }
    }
}
