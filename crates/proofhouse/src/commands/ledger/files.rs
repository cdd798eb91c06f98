//! Files that commands leave for people.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::shell::Failure;

/// A file that anybody may read; one that is there is replaced.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| failed(file, &error))
}

/// A new file that its owner alone can read. One that is there is left alone: it may be somebody's only copy.
pub fn write_secret(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let made = OpenOptions::new().create_new(true).write(true).mode(0o600).open(file);
    let mut made = made.map_err(|error| failed(file, &error))?;
    let written = made.write_all(bytes).and_then(|()| made.sync_all());
    written.map_err(|error| {
        // Half a secret is none, and would stand in the way of the next try.
        std::fs::remove_file(file).ok();
        failed(file, &error)
    })
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    Failure::record(format!("{} cannot be written: {error}", file.display()))
}
