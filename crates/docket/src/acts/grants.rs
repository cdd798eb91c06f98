//! What lets people and runs use the model while the review window is open: grants to persons, and the lease that a
//! two-person decryption opens so that runs resume without people.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::access::{Mode, Offer};
use crate::actor::Signers;
use crate::case::File;
use crate::names::{GrantId, LeaseId, PersonId};
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{OFFICE, Scene};
use crate::text::Text;

/// Acts on grants and leases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Lets one of the terms' readers use the model in one of the terms' modes.
    Grant {
        /// What the grant is called.
        grant: GrantId,
        /// Who.
        person: PersonId,
        /// How.
        mode: Mode,
        /// What for.
        purpose: Text,
        /// Until when; cut to the window's end and the offer's expiry.
        until: Timestamp,
    },
    /// Ends a grant now.
    EndGrant {
        /// Which.
        grant: GrantId,
    },
    /// Two persons decrypt weights for runs until the window ends.
    OpenLease {
        /// What the lease is called.
        lease: LeaseId,
        /// Digest of what is decrypted.
        artefact: Digest,
    },
    /// Ends a lease now.
    EndLease {
        /// Which.
        lease: LeaseId,
    },
}

/// What happened to grants and leases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A person may use the model.
    Granted {
        /// What the grant is called.
        grant: GrantId,
        /// Who.
        person: PersonId,
        /// How.
        mode: Mode,
        /// What for.
        purpose: Text,
        /// Until when.
        until: Timestamp,
    },
    /// A grant ended before its time.
    GrantEnded {
        /// Which.
        grant: GrantId,
    },
    /// Runs may decrypt.
    LeaseOpened {
        /// What the lease is called.
        lease: LeaseId,
        /// Digest of what is decrypted.
        artefact: Digest,
        /// Until when.
        until: Timestamp,
    },
    /// A lease ended before its time.
    LeaseEnded {
        /// Which.
        lease: LeaseId,
    },
}

/// A person's use of the model, in force until before `until`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grant {
    pub(crate) person: PersonId,
    pub(crate) mode: Mode,
    pub(crate) purpose: Text,
    pub(crate) until: Timestamp,
}

/// A decryption for runs, in force until before `until`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    pub(crate) artefact: Digest,
    pub(crate) until: Timestamp,
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::Grant { grant, person, mode, purpose, until } => {
            scene.signed_by(Signers::One(OFFICE))?;
            let cut = access_end(scene)?;
            may_hold(scene, &grant, &person, mode)?;
            if until <= scene.now {
                return Err(Refusal::DatesDisorder);
            }
            let until = if scene.rules.keep(Rule::GrantEndsWithWindow) { until.min(cut) } else { until };
            Event::Granted { grant, person, mode, purpose, until }
        }
        Act::EndGrant { grant } => {
            scene.signed_by(Signers::One(OFFICE))?;
            let live = scene.file.grants.get(&grant).is_some_and(|it| scene.now < it.until);
            if !live {
                return Err(Refusal::NoSuchThing);
            }
            Event::GrantEnded { grant }
        }
        Act::OpenLease { lease, artefact } => {
            scene.signed_by(Signers::Two(OFFICE))?;
            let mut until = access_end(scene)?;
            let Offer::Accepted(terms) = &scene.file.offer else { return Err(Refusal::NotAccepted) };
            if !terms.modes.contains(&Mode::Weights) && !terms.modes.contains(&Mode::Enclave) {
                return Err(Refusal::ModeNotOffered);
            }
            if scene.file.leases.contains_key(&lease) {
                return Err(Refusal::NameTaken);
            }
            if !scene.rules.keep(Rule::LeaseEndsWithWindow) {
                until = crate::calendar::after_days(until, 1)?;
            }
            Event::LeaseOpened { lease, artefact, until }
        }
        Act::EndLease { lease } => {
            scene.signed_by(Signers::One(OFFICE))?;
            let live = scene.file.leases.get(&lease).is_some_and(|it| scene.now < it.until);
            if !live {
                return Err(Refusal::NoSuchThing);
            }
            Event::LeaseEnded { lease }
        }
    };
    Ok(vec![event])
}

/// When access ends: with the window, or with the offer if that is earlier.
fn access_end(scene: &Scene) -> Result<Timestamp, Refusal> {
    let window = scene.window_end()?;
    match &scene.file.offer {
        Offer::Accepted(terms) if terms.expires <= scene.now => {
            Err(Refusal::OfferExpired { at: terms.expires })
        }
        Offer::Accepted(terms) => Ok(window.min(terms.expires)),
        Offer::None | Offer::Made(_) => Err(Refusal::NotAccepted),
    }
}

fn may_hold(scene: &Scene, grant: &GrantId, person: &PersonId, mode: Mode) -> Result<(), Refusal> {
    let file = scene.file;
    let terms = file.offer.terms().ok_or(Refusal::NotAccepted)?;
    if file.grants.contains_key(grant) || file.partner_grants.contains_key(grant) {
        return Err(Refusal::NameTaken);
    }
    if !terms.readers.contains(person) {
        return Err(Refusal::NotAReader);
    }
    if !terms.modes.contains(&mode) {
        return Err(Refusal::ModeNotOffered);
    }
    let conflicted = scene.register.is_conflicted(person, &file.developer, &file.id);
    if conflicted && scene.rules.keep(Rule::ConflictExcludes) {
        return Err(Refusal::Conflicted { person: person.clone() });
    }
    Ok(())
}

pub(crate) fn evolve(file: &mut File, event: &Event, at: Timestamp) {
    match event.clone() {
        Event::Granted { grant, person, mode, purpose, until } => {
            file.grants.insert(grant, Grant { person, mode, purpose, until });
        }
        Event::GrantEnded { grant } => {
            file.grants.entry(grant).and_modify(|grant| grant.until = grant.until.min(at));
        }
        Event::LeaseOpened { lease, artefact, until } => {
            file.leases.insert(lease, Lease { artefact, until });
        }
        Event::LeaseEnded { lease } => {
            file.leases.entry(lease).and_modify(|lease| lease.until = lease.until.min(at));
        }
    }
}
