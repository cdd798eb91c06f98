//! `proofhouse ledger witness ask`, `require` and `release`: several witnesses at once, and the rule that a log waits
//! for them.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use ledger::Note;
use ledger::log::{Log, PosixObjects, Witnessing};
use ledger::witness::{AskError, Round};
use types::Clock as _;

use super::{BROKEN, arguments, committing, opening, public_half, published, said, verify, ways, write};
use crate::shell::{Failure, SystemClock};
use crate::{note, say};

pub fn ask(arguments: &arguments::WitnessAsk) -> Result<ExitCode, Failure> {
    let rule = rule(arguments)?;
    let mut log = write::open(&arguments.log)?;
    let round = round(arguments, &rule, &log)?;
    if round.cosigned.len() < rule.quorum().wanted() {
        return few(&rule, &round);
    }
    let published = log.publish_cosigned(&round.note, SystemClock::after(None).now());
    published.map_err(|error| opening(&arguments.log, &error))?;
    told(&round);
    Ok(ExitCode::SUCCESS)
}

/// The rule is set once it was met.
pub fn require(arguments: &arguments::WitnessAsk) -> Result<ExitCode, Failure> {
    let rule = rule(arguments)?;
    let mut log = write::open(&arguments.log)?;
    let round = round(arguments, &rule, &log)?;
    let (wanted, count) = (rule.quorum().wanted(), rule.quorum().witnesses().len());
    if round.cosigned.len() < wanted {
        return few(&rule, &round);
    }
    let now = SystemClock::after(None).now();
    let set = log.set_witnessing(Some((rule, &round.note)), now);
    set.map_err(|error| committing(&arguments.log, &error))?;
    told(&round);
    say!("from now on checkpoints are published once {wanted} of {count} witnesses have cosigned them");
    if 2 * wanted <= count {
        note!(
            "proofhouse: two groups of {wanted} need not share a witness; ask for more than half against split views"
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub fn release(arguments: &arguments::WitnessRelease) -> Result<ExitCode, Failure> {
    let mut log = write::open(&arguments.log)?;
    let set = log.set_witnessing(None, SystemClock::after(None).now());
    set.map_err(|error| committing(&arguments.log, &error))?;
    say!("from now on checkpoints are published at once");
    Ok(ExitCode::SUCCESS)
}

fn rule(arguments: &arguments::WitnessAsk) -> Result<Witnessing, Failure> {
    if arguments.url.len() != arguments.witness_key.len() {
        return Err(Failure::usage("name a --witness-key for each --url, in the same order"));
    }
    let keys = arguments.witness_key.iter().map(|file| verify::witness_key(file));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let wanted = arguments.quorum.unwrap_or(keys.len());
    let witnesses = keys.into_iter().zip(arguments.url.iter().cloned()).collect();
    Witnessing::new(witnesses, wanted).map_err(|error| Failure::usage(said(&error)))
}

/// Asks all of them about the log's checkpoint, with the cosignatures that it has.
fn round(
    arguments: &arguments::WitnessAsk,
    rule: &Witnessing,
    log: &Log<PosixObjects>,
) -> Result<Round, Failure> {
    let within = Duration::from_secs(arguments.answer_within.into());
    let note = current(&arguments.log, log)?;
    let mut panel = ways::panel(&arguments.log, rule, within);
    Ok(panel.ask(&note, log.head(), SystemClock::after(None).now()))
}

fn current(folder: &Path, log: &Log<PosixObjects>) -> Result<Note, Failure> {
    let note = published(&public_half(folder), &folder.display().to_string())?;
    let same = note.unverified_text() == log.checkpoint().unverified_text();
    // One that the key before the last change signed is not the one to cosign.
    let by_current = note.verify(log.keys().current()).is_ok();
    Ok(if same && by_current { note } else { log.checkpoint().clone() })
}

fn told(round: &Round) {
    for name in &round.cosigned {
        say!("cosigned by {}", report::inert(name));
    }
    for (name, error) in &round.missing {
        note!("proofhouse: {}: {}", report::inert(name), said(error));
    }
}

/// Too few: somebody lied, or nobody answered.
fn few(rule: &Witnessing, round: &Round) -> Result<ExitCode, Failure> {
    let away = |error: &AskError| matches!(error, AskError::Silent(_) | AskError::Refused { .. });
    let (found, wanted) = (round.cosigned.len(), rule.quorum().wanted());
    if round.missing.iter().all(|(_, error)| away(error)) {
        let each: Vec<_> = round
            .missing
            .iter()
            .map(|(name, error)| format!("{}: {}", report::inert(name), said(error)))
            .collect();
        let text =
            format!("{found} of the {wanted} witnesses that are needed have cosigned; {}", each.join("; "));
        return Err(Failure::record(text));
    }
    told(round);
    note!("proofhouse: does not hold: {found} of the {wanted} witnesses that are needed have cosigned");
    Ok(ExitCode::from(BROKEN))
}
