//! Trusted partners: chosen by the developer and the house together, with a window of their own.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::actor::Signers;
use crate::calendar::{after_days, after_millis};
use crate::case::File;
use crate::names::{GrantId, PartyId, PersonId};
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{OFFICE, Scene};
use crate::seat::Role;

/// A cap that catches a mistyped year; a longer partnership is selected again.
pub const PARTNER_WINDOW_MAX_DAYS: u32 = 366;

/// Acts on partners. Selecting and granting need the developer's and the reviewing office's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Selects a partner, with its window.
    Select {
        /// Who.
        partner: PartyId,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// Lets one of the partner's persons use the model.
    Grant {
        /// What the grant is called.
        grant: GrantId,
        /// The partner.
        partner: PartyId,
        /// The person, who has a seat there.
        person: PersonId,
        /// Until when; cut to the partner window's end.
        until: Timestamp,
    },
    /// Ends a partner's grant now: by the developer, the office or the partner.
    EndGrant {
        /// Which.
        grant: GrantId,
    },
    /// Ends a partner's window now: by the developer, the office or the partner.
    EndWindow {
        /// Whose.
        partner: PartyId,
    },
}

/// What happened to partners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A partner has a window.
    Selected {
        /// Who.
        partner: PartyId,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// A partner's person may use the model.
    Granted {
        /// What the grant is called.
        grant: GrantId,
        /// The partner.
        partner: PartyId,
        /// The person.
        person: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// A grant ended before its time.
    GrantEnded {
        /// Which.
        grant: GrantId,
    },
    /// A partner's window is closed.
    WindowClosed {
        /// Whose.
        partner: PartyId,
        /// When: the instant that was due, however late anybody looked.
        closed_at: Timestamp,
    },
}

/// A partner's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartnerWindow {
    /// With its dates.
    Selected {
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// Over.
    Closed {
        /// From when it was to be.
        from: Timestamp,
        /// When it ended.
        closed_at: Timestamp,
    },
}

/// A partner's person's use of the model, in force until before `until`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartnerGrant {
    pub(crate) partner: PartyId,
    pub(crate) person: PersonId,
    pub(crate) until: Timestamp,
}

impl PartnerWindow {
    pub(crate) fn is_open(self, now: Timestamp) -> bool {
        matches!(self, Self::Selected { until, .. } if now < until)
    }

    pub(crate) fn end(&mut self, at: Timestamp) {
        if let Self::Selected { from, .. } = *self {
            *self = Self::Closed { from, closed_at: at };
        }
    }
}

impl File {
    /// Ends grants of `partner`, or of all partners, at `at` at the latest.
    pub(crate) fn end_partner_grants(&mut self, partner: Option<&PartyId>, at: Timestamp) {
        let grants = self.partner_grants.values_mut();
        grants
            .filter(|grant| partner.is_none_or(|partner| grant.partner == *partner))
            .for_each(|grant| grant.until = grant.until.min(at));
    }

    /// Partner windows whose end has come by `now`.
    pub(crate) fn partner_closings(&self, now: Timestamp) -> Vec<(Timestamp, Event)> {
        let due = self.partners.iter().filter_map(|(partner, window)| match window {
            PartnerWindow::Selected { until, .. } if *until <= now => {
                Some((*until, Event::WindowClosed { partner: partner.clone(), closed_at: *until }))
            }
            PartnerWindow::Selected { .. } | PartnerWindow::Closed { .. } => None,
        });
        due.collect()
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let both = Signers::Both(Role::Developer, OFFICE);
    let event = match act.clone() {
        Act::Select { partner, from, until } => {
            scene.signed_under(Rule::BothSignForPartners, both)?;
            scene.goes_on()?;
            select(scene, &partner, from, until)?;
            Event::Selected { partner, from, until }
        }
        Act::Grant { grant, partner, person, until } => {
            scene.signed_under(Rule::BothSignForPartners, both)?;
            scene.goes_on()?;
            let until = grant_end(scene, &grant, &partner, &person, until)?;
            Event::Granted { grant, partner, person, until }
        }
        Act::EndGrant { grant } => {
            let live = scene.file.partner_grants.get(&grant).filter(|it| scene.now < it.until);
            either_side(scene, &live.ok_or(Refusal::NoSuchThing)?.partner)?;
            Event::GrantEnded { grant }
        }
        Act::EndWindow { partner } => {
            let window = scene.file.partners.get(&partner).filter(|it| it.is_open(scene.now));
            window.ok_or(Refusal::NoPartnerWindow)?;
            either_side(scene, &partner)?;
            Event::WindowClosed { partner, closed_at: scene.now }
        }
    };
    Ok(vec![event])
}

fn select(scene: &Scene, partner: &PartyId, from: Timestamp, until: Timestamp) -> Result<(), Refusal> {
    if scene.file.partners.get(partner).is_some_and(|window| window.is_open(scene.now)) {
        return Err(Refusal::PartnerSelected);
    }
    if until <= from || from < scene.now {
        return Err(Refusal::DatesDisorder);
    }
    if until > after_days(from, PARTNER_WINDOW_MAX_DAYS)? {
        return Err(Refusal::PartnerWindowTooLong);
    }
    Ok(())
}

fn grant_end(
    scene: &Scene,
    grant: &GrantId,
    partner: &PartyId,
    person: &PersonId,
    until: Timestamp,
) -> Result<Timestamp, Refusal> {
    let file = scene.file;
    let Some(PartnerWindow::Selected { from, until: end }) = file.partners.get(partner) else {
        return Err(Refusal::NoPartnerWindow);
    };
    // Before its dates a partner window is as closed as after them.
    if scene.now < *from || *end <= scene.now {
        return Err(Refusal::NoPartnerWindow);
    }
    if file.grants.contains_key(grant) || file.partner_grants.contains_key(grant) {
        return Err(Refusal::NameTaken);
    }
    if until <= scene.now {
        return Err(Refusal::DatesDisorder);
    }
    if !scene.register.sits(person, Role::Partner, partner, scene.now) {
        return Err(Refusal::WrongParty { party: partner.clone() });
    }
    if scene.rules.keep(Rule::PartnerGrantEndsWithWindow) {
        Ok(until.min(*end))
    } else {
        after_millis(*end, 1)
    }
}

/// One person of the developer, the office, or the partner that it is about.
fn either_side(scene: &Scene, partner: &PartyId) -> Result<(), Refusal> {
    scene.signed_by(Signers::One(&[Role::Developer, Role::ReviewingOffice, Role::Partner]))?;
    match scene.by {
        [one] if one.seat.role == Role::Partner && one.seat.party != *partner => {
            Err(Refusal::WrongParty { party: one.seat.party.clone() })
        }
        _ => Ok(()),
    }
}

pub(crate) fn evolve(file: &mut File, event: &Event, at: Timestamp) {
    match event.clone() {
        Event::Selected { partner, from, until } => {
            file.partners.insert(partner, PartnerWindow::Selected { from, until });
        }
        Event::Granted { grant, partner, person, until } => {
            file.partner_grants.insert(grant, PartnerGrant { partner, person, until });
        }
        Event::GrantEnded { grant } => {
            file.partner_grants.entry(grant).and_modify(|grant| grant.until = grant.until.min(at));
        }
        Event::WindowClosed { partner, closed_at } => {
            if let Some(window) = file.partners.get_mut(&partner) {
                window.end(closed_at);
            }
            file.end_partner_grants(Some(&partner), closed_at);
        }
    }
}
