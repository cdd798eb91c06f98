//! The persons of the model, and its clock.

use docket::{
    Actor, Authority, DelegationId, Enrolment, Interest, PublicKey, Register, RegisterEvent, Role, Seat,
    evolve_register,
};
use types::{Digest, Timestamp};

pub const DAY: i64 = 86_400_000;
/// 2026-12-01T14:00:00Z.
const START: i64 = 1_796_133_600_000;

/// So many days after the start.
pub fn day(days: i64) -> Timestamp {
    at(days * DAY)
}

/// So many milliseconds after the start.
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(START + millis).unwrap()
}

pub fn seat(role: Role, party: &str) -> Seat {
    Seat { role, party: party.parse().unwrap() }
}

/// Everybody, with their one seat. `kim` has a conflict of interest.
const PERSONS: [(&str, Role, &str); 11] = [
    ("dee", Role::Developer, "acme"),
    ("oda", Role::ReviewingOffice, "house"),
    ("ola", Role::ReviewingOffice, "house"),
    ("kim", Role::ReviewingOffice, "house"),
    ("des", Role::DesignatingAuthority, "authority"),
    ("con", Role::ConsultedDepartment, "energy"),
    ("cyd", Role::ConsultedDepartment, "health"),
    ("eva", Role::Evaluator, "measurers"),
    ("par", Role::Partner, "grid"),
    ("pia", Role::Partner, "bank"),
    ("aud", Role::Auditor, "auditors"),
];

/// `person`, from their own seat.
pub fn own(person: &str) -> Actor {
    let (name, role, party) = PERSONS.iter().find(|(name, ..)| *name == person).unwrap();
    Actor { person: name.parse().unwrap(), seat: seat(*role, party), authority: Authority::Own }
}

/// `ola` under the delegation of `des`'s seat, or of `oda`'s.
pub fn ola_for(other: &str) -> Actor {
    let delegation: DelegationId = format!("{other}-to-ola").parse().unwrap();
    Actor {
        person: "ola".parse().unwrap(),
        seat: own(other).seat,
        authority: Authority::Delegated(delegation),
    }
}

/// The register that the case is decided under.
pub fn register() -> Register {
    let start = day(-1);
    let mut events = vec![RegisterEvent::Founded { house: "house".parse().unwrap() }];
    for (number, (name, role, party)) in (1_u8..).zip(PERSONS) {
        events.push(RegisterEvent::Enrolled(Enrolment {
            person: name.parse().unwrap(),
            identity: Digest::of(name.as_bytes()),
            key: PublicKey::from_bytes([number; 32]),
            seat: seat(role, party),
            until: None,
        }));
    }
    for other in ["des", "oda"] {
        events.push(RegisterEvent::Delegated {
            delegation: format!("{other}-to-ola").parse().unwrap(),
            seat: own(other).seat,
            to: "ola".parse().unwrap(),
            from: start,
            until: day(300),
        });
    }
    events.push(RegisterEvent::ConflictDeclared {
        person: "kim".parse().unwrap(),
        interest: Interest::Party("acme".parse().unwrap()),
        basis: "held shares".parse().unwrap(),
    });
    events.iter().fold(Register::default(), |register, event| evolve_register(register, event, start))
}
