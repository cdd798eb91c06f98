//! Views: what each side may see of a case, as types of their own. A view has no field for what its reader must not
//! know, so that nothing has to be left out in time.
//!
//! The *firewall*: whether a developer takes part is known to those who take part. There is no view for procurement,
//! and whoever has no part in a case gets the very answer that they would get if there were no such case.

mod consulted;
mod developer;
mod evaluator;
mod office;
mod partner;
mod parts;
mod public;
mod retention;

use serde::{Deserialize, Serialize};
use types::Timestamp;

pub use consulted::ConsultedView;
pub use developer::DeveloperView;
pub use evaluator::EvaluatorView;
pub use office::{ConsultationLine, DeterminationLine, ItemLine, LookLine, OfficeView};
pub use partner::PartnerView;
pub use parts::{
    AnswerLine, AssessmentLine, ClockLine, GrantLine, InquiryLine, LaneLine, LeaseLine, LostLine,
    PartnerGrantLine, PartnerLine, SafeguardLine, WindowLine, WorkLine,
};
pub use public::PublicFigures;
pub use retention::Overdue;

use crate::actor::Actor;
use crate::case::{Case, File};
use crate::decide::{Event, Setting};
use crate::gate::{Ask, Compartment, Deed};
use crate::names::CaseId;
use crate::record::Entry;
use crate::refusal::Refusal;
use crate::seat::{Role, Side};

/// What a reader gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum View {
    /// For the developer.
    Developer(Box<DeveloperView>),
    /// For the reviewing office, the designating authority and auditors.
    Office(Box<OfficeView>),
    /// For an evaluator whom the terms name.
    Evaluator(Box<EvaluatorView>),
    /// For a consulted department.
    Consulted(Box<ConsultedView>),
    /// For a partner.
    Partner(Box<PartnerView>),
}

/// The view of `case` that `actor` may have.
///
/// # Errors
/// [`Refusal::NotFiled`] for everybody who has no part in the case, whether there is one or not; what the register says
/// of an actor who has no such seat; [`Refusal::Conflicted`].
pub fn view_for(actor: &Actor, case: &Case, setting: &Setting, now: Timestamp) -> Result<View, Refusal> {
    setting.register().vouch(actor, now)?;
    let file = case.file()?;
    let house = matches!(actor.seat.side(), Side::House | Side::Audit);
    if house && setting.register().is_conflicted(&actor.person, &file.developer, &file.id) {
        return Err(Refusal::Conflicted { person: actor.person.clone() });
    }
    let admits =
        |compartment: Compartment| setting.gate().admits(&Ask { actor, deed: Deed::Read, compartment, file });
    let all = |compartments: &[Compartment]| compartments.iter().all(|it| admits(*it));
    let party = &actor.seat.party;
    let view = match actor.seat.role {
        Role::Developer if *party == file.developer && all(DeveloperView::COMPARTMENTS) => {
            View::Developer(Box::new(DeveloperView::of(file, now)))
        }
        Role::ReviewingOffice | Role::DesignatingAuthority | Role::Auditor if all(&Compartment::ALL) => {
            View::Office(Box::new(OfficeView::of(file, now)))
        }
        Role::Evaluator if all(EvaluatorView::COMPARTMENTS) => {
            View::Evaluator(Box::new(EvaluatorView::of(file, &actor.person, now).ok_or(Refusal::NotFiled)?))
        }
        Role::ConsultedDepartment if all(ConsultedView::COMPARTMENTS) => {
            View::Consulted(Box::new(ConsultedView::of(file, party, now).ok_or(Refusal::NotFiled)?))
        }
        Role::Partner if all(PartnerView::COMPARTMENTS) => {
            View::Partner(Box::new(PartnerView::of(file, party).ok_or(Refusal::NotFiled)?))
        }
        Role::Developer
        | Role::ReviewingOffice
        | Role::DesignatingAuthority
        | Role::Auditor
        | Role::Evaluator
        | Role::ConsultedDepartment
        | Role::Partner => return Err(Refusal::NotFiled),
    };
    Ok(view)
}

/// What the developer has in hand after a step: enough to find it in the record, nothing of what others said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The case.
    pub case: CaseId,
    /// The entry.
    pub version: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened: `access.accepted`, or `house` for a step that is the house's own.
    pub step: String,
    /// Digest of the entry's line: what the log holds.
    pub digest: types::Digest,
}

/// The developer's receipt for an entry. Every entry has one, so that the developer can see that none is missing.
///
/// # Errors
/// [`crate::RecordError`] when the entry could not be written.
pub fn receipt(file: &File, entry: &Entry<Event>) -> Result<Receipt, crate::RecordError> {
    let own = DeveloperView::NAMED_IN_RECEIPTS.contains(&entry.event().compartment());
    let step = if own { entry.event().name() } else { "house".to_owned() };
    let digest = types::Digest::of(entry.line()?.as_bytes());
    Ok(Receipt { case: file.id.clone(), version: entry.version(), at: entry.at(), step, digest })
}
