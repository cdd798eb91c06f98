//! `proofhouse ledger rotate` and `key`.

use std::process::ExitCode;

use aws_lc_rs::rand;
use ledger::SignerKey;
use ledger::log::{RotateError, rotation_name};
use types::Clock as _;

use super::{arguments, committing, files, said, write};
use crate::shell::{self, Failure, SystemClock};
use crate::{note, say};

pub fn rotate(arguments: &arguments::Rotate) -> Result<ExitCode, Failure> {
    let mut log = write::open(&arguments.log)?;
    // Kept in the house before anything names it: a log whose key nobody has is at its end.
    let new = shell::house()?.new_log_key()?;
    let key = new.verifier().to_string();
    log.rotate(new, SystemClock::after(None).now()).map_err(|error| match &error {
        RotateError::NotRotated(error) => committing(&arguments.log, error),
        RotateError::Rotation(_) | RotateError::Unpublished(_) => {
            Failure::record(format!("{}: {}", arguments.log.display(), said(&error)))
        }
    })?;
    say!("{key}");
    say!("from entry {} on; published as {}", log.size(), rotation_name(log.keys().rotations()));
    if log.witnessing().is_some() {
        note!(
            "proofhouse: tell the witnesses of it (`ledger witness follow`): until then they cosign nothing new"
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub fn key(arguments: &arguments::Key) -> Result<ExitCode, Failure> {
    let mut seed = [0; 32];
    rand::fill(&mut seed).map_err(|_| Failure::record("the system gives no random bytes"))?;
    let key =
        SignerKey::from_seed(&arguments.name, seed).map_err(|error| Failure::input(error.to_string()))?;
    files::write_secret(&arguments.out, format!("{}\n", key.to_secret().expose()).as_bytes())?;
    let mut public = arguments.out.clone().into_os_string();
    public.push(".pub");
    files::write(public.as_ref(), format!("{}\n", key.verifier()).as_bytes())?;
    say!("{}", key.verifier());
    Ok(ExitCode::SUCCESS)
}
