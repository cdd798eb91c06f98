//! What can stand in the way of showing a review.

use types::{ItemId, RunNumber};

/// Why a review cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The data is of another version of this program.
    #[error("the report's format is {0:?}; this program shows {expected:?}", expected = crate::data::FORMAT)]
    Format(String),
    /// The pack is of another version of this program.
    #[error("the pack's format is {0:?}; this program shows {expected:?}", expected = crate::packs::FORMAT)]
    PackFormat(String),
    /// A number that should be a share is not one; nothing honest can be drawn from it.
    #[error("{place} is not a share from 0 to 1 within its interval")]
    Share {
        /// Where it stands.
        place: String,
    },
    /// Two places count the same things and disagree.
    #[error("run {run}: {what} do not add up")]
    Counts {
        /// The run.
        run: RunNumber,
        /// What was counted.
        what: &'static str,
    },
    /// The review has no such run.
    #[error("the review has no run {0}")]
    NoRun(RunNumber),
    /// A transcript was given for an item that the run does not have, or twice.
    #[error("the run has no item {0} that lacks a transcript")]
    StraySample(ItemId),
    /// An item was given, and its transcript is missing here.
    #[error("the transcript of item {0} is missing")]
    MissingSample(ItemId),
    /// A transcript is of another attempt.
    #[error("the transcript given for item {0} is of another attempt")]
    ForeignSample(ItemId),
    /// The template engine failed.
    #[error("the page cannot be drawn")]
    Draw(#[from] askama::Error),
    /// The JSON writer failed.
    #[error("the JSON cannot be written")]
    Json(#[from] serde_json::Error),
    /// The archive writer failed.
    #[error("the Inspect log cannot be packed")]
    Pack(#[from] zip::result::ZipError),
    /// Writing into the archive failed.
    #[error("the Inspect log cannot be written")]
    Write(#[from] std::io::Error),
}
