//! The fast lane: what is found suitable for defensive deployment goes through named steps, and the time from finding
//! to acting is measured.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::actor::Signers;
use crate::case::File;
use crate::names::PartyId;
use crate::refusal::Refusal;
use crate::scene::{OFFICE, Scene};
use crate::seat::Role;
use crate::text::Text;

/// Acts on the fast lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Finds the model suitable for a department's defensive deployment.
    FindSuitable {
        /// Whose deployment.
        party: PartyId,
        /// For what.
        purpose: Text,
    },
    /// The department takes the next step.
    TakeStep {
        /// Which.
        step: Step,
    },
}

/// What happened on the fast lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A lane begins.
    FoundSuitable {
        /// Whose.
        party: PartyId,
        /// For what.
        purpose: Text,
    },
    /// A step is taken.
    StepTaken {
        /// Whose lane.
        party: PartyId,
        /// Which step.
        step: Step,
    },
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The department has somebody on it.
    Assigned,
    /// It tried the model where it would work.
    Trialled,
    /// The model works for defence.
    Deployed,
}

/// A department's lane: when each step was taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Found suitable, nobody is on it yet.
    Found {
        /// For what.
        purpose: Text,
        /// When.
        found_at: Timestamp,
    },
    /// Under way.
    Under {
        /// For what.
        purpose: Text,
        /// When it was found suitable.
        found_at: Timestamp,
        /// The last step.
        step: Step,
        /// When that was taken.
        step_at: Timestamp,
    },
}

impl Lane {
    fn next(&self) -> Option<Step> {
        match self {
            Self::Found { .. } => Some(Step::Assigned),
            Self::Under { step: Step::Assigned, .. } => Some(Step::Trialled),
            Self::Under { step: Step::Trialled, .. } => Some(Step::Deployed),
            Self::Under { step: Step::Deployed, .. } => None,
        }
    }

    /// Milliseconds from being found suitable to being deployed; until now while it is not.
    pub(crate) fn time_to_act_millis(&self, now: Timestamp) -> u64 {
        match self {
            Self::Under { found_at, step: Step::Deployed, step_at, .. } => step_at.millis_since(*found_at),
            Self::Found { found_at, .. } | Self::Under { found_at, .. } => now.millis_since(*found_at),
        }
    }
}

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    let event = match act.clone() {
        Act::FindSuitable { party, purpose } => {
            scene.signed_by(Signers::One(OFFICE))?;
            if scene.file.lanes.contains_key(&party) {
                return Err(Refusal::NameTaken);
            }
            Event::FoundSuitable { party, purpose }
        }
        Act::TakeStep { step } => {
            scene.signed_by(Signers::One(&[Role::ConsultedDepartment]))?;
            let party = scene.party()?.clone();
            let lane = scene.file.lanes.get(&party).ok_or(Refusal::NoSuchThing)?;
            if lane.next() != Some(step) {
                return Err(Refusal::StepOrder);
            }
            Event::StepTaken { party, step }
        }
    };
    Ok(vec![event])
}

pub(crate) fn evolve(file: &mut File, event: &Event, at: Timestamp) {
    match event.clone() {
        Event::FoundSuitable { party, purpose } => {
            file.lanes.insert(party, Lane::Found { purpose, found_at: at });
        }
        Event::StepTaken { party, step } => {
            if let Some(lane) = file.lanes.get_mut(&party) {
                let (Lane::Found { purpose, found_at } | Lane::Under { purpose, found_at, .. }) = &*lane;
                *lane = Lane::Under { purpose: purpose.clone(), found_at: *found_at, step, step_at: at };
            }
        }
    }
}
