//! The developer's side of a case.

use serde::Serialize;
use types::{Digest, Timestamp};

use super::office::ItemLine;
use super::parts::{self, AssessmentLine, GrantLine, InquiryLine, LeaseLine, LostLine, PartnerGrantLine};
use super::parts::{PartnerLine, SafeguardLine, WindowLine};
use crate::acts::access::Terms;
use crate::acts::delta::Subject;
use crate::acts::determination::{Finding, Releasable};
use crate::acts::items::{Content, Marking};
use crate::acts::reconsideration::Reconsideration;
use crate::case::File;
use crate::gate::Compartment;
use crate::names::CaseId;
use crate::rules::Rules;
use crate::text::Text;

/// What the developer sees: its own words, its clock, who has access, what it was given, what it promised. Not: who
/// was consulted and what they said, looks and budgets, reasons that are withheld, items that are restricted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeveloperView {
    /// The case.
    pub case: CaseId,
    /// What the developer calls the model.
    pub model: Text,
    /// `open`, `withdrawn` or `closed`.
    pub standing: &'static str,
    /// The last inquiry.
    pub inquiry: Option<InquiryLine>,
    /// The offer's terms.
    pub terms: Option<Terms>,
    /// The threshold's salted digest: for holding it against the opening later.
    pub threshold: Option<Digest>,
    /// The review window.
    pub window: WindowLine,
    /// The planned release.
    pub planned_release: Option<Timestamp>,
    /// Time lost beside the clock.
    pub lost: LostLine,
    /// Who may use the model.
    pub grants: Vec<GrantLine>,
    /// What is decrypted for runs.
    pub leases: Vec<LeaseLine>,
    /// The present subject.
    pub subject: Option<Subject>,
    /// How many deltas there were.
    pub deltas: u32,
    /// The last assessment.
    pub assessment: Option<AssessmentLine>,
    /// What was determined; none means that no determination is made.
    pub determination: Option<Finding>,
    /// The reasons that may be given to the developer.
    pub reasons: Vec<Text>,
    /// What is new, while a request for reconsideration is open.
    pub reconsideration: Option<Text>,
    /// Partners.
    pub partners: Vec<PartnerLine>,
    /// Partners' grants.
    pub partner_grants: Vec<PartnerGrantLine>,
    /// Safeguards.
    pub safeguards: Vec<SafeguardLine>,
    /// Items that are public or the developer's own, with the legal holds on them.
    pub items: Vec<ItemLine>,
}

impl DeveloperView {
    /// What the developer may read, if its policies say so.
    pub const COMPARTMENTS: &'static [Compartment] = &[
        Compartment::Inquiry,
        Compartment::Access,
        Compartment::Measurement,
        Compartment::Assessment,
        Compartment::Determination,
        Compartment::Partner,
        Compartment::Safeguards,
        Compartment::Items,
    ];

    /// Steps in these are named in the developer's receipts; others are the house's own.
    pub const NAMED_IN_RECEIPTS: &'static [Compartment] = &[
        Compartment::Inquiry,
        Compartment::Access,
        Compartment::Assessment,
        Compartment::Partner,
        Compartment::Safeguards,
    ];

    /// The developer's side of `file`.
    #[must_use]
    pub fn of(file: &File, now: Timestamp) -> Self {
        let made = file.determination.as_ref();
        let reasons = made.into_iter().flat_map(|made| &made.memo.reasons);
        let given = reasons.filter(|reason| reason.releasable == Releasable::ToDeveloper);
        // Not even the reference to what lies elsewhere is shown.
        let theirs = file.items.iter().filter(|(_, item)| match (item.content, item.marking) {
            (Content::Held(_), Marking::Public | Marking::Proprietary) => true,
            (Content::Held(_), Marking::Restricted | Marking::Classified) | (Content::Elsewhere(_), _) => {
                false
            }
        });
        Self {
            case: file.id.clone(),
            model: file.model.clone(),
            standing: file.standing.word(Rules::default()),
            inquiry: parts::inquiry(file),
            terms: file.offer.terms().cloned(),
            threshold: file.threshold.commitment(),
            window: parts::window(file, now),
            planned_release: file.planned_release,
            lost: parts::lost(file),
            grants: parts::grants(file),
            leases: parts::leases(file),
            subject: file.subject,
            deltas: file.deltas,
            assessment: parts::assessment(file),
            determination: made.map(|made| made.memo.finding),
            reasons: given.map(|reason| reason.text.clone()).collect(),
            reconsideration: match &file.reconsideration {
                Reconsideration::None => None,
                Reconsideration::Open { what_is_new } => Some(what_is_new.clone()),
            },
            partners: parts::partners(file),
            partner_grants: parts::partner_grants(file),
            safeguards: parts::safeguards(file),
            items: theirs.map(ItemLine::of).collect(),
        }
    }
}
