//! A journal in one `SQLite` file, with a write-ahead log that is synced at every commit.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use docket::StreamId;
use docket::journal::{Append, AppendError, Journal, JournalError, MessageId, Waiting};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, params};
use types::Digest;

/// The layout that this program writes.
const LAYOUT: i64 = 1;

/// How long a writer waits for another one. A transaction takes milliseconds; a minute means that something hangs.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// `version` is kept beside the lines so that an append can claim it in one statement, also where rows are locked one
/// by one.
const TABLES: &str = "
    CREATE TABLE streams (
        stream TEXT NOT NULL PRIMARY KEY,
        version BIGINT NOT NULL CHECK (version >= 0)
    );
    CREATE TABLE lines (
        stream TEXT NOT NULL REFERENCES streams (stream),
        place BIGINT NOT NULL CHECK (place > 0),
        line TEXT NOT NULL,
        PRIMARY KEY (stream, place)
    );
    CREATE TABLE outbox (
        stream TEXT NOT NULL REFERENCES streams (stream),
        version BIGINT NOT NULL,
        place BIGINT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (stream, version, place)
    );
    CREATE TABLE documents (
        digest TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL
    );
";

/// A journal in a file.
#[derive(Debug)]
pub struct Sqlite(Mutex<Connection>);

impl Sqlite {
    /// Opens the journal in `file`, which is made if it is not there.
    ///
    /// # Errors
    /// [`JournalError`]; a file that is no journal, or a newer one, is left as it is.
    pub fn open(file: &Path) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        make_private(file).map_err(|error| JournalError::Unavailable(error.to_string()))?;
        let mut connection = Connection::open_with_flags(file, flags).map_err(failed)?;
        prepare(&mut connection).map_err(failed)?;
        let layout = lay_out(&mut connection).map_err(failed)?;
        if layout > LAYOUT {
            return Err(JournalError::Newer { found: layout, known: LAYOUT });
        }
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left open was rolled back when it was dropped.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes an empty file for its owner only, if there is none: what is written beside it gets the same rights.
fn make_private(file: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What only `SQLite` needs.
fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// Makes the tables of a new file and says which layout the file has.
fn lay_out(connection: &mut Connection) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let layout = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if layout != 0 {
        return Ok(layout);
    }
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.commit()?;
    Ok(LAYOUT)
}

fn failed(error: rusqlite::Error) -> JournalError {
    let code = error.sqlite_error_code();
    let words = error.to_string();
    match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => JournalError::Damaged(words),
        _ => JournalError::Unavailable(words),
    }
}

fn damaged(what: &str) -> JournalError {
    JournalError::Damaged(what.to_owned())
}

fn number(version: u64) -> Result<i64, JournalError> {
    i64::try_from(version).map_err(|_| damaged("a stream is longer than any can be"))
}

fn version(number: i64) -> Result<u64, JournalError> {
    u64::try_from(number).map_err(|_| damaged("a stream has a negative version"))
}

fn stream(name: &str) -> Result<StreamId, JournalError> {
    name.parse().map_err(|_| damaged("a stream has a name that no stream can have"))
}

fn found(transaction: &Transaction<'_>, name: &str) -> Result<Option<u64>, JournalError> {
    let mut select = transaction.prepare("SELECT version FROM streams WHERE stream = ?1").map_err(failed)?;
    let mut rows = select.query_map([name], |row| row.get(0)).map_err(failed)?;
    rows.next().transpose().map_err(failed)?.map(version).transpose()
}

/// Moves a stream from one version to another, or says what it has instead. Equal versions hold it where it is, also
/// where rows are locked one by one.
fn claim(transaction: &Transaction<'_>, at: &StreamId, from: u64, to: u64) -> Result<(), AppendError> {
    let name = at.to_string();
    let changed = if from == 0 && found(transaction, &name)?.is_none() {
        transaction
            .execute("INSERT INTO streams (stream, version) VALUES (?1, ?2)", params![name, number(to)?])
    } else {
        transaction.execute(
            "UPDATE streams SET version = ?3 WHERE stream = ?1 AND version = ?2",
            params![name, number(from)?, number(to)?],
        )
    };
    match changed.map_err(failed)? {
        1 => Ok(()),
        _ => {
            let found = found(transaction, &name)?.unwrap_or_default();
            Err(AppendError::Moved { stream: at.clone(), expected: from, found })
        }
    }
}

fn write(transaction: &Transaction<'_>, append: &Append<'_>) -> Result<(), AppendError> {
    let name = append.stream.to_string();
    let mut insert =
        transaction.prepare("INSERT INTO lines (stream, place, line) VALUES (?1, ?2, ?3)").map_err(failed)?;
    for (place, line) in (append.expected + 1..).zip(append.lines) {
        insert.execute(params![name, number(place)?, line]).map_err(failed)?;
    }
    let mut insert = transaction
        .prepare("INSERT INTO outbox (stream, version, place, body) VALUES (?1, ?2, ?3, ?4)")
        .map_err(failed)?;
    for (place, body) in (0_i64..).zip(append.outbox) {
        insert.execute(params![name, number(append.after())?, place, body]).map_err(failed)?;
    }
    for (digest, document) in append.documents {
        if kept(transaction, *digest)?.is_none() {
            transaction
                .execute(
                    "INSERT INTO documents (digest, body) VALUES (?1, ?2)",
                    params![digest.to_hex(), document],
                )
                .map_err(failed)?;
        }
    }
    Ok(())
}

fn kept(connection: &Connection, digest: Digest) -> Result<Option<String>, JournalError> {
    let mut select = connection.prepare("SELECT body FROM documents WHERE digest = ?1").map_err(failed)?;
    let mut rows = select.query_map([digest.to_hex()], |row| row.get::<_, String>(0)).map_err(failed)?;
    rows.next().transpose().map_err(failed)
}

impl Journal for Sqlite {
    fn read(&self, at: &StreamId) -> Result<Vec<String>, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction().map_err(failed)?;
        let name = at.to_string();
        let expected = found(&transaction, &name)?.unwrap_or_default();
        let mut select = transaction
            .prepare("SELECT place, line FROM lines WHERE stream = ?1 ORDER BY place")
            .map_err(failed)?;
        let rows = select.query_map([name], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        let mut lines = Vec::new();
        for row in rows {
            let (place, line): (i64, String) = row.map_err(failed)?;
            if u64::try_from(place) != Ok(lines.len() as u64 + 1) {
                return Err(damaged("a line is missing"));
            }
            lines.push(line);
        }
        if lines.len() as u64 == expected { Ok(lines) } else { Err(damaged("a line is missing")) }
    }

    fn streams(&self) -> Result<Vec<StreamId>, JournalError> {
        let connection = self.connection();
        let mut select =
            connection.prepare("SELECT stream FROM streams WHERE version > 0").map_err(failed)?;
        let rows = select.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
        let mut streams = rows.map(|name| stream(&name.map_err(failed)?)).collect::<Result<Vec<_>, _>>()?;
        // Databases differ in how they order text.
        streams.sort();
        Ok(streams)
    }

    fn append(&self, append: &Append<'_>) -> Result<u64, AppendError> {
        append.check()?;
        let mut connection = self.connection();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for (stream, version) in append.unmoved {
            claim(&transaction, stream, *version, *version)?;
        }
        claim(&transaction, append.stream, append.expected, append.after())?;
        write(&transaction, append)?;
        transaction.commit().map_err(failed)?;
        Ok(append.after())
    }

    fn document(&self, digest: Digest) -> Result<Option<String>, JournalError> {
        kept(&self.connection(), digest)
    }

    fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, JournalError> {
        let connection = self.connection();
        let mut select = connection
            .prepare(
                "SELECT stream, version, place, body FROM outbox ORDER BY stream, version, place LIMIT ?1",
            )
            .map_err(failed)?;
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let rows = select.query_map([limit], read).map_err(failed)?;
        let message = |row: rusqlite::Result<(String, i64, i64, String)>| {
            let (name, after, place, body) = row.map_err(failed)?;
            let place = u32::try_from(place).map_err(|_| damaged("a message has no place"))?;
            Ok(Waiting { id: MessageId { stream: stream(&name)?, version: version(after)?, place }, body })
        };
        rows.map(message).collect()
    }

    fn sent(&self, id: &MessageId) -> Result<(), JournalError> {
        self.connection()
            .execute(
                "DELETE FROM outbox WHERE stream = ?1 AND version = ?2 AND place = ?3",
                params![id.stream.to_string(), number(id.version)?, i64::from(id.place)],
            )
            .map_err(failed)?;
        Ok(())
    }
}
