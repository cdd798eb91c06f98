//! A consulted department's side of a case.

use serde::Serialize;
use types::Timestamp;

use super::parts::{self, AnswerLine, ClockLine, LaneLine};
use crate::case::File;
use crate::gate::Compartment;
use crate::names::{CaseId, PartyId};
use crate::text::Text;

/// What a consulted department sees: what it was asked, what it said, its own lane, other authorities' clocks. Not:
/// whose model it is, other departments' answers, the window, the threshold, the determination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsultedView {
    /// The case.
    pub case: CaseId,
    /// What was asked; the question says as much of the model as the office meant it to.
    pub question: Option<Text>,
    /// What it said.
    pub answer: Option<AnswerLine>,
    /// Its lane.
    pub lane: Option<LaneLine>,
    /// Other authorities' clocks on the same model.
    pub other_clocks: Vec<ClockLine>,
}

impl ConsultedView {
    /// What a department may read, if policies say so.
    pub const COMPARTMENTS: &'static [Compartment] = &[Compartment::Consultation, Compartment::FastLane];

    /// `party`'s side of `file`; none if it has no part in it.
    #[must_use]
    pub fn of(file: &File, party: &PartyId, now: Timestamp) -> Option<Self> {
        let (asked, lane) = (file.asked.get(party), file.lanes.get(party));
        if asked.is_none() && lane.is_none() {
            return None;
        }
        Some(Self {
            case: file.id.clone(),
            question: asked.map(|asked| asked.question().clone()),
            answer: asked.map(parts::answer),
            lane: lane.map(|lane| parts::lane(party, lane, now)),
            other_clocks: parts::clocks(file),
        })
    }
}
