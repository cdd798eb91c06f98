//! Why something could not be done with a case: a rule said no, or the record could not be kept or read.

use std::path::PathBuf;

use docket::journal::JournalError;
use docket::{PersonId, PolicyError, RecordError, Refusal, StreamId};

use types::Digest;

use crate::error::Family;

/// What stops a use case of the docket.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The rules say no. Nothing was kept.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The record is not what was kept.
    #[error("the record of {stream} cannot be believed; restore it from a copy")]
    Record {
        /// Whose.
        stream: StreamId,
        /// Why.
        source: RecordError,
    },
    /// The record cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The policies cannot be used: nothing is started.
    #[error("the policies cannot be used")]
    Policies(#[from] PolicyError),
    /// The person could act from several seats.
    #[error("{person} has several seats; name one with --seat ROLE/PARTY")]
    SeatUnnamed {
        /// Who.
        person: PersonId,
    },
    /// Somebody else wrote faster, again and again.
    #[error("others keep changing {0}; try again")]
    Contended(StreamId),
    /// A file of the docket's cannot be written or read.
    #[error("{file} cannot be used; check its permissions and the space", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{file}: {what}", file = .file.display())]
    Invalid {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The opening of the case's threshold is somewhere else.
    #[error(
        "the opening of the case's threshold is not in this house; bring it to {file} from the house that committed to it",
        file = .file.display()
    )]
    NoOpening {
        /// Where it has to be.
        file: PathBuf,
    },
    /// An audience without a part in the case.
    #[error("the case has nothing for that audience; name one that has a part in it")]
    NoPart,
    /// Classified material stays outside, and with it whatever says where it is.
    #[error(
        "a text of the case repeats a reference to classified material, which never leaves; export something without that text"
    )]
    Classified,
    /// Packs are for house, auditors and developer.
    #[error("packs are made for house, auditor and developer; export without --pack")]
    NoPackForThem,
    /// The developer's own words are to stand in every export, so they have to be here.
    #[error(
        "the text of the developer's response {digest} is not at hand; give it along as a text of at most 1 MiB, with response=@FILE or --attach FILE"
    )]
    ResponseMissing {
        /// Digest of the response.
        digest: Digest,
    },
    /// An evidence package that does not hold.
    #[error("{folder} does not hold as evidence; give the package that the case names", folder = .folder.display())]
    Evidence {
        /// Where.
        folder: PathBuf,
        /// The first thing that does not hold.
        source: Box<crate::verify::Broken>,
    },
    /// An evidence package of something else.
    #[error(
        "no look that these readers may see has the evidence {root}; give the packages that the case names"
    )]
    StrayEvidence {
        /// The root of its log.
        root: Digest,
    },
    /// A pack that cannot be made.
    #[error("the pack cannot be drawn: {0}")]
    Undrawn(String),
    /// The house could not sign.
    #[error("the house cannot sign this: {0}")]
    Unsigned(String),
    /// The case's log and its record do not go together, or the log cannot be written.
    #[error("the log of the case {case} cannot be used")]
    Log {
        /// Whose.
        case: docket::CaseId,
        /// Why.
        source: Box<super::log::CaseLogError>,
    },
    /// A cosigned checkpoint is not believed. Nothing was kept.
    #[error(transparent)]
    Cosigned(#[from] super::cosign::CosignError),
    /// The signing key of the house.
    #[error(transparent)]
    House(Box<crate::error::FlowError>),
}

impl CaseError {
    /// Whether a case's log and its record say different things.
    #[must_use]
    pub fn is_contradiction(&self) -> bool {
        matches!(self, Self::Log { source, .. } if source.is_contradiction())
    }

    /// The error's family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Refused(_) | Self::NoPart | Self::Classified => Family::Refused,
            Self::NoPackForThem => Family::Usage,
            Self::SeatUnnamed { .. } => Family::Usage,
            Self::Policies(_)
            | Self::Invalid { .. }
            | Self::NoOpening { .. }
            | Self::Cosigned(_)
            | Self::ResponseMissing { .. }
            | Self::Evidence { .. }
            | Self::StrayEvidence { .. } => Family::Input,
            Self::Log { source, .. } if matches!(**source, super::log::CaseLogError::NotSaid(_)) => {
                Family::Input
            }
            Self::Record { .. }
            | Self::Journal(_)
            | Self::Log { .. }
            | Self::Contended(_)
            | Self::Unsigned(_)
            | Self::Undrawn(_)
            | Self::File { .. } => Family::Record,
            Self::House(error) => error.family(),
        }
    }
}
