//! What the house does with its public log.

use std::path::Path;
use std::process::ExitCode;

use docket::Policies;
use flows::cases::{self, CaseError, Office};
use flows::house::random_bytes;
use flows::public::MEASURES;
use ledger::TlogProof;
use ledger::public::{Charter, DeveloperTag, Fact, Measure, Place, PublicLog, Rules, Schedule, SlotError};
use ledger::tiles::LogReader;
use store::Sqlite;
use types::{Clock as _, Digest, Timestamp};

use super::super::{files, public_half, said, write};
use super::{arguments, facts, open, slot};
use crate::say;
use crate::shell::{self, Failure, SystemClock};

pub fn new(arguments: &arguments::New) -> Result<ExitCode, Failure> {
    let now = SystemClock::after(None).now();
    let start = arguments.start.unwrap_or(now);
    let start = Timestamp::from_unix_millis(start.unix_millis().div_euclid(1000) * 1000);
    let start = start.map_err(|error| Failure::usage(error.to_string()))?;
    let every_millis = arguments.every.saturating_mul(1000);
    let schedule = Schedule { start, every_millis, width: arguments.width };
    let measures = match &arguments.measure[..] {
        [] => MEASURES.iter().map(|name| Measure::new(name)).collect::<Result<_, _>>(),
        named => Ok(named.iter().cloned().collect()),
    };
    let rules = Rules {
        width: arguments.width,
        k: arguments.k,
        period_slots: arguments.period,
        lag_slots: arguments.lag,
        measures: measures.map_err(|error| Failure::usage(error.to_string()))?,
    };
    let charter = Charter::new(&arguments.origin, schedule, rules);
    let charter = charter.map_err(|error| Failure::usage(error.to_string()))?;
    let signer = shell::house()?.signer()?;
    let key = signer.verifier().to_string();
    PublicLog::create(write::objects(&arguments.log)?, charter, signer, now)
        .map_err(|error| slot(&arguments.log, &error))?;
    say!("{key}");
    Ok(ExitCode::SUCCESS)
}

pub fn queue(arguments: &arguments::Queue) -> Result<ExitCode, Failure> {
    let house = shell::house()?;
    let mut log = open(&arguments.log)?;
    let counted = &log.charter().rules().measures;
    let found = match (&arguments.name, &arguments.developer, &arguments.measure) {
        (Some(name), Some(developer), Some(measure)) => {
            if !counted.contains(measure) {
                let text =
                    format!("this log's charter does not count {measure}; name a measure that it does");
                return Err(Failure::input(text));
            }
            let developer = DeveloperTag(house.developer_tag(developer)?);
            let fact = Fact { developer, measure: measure.clone(), amount: arguments.amount };
            vec![(Digest::of_parts(&[b"proofhouse-fact-by-hand-1", name.as_bytes()]), fact)]
        }
        _ => {
            let mut found = of_cases(&house, arguments.docket.as_deref())?;
            found.retain(|(_, fact)| counted.contains(&fact.measure));
            found
        }
    };
    let new = log.queue(&found, SystemClock::after(None).now());
    let new = new.map_err(|error| slot(&arguments.log, &error))?;
    say!("{new} of {} facts are new and wait for a slot", found.len());
    Ok(ExitCode::SUCCESS)
}

/// Windows close and dates pass before anything is counted.
fn of_cases(house: &flows::house::House, file: Option<&Path>) -> Result<Vec<(Digest, Fact)>, Failure> {
    let file = file.map_or_else(|| house.docket_path(), Path::to_owned);
    if !file.exists() {
        let text = format!(
            "there is no docket at {}; name one with --docket, or a fact with --name",
            file.display()
        );
        return Err(Failure::input(text));
    }
    let gate = Policies::standing().map_err(CaseError::from)?;
    let journal = Sqlite::open(&file).map_err(CaseError::from)?;
    let clock = SystemClock::after(None);
    let office = Office { journal: &journal, gate: &gate, clock: &clock };
    cases::pass_time(&office)?;
    flows::public::facts(&office, house).map_err(facts)
}

pub fn close(arguments: &arguments::Close) -> Result<ExitCode, Failure> {
    let mut log = open(&arguments.log)?;
    // Tried before anything depends on it: salts that are not random would open every leaf to guessing.
    random_bytes().map_err(|error| Failure::record(error.to_string()))?;
    #[expect(
        clippy::expect_used,
        reason = "the generator gave bytes a moment ago; where it fails, to die is safe"
    )]
    let mut draw = || random_bytes().expect("the system gives random bytes");
    let now = SystemClock::after(None).now();
    let closed = log.close(&mut draw, now, arguments.late).map_err(|error| slot(&arguments.log, &error))?;
    let waiting = closed.waiting;
    if closed.slots == 0 {
        let next = log.charter().schedule().due_at(closed.first);
        let next = next.map_or_else(|| "never".to_owned(), |next| format!("at {next}"));
        say!("no slot is due; the next one is due {next}; {waiting} facts wait");
    } else {
        let (first, last) = (closed.first, closed.first + closed.slots - 1);
        say!("slots {first} to {last} added, with {} facts; {waiting} wait", closed.facts);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn list(arguments: &arguments::List) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    for (key, place, fact) in log.facts().map_err(|error| slot(&arguments.log, &error))? {
        let place = place.map_or_else(|| "waits".to_owned(), |number| format!("slot {number}"));
        say!("{} {place} {} {}", key.to_hex(), fact.measure, fact.amount);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn open_leaf(arguments: &arguments::Open) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    let wrong = |text: &str| Failure::input(format!("{}: {text}", arguments.log.display()));
    let place = log.find(&arguments.fact).map_err(|error| slot(&arguments.log, &error))?;
    let (index, opening) = match place {
        None => return Err(wrong("no fact has that key; `list` shows them")),
        Some(Place::Waiting) => return Err(wrong("the fact waits for a slot; close one first")),
        Some(Place::Leaf { index, opening, .. }) => (index, opening),
    };
    if log.log().is_unpublished() {
        return Err(Failure::record("its slot waits for witnesses; `public close` asks them again"));
    }
    let source = public_half(&arguments.log);
    // With the cosignatures that readers see.
    let note = super::super::published(&source, &arguments.log.display().to_string())?;
    let hashes = LogReader::open(source, log.log().head()).and_then(|mut reader| reader.inclusion(index));
    let hashes = hashes.map_err(|error| wrong(&said(&error)))?;
    let proof = TlogProof::new(index, hashes, note);
    opening
        .verify(&proof, log.log().keys())
        .map_err(|_| slot(&arguments.log, &SlotError::Openings(index)))?;
    let file = |kind: &str| {
        let mut name = arguments.out.clone().into_os_string();
        name.push(kind);
        std::path::PathBuf::from(name)
    };
    files::write_secret(&file(".opening"), opening.to_secret().expose().as_bytes())?;
    files::write(&file(".tlog-proof"), proof.to_string().as_bytes())?;
    say!("entry {index}: {} and {}", file(".opening").display(), file(".tlog-proof").display());
    Ok(ExitCode::SUCCESS)
}
