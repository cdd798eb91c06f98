//! The offer of access with its terms, and the threshold that is committed to before access starts.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use super::delta::Subject;
use super::window::Window;
use crate::actor::Signers;
use crate::case::File;
use crate::names::PersonId;
use crate::ppm::ErrorBudget;
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{DEVELOPER, OFFICE, Scene};
use crate::seat::Role;
use crate::text::Text;

/// How a model may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Prompts through the developer's service.
    Api,
    /// The same with the developer's safeguards off.
    SafeguardsOff,
    /// What the model writes before it answers.
    ReasoningTraces,
    /// Training it further.
    FineTuning,
    /// The weights themselves.
    Weights,
    /// The weights inside hardware that nobody looks into.
    Enclave,
}

/// What a developer offers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The exact model offered.
    pub subject: Subject,
    /// How it may be used.
    pub modes: BTreeSet<Mode>,
    /// What for.
    pub purposes: Vec<Text>,
    /// The persons who may use it.
    pub readers: BTreeSet<PersonId>,
    /// When access under this offer ends, whatever else does not.
    pub expires: Timestamp,
    /// When the developer plans to give the model to other trusted partners, if it says so.
    pub planned_release: Option<Timestamp>,
}

/// Acts around an offer and a threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The developer offers access. Another offer replaces one that is not accepted.
    Offer(Terms),
    /// The reviewing office accepts the offer. The window opens by an act of its own.
    Accept {},
    /// Fixes the threshold and the error budget by a salted digest.
    CommitThreshold {
        /// The salted digest.
        commitment: Digest,
        /// The chances of a wrong decision, for the whole case.
        budget: ErrorBudget,
    },
    /// The developer, or an auditor as a witness, signs the log's checkpoint that holds the commitment.
    CosignThreshold {
        /// Digest of the checkpoint.
        checkpoint: Digest,
    },
}

/// What happened to an offer or a threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Access is offered.
    Offered(Terms),
    /// The offer is accepted.
    Accepted {},
    /// The threshold is fixed.
    ThresholdCommitted {
        /// The salted digest.
        commitment: Digest,
        /// The chances of a wrong decision.
        budget: ErrorBudget,
    },
    /// Somebody outside the office vouches for when the threshold was fixed.
    ThresholdCosigned {
        /// Digest of the checkpoint.
        checkpoint: Digest,
    },
}

/// How far an offer has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Offer {
    /// There is none.
    None,
    /// The developer made one.
    Made(Arc<Terms>),
    /// The reviewing office accepted it.
    Accepted(Arc<Terms>),
}

impl Offer {
    pub(crate) fn terms(&self) -> Option<&Terms> {
        match self {
            Self::None => None,
            Self::Made(terms) | Self::Accepted(terms) => Some(terms),
        }
    }
}

/// How far the threshold is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// Not at all.
    Uncommitted,
    /// Committed to.
    Committed {
        /// The salted digest.
        commitment: Digest,
        /// The chances of a wrong decision.
        budget: ErrorBudget,
    },
    /// Committed to, and vouched for from outside the office.
    Cosigned {
        /// The salted digest.
        commitment: Digest,
        /// The chances of a wrong decision.
        budget: ErrorBudget,
        /// The checkpoint that was cosigned.
        checkpoint: Digest,
    },
}

impl Threshold {
    pub(crate) fn budget(&self) -> Option<ErrorBudget> {
        match self {
            Self::Uncommitted => None,
            Self::Committed { budget, .. } | Self::Cosigned { budget, .. } => Some(*budget),
        }
    }

    pub(crate) fn commitment(&self) -> Option<Digest> {
        match self {
            Self::Uncommitted => None,
            Self::Committed { commitment, .. } | Self::Cosigned { commitment, .. } => Some(*commitment),
        }
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::Offer(terms) => {
            scene.signed_by(Signers::One(DEVELOPER))?;
            scene.goes_on()?;
            offerable(scene, &terms)?;
            Event::Offered(terms)
        }
        Act::Accept {} => {
            scene.signed_by(Signers::One(OFFICE))?;
            scene.goes_on()?;
            match &scene.file.offer {
                Offer::None => return Err(Refusal::NoOffer),
                Offer::Accepted(_) => return Err(Refusal::OfferSettled),
                Offer::Made(terms) if terms.expires <= scene.now => {
                    return Err(Refusal::OfferExpired { at: terms.expires });
                }
                Offer::Made(_) => Event::Accepted {},
            }
        }
        Act::CommitThreshold { commitment, budget } => {
            scene.signed_by(Signers::One(&[Role::ReviewingOffice, Role::DesignatingAuthority]))?;
            scene.goes_on()?;
            let stays = scene.rules.keep(Rule::ThresholdStays);
            if stays && scene.file.threshold != Threshold::Uncommitted {
                return Err(Refusal::ThresholdFixed);
            }
            if stays && scene.file.window != Window::Unopened {
                return Err(Refusal::ThresholdTooLate);
            }
            Event::ThresholdCommitted { commitment, budget }
        }
        Act::CosignThreshold { checkpoint } => {
            scene.signed_by(Signers::One(&[Role::Developer, Role::Auditor]))?;
            scene.goes_on()?;
            match scene.file.threshold {
                Threshold::Uncommitted => return Err(Refusal::NoThreshold),
                Threshold::Cosigned { .. } => return Err(Refusal::AlreadyCosigned),
                Threshold::Committed { .. } => Event::ThresholdCosigned { checkpoint },
            }
        }
    };
    Ok(vec![event])
}

fn offerable(scene: &Scene, terms: &Terms) -> Result<(), Refusal> {
    if matches!(scene.file.offer, Offer::Accepted(_)) {
        return Err(Refusal::OfferSettled);
    }
    if terms.modes.is_empty() || terms.purposes.is_empty() || terms.readers.is_empty() {
        return Err(Refusal::EmptyTerms);
    }
    if terms.expires <= scene.now { Err(Refusal::OfferInPast) } else { Ok(()) }
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Offered(terms) => {
            file.planned_release = terms.planned_release.or(file.planned_release);
            file.offer = Offer::Made(Arc::new(terms));
        }
        Event::Accepted {} => {
            if let Offer::Made(terms) = &file.offer {
                file.subject = Some(terms.subject);
                file.offer = Offer::Accepted(Arc::clone(terms));
            }
        }
        Event::ThresholdCommitted { commitment, budget } => {
            file.threshold = Threshold::Committed { commitment, budget };
        }
        Event::ThresholdCosigned { checkpoint } => {
            if let Threshold::Committed { commitment, budget } = file.threshold {
                file.threshold = Threshold::Cosigned { commitment, budget, checkpoint };
            }
        }
    }
}
