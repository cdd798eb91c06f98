//! A witness: its key, and what it remembers of each log it was told to watch.

use types::{Digest, Timestamp};

use super::judge::{WitnessRefusal, judge};
use super::request::AddCheckpoint;
use crate::cosign::{Cosigner, CosignerKey};
use crate::log::{ObjectError, Objects, SwapError};
use crate::note::{Note, NoteSignature};
use crate::rotation::{LogKeys, RotationError};
use crate::spelling::{digest_from_base64, from_decimal, to_base64};
use crate::tree::{TreeHead, root_of};

const MAGIC: &str = "proofhouse witness state v1";
/// Rounds against other requests for the same log before a client is told to try again itself.
const MAX_ROUNDS: usize = 8;

/// Why a witness gives no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] WitnessRefusal),
    /// Storage does not answer: mend it. Nothing was cosigned that is not remembered.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// What is remembered of a log is damaged: a witness that lost its memory must not go on under this key.
    #[error("what is remembered of {0} is damaged; retire this witness's key")]
    Damaged(String),
    /// The clock was set back: set it right.
    #[error("time does not move forward: the last cosignature was at {last}, and it is {now}")]
    Time {
        /// When this log was last cosigned.
        last: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The log is watched already.
    #[error("the log {0} is watched already")]
    Known(String),
    /// The log's change of key does not hold.
    #[error(transparent)]
    Rotation(#[from] RotationError),
}

impl WitnessError {
    /// The HTTP status to answer with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::Object(_) | Self::Damaged(_) | Self::Time { .. } => 500,
            Self::Known(_) | Self::Rotation(_) => 400,
        }
    }
}

/// What is remembered of one log.
struct Memory {
    keys: LogKeys,
    at: Timestamp,
    seen: TreeHead,
}

/// A witness. Remembers before it answers: no two of its cosignatures contradict each other, across restarts and
/// beside other processes, as long as its objects are not lost or rolled back.
pub struct Witness<O> {
    objects: O,
    cosigner: Cosigner,
}

impl<O: Objects> Witness<O> {
    /// The witness that cosigns with `cosigner` and remembers in `objects`.
    pub fn new(objects: O, cosigner: Cosigner) -> Self {
        Self { objects, cosigner }
    }

    /// The key that checks its cosignatures.
    pub fn verifier(&self) -> &CosignerKey {
        self.cosigner.verifier()
    }

    /// Watches one more log, from its beginning.
    ///
    /// # Errors
    /// [`WitnessError::Known`] and [`WitnessError::Object`].
    pub fn admit(&self, keys: LogKeys, now: Timestamp) -> Result<(), WitnessError> {
        let seen = TreeHead { size: 0, root: root_of(&[]) };
        let name = name_of(keys.origin());
        let memory = Memory { keys, at: now, seen };
        match self.objects.swap(&name, None, &memory.to_bytes()) {
            Ok(()) => Ok(()),
            Err(SwapError::Changed(_)) => Err(WitnessError::Known(memory.keys.origin().to_owned())),
            Err(SwapError::Object(error)) => Err(error.into()),
        }
    }

    /// Answers a request: the cosignature, remembered before it is given.
    ///
    /// # Errors
    /// Any [`WitnessError`] but [`WitnessError::Known`].
    pub fn add_checkpoint(&self, body: &[u8], now: Timestamp) -> Result<NoteSignature, WitnessError> {
        let request = AddCheckpoint::parse(body)?;
        let origin = request.checkpoint.unverified_text().lines().next().unwrap_or_default().to_owned();
        let name = name_of(&origin);
        for _ in 0..MAX_ROUNDS {
            let Some(bytes) = self.objects.get(&name)? else {
                return Err(WitnessRefusal::UnknownLog(origin).into());
            };
            let memory = Memory::parse(&bytes).filter(|memory| memory.keys.origin() == origin);
            let mut memory = memory.ok_or_else(|| WitnessError::Damaged(origin.clone()))?;
            memory.seen = judge(&memory.keys, memory.seen, &request)?;
            if now < memory.at {
                return Err(WitnessError::Time { last: memory.at, now });
            }
            memory.at = now;
            // Comparing and remembering as one step: a smaller tree can never follow a larger one.
            match self.objects.swap(&name, Some(&bytes), &memory.to_bytes()) {
                Ok(()) => return Ok(self.cosigner.cosign(request.checkpoint.unverified_text(), now)),
                Err(SwapError::Changed(_)) => {}
                Err(SwapError::Object(error)) => return Err(error.into()),
            }
        }
        Err(WitnessRefusal::OtherSize(request.older).into())
    }

    /// Follows a watched log's change of key.
    ///
    /// # Errors
    /// [`WitnessError::Rotation`], [`WitnessError::Refused`] for an unknown log, and those of storage.
    pub fn follow(&self, origin: &str, rotation: &Note) -> Result<(), WitnessError> {
        let name = name_of(origin);
        let bytes = self.objects.get(&name)?.ok_or_else(|| WitnessRefusal::UnknownLog(origin.to_owned()))?;
        let memory = Memory::parse(&bytes).filter(|memory| memory.keys.origin() == origin);
        let mut memory = memory.ok_or_else(|| WitnessError::Damaged(origin.to_owned()))?;
        memory.keys.follow(rotation)?;
        match self.objects.swap(&name, Some(&bytes), &memory.to_bytes()) {
            Ok(()) => Ok(()),
            Err(SwapError::Changed(_)) => Err(WitnessRefusal::OtherSize(memory.seen.size).into()),
            Err(SwapError::Object(error)) => Err(error.into()),
        }
    }
}

/// An origin may hold anything; its digest is a name everywhere.
fn name_of(origin: &str) -> String {
    format!("logs/{}", Digest::of(origin.as_bytes()).to_hex())
}

impl Memory {
    /// Only the key that speaks now is kept: a witness never looks at an older checkpoint again.
    fn to_bytes(&self) -> Vec<u8> {
        let (origin, key, root) =
            (self.keys.origin(), self.keys.current(), to_base64(self.seen.root.as_bytes()));
        format!("{MAGIC}\n{origin}\n{key}\n{}\n{}\n{root}\n", self.at, self.seen.size).into_bytes()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let [MAGIC, origin, key, at, size, root] = text.split('\n').collect::<Vec<_>>()[..] else {
            return None;
        };
        let seen = TreeHead { size: from_decimal(size)?, root: digest_from_base64(root)? };
        Some(Self { keys: LogKeys::new(origin, key.parse().ok()?), at: at.parse().ok()?, seen })
    }
}
