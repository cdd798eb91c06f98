//! All of a case: for those who run, decide and check a review.

use serde::Serialize;
use types::{Digest, Timestamp};

use super::parts::{
    self, AnswerLine, AssessmentLine, ClockLine, GrantLine, InquiryLine, LaneLine, LeaseLine,
};
use super::parts::{LostLine, PartnerGrantLine, PartnerLine, SafeguardLine, WindowLine, WorkLine};
use crate::acts::access::Terms;
use crate::acts::delta::{Look, Subject};
use crate::acts::determination::Memo;
use crate::acts::items::{Content, Holding, Item, Marking};
use crate::acts::reconsideration::Reconsideration;
use crate::case::{Case, File};
use crate::deadline::{Deadline, deadlines};
use crate::names::{CaseId, HoldId, ItemId, LookId, PartyId};
use crate::ppm::ErrorBudget;
use crate::rules::Rules;
use crate::text::Text;

/// What the reviewing office, the designating authority and auditors see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfficeView {
    /// The case.
    pub case: CaseId,
    /// Whose model it is.
    pub developer: PartyId,
    /// What the developer calls it.
    pub model: Text,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// `open`, `withdrawn` or `closed`.
    pub standing: &'static str,
    /// The last inquiry.
    pub inquiry: Option<InquiryLine>,
    /// The offer's terms.
    pub terms: Option<Terms>,
    /// The threshold's salted digest.
    pub threshold: Option<Digest>,
    /// The error budget of the case.
    pub error_budget: Option<ErrorBudget>,
    /// What is left of it.
    pub error_budget_left: Option<ErrorBudget>,
    /// The review window.
    pub window: WindowLine,
    /// When the developer plans to give the model to other trusted partners.
    pub planned_release: Option<Timestamp>,
    /// Time lost beside the clock.
    pub lost: LostLine,
    /// Planned work.
    pub work: Vec<WorkLine>,
    /// Grants.
    pub grants: Vec<GrantLine>,
    /// Leases.
    pub leases: Vec<LeaseLine>,
    /// The present subject.
    pub subject: Option<Subject>,
    /// How many deltas there were.
    pub deltas: u32,
    /// Looks.
    pub looks: Vec<LookLine>,
    /// Who was asked, and what came.
    pub consultation: Vec<ConsultationLine>,
    /// Other authorities' clocks.
    pub other_clocks: Vec<ClockLine>,
    /// The fast lane.
    pub fast_lane: Vec<LaneLine>,
    /// The last assessment.
    pub assessment: Option<AssessmentLine>,
    /// The determination.
    pub determination: DeterminationLine,
    /// What is new, while a request for reconsideration is open.
    pub reconsideration: Option<Text>,
    /// Partners.
    pub partners: Vec<PartnerLine>,
    /// Partners' grants.
    pub partner_grants: Vec<PartnerGrantLine>,
    /// Safeguards.
    pub safeguards: Vec<SafeguardLine>,
    /// Items.
    pub items: Vec<ItemLine>,
    /// What is to come.
    pub deadlines: Vec<Deadline>,
}

/// A look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookLine {
    /// What it is called.
    pub look: LookId,
    /// Digest of its subject.
    pub subject: Digest,
    /// The evidence package that it was started in, while it has no result.
    pub package: Option<Digest>,
    /// Digest of its evidence, once there is a result.
    pub evidence: Option<Digest>,
}

/// A consulted party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsultationLine {
    /// Who.
    pub party: PartyId,
    /// What was asked.
    pub question: Text,
    /// What came.
    pub answer: AnswerLine,
}

/// The determination, in whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeterminationLine {
    /// None.
    NoDeterminationMade,
    /// This.
    Determined(Memo),
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// What it is called.
    pub item: ItemId,
    /// Where it is.
    pub content: Content,
    /// Its marking.
    pub marking: Marking,
    /// Why it is so marked.
    pub basis: Option<Text>,
    /// On what lawful basis it is held.
    pub lawful_basis: Text,
    /// Until when it is kept.
    pub retain_until: Timestamp,
    /// Its holders, and who certified deletion.
    pub holders: Vec<(PartyId, Holding)>,
    /// Legal holds on it.
    pub holds: Vec<(HoldId, Text)>,
}

impl ItemLine {
    pub(super) fn of((id, item): (&ItemId, &Item)) -> Self {
        Self {
            item: id.clone(),
            content: item.content,
            marking: item.marking,
            basis: item.basis.clone(),
            lawful_basis: item.lawful_basis.clone(),
            retain_until: item.retain_until,
            holders: item.holders.iter().map(|(party, holding)| (party.clone(), *holding)).collect(),
            holds: item.holds.iter().map(|(hold, why)| (hold.clone(), why.clone())).collect(),
        }
    }
}

impl OfficeView {
    /// All of `file`.
    #[must_use]
    pub fn of(file: &File, now: Timestamp) -> Self {
        let budget = file.threshold.budget();
        let look = |(id, look): (&LookId, &Look)| LookLine {
            look: id.clone(),
            subject: look.subject(),
            package: look.package(),
            evidence: look.evidence(),
        };
        Self {
            case: file.id.clone(),
            developer: file.developer.clone(),
            model: file.model.clone(),
            opened_at: file.opened_at,
            standing: file.standing.word(Rules::default()),
            inquiry: parts::inquiry(file),
            terms: file.offer.terms().cloned(),
            threshold: file.threshold.commitment(),
            error_budget: budget,
            error_budget_left: budget.map(|budget| budget.less(file.spent)),
            window: parts::window(file, now),
            planned_release: file.planned_release,
            lost: parts::lost(file),
            work: parts::work(file),
            grants: parts::grants(file),
            leases: parts::leases(file),
            subject: file.subject,
            deltas: file.deltas,
            looks: file.looks.iter().map(look).collect(),
            consultation: consultation(file),
            other_clocks: parts::clocks(file),
            fast_lane: file.lanes.iter().map(|(party, lane)| parts::lane(party, lane, now)).collect(),
            assessment: parts::assessment(file),
            determination: match &file.determination {
                None => DeterminationLine::NoDeterminationMade,
                Some(made) => DeterminationLine::Determined(made.memo.clone()),
            },
            reconsideration: match &file.reconsideration {
                Reconsideration::None => None,
                Reconsideration::Open { what_is_new } => Some(what_is_new.clone()),
            },
            partners: parts::partners(file),
            partner_grants: parts::partner_grants(file),
            safeguards: parts::safeguards(file),
            items: file.items.iter().map(ItemLine::of).collect(),
            deadlines: deadlines(&Case::Opened(Box::new(file.clone())), now),
        }
    }
}

fn consultation(file: &File) -> Vec<ConsultationLine> {
    let asked = file.asked.iter();
    asked
        .map(|(party, asked)| ConsultationLine {
            party: party.clone(),
            question: asked.question().clone(),
            answer: parts::answer(asked),
        })
        .collect()
}
