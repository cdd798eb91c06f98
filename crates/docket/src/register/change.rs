//! The register's rules: what each act needs, and what an event changes.

use types::Timestamp;

use super::{Delegation, HeldKey, HeldSeat, Period, Person, Register, RegisterAct, RegisterEvent};
use super::{Enrolment, on_one_side};
use crate::actor::{Actor, Authority, Signers, Verified};
use crate::calendar::after_days;
use crate::key::PublicKey;
use crate::names::PersonId;
use crate::refusal::Refusal;
use crate::rules::{Rule, Rules};
use crate::seat::{Role, Seat};

/// A delegation is renewed at least once a year, so that nobody acts for long on what nobody remembers.
pub const DELEGATION_MAX_DAYS: u32 = 366;

const OFFICE: &[Role] = &[Role::ReviewingOffice];

/// Decides an act on the register. `act` is vouched for: its signers have their seats.
///
/// # Errors
/// The rule that says no.
pub fn decide_register(
    register: &Register,
    act: &Verified<RegisterAct>,
    rules: Rules,
    now: Timestamp,
) -> Result<Vec<RegisterEvent>, Refusal> {
    let desk = Desk { register, by: act.by(), rules, now };
    if let RegisterAct::Found { house, founders } = act.act() {
        desk.found(founders)?;
        let first = RegisterEvent::Founded { house: house.clone() };
        let enrolled = founders.iter().cloned().map(RegisterEvent::Enrolled);
        return Ok(std::iter::once(first).chain(enrolled).collect());
    }
    register.house.as_ref().ok_or(Refusal::NotFounded)?;
    desk.one(act.act()).map(|event| vec![event])
}

struct Desk<'a> {
    register: &'a Register,
    by: &'a [Actor],
    rules: Rules,
    now: Timestamp,
}

impl Desk<'_> {
    fn one(&self, act: &RegisterAct) -> Result<RegisterEvent, Refusal> {
        let event = match act.clone() {
            RegisterAct::Found { .. } => return Err(Refusal::AlreadyFounded),
            RegisterAct::Enrol(enrolment) => {
                self.two_of_the_office(Rule::EnrolmentTakesTwo)?;
                self.is_new(&enrolment)?;
                self.period(enrolment.until)?;
                RegisterEvent::Enrolled(enrolment)
            }
            RegisterAct::Appoint { person, seat, until } => {
                self.two_of_the_office(Rule::EnrolmentTakesTwo)?;
                self.fits(&person, &seat, self.period(until)?)?;
                RegisterEvent::Appointed { person, seat, until }
            }
            RegisterAct::Vacate { person, seat } => {
                Signers::One(OFFICE).check(self.by, self.rules)?;
                if !self.register.person(&person)?.holds(&seat, self.now) {
                    return Err(Refusal::NoSeat { person, seat });
                }
                RegisterEvent::Vacated { person, seat }
            }
            RegisterAct::AddKey { person, key } => {
                self.two_of_the_office(Rule::EnrolmentTakesTwo)?;
                self.register.person(&person)?;
                self.is_new_key(key)?;
                RegisterEvent::KeyAdded { person, key }
            }
            RegisterAct::RevokeKey { person, key, suspect_since } => {
                self.revoke_key(&person, key)?;
                RegisterEvent::KeyRevoked { person, key, suspect_since }
            }
            RegisterAct::Delegate { delegation, seat, to, from, until } => {
                let period = Period { from, until: Some(until) };
                self.delegate(&seat, &to, from, until)?;
                self.fits(&to, &seat, period)?;
                if self.register.delegations.contains_key(&delegation) {
                    return Err(Refusal::DelegationTaken);
                }
                RegisterEvent::Delegated { delegation, seat, to, from, until }
            }
            RegisterAct::RevokeDelegation { delegation } => {
                let lent = self.register.delegations.get(&delegation);
                let lent = lent.filter(|it| it.period.until.is_some_and(|until| self.now < until));
                let seat =
                    &lent.ok_or_else(|| Refusal::NoDelegation { delegation: delegation.clone() })?.seat;
                let own = |actor: &Actor| actor.seat == *seat && actor.authority == Authority::Own;
                if !matches!(self.by, [one] if own(one)) {
                    Signers::One(OFFICE).check(self.by, self.rules)?;
                }
                RegisterEvent::DelegationRevoked { delegation }
            }
            RegisterAct::DeclareConflict { person, interest, basis } => {
                self.register.person(&person)?;
                if !matches!(self.by, [one] if one.person == person) {
                    Signers::One(OFFICE).check(self.by, self.rules)?;
                }
                RegisterEvent::ConflictDeclared { person, interest, basis }
            }
            RegisterAct::EndConflict { person, interest, basis } => {
                Signers::Two(OFFICE).check(self.by, self.rules)?;
                if self.by.iter().any(|actor| actor.person == person) {
                    return Err(Refusal::ConflictStands);
                }
                if !self.register.conflicts.contains(&(person.clone(), interest.clone())) {
                    return Err(Refusal::NoConflict);
                }
                RegisterEvent::ConflictEnded { person, interest, basis }
            }
        };
        Ok(event)
    }

    fn found(&self, founders: &[Enrolment]) -> Result<(), Refusal> {
        if self.register.house.is_some() {
            return Err(Refusal::AlreadyFounded);
        }
        let all_sign = self.by.len() == founders.len()
            && founders.iter().zip(self.by).all(|(founder, actor)| {
                founder.person == actor.person
                    && founder.seat == actor.seat
                    && actor.seat.role == Role::ReviewingOffice
            });
        if founders.len() < 2 || !all_sign {
            return Err(Refusal::TooFewFounders);
        }
        for (at, one) in founders.iter().enumerate() {
            self.period(one.until)?;
            self.is_new_key(one.key)?;
            let same = |other: &Enrolment| {
                other.person == one.person || other.identity == one.identity || other.key == one.key
            };
            if founders[..at].iter().any(same) {
                return Err(Refusal::AlreadyEnrolled);
            }
        }
        Ok(())
    }

    /// Two persons of the reviewing office; any number of its signatures when a test dropped `rule`.
    fn two_of_the_office(&self, rule: Rule) -> Result<(), Refusal> {
        if !self.rules.keep(rule) && self.by.iter().all(|actor| OFFICE.contains(&actor.seat.role)) {
            return Ok(());
        }
        Signers::Two(OFFICE).check(self.by, self.rules)
    }

    fn period(&self, until: Option<Timestamp>) -> Result<Period, Refusal> {
        if until.is_some_and(|until| until <= self.now) {
            return Err(Refusal::DatesDisorder);
        }
        Ok(Period { from: self.now, until })
    }

    fn is_new(&self, enrolment: &Enrolment) -> Result<(), Refusal> {
        let known = self.register.persons.contains_key(&enrolment.person)
            || self.register.persons.values().any(|person| person.identity == enrolment.identity);
        if known { Err(Refusal::AlreadyEnrolled) } else { self.is_new_key(enrolment.key) }
    }

    fn is_new_key(&self, key: PublicKey) -> Result<(), Refusal> {
        if key.is_weak() {
            return Err(Refusal::WeakKey);
        }
        let mut keys = self.register.persons.values().flat_map(|person| &person.keys);
        if keys.any(|held| held.key == key) { Err(Refusal::AlreadyEnrolled) } else { Ok(()) }
    }

    fn fits(&self, person: &PersonId, seat: &Seat, period: Period) -> Result<(), Refusal> {
        self.register.person(person)?;
        let seats: Vec<_> = self.register.seats_of(person).collect();
        if self.rules.keep(Rule::OneSideEach) && !on_one_side(&seats, seat, period) {
            return Err(Refusal::TwoSides { person: person.clone() });
        }
        Ok(())
    }

    fn revoke_key(&self, person: &PersonId, key: PublicKey) -> Result<(), Refusal> {
        let office = Signers::One(OFFICE).check(self.by, self.rules).is_ok();
        if !office && !matches!(self.by, [one] if one.person == *person) {
            return Err(Refusal::NotYourKey);
        }
        let held = self.register.person(person)?.keys.iter().find(|held| held.key == key);
        if held.is_some_and(|held| held.revoked.is_none()) { Ok(()) } else { Err(Refusal::KeyNotInUse) }
    }

    fn delegate(&self, seat: &Seat, to: &PersonId, from: Timestamp, until: Timestamp) -> Result<(), Refusal> {
        if until <= from || until <= self.now {
            return Err(Refusal::DatesDisorder);
        }
        // A period that begins in the past would make acts sound that were not.
        if from < self.now {
            return Err(Refusal::DatesDisorder);
        }
        if until > after_days(from, DELEGATION_MAX_DAYS)? {
            return Err(Refusal::DelegationTooLong);
        }
        if self.by.iter().any(|actor| actor.person == *to) {
            return Err(Refusal::DelegatesToSelf);
        }
        if self.rules.keep(Rule::DelegationTakesTwo) {
            Signers::Two(&Role::ALL).check(self.by, self.rules)?;
        }
        // The second person is of the same party, or of the house that keeps the register.
        let holder = |actor: &Actor| actor.seat == *seat && actor.authority == Authority::Own;
        let near = |actor: &Actor| actor.seat.party == seat.party || actor.seat.role == Role::ReviewingOffice;
        if self.by.iter().any(holder) && self.by.iter().all(near) {
            Ok(())
        } else {
            Err(Refusal::NotTheirsToDelegate)
        }
    }
}

/// The register after `event`, which was decided at `at`.
#[must_use]
pub fn evolve_register(mut register: Register, event: &RegisterEvent, at: Timestamp) -> Register {
    match event.clone() {
        RegisterEvent::Founded { house } => register.house = Some(house),
        RegisterEvent::Enrolled(Enrolment { person, identity, key, seat, until }) => {
            let keys = vec![HeldKey { key, since: at, revoked: None }];
            let seats = vec![HeldSeat { seat, period: Period { from: at, until } }];
            register.persons.insert(person, Person { identity, keys, seats });
        }
        RegisterEvent::Appointed { person, seat, until } => {
            let held = HeldSeat { seat, period: Period { from: at, until } };
            register.persons.entry(person).and_modify(|it| it.seats.push(held));
        }
        RegisterEvent::Vacated { person, seat } => {
            let seats = register.persons.get_mut(&person).into_iter().flat_map(|it| &mut it.seats);
            seats
                .filter(|held| held.seat == seat && held.period.holds(at))
                .for_each(|held| held.period.until = Some(at));
        }
        RegisterEvent::KeyAdded { person, key } => {
            let held = HeldKey { key, since: at, revoked: None };
            register.persons.entry(person).and_modify(|it| it.keys.push(held));
        }
        RegisterEvent::KeyRevoked { person, key, suspect_since: _ } => {
            let keys = register.persons.get_mut(&person).into_iter().flat_map(|it| &mut it.keys);
            keys.filter(|held| held.key == key).for_each(|held| held.revoked = Some(at));
        }
        RegisterEvent::Delegated { delegation, seat, to, from, until } => {
            let period = Period { from, until: Some(until) };
            register.delegations.insert(delegation, Delegation { seat, to, period });
        }
        RegisterEvent::DelegationRevoked { delegation } => {
            register.delegations.entry(delegation).and_modify(|it| it.period.until = Some(at));
        }
        RegisterEvent::ConflictDeclared { person, interest, basis: _ } => {
            register.conflicts.insert((person, interest));
        }
        RegisterEvent::ConflictEnded { person, interest, basis: _ } => {
            register.conflicts.remove(&(person, interest));
        }
    }
    register
}
