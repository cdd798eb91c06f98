//! Invariants of the register.

use super::audit::persons;
use crate::actor::Actor;
use crate::register::{Register, RegisterEvent};

/// What an outsider knows of the register from its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RegisterAudit {
    one_person_acts: u32,
}

impl RegisterAudit {
    /// Takes in one record: what happened, and who signed it.
    pub fn observe(&mut self, by: &[Actor], event: &RegisterEvent) {
        let needs_two = match event {
            RegisterEvent::Enrolled(_)
            | RegisterEvent::Appointed { .. }
            | RegisterEvent::KeyAdded { .. }
            | RegisterEvent::ConflictEnded { .. } => true,
            // The one who receives does not count among those who give.
            RegisterEvent::Delegated { to, .. } => {
                let others: Vec<_> = by.iter().filter(|actor| actor.person != *to).cloned().collect();
                self.note(persons(&others) < 2);
                false
            }
            RegisterEvent::Founded { .. }
            | RegisterEvent::Vacated { .. }
            | RegisterEvent::KeyRevoked { .. }
            | RegisterEvent::DelegationRevoked { .. }
            | RegisterEvent::ConflictDeclared { .. } => false,
        };
        self.note(needs_two && persons(by) < 2);
    }

    fn note(&mut self, breach: bool) {
        self.one_person_acts += u32::from(breach);
    }
}

/// Enrolment, appointment, another key, delegation and the end of a conflict took two persons.
#[must_use]
pub fn invariant_register_takes_two_persons(_: &Register, audit: &RegisterAudit) -> bool {
    audit.one_person_acts == 0
}

/// Nobody has seats on two sides at one time, their own or delegated ones.
#[must_use]
pub fn invariant_nobody_is_on_two_sides(register: &Register, _: &RegisterAudit) -> bool {
    register.on_two_sides().is_none()
}

/// An invariant of the register: its name, and whether it holds.
pub type RegisterInvariant = (&'static str, fn(&Register, &RegisterAudit) -> bool);

/// Every invariant of the register.
pub const REGISTER_INVARIANTS: [RegisterInvariant; 2] = [
    ("invariant_register_takes_two_persons", invariant_register_takes_two_persons),
    ("invariant_nobody_is_on_two_sides", invariant_nobody_is_on_two_sides),
];
