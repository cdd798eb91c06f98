//! The agent's workspace after each turn, kept on disk while the attempt lasts, so that it can go on from there.
//! Working data of the house: not part of the evidence, gone when the attempt ends.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chamber::{Chamber, ChamberError};
use types::Digest;
use types::transcript::WORKSPACE_MAX_BYTES;

use crate::suite::Item;
use crate::transcript::TranscriptError;

fn path(folder: &Path, item: &Item, turn: u32) -> PathBuf {
    folder.join("workspaces").join(format!("{}.{turn}", item.id))
}

/// Saves the workspace after `turn`; `None` when it is too large or cannot be read: it is then the attempt's last, and
/// what it holds is judged. The inner error is a lost chamber.
pub fn save(
    chamber: &mut Chamber,
    folder: &Path,
    item: &Item,
    turn: u32,
) -> Result<Result<Option<Digest>, ChamberError>, TranscriptError> {
    let archive = match chamber.snapshot(WORKSPACE_MAX_BYTES) {
        Ok(Some(archive)) => archive,
        // Too large, or made unreadable by the agent itself.
        Ok(None) | Err(ChamberError::Refused { .. }) => return Ok(Ok(None)),
        Err(error) => return Ok(Err(error)),
    };
    write_file(&path(folder, item, turn), &archive)?;
    Ok(Ok(Some(Digest::of(&archive))))
}

/// Restores the workspace as it was after `turn`; `false` when it is not there or not the one that was saved.
pub fn restore(
    chamber: &mut Chamber,
    folder: &Path,
    item: &Item,
    turn: u32,
    saved: Digest,
) -> Result<bool, ChamberError> {
    match fs::read(path(folder, item, turn)) {
        Ok(archive) if Digest::of(&archive) == saved => chamber.restore(&archive).map(|()| true),
        Ok(_) | Err(_) => Ok(false),
    }
}

/// Removes what was saved before `turn`. What cannot be removed is removed at the attempt's end.
pub fn forget_before(folder: &Path, item: &Item, turn: u32) {
    if let Some(before) = turn.checked_sub(1) {
        let _ = fs::remove_file(path(folder, item, before));
    }
}

/// Removes everything saved for `item`.
pub fn clear(folder: &Path, item: &Item) {
    let prefix = format!("{}.", item.id);
    let files = fs::read_dir(folder.join("workspaces")).into_iter().flatten().flatten();
    let _ = fs::remove_file(folder.join("submissions").join(format!("{}.partial", item.id)));
    for file in files.filter(|file| file.file_name().to_string_lossy().starts_with(&prefix)) {
        let _ = fs::remove_file(file.path());
    }
}

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// [`TranscriptError::Disk`]; the file is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), TranscriptError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let partial = path.with_extension("partial");
    let written = (|| -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        File::open(folder)?.sync_all()
    })();
    written.map_err(|source| {
        let _ = fs::remove_file(&partial);
        TranscriptError::Disk { file: path.to_owned(), source }
    })
}
