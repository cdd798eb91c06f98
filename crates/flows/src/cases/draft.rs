//! Drafting an envelope: the act, the version it is for, and who is to sign it from which seat.

use docket::{
    Actor, Authority, DelegationId, Envelope, HouseId, PersonId, Refusal, Register, Seat, StreamId,
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

fn actor(register: &Register, signatory: &Signatory, now: Timestamp) -> Result<Actor, CaseError> {
    let person = &signatory.person;
    let authority = signatory.delegation.clone().map_or(Authority::Own, Authority::Delegated);
    let seat = match &signatory.seat {
        Some(seat) => seat.clone(),
        None => {
            let mut seats = register.seats_now(person, now);
            match (seats.next(), seats.next()) {
                (Some(only), None) => only.clone(),
                (None, _) => return Err(Refusal::UnknownPerson { person: person.clone() }.into()),
                (Some(_), Some(_)) => return Err(CaseError::SeatUnnamed { person: person.clone() }),
            }
        }
    };
    Ok(Actor { person: person.clone(), seat, authority })
}
