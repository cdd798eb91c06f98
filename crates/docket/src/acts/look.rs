//! Whether a look may be taken: what has to hold before anything is shown to the model, and again before each further
//! question.
//!
//! A look is one measurement in one evidence package. It is bound to that package when it starts: were it not, a result
//! that does not suit could be thrown away and measured again without paying for another look.

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::access::{Mode, Offer};
use super::delta;
use super::delta::Look;
use crate::actor::{Actor, Signers};
use crate::case::{Case, File};
use crate::decide::{Setting, admit, evolve_all, tick};
use crate::names::{LookId, PersonId};
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{MEASURERS, Scene};

/// How a measurement reaches the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Prompts through a service: it takes a grant to the person who measures.
    Service,
    /// The house runs the weights itself: it takes a lease of exactly these weights, which two persons opened.
    Weights,
}

/// What is really measured, as whoever measures found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The checkpoint: a manifest's identity, or what an endpoint claims to be.
    pub checkpoint: Digest,
    /// The commitment of the threshold that the result is held against.
    pub commitment: Digest,
    /// How the model is reached.
    pub reach: Reach,
}

/// A look that somebody wants to take, or to go on with.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// Which look.
    pub look: &'a LookId,
    /// Of what.
    pub measured: Measured,
    /// The evidence package, once it was opened: the root of its log when that had one line.
    pub package: Option<Digest>,
    /// Who measures.
    pub by: &'a Actor,
}

/// Whether the look may be taken at `now`, or gone on with: the window is open, whatever came due before is taken into
/// account, and whoever measures may use this very model.
///
/// # Errors
/// The rule that says no. Nothing is to be shown to the model then.
pub fn may_look(case: &Case, looking: &Looking, setting: &Setting, now: Timestamp) -> Result<(), Refusal> {
    let rules = setting.rules();
    let settled = evolve_all(case.clone(), &tick(case, rules, now), rules, now);
    let (file, by) = (settled.file()?, std::slice::from_ref(looking.by));
    setting.register().vouch(looking.by, now)?;
    let act = delta::Act::StartLook {
        look: looking.look.clone(),
        measured: looking.measured,
        package: looking.package.unwrap_or(looking.measured.checkpoint),
    };
    let scene = Scene { file, by, register: setting.register(), now, rules };
    // Said first: who reads a withdrawn case by its terms is no reader any more, and is to be told why.
    scene.goes_on()?;
    admit(file, &act.into(), by, setting)?;
    scene.signed_by(Signers::One(MEASURERS))?;
    match subject_of(&scene, looking.look, looking.measured)? {
        (_, None) => {}
        (_, Some(package)) if Some(package) == looking.package => {}
        (_, Some(_)) => return Err(Refusal::LookStarted),
    }
    reachable(&scene, &looking.by.person, looking.measured)
}

/// Starts a look: decides the act.
pub(crate) fn start(
    scene: &Scene,
    look: LookId,
    measured: Measured,
    package: Digest,
) -> Result<delta::Event, Refusal> {
    scene.signed_by(Signers::One(MEASURERS))?;
    scene.goes_on()?;
    let (subject, started) = subject_of(scene, &look, measured)?;
    if started.is_some() && scene.rules.keep(Rule::LookStartsOnce) {
        return Err(Refusal::LookStarted);
    }
    let person = scene.by.first().map(|actor| &actor.person).ok_or(Refusal::NoSignatory)?;
    reachable(scene, person, measured)?;
    Ok(delta::Event::LookStarted { look, subject, measured, package })
}

/// The subject of an open look, and the package in which the look was started; checks that what is measured is that
/// subject, and that it is held against the case's threshold.
fn subject_of(scene: &Scene, look: &LookId, measured: Measured) -> Result<(Digest, Option<Digest>), Refusal> {
    let file = scene.file;
    scene.window_end()?;
    let (subject, started) = match file.looks.get(look) {
        None => return Err(Refusal::NoSuchLook),
        Some(Look::Done { .. }) => return Err(Refusal::LookDone),
        Some(Look::Planned { subject }) => (*subject, None),
        Some(Look::Started { subject, package }) => (*subject, Some(*package)),
    };
    let present = file.subject.filter(|present| present.digest() == subject);
    let present = present.ok_or(Refusal::OtherSubject)?;
    if present.checkpoint != measured.checkpoint {
        return Err(Refusal::OtherCheckpoint);
    }
    if file.threshold.commitment() != Some(measured.commitment) {
        return Err(Refusal::OtherThreshold);
    }
    Ok((subject, started))
}

/// Whether the person may use the model so now.
fn reachable(scene: &Scene, person: &PersonId, measured: Measured) -> Result<(), Refusal> {
    match measured.reach {
        Reach::Service if is_granted(scene.file, person, scene.now) => Ok(()),
        Reach::Service => Err(Refusal::NoGrant { person: person.clone() }),
        Reach::Weights => leased(scene.file, measured.checkpoint, scene.now),
    }
}

/// Whether the person has a grant in force for prompts, with the developer's safeguards or without.
fn is_granted(file: &File, person: &PersonId, now: Timestamp) -> bool {
    let prompts = |mode| match mode {
        Mode::Api | Mode::SafeguardsOff | Mode::ReasoningTraces => true,
        Mode::FineTuning | Mode::Weights | Mode::Enclave => false,
    };
    file.grants.values().any(|grant| grant.person == *person && prompts(grant.mode) && now < grant.until)
}

/// Weights that only an enclave may hold are not run outside one, lease or no lease.
fn leased(file: &File, artefact: Digest, now: Timestamp) -> Result<(), Refusal> {
    let Offer::Accepted(terms) = &file.offer else { return Err(Refusal::NotAccepted) };
    if !terms.modes.contains(&Mode::Weights) {
        return Err(Refusal::ModeNotOffered);
    }
    let leased = file.leases.values().any(|lease| lease.artefact == artefact && now < lease.until);
    if leased { Ok(()) } else { Err(Refusal::NoLease) }
}
