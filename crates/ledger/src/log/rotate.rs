//! Changing a log's key: the rotation is kept, one swap decides it, then it is published.
//!
//! Rotations lie in the public half as `rotation/1`, `rotation/2` and so on: whoever has the first key follows them.

use types::{Digest, Timestamp};

use super::error::{CommitError, OpenError};
use super::objects::{ObjectError, Objects, public};
use super::publish::PublishError;
use super::state::{STATE, State};
use super::write::{Log, signed};
use crate::key::SignerKey;
use crate::note::Note;
use crate::rotation::{LogKeys, RotationError, sign_rotation};
use crate::tiles::{SourceError, TileSource};

/// Why a log has its old key still, or why the new one is not seen yet.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The log goes on with its old key: mend the cause and try again.
    #[error("the key was not changed")]
    NotRotated(#[source] CommitError),
    /// The new key cannot take over: see there.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// The new key speaks for the log, and readers cannot see it yet: open the log again.
    #[error("the key was changed, and will be published once storage and witnesses answer")]
    Unpublished(#[source] PublishError),
}

/// Why a log's published changes of key were not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The source did not answer: try again.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The rotation does not hold: the log's operator, or whoever hosts it, changed it.
    #[error("{name} does not hold: {source}")]
    Rotation {
        /// Its name.
        name: String,
        /// Why.
        source: RotationError,
    },
}

/// The name under which outsiders find rotation number `number`, counted from 1.
#[must_use]
pub fn rotation_name(number: usize) -> String {
    format!("rotation/{number}")
}

/// Follows every rotation that a log publishes after those that `keys` has followed.
///
/// # Errors
/// [`FollowError`].
pub fn follow_published(
    source: &(impl TileSource + ?Sized),
    mut keys: LogKeys,
) -> Result<LogKeys, FollowError> {
    loop {
        let name = rotation_name(keys.rotations() + 1);
        let Some(bytes) = source.fetch(&name)? else { return Ok(keys) };
        let followed = Note::parse(&bytes).map_err(RotationError::from).and_then(|note| keys.follow(&note));
        followed.map_err(|source| FollowError::Rotation { name, source })?;
    }
}

/// The keys of the log in `objects`, as its state has them: whoever opens it needs the current one's private part.
///
/// # Errors
/// [`OpenError::NoLog`], [`OpenError::Object`] and [`OpenError::Damaged`].
pub fn keys_kept<O: Objects>(objects: &O, mut keys: LogKeys) -> Result<LogKeys, OpenError> {
    let bytes = objects.get(STATE)?.ok_or(OpenError::NoLog)?;
    let state = State::parse(&bytes).ok_or(OpenError::Damaged { name: STATE.to_owned() })?;
    follow_kept(objects, &state, &mut keys)?;
    Ok(keys)
}

/// Follows the rotations that `state` names and `keys` has not followed, and gives all of them.
pub(super) fn follow_kept<O: Objects>(
    objects: &O,
    state: &State,
    keys: &mut LogKeys,
) -> Result<Vec<Note>, OpenError> {
    let mut notes = Vec::new();
    for (number, digest) in state.rotations.iter().enumerate() {
        let name = kept_name(digest);
        let bytes = objects.get(&name)?.filter(|bytes| Digest::of(bytes) == *digest);
        let note = bytes.and_then(|bytes| Note::parse(&bytes).ok());
        let note = note.ok_or_else(|| OpenError::Damaged { name: name.clone() })?;
        if number >= keys.rotations() {
            keys.follow(&note).map_err(|_| OpenError::Damaged { name })?;
        }
        notes.push(note);
    }
    Ok(notes)
}

/// Where a rotation lies until and after it is decided. Its digest is in it, as with stages.
fn kept_name(digest: &Digest) -> String {
    format!("rotation/{}", digest.to_hex())
}

impl<O: Objects> Log<O> {
    /// Hands the log over to `new`, whose private part the caller has kept durably already. The old key speaks for no
    /// tree that is larger than the log is now.
    ///
    /// # Errors
    /// [`RotateError`].
    pub fn rotate(&mut self, new: SignerKey, now: Timestamp) -> Result<(), RotateError> {
        let ready = |log: &mut Self| -> Result<(), CommitError> {
            if log.unsettled {
                log.recover(now)?;
            }
            Ok(log.check_time(now)?)
        };
        ready(self).map_err(RotateError::NotRotated)?;
        let note = sign_rotation(self.keys.origin(), self.size(), &self.signer, &new)?;
        let mut keys = self.keys.clone();
        keys.follow(&note)?;
        let bytes = note.to_string().into_bytes();
        let digest = Digest::of(&bytes);
        let mut state = State { at: now, ..self.state.clone() };
        state.rotations.push(digest);
        state.checkpoint = signed(&keys, &new, self.head())
            .map_err(|error| RotateError::NotRotated(OpenError::from(error).into()))?;
        let kept = self.objects.put(&kept_name(&digest), &bytes).map_err(CommitError::NotAppended);
        kept.and_then(|()| self.swap(state)).map_err(RotateError::NotRotated)?;
        (self.keys, self.signer) = (keys, new);
        // Where witnesses have cosigned this tree under the old key, they need not do it again.
        self.unpublished |= self.state.witnessing.is_none();
        let shown = self.show_rotations(&[note]).map_err(PublishError::from);
        shown.and_then(|()| self.publish(now)).map_err(|error| {
            self.unsettled = true;
            RotateError::Unpublished(error)
        })
    }

    /// Puts the last of the log's rotations where readers look for them.
    pub(super) fn show_rotations(&self, last: &[Note]) -> Result<(), ObjectError> {
        let first = self.state.rotations.len() - last.len() + 1;
        for (number, note) in (first..).zip(last) {
            let (name, bytes) = (public(&rotation_name(number)), note.to_string().into_bytes());
            if self.objects.get(&name)?.as_ref() != Some(&bytes) {
                self.objects.put(&name, &bytes)?;
            }
        }
        Ok(())
    }
}
