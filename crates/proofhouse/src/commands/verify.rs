//! `proofhouse verify`.

use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::iter;
use std::process::ExitCode;

use flows::cases::log::is_copy;
use flows::house::House;
use flows::threshold::Opening;
use flows::verify::{self, Named};
use ledger::VerifierKey;

use super::docket;
use crate::cli;
use crate::shell::Failure;
use crate::{note, say};

/// How a proof file begins.
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";

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
    if arguments.out.is_file() || is_copy(&arguments.out) {
        return Ok(match told(arguments, key.as_ref())? {
            Ok(lines) => {
                lines.iter().for_each(|line| say!("{line}"));
                ExitCode::SUCCESS
            }
            Err(broken) => {
                note!("proofhouse: does not hold: {broken}");
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
            if let Some(case) = &verified.review.plan.case {
                say!("look {} of case {}, which calls this evidence {}", case.look, case.case, verified.root);
            }
            let threshold = if verified.opened {
                "the threshold is the one that was committed to before the first run"
            } else {
                "the threshold's commitment was not opened (give the opening with --opening)"
            };
            say!("{threshold}");
            if let Some(named) = &verified.case {
                say!("{}", case_words(named));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn case_words(named: &Named) -> String {
    let (case, version) = (&named.proved.statement.case, named.proved.statement.version);
    let rest = if named.same_house {
        ", as the case's log proves"
    } else {
        "; another house keeps that log: check the package's case.tlog-proof with that house's key"
    };
    format!("entry {version} of the case {case} names it as evidence{rest}")
}

/// What there is to say of an export, of a proof file of a case's log, or of a party's copy of one; or the first thing
/// that does not hold.
pub fn told(
    arguments: &cli::Verify,
    key: Option<&VerifierKey>,
) -> Result<Result<Vec<String>, String>, Failure> {
    let out = &arguments.out;
    if is_copy(out) {
        return Ok(docket::check_copy(out, key).map_err(|broken| inert_chain(&broken)));
    }
    let mut start = Vec::new();
    let opened = File::open(out).and_then(|file| file.take(PROOF.len() as u64).read_to_end(&mut start));
    opened.map_err(|error| Failure::input(format!("{} cannot be read: {error}", out.display())))?;
    if start == PROOF {
        let proof = docket::read_proof(out)?;
        return Ok(docket::check_proof(&proof, key).map_err(|broken| inert_chain(&broken)));
    }
    Ok(docket::check_export(arguments, key)?.map_err(|broken| inert_chain(&broken)))
}

/// An error with its causes, nothing in it acting on a terminal.
pub fn inert_chain(error: &dyn Error) -> String {
    let causes = iter::successors(error.source(), |error: &&dyn Error| (*error).source());
    let words: Vec<String> = iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect();
    report::inert(&words.join(": "))
}
