//! What a party, an auditor and anybody else see of a public log from outside.

use std::path::Path;
use std::process::ExitCode;

use ledger::log::{FollowError, follow_published};
use ledger::public::{
    AggregateError, Charter, CharterError, Opening, aggregate_name, published_charter, verify_period,
};
use ledger::tiles::{LogReader, ReadError, TileSource};
use ledger::{LogKeys, Note, TlogProof, TreeHead};
use types::{Clock as _, Secret};

use super::super::{BROKEN, key, log_keys, published, read, said, source_of, text};
use super::arguments;
use crate::shell::{Failure, SystemClock};
use crate::{note, say};

/// Says what does not hold.
pub fn broken(words: &str) -> ExitCode {
    note!("proofhouse: does not hold: {words}");
    ExitCode::from(BROKEN)
}

/// A public log as somebody sees it who has its first key.
pub struct Outside {
    pub source: Box<dyn TileSource>,
    pub keys: LogKeys,
    pub head: TreeHead,
    pub charter: Charter,
}

impl Outside {
    /// Reads checkpoint and charter and holds them against the key, or says what does not hold.
    pub fn read(
        log: &str,
        whose: &arguments::Whose,
        kept: Option<&Path>,
    ) -> Result<Result<Self, String>, Failure> {
        let source = source_of(log);
        let keys = log_keys(&whose.origin, &whose.key, &whose.rotation)?;
        let keys = match follow_published(&*source, keys) {
            Ok(keys) => keys,
            Err(FollowError::Source(error)) => return Err(Failure::record(said(&error))),
            Err(error) => return Ok(Err(said(&error))),
        };
        let checkpoint = match keys.open(&published(&&*source, log)?) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return Ok(Err(said(&error))),
        };
        let charter = match published_charter(&*source, &keys) {
            Ok(charter) => charter,
            Err(CharterError::Malformed) => {
                return Err(Failure::input(format!("{log} shows no charter; name a public log")));
            }
            Err(error) => return Ok(Err(said(&error))),
        };
        if let Some(file) = kept {
            let note = Note::parse(&read("charter", file)?)
                .map_err(|error| Failure::input(format!("{} is no charter: {error}", file.display())))?;
            if note.unverified_text() != charter.text() {
                return Ok(Err("the log's charter is not the one that you kept".to_owned()));
            }
        }
        Ok(Ok(Self { source, keys, head: checkpoint.head(), charter }))
    }
}

/// Offline: opening, proof and key are all it takes.
pub fn check(arguments: &arguments::Check) -> Result<ExitCode, Failure> {
    let keys = log_keys(&arguments.whose.origin, &arguments.whose.key, &arguments.whose.rotation)?;
    let secret = Secret::new(text("opening", &arguments.opening)?);
    let proof = read("proof file", &arguments.proof)?;
    let held = || -> Result<String, ledger::public::OpeningError> {
        let opening = Opening::parse(&secret)?;
        let proof = TlogProof::parse(&proof)?;
        let checkpoint = opening.verify(&proof, &keys)?;
        let fact = opening.fact().map_or_else(
            || "nothing: it is padding".to_owned(),
            |fact| format!("{} {}", fact.measure, fact.amount),
        );
        let (index, size) = (proof.index(), checkpoint.head().size);
        Ok(format!("entry {index} of {size}, in {}, is {fact}", report::inert(checkpoint.origin())))
    };
    Ok(match held() {
        Ok(words) => {
            say!("holds: {words}");
            ExitCode::SUCCESS
        }
        Err(error) => broken(&said(&error)),
    })
}

pub fn verify(arguments: &arguments::Verify) -> Result<ExitCode, Failure> {
    let auditor = key(&arguments.auditor_key)?;
    let outside = match Outside::read(&arguments.log, &arguments.whose, arguments.charter.as_deref())? {
        Ok(outside) => outside,
        Err(words) => return Ok(broken(&words)),
    };
    let name = aggregate_name(arguments.period);
    let bytes = outside.source.fetch(&name).map_err(|error| Failure::record(said(&error)))?;
    let bytes = bytes.ok_or_else(|| {
        Failure::input(format!("{} has published no {name} yet; ask for an earlier period", arguments.log))
    })?;
    let (schedule, rules) = (outside.charter.schedule(), outside.charter.rules());
    let due = schedule.due(SystemClock::after(None).now());
    let held = || -> Result<String, AggregateError> {
        let note = Note::parse(&bytes)?;
        let period = rules.period(arguments.period, due)?;
        let mut reader = LogReader::open(&*outside.source, outside.head)?;
        let both = (&outside.keys, &auditor);
        let aggregate = verify_period(&note, both, &outside.charter, period, &mut reader)?;
        Ok(aggregate.text().to_owned())
    };
    match held() {
        Ok(text) => {
            say!("holds: signed by the house and by {}", report::inert(auditor.name()));
            text.lines().for_each(|line| say!("{}", report::inert(line)));
        }
        Err(AggregateError::Read(ReadError::Source(error))) => return Err(Failure::record(said(&error))),
        Err(error) => return Ok(broken(&said(&error))),
    }
    let late = due.saturating_sub(outside.head.size / schedule.width);
    if late > 0 {
        note!("proofhouse: {late} slots are due and not in the log");
    }
    Ok(ExitCode::SUCCESS)
}
