//! The `SQLite` file: what survives, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use docket::StreamId;
use docket::journal::{Append, AppendError, Journal, JournalError};
use rusqlite::Connection;
use store::Sqlite;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("docket.sqlite");
    (folder, file)
}

fn append(journal: &Sqlite, expected: u64, line: &str) -> Result<u64, AppendError> {
    let (stream, lines) = (StreamId::Register, [line.to_owned()]);
    journal.append(&Append {
        stream: &stream,
        expected,
        unmoved: &[],
        lines: &lines,
        outbox: &[],
        documents: &[],
    })
}

fn change(file: &Path, sql: &str) {
    Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

fn read(file: &Path) -> Result<Vec<String>, JournalError> {
    Sqlite::open(file)?.read(&StreamId::Register)
}

#[test]
fn what_was_appended_is_there_after_the_file_is_opened_again() {
    let (_folder, file) = folder();
    append(&Sqlite::open(&file).unwrap(), 0, "one").unwrap();
    append(&Sqlite::open(&file).unwrap(), 1, "two").unwrap();
    assert_eq!(read(&file).unwrap(), ["one", "two"]);
}

#[test]
fn the_file_has_a_write_ahead_log_and_is_its_owners_alone() {
    let (_folder, file) = folder();
    drop(Sqlite::open(&file).unwrap());
    let connection = Connection::open(&file).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    for file in fs::read_dir(file.parent().unwrap()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn a_line_that_is_missing_is_noticed() {
    for sql in ["DELETE FROM lines WHERE place = 2", "DELETE FROM lines WHERE place = 3"] {
        let (_folder, file) = folder();
        let journal = Sqlite::open(&file).unwrap();
        for (expected, line) in ["one", "two", "three"].iter().enumerate() {
            append(&journal, expected as u64, line).unwrap();
        }
        drop(journal);
        change(&file, sql);
        assert!(matches!(read(&file), Err(JournalError::Damaged(_))), "{sql}");
    }
}

#[test]
fn a_file_of_a_newer_layout_is_left_alone() {
    let (_folder, file) = folder();
    drop(Sqlite::open(&file).unwrap());
    change(&file, "PRAGMA user_version = 2");
    assert!(matches!(read(&file), Err(JournalError::Newer { found: 2, known: 1 })));
}

#[test]
fn a_file_that_is_none_is_left_alone() {
    let (_folder, file) = folder();
    fs::write(&file, b"a letter, not a database, and long enough to be read as one; and so on and on and on")
        .unwrap();
    let before = fs::read(&file).unwrap();
    assert!(matches!(read(&file), Err(JournalError::Damaged(_))));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_written_is_named_as_that() {
    let (folder, _) = folder();
    assert!(matches!(read(&folder.path().join("no/such/folder")), Err(JournalError::Unavailable(_))));
}
