//! A party's copy of its case's log: the public half as static files, and the openings of what the party may see.
//!
//! `checkpoint`, `tile/…` and `openings/INDEX`. Nothing in it depends on another case: no name, no size, and every
//! file is dated to the record's last entry.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use docket::acts::items::Audience;
use docket::{CaseId, Entry, Event, PartyId};
use ledger::log::{FolderSource, Objects};
use ledger::private::{LeafError, Opening, check_origin, export, names_of};
use ledger::tiles::{CHECKPOINT, LogReader, ReadError, TileSource};
use ledger::{Checkpoint, CheckpointError, Note, VerifierKey};
use serde_json::Value;
use types::Timestamp;

use super::{CaseLogError, CaseLogs, Kind, Statement, StatementError};
use crate::cases::{CaseError, Office};

/// Where openings lie in a copy.
const OPENINGS: &str = "openings";

/// Writes the copy that `audience` gets of the log of `case` to `folder`, which must not be there yet. Says how many
/// entries there are and how many of them are opened.
///
/// # Errors
/// [`CaseError`]; nothing is left behind under the folder's name.
pub fn write_copy<O: Objects>(
    logs: &CaseLogs<'_, O>,
    office: &Office<'_>,
    case: &CaseId,
    audience: &Audience,
    folder: &Path,
) -> Result<(usize, usize), CaseError> {
    let failed = |source: CaseLogError| CaseError::Log { case: case.clone(), source: Box::new(source) };
    if folder.exists() {
        let what = "exists; name a new folder".to_owned();
        return Err(CaseError::Invalid { file: folder.to_owned(), what });
    }
    let entries = office.entries(case)?;
    let Some((log, followed)) = logs.opened(office, case)? else {
        return Err(docket::Refusal::NotFiled.into());
    };
    let mut files = export(&log).map_err(|error| failed(error.into()))?.0;
    let mut opened = 0;
    for (at, (said, opening)) in followed.statements.iter().zip(&followed.openings).enumerate() {
        // Entries are numbered from 1 without a gap: the docket saw to that when it read them.
        let entry =
            usize::try_from(said.version).ok().and_then(|version| entries.get(version.checked_sub(1)?));
        if entry.is_some_and(|entry| may_see(audience, said, entry)) {
            files.insert(format!("{OPENINGS}/{at}"), opening.text().into_bytes());
            opened += 1;
        }
    }
    let partial = folder.with_extension("partial");
    let unwritten = |source| CaseError::File { file: folder.to_owned(), source };
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(unwritten)?;
    }
    for (name, bytes) in &files {
        let file = partial.join(name);
        let parent = file.parent().unwrap_or(&partial);
        fs::create_dir_all(parent).and_then(|()| fs::write(&file, bytes)).map_err(unwritten)?;
    }
    date(&partial, followed.at).and_then(|()| fs::rename(&partial, folder)).map_err(unwritten)?;
    Ok((followed.statements.len(), opened))
}

/// Dates everything in and under `path` alike, what is inside first.
fn date(path: &Path, at: Option<Timestamp>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            date(&entry?.path(), at)?;
        }
    }
    let millis = at.map_or(0, |at| u64::try_from(at.unix_millis()).unwrap_or(0));
    File::open(path)?.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}

/// Whether what an entry of the log says may be shown to `audience`. It says no more than a digest. The developer has
/// the digest of every entry from its receipts; departments and partners get those of entries that name them.
fn may_see(audience: &Audience, said: &Statement, entry: &Entry<Event>) -> bool {
    match audience {
        Audience::House | Audience::Auditor => true,
        Audience::Developer => matches!(said.kind, Kind::Entry | Kind::Commitment),
        Audience::Consulted(party) => said.kind == Kind::Entry && names(entry, "party", party),
        Audience::Partner(party) => said.kind == Kind::Entry && names(entry, "partner", party),
        Audience::Public => false,
    }
}

fn names(entry: &Entry<Event>, field: &str, party: &PartyId) -> bool {
    let event = serde_json::to_value(entry.event()).unwrap_or_default();
    let inner = event.as_object().and_then(|family| family.values().next()?.as_object()?.values().next());
    inner.and_then(|inner| inner.get(field)).and_then(Value::as_str) == Some(party.as_str())
}

/// What holds of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// The log's name.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// What the opened ones say, by index.
    pub opened: Vec<(u64, Statement)>,
}

/// What does not hold of a copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The checkpoint is missing, or none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is another kind of log, or another house's.
    #[error(transparent)]
    Log(#[from] LeafError),
    /// A tile is missing or not what the checkpoint says.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An opening does not open its entry.
    #[error("{OPENINGS}/{index} is not what entry {index} of the log says")]
    Opening {
        /// The entry.
        index: u64,
    },
    /// What an opening says is not understood.
    #[error("{OPENINGS}/{index}: {source}")]
    Statement {
        /// The entry.
        index: u64,
        /// Why.
        source: StatementError,
    },
    /// One log is of one case.
    #[error("{OPENINGS}/{index} is of another case than those before it")]
    OtherCase {
        /// The entry.
        index: u64,
    },
    /// A file that no copy has.
    #[error("{0} is no file of a log's copy")]
    Stray(String),
    /// A file or folder cannot be read.
    #[error("{file} cannot be read", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Whether `folder` looks like a copy of a log rather than an evidence package.
#[must_use]
pub fn is_copy(folder: &Path) -> bool {
    folder.join("tile").is_dir() && !folder.join(crate::evidence::LOG).exists()
}

/// Checks a copy with nothing but the key of the house that keeps the log; without the key it can only be called
/// consistent.
///
/// # Errors
/// [`CopyError`], the first thing that does not hold.
pub fn audit_copy(folder: &Path, house: Option<&VerifierKey>) -> Result<Audited, CopyError> {
    let source = FolderSource::new(folder);
    let missing = || ReadError::Missing { name: CHECKPOINT.to_owned() };
    let note = source.fetch(CHECKPOINT).map_err(ReadError::from)?.ok_or_else(missing)?;
    let note = Note::parse(&note).map_err(CheckpointError::from)?;
    let text = match house {
        Some(house) => note.verify(house).map_err(CheckpointError::from)?,
        None => note.unverified_text(),
    };
    let checkpoint = Checkpoint::parse(text)?;
    check_origin(checkpoint.origin(), house)?;
    let head = checkpoint.head();
    let mut reader = LogReader::open(&source, head)?;
    reader.audit(0)?;
    let expected: BTreeSet<String> = names_of(head).collect();
    let mut found = Vec::new();
    list(folder, "", &mut found)?;
    let mut opened: Vec<(u64, Statement)> = Vec::new();
    for name in found.iter().filter(|name| !expected.contains(*name)) {
        let stray = || CopyError::Stray(name.clone());
        let index = name.strip_prefix(OPENINGS).and_then(|rest| rest.strip_prefix('/'));
        let index: u64 = index.and_then(|index| index.parse().ok()).ok_or_else(stray)?;
        if *name != format!("{OPENINGS}/{index}") || index >= head.size {
            return Err(stray());
        }
        opened.push((index, open(folder, name, index, &mut reader)?));
    }
    opened.sort_by_key(|(index, _)| *index);
    if let [(_, first), rest @ ..] = &opened[..]
        && let Some((index, _)) = rest.iter().find(|(_, said)| said.case != first.case)
    {
        return Err(CopyError::OtherCase { index: *index });
    }
    Ok(Audited { origin: checkpoint.origin().to_owned(), size: head.size, opened })
}

fn open(
    folder: &Path,
    name: &str,
    index: u64,
    reader: &mut LogReader<&FolderSource>,
) -> Result<Statement, CopyError> {
    let file = folder.join(name);
    let text = fs::read(&file).map_err(|source| CopyError::File { file, source })?;
    let opening = Opening::parse(&text).map_err(|_| CopyError::Opening { index })?;
    if reader.entry(index)? != opening.entry() {
        return Err(CopyError::Opening { index });
    }
    opening.said().parse().map_err(|source| CopyError::Statement { index, source })
}

fn list(folder: &Path, beneath: &str, found: &mut Vec<String>) -> Result<(), CopyError> {
    let unread = |source| CopyError::File { file: folder.join(beneath), source };
    for entry in fs::read_dir(folder.join(beneath)).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if beneath.is_empty() { name } else { format!("{beneath}/{name}") };
        let about = entry.metadata().map_err(unread)?;
        if about.is_dir() {
            list(folder, &name, found)?;
        } else if about.is_file() {
            found.push(name);
        } else {
            return Err(CopyError::Stray(name));
        }
    }
    Ok(())
}
