//! The evidence store: everything that packs are made from, and nothing that their readers may not see.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::case::Case;
use super::data::{Quote, Recorded, Source};
use crate::data::Review;

/// For whom a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// The house: office, designating authority.
    House,
    /// Auditors.
    Auditor,
    /// The developer.
    Developer,
}

impl Readers {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::House => "the house",
            Self::Auditor => "auditors",
            Self::Developer => "the developer",
        }
    }
}

/// What packs are made from.
#[derive(Debug, Clone)]
pub struct Store {
    /// Version of this program.
    pub proofhouse_version: String,
    /// For whom.
    pub readers: Readers,
    /// The time of making.
    pub made_at: Timestamp,
    /// Where the record stands.
    pub record: Recorded,
    /// The case as these readers may see it.
    pub case: Case,
    /// Digest of the view's line that `case` was read from.
    pub view: Digest,
    /// Conflicts of interest with this developer or case; none where the readers do not see the register.
    pub conflicts: Option<Vec<Conflict>>,
    /// Every response of the developer's, oldest first: a later assessment does not take an earlier one away.
    pub responses: Vec<Quote>,
    /// What was measured, as far as these readers may see it.
    pub measurements: Vec<Measurement>,
}

/// A declared conflict of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Whose.
    pub person: String,
    /// With what: the developer or the case.
    pub with: String,
}

/// One evidence package that the case names.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// The look, or the item, under which the case has it.
    pub name: String,
    /// Digest of the subject that was looked at, where the readers see looks.
    pub subject: Option<Digest>,
    /// The root of the package's log.
    pub root: Digest,
    /// Its report, where the package was at hand: digest of `report.json`, and what it says.
    pub report: Option<(Digest, Box<Review>)>,
}

impl Store {
    pub(super) fn sources(&self) -> Vec<Source> {
        let evidence = self.measurements.iter().map(|measured| Source::Evidence {
            name: measured.name.clone(),
            root: measured.root,
            report: measured.report.as_ref().map(|(digest, _)| *digest),
        });
        let responses = self.responses.iter().map(|response| Source::Response { digest: response.digest });
        std::iter::once(Source::View { digest: self.view }).chain(evidence).chain(responses).collect()
    }

    /// Every measurement whose report is at hand.
    pub(super) fn reports(&self) -> impl Iterator<Item = (&Measurement, &Review)> {
        self.measurements
            .iter()
            .filter_map(|measured| measured.report.as_ref().map(|(_, review)| (measured, &**review)))
    }
}
