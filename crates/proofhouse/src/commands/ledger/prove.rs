//! `proofhouse ledger prove`.

use std::process::ExitCode;

use ledger::tiles::LogReader;
use ledger::{Checkpoint, TlogProof};

use super::{arguments, public_half, published, said};
use crate::say;
use crate::shell::Failure;

pub fn run(arguments: &arguments::Prove) -> Result<ExitCode, Failure> {
    let place = arguments.log.display().to_string();
    let source = public_half(&arguments.log);
    let note = published(&source, &place)?;
    // Whoever gets the proof checks the signature; here it only has to lead to what the checkpoint says.
    let checkpoint = Checkpoint::parse(note.unverified_text())
        .map_err(|error| Failure::input(format!("{place}: {}", said(&error))))?;
    let proved =
        LogReader::open(source, checkpoint.head()).and_then(|mut log| log.inclusion(arguments.index));
    let hashes = proved.map_err(|error| Failure::input(format!("{place}: {}", said(&error))))?;
    let file = TlogProof::new(arguments.index, hashes, note).to_string();
    match &arguments.out {
        None => say!("{}", file.trim_end()),
        Some(out) => std::fs::write(out, file)
            .map_err(|error| Failure::record(format!("{} cannot be written: {error}", out.display())))?,
    }
    Ok(ExitCode::SUCCESS)
}
