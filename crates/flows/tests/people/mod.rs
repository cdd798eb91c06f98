//! Persons of a test's house: enrolled with the key of a seed, and signing as the commands do.

use docket::{Enrolment, PersonKey, Seat, Signed, StreamId};
use flows::cases::{Office, Signatory, draft};
use serde::Serialize;
use types::{Digest, Timestamp};

/// How long an envelope is good for.
const SIGNED_FOR_MS: i64 = 86_400_000;

/// A person by name, with the seed of their key and their seat.
pub type Person<'a> = (&'a str, [u8; 32], Seat);

pub fn enrolment((person, seed, seat): Person<'_>) -> Enrolment {
    Enrolment {
        person: person.parse().unwrap(),
        identity: Digest::of(person.as_bytes()),
        key: PersonKey::from_seed(&seed).unwrap().public().unwrap(),
        seat,
        until: None,
    }
}

/// An envelope for the version that the stream has now.
pub fn signed<A: Serialize>(office: &Office<'_>, stream: StreamId, by: &[Person<'_>], act: A) -> Signed {
    let version = office.journal.read(&stream).unwrap().len() as u64;
    let signatory = |(person, _, seat): &Person<'_>| Signatory {
        person: person.parse().unwrap(),
        seat: Some(seat.clone()),
        delegation: None,
    };
    let signatories: Vec<Signatory> = by.iter().map(signatory).collect();
    let now = office.clock.now();
    let expires = Timestamp::from_unix_millis(now.unix_millis() + SIGNED_FOR_MS).unwrap();
    let place = ("sample-house".parse().unwrap(), stream, version);
    let register = office.register().unwrap();
    let drafted = draft(register.state(), place, (&signatories, now), expires, act).unwrap();
    let key = |seed| PersonKey::from_seed(seed).unwrap();
    let signatures = by.iter().map(|(_, seed, _)| key(seed).sign(&drafted.line).unwrap());
    Signed::new(drafted.line.clone(), signatures.collect())
}
