//! Where parts are kept.

use std::io;

/// Why storage did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot be {verb}; make space or check permissions, then start the same command again")]
pub struct StoreError {
    /// Which part.
    pub name: String,
    /// What was being done: `read`, `written`, `removed`.
    pub verb: &'static str,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Parts of one artefact by name. One writer at a time; readers whenever the artefact is whole.
///
/// Durability: a part that was committed survives a crash whole, or is not there; nothing in between is ever listed.
/// Order: none between parts; after [`Parts::settle`] everything committed before it is there. Retry: every call may be
/// made again; committing over a part replaces it.
pub trait Parts: Sync {
    /// Every part that was committed, with its size.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Begins a part. It is there once its sink is committed; a sink that is dropped leaves nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn create(&self, name: &str) -> Result<Box<dyn PartSink + '_>, StoreError>;

    /// Fills `buffer` from `at` on.
    ///
    /// # Errors
    /// [`StoreError`], also when the part ends before.
    fn read(&self, name: &str, at: u64, buffer: &mut [u8]) -> Result<(), StoreError>;

    /// Removes a part; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&self, name: &str) -> Result<(), StoreError>;

    /// Removes what a killed writer left unfinished, and makes durable what is there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle(&self) -> Result<(), StoreError>;

    /// Bytes that can still be written.
    ///
    /// # Errors
    /// [`StoreError`].
    fn free_bytes(&self) -> Result<u64, StoreError>;
}

/// A part that is being written.
pub trait PartSink {
    /// Appends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError>;

    /// Makes the part be there, durably.
    ///
    /// # Errors
    /// [`StoreError`]; whether the part is there is then unknown.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
