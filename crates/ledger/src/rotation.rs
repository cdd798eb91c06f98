//! Which keys speak for a log: the first one, and those that took over from it.
//!
//! A log changes its key with a *rotation*: a signed note of four lines, signed by the old and by the new key.
//!
//! ```text
//! proofhouse key rotation v1
//! ORIGIN
//! SIZE
//! VERIFIER KEY
//! ```
//!
//! SIZE is the largest tree for which the old key speaks. Whoever was given the first key follows the rotations
//! from there; a thief of an old key cannot sign a tree that is larger than the one at which it was retired.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{SignerKey, VerifierKey};
use crate::note::{Note, NoteError};
use crate::spelling::from_decimal;

/// The first line of every rotation.
const ROTATION: &str = "proofhouse key rotation v1";
/// A log that changes its key each month keeps within this for 80 years; more is an attack on the reader's time.
const MAX_ROTATIONS: usize = 1_000;

/// Why a rotation was not made or not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The note around it does not hold: see there.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no rotation: fetch it again, or it was changed.
    #[error("not a key rotation: {0}")]
    Malformed(&'static str),
    /// It belongs to another log.
    #[error("the key rotation is of the log {found}, not of {expected}")]
    Origin {
        /// The log whose keys are followed.
        expected: String,
        /// The log that the rotation names.
        found: String,
    },
}

/// A log's origin and every key that spoke or speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    origin: String,
    /// Each with the largest size that it may sign.
    retired: Vec<(VerifierKey, u64)>,
    current: VerifierKey,
}

impl LogKeys {
    /// The log `origin` whose first key is `key`.
    #[must_use]
    pub fn new(origin: &str, key: VerifierKey) -> Self {
        Self { origin: origin.to_owned(), retired: Vec::new(), current: key }
    }

    /// The log's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that speaks for the log now.
    #[must_use]
    pub fn current(&self) -> &VerifierKey {
        &self.current
    }

    /// The key that spoke for the log when it was made.
    #[must_use]
    pub fn first(&self) -> &VerifierKey {
        self.retired.first().map_or(&self.current, |(key, _)| key)
    }

    /// Changes of key that were followed.
    #[must_use]
    pub fn rotations(&self) -> usize {
        self.retired.len()
    }

    /// Follows one rotation, which the current and the new key must have signed.
    ///
    /// # Errors
    /// Any [`RotationError`].
    pub fn follow(&mut self, rotation: &Note) -> Result<(), RotationError> {
        let text = rotation.verify(&self.current)?;
        let lines: Vec<_> = text.lines().collect();
        let [ROTATION, origin, size, key] = lines[..] else {
            return Err(RotationError::Malformed("it does not have the four lines of one"));
        };
        if origin != self.origin {
            return Err(RotationError::Origin { expected: self.origin.clone(), found: origin.to_owned() });
        }
        let size = from_decimal(size).ok_or(RotationError::Malformed("its size is not a decimal number"))?;
        let key: VerifierKey =
            key.parse().map_err(|_| RotationError::Malformed("its key is not a verifier key"))?;
        rotation.verify(&key)?;
        let back = self.retired.last().is_some_and(|(_, before)| size < *before);
        let again = key == self.current || self.retired.iter().any(|(old, _)| *old == key);
        if back || again || self.retired.len() >= MAX_ROTATIONS {
            return Err(RotationError::Malformed("it goes back in size, or to a key that was used before"));
        }
        self.retired.push((std::mem::replace(&mut self.current, key), size));
        Ok(())
    }

    /// The checkpoint in `note`, once a key that speaks for this log at that size is found to have signed it.
    ///
    /// # Errors
    /// [`CheckpointError::Note`], [`CheckpointError::Malformed`], [`CheckpointError::Origin`] and
    /// [`CheckpointError::Retired`].
    pub fn open(&self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = self.signed(note, Checkpoint::parse, |checkpoint| checkpoint.head().size)?;
        if checkpoint.origin() == self.origin {
            Ok(checkpoint)
        } else {
            let (expected, found) = (self.origin.clone(), checkpoint.origin().to_owned());
            Err(CheckpointError::Origin { expected, found })
        }
    }

    /// The text of another note about this log when it had `size` entries, once a key that speaks for that size is
    /// found to have signed it.
    ///
    /// # Errors
    /// [`CheckpointError::Note`] and [`CheckpointError::Retired`].
    pub fn open_about<'a>(&self, note: &'a Note, size: u64) -> Result<&'a str, CheckpointError> {
        self.signed(note, Ok, |_| size)
    }

    /// What `read` makes of the text, whose size a key that signed it must speak for.
    fn signed<'a, T>(
        &self,
        note: &'a Note,
        read: impl Fn(&'a str) -> Result<T, CheckpointError>,
        size: impl Fn(&T) -> u64,
    ) -> Result<T, CheckpointError> {
        let unknown = match note.verify(&self.current) {
            Ok(text) => return read(text),
            Err(error) => error,
        };
        for (key, until) in self.retired.iter().rev() {
            let Ok(text) = note.verify(key) else { continue };
            let read = read(text)?;
            let size = size(&read);
            return if size <= *until {
                Ok(read)
            } else {
                Err(CheckpointError::Retired { id: key.id(), size, until: *until })
            };
        }
        Err(unknown.into())
    }
}

/// The rotation of the log `origin` from `old`, which speaks up to `size`, to `new`.
///
/// # Errors
/// [`RotationError::Note`] when `origin` cannot stand in a note.
pub fn sign_rotation(
    origin: &str,
    size: u64,
    old: &SignerKey,
    new: &SignerKey,
) -> Result<Note, RotationError> {
    let text = format!("{ROTATION}\n{origin}\n{size}\n{}\n", new.verifier());
    let note = Note::sign(&text, old)?;
    let second = Note::sign(&text, new)?;
    let signatures = second.signatures().iter().cloned();
    Ok(signatures.into_iter().try_fold(note, Note::with_signature)?)
}
