//! The aggregate of a period: counted by the house, audited, published.

use std::process::ExitCode;

use ledger::public::{AggregateError, Openings, PublicError, audit_aggregate, cosign_aggregate};
use ledger::tiles::LogReader;
use ledger::{Note, SignerKey};
use types::{Clock as _, Secret};

use super::super::{files, key, read, said, text};
use super::outside::{Outside, broken};
use super::{arguments, failed, open};
use crate::say;
use crate::shell::{Failure, SystemClock};

pub fn openings(arguments: &arguments::OfPeriod) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    let openings = log.openings(arguments.period).map_err(|error| failed(&arguments.log, &error))?;
    files::write_secret(&arguments.out, openings.to_secret().expose().as_bytes())?;
    say!(
        "{} openings of slots {} to {}",
        openings.openings.len(),
        openings.period.first,
        openings.period.end - 1
    );
    Ok(ExitCode::SUCCESS)
}

pub fn count(arguments: &arguments::OfPeriod) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    let note = log.count(arguments.period).map_err(|error| failed(&arguments.log, &error))?;
    files::write(&arguments.out, note.to_string().as_bytes())?;
    say!("{}", note.unverified_text().trim_end());
    Ok(ExitCode::SUCCESS)
}

pub fn audit(arguments: &arguments::Audit) -> Result<ExitCode, Failure> {
    let secret = Secret::new(text("auditor's key", &arguments.auditor_key)?.trim_end().to_owned());
    let auditor = SignerKey::from_secret(&secret).map_err(|error| {
        Failure::input(format!("{} holds no signing key: {error}", arguments.auditor_key.display()))
    })?;
    let wrong = |file: &std::path::Path, error: &dyn std::error::Error| {
        Failure::input(format!("{}: {}", file.display(), said(error)))
    };
    let secret = Secret::new(text("openings", &arguments.openings)?);
    let openings = Openings::parse(&secret).map_err(|error| wrong(&arguments.openings, &error))?;
    let claimed = Note::parse(&read("aggregate", &arguments.aggregate)?);
    let claimed = claimed.map_err(|error| wrong(&arguments.aggregate, &error))?;
    let outside = match Outside::read(&arguments.log, &arguments.whose, arguments.charter.as_deref())? {
        Ok(outside) => outside,
        Err(words) => return Ok(broken(&words)),
    };
    let audited = || -> Result<Note, AggregateError> {
        let (rules, schedule) = (outside.charter.rules(), outside.charter.schedule());
        // By the auditor's own clock, whatever the house says.
        let number = openings.period.first / rules.period_slots;
        let period = rules.period(number, schedule.due(SystemClock::after(None).now()))?;
        if openings.origin != outside.keys.origin() || openings.period != period {
            return Err(AggregateError::Openings);
        }
        let mut reader = LogReader::open(&*outside.source, outside.head)?;
        let counted =
            audit_aggregate(&claimed, &outside.keys, &mut reader, period, &openings.openings, rules)?;
        cosign_aggregate(&claimed, &counted, &auditor)
    };
    match audited() {
        Ok(note) => {
            files::write(&arguments.out, note.to_string().as_bytes())?;
            say!("{}", note.unverified_text().trim_end());
            say!("cosigned by {}", report::inert(auditor.verifier().name()));
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ AggregateError::TooEarly { .. }) => Err(Failure::input(said(&error))),
        Err(error) => Ok(broken(&said(&error))),
    }
}

pub fn publish(arguments: &arguments::Publish) -> Result<ExitCode, Failure> {
    let log = open(&arguments.log)?;
    let note = Note::parse(&read("aggregate", &arguments.aggregate)?)
        .map_err(|error| Failure::input(format!("{}: {}", arguments.aggregate.display(), said(&error))))?;
    match log.publish_aggregate(arguments.period, &note, &key(&arguments.auditor_key)?) {
        Ok(()) => {
            say!("published: {}", ledger::public::aggregate_name(arguments.period));
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ PublicError::Aggregate(AggregateError::TooEarly { .. })) => {
            Err(failed(&arguments.log, &error))
        }
        Err(PublicError::Aggregate(error)) => Ok(broken(&said(&error))),
        Err(error) => Err(failed(&arguments.log, &error)),
    }
}
