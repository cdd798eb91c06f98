//! Who signs an act: key files at hand, and persons who sign elsewhere.

use std::path::PathBuf;
use std::str::FromStr;

use docket::{PersonId, Role, Seat};
use flows::cases::Signatory;
use serde_json::Value;

use super::keys::{self, Held};
use crate::shell::Failure;

/// Who signs.
#[derive(Debug, clap::Args)]
pub struct Signing {
    /// A key file of somebody who signs here and now. Twice where an act takes two.
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<PathBuf>,
    /// From which seat a person signs, where they have several; or a person who signs elsewhere.
    #[arg(long = "as", value_name = "PERSON[:ROLE/PARTY[:DELEGATION]]")]
    pub from: Vec<From>,
    /// How long the signatures hold, in hours.
    #[arg(long, value_name = "HOURS", default_value = "24", value_parser = clap::value_parser!(u32).range(1..=336))]
    pub hours: u32,
    /// Write the envelope to a file, for others to sign, instead of submitting it.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// A person and where they act from.
#[derive(Debug, Clone)]
pub struct From(Signatory);

impl From {
    /// The person, with the seat.
    pub fn signatory(&self) -> &Signatory {
        &self.0
    }
}

impl FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not PERSON, PERSON:ROLE/PARTY or PERSON:ROLE/PARTY:DELEGATION");
        let mut parts = text.split(':');
        let person: PersonId = parts.next().unwrap_or_default().parse().map_err(|_| wrong())?;
        let seat = parts.next().map(|text| seat(text).ok_or_else(wrong)).transpose()?;
        let delegation = parts.next().map(|text| text.parse().map_err(|_| wrong())).transpose()?;
        if parts.next().is_some() { Err(wrong()) } else { Ok(Self(Signatory { person, seat, delegation })) }
    }
}

fn seat(text: &str) -> Option<Seat> {
    let (role, party) = text.split_once('/')?;
    let role: Role = serde_json::from_value(Value::from(role)).ok()?;
    Some(Seat { role, party: party.parse().ok()? })
}

/// Those who sign, in the envelope's order, with the keys that are at hand.
pub struct Signers {
    /// The persons.
    pub persons: Vec<Signatory>,
    /// Their keys, as far as they are here: those of the first persons.
    pub held: Vec<Held>,
}

impl Signing {
    /// Reads the keys and puts the persons in order: first those whose keys are here.
    pub fn signers(&self) -> Result<Signers, Failure> {
        let held: Vec<Held> = self.keys.iter().map(|file| keys::read(file)).collect::<Result<_, _>>()?;
        let mut elsewhere: Vec<Signatory> = self.from.iter().map(|from| from.0.clone()).collect();
        let mut persons = Vec::new();
        for held in &held {
            let named = elsewhere.iter().position(|from| from.person == held.person);
            let unnamed = || Signatory { person: held.person.clone(), seat: None, delegation: None };
            persons.push(named.map_or_else(unnamed, |at| elsewhere.remove(at)));
        }
        persons.append(&mut elsewhere);
        match (persons.is_empty(), persons.len() > held.len() && self.save.is_none()) {
            (true, _) => Err(Failure::usage("name who signs with --key FILE")),
            (_, true) => Err(Failure::usage(
                "somebody signs elsewhere; write the envelope to a file for them with --save FILE",
            )),
            (false, false) => Ok(Signers { persons, held }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signatory_is_a_person_with_a_seat_and_a_delegation_where_they_are_needed() {
        let read = |text: &str| text.parse::<From>().map(|from| from.0);
        assert_eq!(read("ada").unwrap().seat, None);
        let full = read("ada:reviewing_office/house:leave-1").unwrap();
        assert_eq!(full.seat.unwrap().role, Role::ReviewingOffice);
        assert_eq!(full.delegation.unwrap().as_str(), "leave-1");
        for text in ["", "Ada", "ada:", "ada:king/house", "ada:developer", "ada:developer/lab:d:e"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
