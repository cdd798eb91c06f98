//! `proofhouse ledger witness`.

use std::path::Path;
use std::process::ExitCode;

use aws_lc_rs::rand;
use ledger::log::PosixObjects;
use ledger::witness::Witness;
use ledger::{Cosigner, LogKeys, Note};
use types::{Clock as _, Secret};

use super::{arguments, ask, files, key, read, said, text};
use crate::say;
use crate::shell::{Failure, SystemClock};

/// The witness's key, readable by its owner only.
const KEY: &str = "witness.key";
/// The key that checks its cosignatures.
const PUBLIC_KEY: &str = "witness.pub";

pub fn run(command: &arguments::Witness) -> Result<ExitCode, Failure> {
    match command {
        arguments::Witness::New(arguments) => new(arguments),
        arguments::Witness::Admit(arguments) => admit(arguments),
        arguments::Witness::Follow(arguments) => follow(arguments),
        arguments::Witness::Ask(arguments) => ask::ask(arguments),
        arguments::Witness::Require(arguments) => ask::require(arguments),
        arguments::Witness::Release(arguments) => ask::release(arguments),
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
    let secret = format!("{}\n", cosigner.to_secret().expose());
    files::write_secret(&arguments.witness.join(KEY), secret.as_bytes())?;
    let public = format!("{}\n", cosigner.verifier());
    files::write(&arguments.witness.join(PUBLIC_KEY), public.as_bytes())?;
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

fn follow(arguments: &arguments::WitnessFollow) -> Result<ExitCode, Failure> {
    let wrong = |error: &dyn std::error::Error| {
        Failure::input(format!("{}: {}", arguments.rotation.display(), said(error)))
    };
    let rotation = Note::parse(&read("key rotation", &arguments.rotation)?).map_err(|error| wrong(&error))?;
    open(&arguments.witness)?.follow(&arguments.origin, &rotation).map_err(|error| wrong(&error))?;
    Ok(ExitCode::SUCCESS)
}
