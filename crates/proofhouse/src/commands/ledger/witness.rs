//! `proofhouse ledger witness`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use aws_lc_rs::rand;
use ledger::log::PosixObjects;
use ledger::tiles::LogReader;
use ledger::witness::{AskError, Witness, ask};
use ledger::{Cosigner, LogKeys, Note};
use types::{Clock as _, Secret};

use super::http::HttpWitness;
use super::{BROKEN, arguments, key, opening, public_half, published, said, text, verify, write};
use crate::shell::{Failure, SystemClock};
use crate::{note, say};

/// The witness's key, readable by its owner only.
const KEY: &str = "witness.key";
/// The key that checks its cosignatures.
const PUBLIC_KEY: &str = "witness.pub";

pub fn run(command: &arguments::Witness) -> Result<ExitCode, Failure> {
    match command {
        arguments::Witness::New(arguments) => new(arguments),
        arguments::Witness::Admit(arguments) => admit(arguments),
        arguments::Witness::Ask(arguments) => ask_for(arguments),
    }
}

fn new(arguments: &arguments::WitnessNew) -> Result<ExitCode, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::record(format!("{} cannot be made a witness: {error}", arguments.witness.display()))
    };
    let mut seed = [0; 32];
    rand::fill(&mut seed).map_err(|_| failed(&"no randomness is to be had"))?;
    let cosigner =
        Cosigner::from_seed(&arguments.name, seed).map_err(|error| Failure::input(error.to_string()))?;
    std::fs::create_dir_all(&arguments.witness).map_err(|error| failed(&error))?;
    let file = std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(arguments.witness.join(KEY));
    let mut file = file.map_err(|error| failed(&error))?;
    let written = writeln!(file, "{}", cosigner.to_secret().expose()).and_then(|()| file.sync_all());
    written.map_err(|error| failed(&error))?;
    let public = format!("{}\n", cosigner.verifier());
    std::fs::write(arguments.witness.join(PUBLIC_KEY), &public).map_err(|error| failed(&error))?;
    say!("{}", public.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// The witness in `folder`.
pub fn open(folder: &Path) -> Result<Witness<PosixObjects>, Failure> {
    let secret = text("witness's key", &folder.join(KEY))?;
    let cosigner = Cosigner::from_secret(&Secret::new(secret.trim_end().to_owned()));
    let cosigner = cosigner
        .map_err(|error| Failure::input(format!("{} holds no witness's key: {error}", folder.display())))?;
    let objects = PosixObjects::open(folder).map_err(|error| Failure::record(said(&error)))?;
    Ok(Witness::new(objects, cosigner))
}

fn admit(arguments: &arguments::WitnessAdmit) -> Result<ExitCode, Failure> {
    let keys = LogKeys::new(&arguments.origin, key(&arguments.key)?);
    let admitted = open(&arguments.witness)?.admit(keys, SystemClock::after(None).now());
    admitted.map_err(|error| Failure::input(said(&error)))?;
    Ok(ExitCode::SUCCESS)
}

fn ask_for(arguments: &arguments::WitnessAsk) -> Result<ExitCode, Failure> {
    let witness = verify::witness_key(&arguments.witness_key)?;
    let log = write::open(&arguments.log)?;
    let source = public_half(&arguments.log);
    let wrong = |error: &dyn std::error::Error| {
        Failure::input(format!("{}: {}", arguments.log.display(), said(error)))
    };
    let mut reader = LogReader::open(&source, log.head()).map_err(|error| wrong(&error))?;
    let mut way = HttpWitness::new(&arguments.url, Duration::from_secs(arguments.answer_within.into()));
    // What the witness saw last, as far as its last cosignature here tells; a conflict tells the rest.
    let note = published(&source, &arguments.log.display().to_string())?;
    let current = note.unverified_text() == log.checkpoint().unverified_text();
    let note: Note = if current { note } else { log.checkpoint().clone() };
    let asked = ask(&mut way, &witness, &note, &mut reader, 0, SystemClock::after(None).now());
    match asked {
        Ok(line) => {
            let signed = note.with_signature(line).map_err(|error| wrong(&error))?;
            log.publish_cosigned(&signed).map_err(|error| opening(&arguments.log, &error))?;
            say!("cosigned by {}", report::inert(witness.name()));
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ (AskError::Silent(_) | AskError::Refused { .. })) => Err(Failure::record(said(&error))),
        Err(error) => {
            note!("proofhouse: does not hold: {}", said(&error));
            Ok(ExitCode::from(BROKEN))
        }
    }
}
