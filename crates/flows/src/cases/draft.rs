//! Drafting an envelope: the act, the version it is for, and who is to sign it from which seat.

use docket::{
    Actor, Authority, DelegationId, Enrolment, Envelope, HouseId, PersonId, Refusal, Register, RegisterAct,
    Seat, StreamId,
};
use serde::Serialize;
use types::Timestamp;

use super::CaseError;

/// An envelope's line, to be signed by its persons in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is signed.
    pub line: String,
    /// Who signs.
    pub persons: Vec<Actor>,
}

/// A person who is to sign, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// Who.
    pub person: PersonId,
    /// From which seat. Needed only where the person has several.
    pub seat: Option<Seat>,
    /// By which delegation, where the seat is not their own.
    pub delegation: Option<DelegationId>,
}

/// Drafts an envelope at `version` of `stream`.
///
/// # Errors
/// [`CaseError`] when a seat has to be named, or the act is too long.
pub fn draft<A: Serialize>(
    register: &Register,
    (house, stream, version): (HouseId, StreamId, u64),
    (signatories, now): (&[Signatory], Timestamp),
    expires: Timestamp,
    act: A,
) -> Result<Draft, CaseError> {
    let persons: Vec<Actor> =
        signatories.iter().map(|signatory| actor(register, signatory, now)).collect::<Result<_, _>>()?;
    let line = Envelope::new(house, stream, version, expires, persons.clone(), act).line()?;
    Ok(Draft { line, persons })
}

/// The line that founders sign: there is no register yet that could know their seats.
///
/// # Errors
/// [`CaseError`] when the act is too long.
pub fn founding(house: &HouseId, expires: Timestamp, act: RegisterAct) -> Result<String, CaseError> {
    let RegisterAct::Found { founders, .. } = &act else { return Err(Refusal::NotFounded.into()) };
    let actor = |founder: &Enrolment| Actor {
        person: founder.person.clone(),
        seat: founder.seat.clone(),
        authority: Authority::Own,
    };
    let persons = founders.iter().map(actor).collect();
    Ok(Envelope::new(house.clone(), StreamId::Register, 0, expires, persons, act).line()?)
}

/// The seat from which a signatory acts: the one that is named, or their only one.
///
/// # Errors
/// [`CaseError`] when they have none or several.
pub fn seat(register: &Register, signatory: &Signatory, now: Timestamp) -> Result<Seat, CaseError> {
    let person = &signatory.person;
    if let Some(seat) = &signatory.seat {
        return Ok(seat.clone());
    }
    let mut seats = register.seats_now(person, now);
    match (seats.next(), seats.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Refusal::UnknownPerson { person: person.clone() }.into()),
        (Some(_), Some(_)) => Err(CaseError::SeatUnnamed { person: person.clone() }),
    }
}

fn actor(register: &Register, signatory: &Signatory, now: Timestamp) -> Result<Actor, CaseError> {
    let authority = signatory.delegation.clone().map_or(Authority::Own, Authority::Delegated);
    Ok(Actor { person: signatory.person.clone(), seat: seat(register, signatory, now)?, authority })
}
