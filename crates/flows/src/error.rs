//! What can stop a use case, with a stable code and a documented exit code each (`docs/errors.md`).

use std::path::PathBuf;

use chamber::sources::SourcesError;
use chamber::{HostError, ServeError};
use range::agent::AttemptError;
use range::chat::ChatError;
use range::check::CheckError;
use range::debian::DebianError;
use range::suite::SuiteError;
use range::transcript::TranscriptError;
use seal::SealError;

use crate::cases::CaseError;
use crate::evidence::EvidenceError;
use crate::suite_debian::DebianSuiteError;
use crate::suite_folder::FolderError;
use crate::suite_generate::GenerateError;

/// A use case that could not come to its end. Nothing that was recorded is lost.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The model cannot be taken in.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The suite cannot be used.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// The suite could not be checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// A suite could not be made of Debian packages.
    #[error(transparent)]
    Debian(#[from] DebianSuiteError),
    /// The folder for a suite cannot be used.
    #[error(transparent)]
    SuiteFolder(#[from] FolderError),
    /// A suite could not be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The threshold cannot be used.
    #[error("{file}: {what}", file = .file.display())]
    Threshold {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// This machine cannot contain anything.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The model's runtime did not start.
    #[error(transparent)]
    Runtime(#[from] ServeError),
    /// The model's runtime ended during the review.
    #[error(
        "the model's runtime ended during the review ({0}); the same command starts it again and goes on"
    )]
    RuntimeEnded(String),
    /// The weights or the suite are not what they were when they were hashed.
    #[error(transparent)]
    Changed(#[from] seal::CheckError),
    /// The scripted agent's socket.
    #[error("the scripted agent's socket cannot be made")]
    Script(#[source] std::io::Error),
    /// An attempt stopped the review.
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    /// The endpoint did not answer the fixed probe prompts.
    #[error(transparent)]
    Endpoint(#[from] ChatError),
    /// The evidence cannot be written or read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The house's own files.
    #[error("{file} cannot be used; check that you own it, or name another folder with PROOFHOUSE_HOME", file = .file.display())]
    House {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder holds a review under another plan.
    #[error("{folder} holds a review under another plan ({differs} differs); name another folder with --out", folder = .folder.display())]
    OtherPlan {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        differs: &'static str,
    },
    /// The case in which it happens says no, or cannot be kept.
    #[error(transparent)]
    Case(Box<CaseError>),
    /// A command's options contradict each other or miss something.
    #[error("{0}")]
    Usage(String),
    /// The report could not be drawn.
    #[error("the report could not be drawn")]
    Report(#[from] report::ReportError),
}

/// Families of errors, each with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Options that make no sense together.
    Usage,
    /// A file that was given is wrong: change it.
    Input,
    /// Something that is needed is not installed or not permitted: install it.
    Machine,
    /// The model does not answer: start it or wait, then run the same command again.
    Model,
    /// A chamber does not contain: nothing more is run.
    Containment,
    /// The record cannot be kept: make space, then run the same command again.
    Record,
    /// The docket's rules say no: nothing was recorded.
    Refused,
    /// The operator stopped it: run the same command again.
    Stopped,
}

impl Family {
    /// The exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Input => 3,
            Self::Machine => 4,
            Self::Model => 5,
            Self::Containment => 6,
            Self::Record => 7,
            Self::Stopped => 9,
            Self::Refused => 10,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Input => "input",
            Self::Machine => "machine",
            Self::Model => "model",
            Self::Containment => "containment",
            Self::Record => "record",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
        }
    }
}

impl FlowError {
    /// The error's family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Usage(_) => Family::Usage,
            Self::Case(error) => error.family(),
            Self::Seal(_) | Self::Threshold { .. } | Self::OtherPlan { .. } => Family::Input,
            Self::Suite(SuiteError::MissingPackages { .. }) | Self::Host(_) => Family::Machine,
            Self::Suite(_) | Self::Check(CheckError::Suite(_)) => Family::Input,
            Self::Debian(error) => debian_family(error),
            Self::SuiteFolder(FolderError::Occupied { .. }) => Family::Usage,
            Self::SuiteFolder(FolderError::Unwritable { .. }) => Family::Record,
            Self::Generate(
                GenerateError::SeedUnreadable { .. }
                | GenerateError::SeedOpen { .. }
                | GenerateError::Seed { .. },
            ) => Family::Input,
            Self::Generate(GenerateError::Unproved { .. }) => Family::Machine,
            Self::Check(CheckError::Chamber { .. } | CheckError::Oracle { .. }) => Family::Machine,
            Self::Runtime(
                ServeError::Died { .. } | ServeError::Missing { .. } | ServeError::Unreadable { .. },
            )
            | Self::Changed(_) => Family::Input,
            Self::Runtime(ServeError::NoAddress) => Family::Usage,
            Self::Runtime(ServeError::Start { .. }) => Family::Machine,
            Self::Runtime(ServeError::NotReady { .. }) | Self::RuntimeEnded(_) => Family::Model,
            Self::Script(_) | Self::House { .. } | Self::Report(_) | Self::Evidence(_) => Family::Record,
            Self::Endpoint(ChatError::Cancelled)
            | Self::Attempt(AttemptError::Model(ChatError::Cancelled)) => Family::Stopped,
            Self::Endpoint(_) | Self::Attempt(AttemptError::Model(_)) => Family::Model,
            Self::Runtime(ServeError::NotContained { .. })
            | Self::Check(CheckError::NotContained { .. })
            | Self::Attempt(AttemptError::NotContained(_)) => Family::Containment,
            Self::Attempt(AttemptError::Chamber(_)) => Family::Machine,
            Self::Attempt(AttemptError::Record(_)) => Family::Record,
        }
    }
}

impl From<CaseError> for FlowError {
    fn from(error: CaseError) -> Self {
        Self::Case(Box::new(error))
    }
}

fn debian_family(error: &DebianSuiteError) -> Family {
    match error {
        DebianSuiteError::Package(DebianError::NoRecipe { .. }) => Family::Usage,
        DebianSuiteError::NoSources { .. }
        | DebianSuiteError::Unreadable { .. }
        | DebianSuiteError::Sources(SourcesError::Name(_))
        | DebianSuiteError::Package(DebianError::Unusable { .. }) => Family::Input,
        DebianSuiteError::Package(DebianError::NotContained { .. }) => Family::Containment,
        DebianSuiteError::Package(DebianError::Chamber { .. } | DebianError::Oracle { .. })
        | DebianSuiteError::Sources(
            SourcesError::NoPlaces
            | SourcesError::File { .. }
            | SourcesError::Start(_)
            | SourcesError::Failed { .. },
        ) => Family::Machine,
    }
}

impl From<TranscriptError> for FlowError {
    fn from(error: TranscriptError) -> Self {
        Self::Attempt(AttemptError::Record(error))
    }
}
