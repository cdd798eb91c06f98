//! The register: who the persons are, with which keys, seats, delegations and conflicts of interest, and when.
//!
//! One for the house, a stream of its own. Nothing is ever taken out of it: what ends gets a date, so that an
//! act of last year can still be held against the register of last year.
//!
//! Invariants: a natural person is enrolled once, whatever they are called; a key belongs to one person; nobody
//! has seats on two sides at one time; enrolling, appointing and delegating take two persons.

mod act;
mod change;

use std::collections::{BTreeMap, BTreeSet};

use types::{Digest, Timestamp};

pub use act::{Enrolment, Interest, RegisterAct, RegisterEvent};
pub use change::{decide_register, evolve_register};

use crate::actor::{Actor, Authority};
use crate::key::PublicKey;
use crate::names::{CaseId, DelegationId, HouseId, PartyId, PersonId};
use crate::refusal::Refusal;
use crate::seat::{Role, Seat};

/// The register as its events left it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Register {
    house: Option<HouseId>,
    persons: BTreeMap<PersonId, Person>,
    delegations: BTreeMap<DelegationId, Delegation>,
    conflicts: BTreeSet<(PersonId, Interest)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Person {
    identity: Digest,
    keys: Vec<HeldKey>,
    seats: Vec<HeldSeat>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct HeldKey {
    key: PublicKey,
    since: Timestamp,
    revoked: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct HeldSeat {
    seat: Seat,
    period: Period,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Delegation {
    seat: Seat,
    to: PersonId,
    period: Period,
}

/// From an instant until before another one, or for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Period {
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Period {
    fn holds(self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    fn overlaps(self, other: Self) -> bool {
        let before = |a: Self, b: Self| a.until.is_some_and(|until| until <= b.from);
        !before(self, other) && !before(other, self)
    }
}

impl Register {
    /// The house whose register this is, once founded.
    #[must_use]
    pub fn house(&self) -> Option<&HouseId> {
        self.house.as_ref()
    }

    /// `actor`'s standing now: whether the person has the seat they act from, by themselves or by delegation.
    ///
    /// # Errors
    /// [`Refusal::UnknownPerson`], [`Refusal::NoSeat`] and [`Refusal::NoDelegation`].
    pub fn vouch(&self, actor: &Actor, now: Timestamp) -> Result<(), Refusal> {
        let person = self.person(&actor.person)?;
        match &actor.authority {
            Authority::Own if person.holds(&actor.seat, now) => Ok(()),
            Authority::Own => Err(Refusal::NoSeat { person: actor.person.clone(), seat: actor.seat.clone() }),
            Authority::Delegated(id) => self
                .delegations
                .get(id)
                .filter(|it| it.to == actor.person && it.seat == actor.seat && it.period.holds(now))
                .map(|_| ())
                .ok_or_else(|| Refusal::NoDelegation { delegation: id.clone() }),
        }
    }

    /// Whether `person` may be asked to use `key` at `at`: theirs, and not revoked by then.
    ///
    /// # Errors
    /// [`Refusal::UnknownPerson`], [`Refusal::UnknownKey`] and [`Refusal::RevokedKey`].
    pub fn key_at(&self, person: &PersonId, key: PublicKey, at: Timestamp) -> Result<(), Refusal> {
        let held = self.person(person)?.keys.iter().find(|held| held.key == key && held.since <= at);
        match held.ok_or_else(|| Refusal::UnknownKey { person: person.clone() })?.revoked {
            Some(revoked) if revoked <= at => {
                Err(Refusal::RevokedKey { person: person.clone(), at: revoked })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether `person` declared a conflict of interest with the developer or the case.
    #[must_use]
    pub fn is_conflicted(&self, person: &PersonId, developer: &PartyId, case: &CaseId) -> bool {
        self.conflicts_with(developer, case).any(|(who, _)| who == person)
    }

    /// Who declared a conflict of interest with the developer or the case, and with which of the two.
    pub fn conflicts_with(
        &self,
        developer: &PartyId,
        case: &CaseId,
    ) -> impl Iterator<Item = (&PersonId, &Interest)> {
        let about = move |interest: &Interest| match interest {
            Interest::Party(party) => party == developer,
            Interest::Case(other) => other == case,
        };
        self.conflicts.iter().filter(move |(_, interest)| about(interest)).map(|(who, what)| (who, what))
    }

    /// Whether `person` has a seat of that role at that party now, also by delegation.
    #[must_use]
    pub fn sits(&self, person: &PersonId, role: Role, party: &PartyId, now: Timestamp) -> bool {
        self.seats_of(person)
            .any(|(seat, period)| seat.role == role && seat.party == *party && period.holds(now))
    }

    /// The persons who are enrolled.
    pub fn persons(&self) -> impl Iterator<Item = &PersonId> {
        self.persons.keys()
    }

    /// The seats that `person` has now, their own and delegated ones.
    pub fn seats_now(&self, person: &PersonId, now: Timestamp) -> impl Iterator<Item = &Seat> {
        self.seats_of(person).filter(move |(_, period)| period.holds(now)).map(|(seat, _)| seat)
    }

    /// Who has seats on two sides at one time. Nobody, by the rules.
    #[must_use]
    pub fn on_two_sides(&self) -> Option<&PersonId> {
        self.persons.keys().find(|person| {
            let seats: Vec<_> = self.seats_of(person).collect();
            seats.iter().any(|(seat, period)| !on_one_side(&seats, seat, *period))
        })
    }

    fn person(&self, person: &PersonId) -> Result<&Person, Refusal> {
        self.persons.get(person).ok_or_else(|| Refusal::UnknownPerson { person: person.clone() })
    }

    fn seats_of(&self, person: &PersonId) -> impl Iterator<Item = (&Seat, Period)> {
        let own = self.persons.get(person).into_iter().flat_map(|person| &person.seats);
        let lent = self.delegations.values().filter({
            let person = person.clone();
            move |it| it.to == person
        });
        own.map(|held| (&held.seat, held.period)).chain(lent.map(|it| (&it.seat, it.period)))
    }
}

impl Person {
    fn holds(&self, seat: &Seat, now: Timestamp) -> bool {
        self.seats.iter().any(|held| held.seat == *seat && held.period.holds(now))
    }
}

fn on_one_side(seats: &[(&Seat, Period)], seat: &Seat, period: Period) -> bool {
    seats.iter().all(|(other, when)| !when.overlaps(period) || other.side() == seat.side())
}
