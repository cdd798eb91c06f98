//! Who acts: persons with the seat they act from, and how many of them an act needs.

use std::fmt;

use serde::{Deserialize, Serialize};
use types::Digest;

use crate::names::{DelegationId, PersonId};
use crate::refusal::Refusal;
use crate::rules::{Rule, Rules};
use crate::seat::{Role, Seat};

/// Why a person may act from a seat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The seat is theirs.
    Own,
    /// The seat was delegated to them.
    Delegated(DelegationId),
}

/// A person, the seat they act from, and why they may.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The natural person.
    pub person: PersonId,
    /// The seat acted from.
    pub seat: Seat,
    /// Why they may.
    pub authority: Authority,
}

/// An act with the persons who signed it, once the register has vouched for each of them.
///
/// Made by [`crate::Signed::verify`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<A> {
    act: A,
    by: Vec<Actor>,
    envelope: Digest,
}

impl<A> Verified<A> {
    pub(crate) fn new(act: A, by: Vec<Actor>, envelope: Digest) -> Self {
        Self { act, by, envelope }
    }

    /// An act whose signatures nobody checked: for a model checker, which has no keys.
    #[cfg(feature = "seeded-bugs")]
    #[must_use]
    pub fn trusted(act: A, by: Vec<Actor>) -> Self {
        Self::new(act, by, Digest::from_bytes([0; 32]))
    }

    /// What is to be done.
    pub fn act(&self) -> &A {
        &self.act
    }

    /// Who signed, in the envelope's order.
    #[must_use]
    pub fn by(&self) -> &[Actor] {
        &self.by
    }

    /// The digest that names the envelope.
    #[must_use]
    pub fn envelope(&self) -> Digest {
        self.envelope
    }
}

/// Whose signatures an act needs: no fewer, and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signers {
    /// One person from any of these roles.
    One(&'static [Role]),
    /// Two persons: one from the first role, one from any of the others.
    Both(Role, &'static [Role]),
    /// Two persons, both from any of these roles.
    Two(&'static [Role]),
}

impl Signers {
    /// Whether `by` are the persons that are needed: a rule of two counts natural persons, however many keys,
    /// seats and delegations they have.
    pub(crate) fn check(self, by: &[Actor], rules: Rules) -> Result<(), Refusal> {
        let fits = match (self, by) {
            (Self::One(roles), [one]) => roles.contains(&one.seat.role),
            (Self::Both(first, others), [a, b]) => {
                let pair = |a: &Actor, b: &Actor| a.seat.role == first && others.contains(&b.seat.role);
                pair(a, b) || pair(b, a)
            }
            (Self::Two(roles), [a, b]) => roles.contains(&a.seat.role) && roles.contains(&b.seat.role),
            (Self::One(_) | Self::Both(..) | Self::Two(_), _) => false,
        };
        if !fits {
            return Err(Refusal::WrongSigners { needs: self });
        }
        if let [a, b] = by { distinct(a, b, rules) } else { Ok(()) }
    }
}

/// Two signatures are two persons only if two persons made them.
fn distinct(a: &Actor, b: &Actor, rules: Rules) -> Result<(), Refusal> {
    let same = a.person == b.person
        && rules.keep(Rule::PersonsAreDistinct)
        && (rules.keep(Rule::DelegationMakesNoPerson) || a.authority == b.authority);
    if same { Err(Refusal::SamePerson { person: a.person.clone() }) } else { Ok(()) }
}

impl fmt::Display for Signers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let any = |roles: &[Role]| roles.iter().map(Role::to_string).collect::<Vec<_>>().join(" or ");
        match self {
            Self::One(roles) => write!(f, "one person from {}", any(roles)),
            Self::Both(first, others) => {
                write!(f, "two persons, one from {first} and one from {}", any(others))
            }
            Self::Two(roles) => write!(f, "two persons from {}", any(roles)),
        }
    }
}
