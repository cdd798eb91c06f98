//! What can be done to the register, and what came of it.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use crate::key::PublicKey;
use crate::names::{CaseId, DelegationId, HouseId, PartyId, PersonId};
use crate::seat::Seat;
use crate::text::Text;

/// A person taken into the register.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// What they are called here.
    pub person: PersonId,
    /// A salted digest of what identifies the natural person, so that nobody is enrolled twice.
    pub identity: Digest,
    /// Their first key.
    pub key: PublicKey,
    /// Their first seat.
    pub seat: Seat,
    /// When the seat ends, if that is known.
    pub until: Option<Timestamp>,
}

/// What a conflict of interest is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interest {
    /// A developer, with all its cases.
    Party(PartyId),
    /// One case.
    Case(CaseId),
}

/// What persons do to the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RegisterAct {
    /// Begins the register. Signed by all founders with the keys that it enrols.
    Found {
        /// The house.
        house: HouseId,
        /// The first persons, all of the reviewing office.
        founders: Vec<Enrolment>,
    },
    /// Takes a person in.
    Enrol(Enrolment),
    /// Gives an enrolled person another seat.
    Appoint {
        /// The person.
        person: PersonId,
        /// The seat.
        seat: Seat,
        /// When it ends, if that is known.
        until: Option<Timestamp>,
    },
    /// Ends a seat now. Delegations of it stand until their own dates.
    Vacate {
        /// The person.
        person: PersonId,
        /// The seat.
        seat: Seat,
    },
    /// Gives a person another key.
    AddKey {
        /// The person.
        person: PersonId,
        /// The key.
        key: PublicKey,
    },
    /// Ends a key now: lost, stolen, or not needed.
    RevokeKey {
        /// The person.
        person: PersonId,
        /// The key.
        key: PublicKey,
        /// Since when others may have used it, if that is known: for those who look at acts since then.
        suspect_since: Option<Timestamp>,
    },
    /// Lends a seat for a time.
    Delegate {
        /// What the delegation is called.
        delegation: DelegationId,
        /// The seat.
        seat: Seat,
        /// Who may act from it.
        to: PersonId,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// Ends a delegation now.
    RevokeDelegation {
        /// The delegation.
        delegation: DelegationId,
    },
    /// Declares a conflict of interest.
    DeclareConflict {
        /// Whose.
        person: PersonId,
        /// With what.
        interest: Interest,
        /// Why.
        basis: Text,
    },
    /// Ends a conflict of interest that is over.
    EndConflict {
        /// Whose.
        person: PersonId,
        /// With what.
        interest: Interest,
        /// Why.
        basis: Text,
    },
}

/// What happened to the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RegisterEvent {
    /// The house has a register.
    Founded {
        /// The house.
        house: HouseId,
    },
    /// A person is enrolled.
    Enrolled(Enrolment),
    /// A person has another seat.
    Appointed {
        /// The person.
        person: PersonId,
        /// The seat.
        seat: Seat,
        /// When it ends, if that is known.
        until: Option<Timestamp>,
    },
    /// A seat ended.
    Vacated {
        /// The person.
        person: PersonId,
        /// The seat.
        seat: Seat,
    },
    /// A person has another key.
    KeyAdded {
        /// The person.
        person: PersonId,
        /// The key.
        key: PublicKey,
    },
    /// A key ended.
    KeyRevoked {
        /// The person.
        person: PersonId,
        /// The key.
        key: PublicKey,
        /// Since when others may have used it.
        suspect_since: Option<Timestamp>,
    },
    /// A seat is lent.
    Delegated {
        /// What the delegation is called.
        delegation: DelegationId,
        /// The seat.
        seat: Seat,
        /// Who may act from it.
        to: PersonId,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// A delegation ended before its date.
    DelegationRevoked {
        /// The delegation.
        delegation: DelegationId,
    },
    /// A conflict of interest is declared.
    ConflictDeclared {
        /// Whose.
        person: PersonId,
        /// With what.
        interest: Interest,
        /// Why.
        basis: Text,
    },
    /// A conflict of interest is over.
    ConflictEnded {
        /// Whose.
        person: PersonId,
        /// With what.
        interest: Interest,
        /// Why.
        basis: Text,
    },
}
