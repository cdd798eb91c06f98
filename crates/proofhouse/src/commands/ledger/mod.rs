//! `proofhouse ledger`: logs as folders. The rules are in the room `ledger`; here are files, sockets and words.

mod arguments;
mod ask;
mod files;
mod http;
mod prove;
mod public;
mod rotate;
mod serve;
mod verify;
mod ways;
mod witness;
mod write;

pub use arguments::Ledger;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use ledger::log::{CommitError, FolderSource, OpenError};
use ledger::tiles::{CHECKPOINT, TileSource};
use ledger::{LogKeys, Note, VerifierKey};

use crate::shell::Failure;

/// Something does not hold.
const BROKEN: u8 = 8;

pub fn run(command: &Ledger) -> Result<ExitCode, Failure> {
    match command {
        Ledger::New(arguments) => write::new(arguments),
        Ledger::Append(arguments) => write::append(arguments),
        Ledger::Prune(arguments) => write::prune(arguments),
        Ledger::Serve(arguments) => serve::run(arguments),
        Ledger::Verify(arguments) => verify::run(arguments),
        Ledger::Prove(arguments) => prove::run(arguments),
        Ledger::Witness(command) => witness::run(command),
        Ledger::Rotate(arguments) => rotate::rotate(arguments),
        Ledger::Key(arguments) => rotate::key(arguments),
        Ledger::Public(command) => public::run(command),
    }
}

/// An error and its causes in one sentence, nothing in it acting on a terminal.
fn said(error: &dyn Error) -> String {
    let mut text = report::inert(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = report::inert(&error.to_string());
        if !text.ends_with(&said) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

fn opening(folder: &Path, error: &OpenError) -> Failure {
    let text = format!("{}: {}", folder.display(), said(error));
    match error {
        OpenError::NoLog | OpenError::Exists | OpenError::Checkpoint(_) => Failure::input(text),
        OpenError::Object(_)
        | OpenError::Damaged { .. }
        | OpenError::Read(_)
        | OpenError::Time { .. }
        | OpenError::RolledBack { .. }
        | OpenError::Witnesses(_)
        | OpenError::AnotherWriter => Failure::record(text),
    }
}

fn committing(folder: &Path, error: &CommitError) -> Failure {
    match error {
        CommitError::Open(error) => opening(folder, error),
        error => Failure::record(format!("{}: {}", folder.display(), said(error))),
    }
}

fn read(what: &str, file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::input(format!("the {what} {} cannot be read: {error}", file.display())))
}

fn text(what: &str, file: &Path) -> Result<String, Failure> {
    String::from_utf8(read(what, file)?)
        .map_err(|_| Failure::input(format!("the {what} {} is not text", file.display())))
}

fn key(file: &Path) -> Result<VerifierKey, Failure> {
    text("key", file)?
        .trim_end()
        .parse()
        .map_err(|error| Failure::input(format!("{} holds no verifier's key: {error}", file.display())))
}

/// The first key, and every change of key after it.
fn log_keys(origin: &str, first: &Path, rotations: &[std::path::PathBuf]) -> Result<LogKeys, Failure> {
    let mut keys = LogKeys::new(origin, key(first)?);
    for file in rotations {
        let wrong = |error: &dyn Error| Failure::input(format!("{}: {}", file.display(), said(error)));
        let note = Note::parse(&read("key rotation", file)?).map_err(|error| wrong(&error))?;
        keys.follow(&note).map_err(|error| wrong(&error))?;
    }
    Ok(keys)
}

/// The published checkpoint of the log in `folder`, not believed yet.
fn published(source: &impl TileSource, place: &str) -> Result<Note, Failure> {
    let bytes =
        source.fetch(CHECKPOINT).map_err(|error| Failure::input(format!("{place}: {}", said(&error))))?;
    let bytes =
        bytes.ok_or_else(|| Failure::input(format!("{place} holds no checkpoint; name a log's folder")))?;
    Note::parse(&bytes).map_err(|error| Failure::input(format!("{place}: its checkpoint is {error}")))
}

/// The public half of a log's folder, or the folder itself when it is only that half.
fn public_half(folder: &Path) -> FolderSource {
    let half = folder.join(ledger::log::PUBLIC);
    FolderSource::new(if half.is_dir() { &half } else { folder })
}

/// A log at an address, or in a folder.
fn source_of(log: &str) -> Box<dyn TileSource> {
    if log.starts_with("http://") || log.starts_with("https://") {
        Box::new(http::HttpSource::new(log))
    } else {
        Box::new(public_half(Path::new(log)))
    }
}

/// What the note says its log is called; anybody may have written it.
fn origin_of(note: &Note) -> String {
    note.unverified_text().lines().next().unwrap_or_default().to_owned()
}
