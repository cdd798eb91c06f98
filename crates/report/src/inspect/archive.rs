//! The zip container: deflate, one fixed time, entries in the order in which they are added.

use std::io::{Cursor, Write as _};

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::ReportError;

/// An archive in the making.
pub(super) struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Default for Archive {
    fn default() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }
}

impl Archive {
    /// Adds `value` as one file of JSON in ASCII.
    pub(super) fn add(&mut self, name: &str, value: &impl Serialize) -> Result<(), ReportError> {
        // A zip's times have no zone, and the log names its own; 1980-01-01 is the format's zero.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.0.start_file(name, options)?;
        self.0.write_all(types::json::line(value)?.as_bytes())?;
        Ok(())
    }

    /// The archive's bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>, ReportError> {
        Ok(self.0.finish()?.into_inner())
    }
}
