//! `proofhouse verify`.

use std::error::Error;
use std::iter;
use std::process::ExitCode;

use flows::house::House;
use flows::threshold::Opening;
use flows::verify;
use ledger::VerifierKey;

use super::docket;
use crate::cli;
use crate::shell::Failure;
use crate::{note, say};

/// Something does not hold.
const BROKEN: u8 = 8;

pub fn run(arguments: &cli::Verify) -> Result<ExitCode, Failure> {
    let key = arguments.key.as_ref().map(|file| {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::input(format!("the key {} cannot be read: {error}", file.display())))?;
        text.trim_end()
            .parse::<VerifierKey>()
            .map_err(|error| Failure::input(format!("{} holds no verifier's key: {error}", file.display())))
    });
    let key = key.transpose()?;
    if arguments.out.is_file() {
        return Ok(match docket::check_export(arguments, key.as_ref())? {
            Ok(lines) => {
                lines.iter().for_each(|line| say!("{line}"));
                ExitCode::SUCCESS
            }
            Err(broken) => {
                note!("proofhouse: does not hold: {}", inert_chain(&broken));
                ExitCode::from(BROKEN)
            }
        });
    }
    if !arguments.evidence.is_empty() || arguments.packs.is_some() {
        return Err(Failure::usage("--evidence and --packs go with the file of an exported case"));
    }
    let opening = arguments.opening.as_ref().map(|file| House::read::<Opening>(file)).transpose()?;
    match verify::run(&arguments.out, key.as_ref(), opening.as_ref()) {
        Err(broken) => {
            note!("proofhouse: does not hold: {}", report::inert(&broken.to_string()));
            Ok(ExitCode::from(BROKEN))
        }
        Ok(verified) => {
            let signer = match verified.signer {
                Some(name) => format!("holds, signed by {}", report::inert(&name)),
                None => "consistent, signer unknown (give the signer's key with --key)".to_owned(),
            };
            say!("{signer}");
            say!(
                "{} log entries, {} files, {} finished runs",
                verified.entries,
                verified.files,
                verified.runs
            );
            let threshold = if verified.opened {
                "the threshold is the one that was committed to before the first run"
            } else {
                "the threshold's commitment was not opened (give the opening with --opening)"
            };
            say!("{threshold}");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// An error with its causes, nothing in it acting on a terminal.
pub fn inert_chain(error: &dyn Error) -> String {
    let causes = iter::successors(error.source(), |error: &&dyn Error| (*error).source());
    let words: Vec<String> = iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect();
    report::inert(&words.join(": "))
}
