//! What a log is kept in: named objects, one of which can be swapped.

use crate::tiles::{SourceError, TileSource};

/// A name such as `public/tile/0/000`, and the bytes under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Relative, `/` between names, without `.` or `..`.
    pub name: String,
    /// The whole content.
    pub bytes: Vec<u8>,
}

/// Storage did not do what it was asked, or it is not known whether it did: make space, mend it, then open the log
/// again.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot be {verb}")]
pub struct ObjectError {
    /// Which object.
    pub name: String,
    /// What was tried: `read`, `written`, `removed`.
    pub verb: &'static str,
    /// Why it did not succeed.
    pub source: std::io::Error,
}

/// Why a swap is not known to have happened.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The object is not what was expected, and is left as it is: somebody else writes to it.
    #[error("{0} was changed by somebody else")]
    Changed(String),
    /// It may or may not have happened: read it to know.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// Named objects that survive.
///
/// *Durability.* When [`Objects::put`] and [`Objects::swap`] return, what they wrote survives the loss of power.
/// What [`Objects::place`] wrote can be read when it returns, survives the death of the process, and survives the
/// loss of power once a later [`Objects::settle`] has returned; until then it may be found absent, old, or torn.
///
/// *Atomicity.* A reader finds an object whole: as it was before or after a write, never between, other than after
/// a loss of power as said above. Of the objects that one `place` names any number may be written when it fails.
///
/// *Order.* One writer at a time; what one call wrote is seen by the next. `swap` compares and writes as one step
/// against every other writer, in this process and in others.
///
/// *Failure.* After an error, what was asked for may or may not have happened, except [`SwapError::Changed`], where
/// it has not. Every call can be repeated.
pub trait Objects: Send + Sync {
    /// The bytes under `name`, or `None` when there are none.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError>;

    /// Writes one object, durably.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError>;

    /// Writes objects, durably only once they are settled.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn place(&self, objects: &[Object]) -> Result<(), ObjectError>;

    /// Makes everything durable that was placed before.
    ///
    /// # Errors
    /// [`ObjectError`]; then nothing placed since the last settling may be relied on.
    fn settle(&self) -> Result<(), ObjectError>;

    /// Replaces the bytes under `name`, durably, if they are `expected`; `None` stands for no object.
    ///
    /// # Errors
    /// [`SwapError`].
    fn swap(&self, name: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), SwapError>;

    /// Removes the object `name`, or all whose names begin with `name/`. That nothing is there is no error.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn remove(&self, name: &str) -> Result<(), ObjectError>;
}

impl<T: Objects + ?Sized> Objects for std::sync::Arc<T> {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        (**self).get(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        (**self).put(name, bytes)
    }

    fn place(&self, objects: &[Object]) -> Result<(), ObjectError> {
        (**self).place(objects)
    }

    fn settle(&self) -> Result<(), ObjectError> {
        (**self).settle()
    }

    fn swap(&self, name: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<(), SwapError> {
        (**self).swap(name, expected, bytes)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectError> {
        (**self).remove(name)
    }
}

/// The public half of a log's objects, as its readers see it.
pub(crate) struct PublicHalf<'a, O: ?Sized>(pub(crate) &'a O);

impl<O: Objects + ?Sized> TileSource for PublicHalf<'_, O> {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let name = public(name);
        self.0.get(&name).map_err(|error| SourceError { name, reason: error.source.to_string() })
    }
}

/// The name under which outsiders' `name` is kept.
pub(crate) fn public(name: &str) -> String {
    format!("{}/{name}", super::PUBLIC)
}
