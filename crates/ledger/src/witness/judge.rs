//! What a witness may cosign.

use super::request::AddCheckpoint;
use crate::checkpoint::CheckpointError;
use crate::proof::{ProofError, verify_consistency};
use crate::rotation::LogKeys;
use crate::tree::TreeHead;

/// Why a witness does not cosign. Each has its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefusal {
    /// The request is none: mend the client.
    #[error("not an add-checkpoint request: {0}")]
    Malformed(&'static str),
    /// The witness does not know the log: ask its operator to admit it.
    #[error("the log {0} is not known here")]
    UnknownLog(String),
    /// No key that speaks for the log signed, or the note is no checkpoint of it.
    #[error(transparent)]
    Untrusted(#[from] CheckpointError),
    /// The witness has cosigned another size: prove from that one.
    #[error("the last checkpoint cosigned here has {0} entries")]
    OtherSize(u64),
    /// The log shows a second root for a size that was cosigned: keep the request as evidence.
    #[error("another root was cosigned here for {0} entries")]
    Forked(u64),
    /// The proof does not show that the log only grew: send the right one; if there is none, the log was changed.
    #[error(transparent)]
    NotGrown(ProofError),
}

impl WitnessRefusal {
    /// The status that the protocol asks for.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::UnknownLog(_) => 404,
            Self::Untrusted(_) => 403,
            Self::OtherSize(_) | Self::Forked(_) => 409,
            Self::NotGrown(_) => 422,
        }
    }

    /// The size that a 409 tells.
    #[must_use]
    pub fn conflict(&self) -> Option<u64> {
        match self {
            Self::OtherSize(size) | Self::Forked(size) => Some(*size),
            Self::Malformed(_) | Self::UnknownLog(_) | Self::Untrusted(_) | Self::NotGrown(_) => None,
        }
    }
}

/// Whether a witness that last cosigned `seen` of the log with `keys` may cosign what is asked: gives the tree that
/// it then has seen.
///
/// # Errors
/// Any [`WitnessRefusal`] but [`WitnessRefusal::UnknownLog`].
pub fn judge(keys: &LogKeys, seen: TreeHead, request: &AddCheckpoint) -> Result<TreeHead, WitnessRefusal> {
    let head = keys.open(&request.checkpoint)?.head();
    if request.older > head.size {
        return Err(WitnessRefusal::Malformed("its old size is larger than its checkpoint"));
    }
    if request.older != seen.size {
        return Err(WitnessRefusal::OtherSize(seen.size));
    }
    match verify_consistency(seen, head, &request.proof) {
        Ok(()) => Ok(head),
        Err(ProofError::SplitView) if head.size == seen.size => Err(WitnessRefusal::Forked(seen.size)),
        Err(error) => Err(WitnessRefusal::NotGrown(error)),
    }
}
