//! `proofhouse ledger new`, `append` and `prune`.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use ledger::LogKeys;
use ledger::log::{AppendError, Appender, Log, PosixObjects, Ticket};
use ledger::tiles::{MAX_ENTRY_BYTES, TileSource as _};
use types::Clock as _;

use super::{arguments, committing, opening, origin_of, public_half, published, said};
use crate::say;
use crate::shell::{self, Failure, SystemClock};

/// Entries on their way; more would only fill memory.
const MAX_IN_FLIGHT: usize = 16_384;

/// What is read of the standard input at once, and so makes a batch.
const READ_BYTES: usize = 1 << 20;

pub fn new(arguments: &arguments::New) -> Result<ExitCode, Failure> {
    let signer = shell::house()?.signer()?;
    let keys = LogKeys::new(&arguments.origin, signer.verifier().clone());
    let log = Log::create(objects(&arguments.log)?, keys, signer, SystemClock::after(None).now())
        .map_err(|error| opening(&arguments.log, &error))?;
    say!("{}", log.keys().current());
    Ok(ExitCode::SUCCESS)
}

/// The log in `folder`, for this house to write to.
pub fn open(folder: &Path) -> Result<Log<PosixObjects>, Failure> {
    let signer = shell::house()?.signer()?;
    let source = public_half(folder);
    if source.fetch("checkpoint").ok().flatten().is_none() {
        return Err(Failure::input(format!("{} holds no log; make one with `ledger new`", folder.display())));
    }
    let origin = origin_of(&published(&source, &folder.display().to_string())?);
    let keys = LogKeys::new(&origin, signer.verifier().clone());
    Log::open(objects(folder)?, keys, signer, SystemClock::after(None).now())
        .map_err(|error| opening(folder, &error))
}

fn objects(folder: &Path) -> Result<PosixObjects, Failure> {
    PosixObjects::open(folder).map_err(|error| {
        if error.source.kind() == std::io::ErrorKind::WouldBlock {
            Failure::record(format!("another process writes to {}; wait for it", folder.display()))
        } else {
            Failure::record(said(&error))
        }
    })
}

pub fn append(arguments: &arguments::Append) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    let appender = Appender::start(log, Arc::new(SystemClock::after(None)));
    let outcome = append_lines(&arguments.log, &appender);
    // What was handed in is written before the program ends, whatever came after it.
    let closed = appender.close().map_err(|error| Failure::record(said(&error)));
    outcome?;
    closed?;
    Ok(ExitCode::SUCCESS)
}

fn append_lines(folder: &Path, appender: &Appender<PosixObjects>) -> Result<(), Failure> {
    let mut waiting = VecDeque::new();
    let mut lines = BufReader::with_capacity(READ_BYTES, std::io::stdin().lock());
    let mut output = std::io::stdout().lock();
    loop {
        let mut line = Vec::new();
        // One byte over the limit is enough to refuse it, with room for the line end.
        let limit = MAX_ENTRY_BYTES as u64 + 2;
        let read = lines.by_ref().take(limit).read_until(b'\n', &mut line);
        read.map_err(|error| Failure::input(format!("the standard input cannot be read: {error}")))?;
        if line.is_empty() {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        waiting.push_back(appender.append(line).map_err(|error| failed(folder, &error))?);
        // Whoever types, or waits for an answer before the next line, gets it at once.
        while waiting.len() >= MAX_IN_FLIGHT || (!waiting.is_empty() && lines.buffer().is_empty()) {
            acknowledge(folder, waiting.pop_front(), &mut output)?;
        }
    }
    while !waiting.is_empty() {
        acknowledge(folder, waiting.pop_front(), &mut output)?;
    }
    Ok(())
}

fn acknowledge(
    folder: &Path,
    ticket: Option<Ticket>,
    output: &mut impl std::io::Write,
) -> Result<(), Failure> {
    let Some(ticket) = ticket else { return Ok(()) };
    let receipt = ticket.wait().map_err(|error| failed(folder, &error))?;
    let written = writeln!(output, "{}", receipt.index).and_then(|()| output.flush());
    written.map_err(|error| Failure::record(format!("the standard output cannot be written: {error}")))
}

fn failed(folder: &Path, error: &AppendError) -> Failure {
    match error {
        AppendError::Entry(error) => Failure::input(format!("{error}; log its digest instead")),
        AppendError::Commit(error) => committing(folder, error),
        AppendError::Ended => Failure::record(said(error)),
    }
}

pub fn prune(arguments: &arguments::Prune) -> Result<ExitCode, Failure> {
    let mut log = open(&arguments.log)?;
    let removed =
        ledger::log::prune(&mut log, arguments.before).map_err(|error| committing(&arguments.log, &error))?;
    say!("{removed} files removed");
    Ok(ExitCode::SUCCESS)
}
