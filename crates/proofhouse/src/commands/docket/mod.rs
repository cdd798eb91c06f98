//! `proofhouse case` and `proofhouse person`: the docket at a terminal. What is done comes back as lines, so that whole
//! stories can be told and compared.

mod acts;
mod case;
mod export;
mod fields;
mod figures;
mod keys;
mod log;
mod looking;
mod packs;
mod person;
mod retention;
mod shown;
mod sign;
#[cfg(test)]
mod stories;

use std::io;
use std::path::PathBuf;

use docket::{Policies, Signed, StreamId};
use flows::cases::{self, Office, Taken};
use flows::house::{House, random_bytes};
use serde::Serialize;
use store::Sqlite;
use types::{Clock, Timestamp};

use crate::shell::Failure;
use sign::Signing;

pub use case::Case;
pub use export::check as check_export;
pub use log::{check_copy, check_proof, read_proof};
pub use looking::{InCase, Looking, Taker};
pub use person::Person;

/// Where the docket lies, and how results are shown.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The docket's file, where it is not the house folder's.
    #[arg(long, global = true, value_name = "FILE")]
    pub docket: Option<PathBuf>,
    /// Print JSON instead of words.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What every command needs.
pub struct Desk<'a> {
    house: House,
    journal: Sqlite,
    policies: Policies,
    clock: &'a dyn Clock,
    json: bool,
    /// The folder of the cases' logs.
    logs: PathBuf,
    /// Random bytes.
    draw: Box<dyn Fn() -> io::Result<[u8; 32]>>,
}

/// What a command has to say.
pub type Lines = Vec<String>;

impl<'a> Desk<'a> {
    /// Opens the docket. Policies that do not fit their schema stop everything here.
    pub fn open(place: &Place, house: House, clock: &'a dyn Clock) -> Result<Self, Failure> {
        let file = place.docket.clone().unwrap_or_else(|| house.docket_path());
        let policies = Policies::standing().map_err(cases::CaseError::from)?;
        let journal = Sqlite::open(&file).map_err(cases::CaseError::from)?;
        let (logs, draw) = (file.with_extension("logs"), Box::new(random_bytes));
        Ok(Self { house, journal, policies, clock, json: place.json, logs, draw })
    }

    fn office(&self) -> Office<'_> {
        Office { journal: &self.journal, gate: &self.policies, clock: self.clock }
    }

    /// Drafts, signs and takes in, or writes the envelope for others to sign.
    fn act<A: Serialize>(
        &self,
        stream: StreamId,
        act: A,
        signing: &Signing,
        attached: &[String],
    ) -> Result<Lines, Failure> {
        let signers = signing.signers()?;
        let register = self.office().register()?;
        let version = match &stream {
            StreamId::Register => register.head().version,
            StreamId::Case(id) => self.office().case(id)?.head().version,
        };
        let now = self.clock.now();
        let house = register.state().house().cloned().ok_or(docket::Refusal::NotFounded)?;
        let drafted = cases::draft(
            register.state(),
            (house, stream, version),
            (&signers.persons, now),
            later(now, signing.hours)?,
            act,
        )?;
        let signatures: Result<Vec<_>, _> =
            signers.held.iter().map(|held| held.key.sign(&drafted.line)).collect();
        let signed = Signed::new(drafted.line, signatures?);
        match &signing.save {
            Some(file) => case::save(&signed, file, attached),
            None => self.submit(&signed, attached),
        }
    }

    fn deliver(&self) -> Result<(), Failure> {
        cases::deliver(&self.office(), &self.house.receipts_path(), || self.house.signer())?;
        Ok(())
    }

    fn submit(&self, signed: &Signed, attached: &[String]) -> Result<Lines, Failure> {
        let taken = if cases::names_checkpoint(signed) {
            self.with_logs(|logs| cases::take_in_logged(&self.office(), logs, signed, attached))?
        } else {
            cases::take_in(&self.office(), signed, attached)?
        };
        self.deliver()?;
        self.follow_act(log::case_of(signed).as_ref(), &taken)?;
        if self.json {
            return shown::taken_as_json(&taken);
        }
        Ok(match taken {
            Taken::Register(entries) => entries.iter().map(shown::register_line).collect(),
            Taken::Case(entries) => entries.iter().flat_map(shown::taken_lines).collect(),
            Taken::Before { version } => vec![format!("taken in before, as version {version}")],
        })
    }
}

fn later(now: Timestamp, hours: u32) -> Result<Timestamp, Failure> {
    Timestamp::from_unix_millis(now.unix_millis() + i64::from(hours) * 3_600_000)
        .map_err(|error| Failure::usage(error.to_string()))
}
