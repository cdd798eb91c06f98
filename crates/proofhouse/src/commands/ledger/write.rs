//! `proofhouse ledger new`, `append` and `prune`.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use ledger::log::{AppendError, Appender, Log, PosixObjects, Ticket, keys_kept};
use ledger::tiles::{CHECKPOINT, MAX_ENTRY_BYTES, TileSource as _};
use ledger::{LogKeys, SignerKey};
use types::Clock as _;

use super::{arguments, committing, opening, origin_of, public, public_half, published, said, ways};
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
    let (objects, keys, signer) = held(folder)?;
    let log = Log::open(objects, keys, signer, SystemClock::after(None).now());
    let log = log.map_err(|error| opening(folder, &error))?;
    Ok(match log.witnessing() {
        Some(rule) => {
            let way = ways::panel(folder, rule, ways::ANSWER_WITHIN);
            log.with_witnesses(Box::new(way))
        }
        None => log,
    })
}

/// The objects of the log in `folder`, the keys that spoke and speak for it, and what signs for it now.
pub fn held(folder: &Path) -> Result<(PosixObjects, LogKeys, SignerKey), Failure> {
    let house = shell::house()?;
    let source = public_half(folder);
    if source.fetch(CHECKPOINT).ok().flatten().is_none() {
        return Err(Failure::input(format!("{} holds no log; make one with `ledger new`", folder.display())));
    }
    let origin = origin_of(&published(&source, &folder.display().to_string())?);
    let first = LogKeys::new(&origin, house.signer()?.verifier().clone());
    let objects = objects(folder)?;
    let keys = keys_kept(&objects, first).map_err(|error| opening(folder, &error))?;
    let signer = house.log_signer(keys.current())?;
    Ok((objects, keys, signer))
}

pub fn objects(folder: &Path) -> Result<PosixObjects, Failure> {
    PosixObjects::open(folder).map_err(|error| {
        if error.source.kind() == std::io::ErrorKind::WouldBlock {
            Failure::record(format!("another process writes to {}; wait for it", folder.display()))
        } else {
            Failure::record(said(&error))
        }
    })
}

pub fn append(arguments: &arguments::Append) -> Result<ExitCode, Failure> {
    // An entry beside the slots would be seen by everybody for what it is, and end the public log.
    if public::is_public(&arguments.log) {
        let text =
            format!("{} is a public log; queue facts with `ledger public queue`", arguments.log.display());
        return Err(Failure::input(text));
    }
    let mut log = open(&arguments.log)?;
    // What a killed writer left waiting for its witnesses.
    log.publish(SystemClock::after(None).now())
        .map_err(|error| Failure::record(format!("{}: {}", arguments.log.display(), said(&error))))?;
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
