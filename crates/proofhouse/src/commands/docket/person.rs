//! `proofhouse person`.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use docket::{Enrolment, HouseId, PartyId, PersonId, RegisterAct, Role, Seat, Signed, StreamId};
use flows::cases;
use flows::house::random_bytes;
use types::Digest;

use super::acts::register_act;
use super::sign::Signing;
use super::{Desk, Lines, fields, keys, later, shown};
use crate::shell::Failure;

/// The longest text that identifies a person.
const IDENTITY_MAX_BYTES: u64 = 64 << 10;

/// Persons.
#[derive(Debug, Subcommand)]
pub enum Person {
    /// Make a key file.
    Key(Key),
    /// Print the salted digest of what identifies a natural person, read from standard input.
    Identity,
    /// Found the house's register with its first persons, all of its reviewing office.
    Found(Found),
    /// Enrol a person, by two: person=NAME identity=DIGEST key=HEX seat.role=ROLE seat.party=PARTY until=TIME.
    Enrol(InRegister),
    /// Give a person another seat, by two: person=NAME seat.role=ROLE seat.party=PARTY until=TIME.
    Appoint(InRegister),
    /// End a seat: person=NAME seat.role=ROLE seat.party=PARTY.
    Vacate(InRegister),
    /// Give a person another key: person=NAME key=HEX.
    AddKey(InRegister),
    /// Revoke a key that is lost or stolen: person=NAME key=HEX suspect_since=TIME.
    Revoke(InRegister),
    /// Delegate a seat, by two: delegation=NAME seat.role=ROLE seat.party=PARTY to=NAME from=TIME until=TIME.
    Delegate(InRegister),
    /// End a delegation: delegation=NAME.
    RevokeDelegation(InRegister),
    /// Declare a conflict of interest: person=NAME interest.party=PARTY or interest.case=CASE, basis=TEXT.
    DeclareConflict(InRegister),
    /// Say that a conflict of interest is over.
    EndConflict(InRegister),
    /// Show what happened to the register, entry by entry.
    Timeline,
}

/// `proofhouse person key`.
#[derive(Debug, Args)]
pub struct Key {
    /// Whose.
    pub person: PersonId,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `proofhouse person found`.
#[derive(Debug, Args)]
pub struct Found {
    /// The house.
    pub house: HouseId,
    /// The party that keeps it.
    #[arg(long)]
    pub party: PartyId,
    /// The founders' key files, two or more.
    #[arg(long = "key", value_name = "FILE", required = true)]
    pub keys: Vec<PathBuf>,
    /// The founders' identities, in the order of their keys.
    #[arg(long = "identity", value_name = "DIGEST", required = true)]
    pub identities: Vec<Digest>,
}

/// An act on the register.
#[derive(Debug, Args)]
pub struct InRegister {
    /// The act's fields as the record writes them (docs/CASES.md).
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// Who signs.
    #[command(flatten)]
    pub signing: Signing,
}

impl Desk<'_> {
    /// Does what `person` says.
    pub fn person(&self, person: &Person) -> Result<Lines, Failure> {
        let (name, said) = match person {
            Person::Key(key) => return make_key(key),
            Person::Identity => return self.identity(),
            Person::Found(found) => return self.found(found),
            Person::Timeline => return self.register_timeline(),
            Person::Enrol(said) => ("enrol", said),
            Person::Appoint(said) => ("appoint", said),
            Person::Vacate(said) => ("vacate", said),
            Person::AddKey(said) => ("add_key", said),
            Person::Revoke(said) => ("revoke_key", said),
            Person::Delegate(said) => ("delegate", said),
            Person::RevokeDelegation(said) => ("revoke_delegation", said),
            Person::DeclareConflict(said) => ("declare_conflict", said),
            Person::EndConflict(said) => ("end_conflict", said),
        };
        let fields = fields::read(&said.fields)?;
        self.act(StreamId::Register, register_act(name, fields.object)?, &said.signing, &fields.attached)
    }

    fn identity(&self) -> Result<Lines, Failure> {
        let mut text = String::new();
        std::io::stdin()
            .take(IDENTITY_MAX_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| Failure::input(format!("standard input cannot be read: {error}")))?;
        if text.trim().is_empty() {
            return Err(Failure::input("standard input says nothing; give what identifies the person"));
        }
        Ok(vec![self.house.identity(text.trim())?.to_string()])
    }

    fn found(&self, found: &Found) -> Result<Lines, Failure> {
        if found.keys.len() != found.identities.len() {
            return Err(Failure::usage("give an --identity for each --key"));
        }
        let held: Vec<keys::Held> =
            found.keys.iter().map(|file| keys::read(file)).collect::<Result<_, _>>()?;
        let seat = Seat { role: Role::ReviewingOffice, party: found.party.clone() };
        let enrolment = |(held, identity): (&keys::Held, &Digest)| {
            let (person, seat) = (held.person.clone(), seat.clone());
            Ok(Enrolment { person, identity: *identity, key: held.key.public()?, seat, until: None })
        };
        let founders: Result<Vec<Enrolment>, Failure> =
            held.iter().zip(&found.identities).map(enrolment).collect();
        let act = RegisterAct::Found { house: found.house.clone(), founders: founders? };
        let line = cases::founding(&found.house, later(self.clock.now(), 1)?, act)?;
        let signatures: Result<Vec<_>, _> = held.iter().map(|held| held.key.sign(&line)).collect();
        self.submit(&Signed::new(line, signatures?), &[])
    }

    fn register_timeline(&self) -> Result<Lines, Failure> {
        let entries = self.office().register_entries()?;
        if self.json { shown::json(&entries) } else { Ok(entries.iter().map(shown::register_line).collect()) }
    }
}

fn make_key(key: &Key) -> Result<Lines, Failure> {
    let seed = random_bytes().map_err(|error| Failure::input(error.to_string()))?;
    Ok(vec![keys::make(&key.person, seed, &key.out)?.to_string()])
}
