//! Where tiles come from.

use std::collections::BTreeMap;

/// Where tiles and bundles come from. Nothing is believed of what it gives.
pub trait TileSource {
    /// The bytes under `name`, or `None` when there are none.
    ///
    /// # Errors
    /// [`SourceError`] when it cannot be known whether there are any: trying again may help.
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError>;
}

impl<T: TileSource + ?Sized> TileSource for &T {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        (**self).fetch(name)
    }
}

/// A log in memory, by name.
#[derive(Debug, Clone, Default)]
pub struct MapSource(pub BTreeMap<String, Vec<u8>>);

impl TileSource for MapSource {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.0.get(name).cloned())
    }
}

/// A source that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} cannot be read: {reason}")]
pub struct SourceError {
    /// What was asked for.
    pub name: String,
    /// What came of it.
    pub reason: String,
}
