//! The case as its events left it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use types::{Digest, Timestamp};

use crate::acts::access::{Offer, Threshold};
use crate::acts::assessment::Assessment;
use crate::acts::consultation::{Asked, OtherClock};
use crate::acts::delta::{Look, Subject};
use crate::acts::determination::{Attestation, Made};
use crate::acts::fast_lane::Lane;
use crate::acts::grants::{Grant, Lease};
use crate::acts::inquiry::Inquiry;
use crate::acts::items::Item;
use crate::acts::partner::{PartnerGrant, PartnerWindow};
use crate::acts::reconsideration::Reconsideration;
use crate::acts::safeguards::Safeguard;
use crate::acts::standing::Standing;
use crate::acts::window::{LostTime, Window, Work};
use crate::names::{
    CaseId, ClockId, GrantId, ItemId, LeaseId, LookId, PartyId, PersonId, SafeguardId, WorkId,
};
use crate::ppm::ErrorBudget;
use crate::refusal::Refusal;
use crate::text::Text;

/// A case: a name that nothing happened under yet, or a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Case {
    /// Nothing happened yet.
    Unopened(CaseId),
    /// Opened: by an inquiry, an offer, or the house on evidence that it holds.
    Opened(Box<File>),
}

impl Case {
    /// The case under that name before its first event.
    #[must_use]
    pub fn unopened(id: CaseId) -> Self {
        Self::Unopened(id)
    }

    /// The case's name.
    #[must_use]
    pub fn id(&self) -> &CaseId {
        match self {
            Self::Unopened(id) => id,
            Self::Opened(file) => &file.id,
        }
    }

    /// What an opened case holds.
    ///
    /// # Errors
    /// [`Refusal::NotFiled`] before the first event.
    pub fn file(&self) -> Result<&File, Refusal> {
        match self {
            Self::Unopened(_) => Err(Refusal::NotFiled),
            Self::Opened(file) => Ok(file),
        }
    }
}

/// What an opened case holds: small state machines beside each other, because their flows are independent. Read it
/// through the views; only [`crate::evolve`] changes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct File {
    pub(crate) id: CaseId,
    pub(crate) developer: PartyId,
    pub(crate) model: Text,
    pub(crate) opened_at: Timestamp,
    pub(crate) standing: Standing,
    pub(crate) planned_release: Option<Timestamp>,
    pub(crate) inquiry: Inquiry,
    pub(crate) offer: Offer,
    pub(crate) threshold: Threshold,
    pub(crate) window: Window,
    pub(crate) work: BTreeMap<WorkId, Work>,
    pub(crate) lost: Vec<LostTime>,
    pub(crate) grants: BTreeMap<GrantId, Grant>,
    pub(crate) leases: BTreeMap<LeaseId, Lease>,
    pub(crate) subject: Option<Subject>,
    pub(crate) deltas: u32,
    pub(crate) looks: BTreeMap<LookId, Look>,
    pub(crate) spent: ErrorBudget,
    pub(crate) asked: BTreeMap<PartyId, Asked>,
    pub(crate) clocks: BTreeMap<ClockId, OtherClock>,
    pub(crate) lanes: BTreeMap<PartyId, Lane>,
    pub(crate) assessment: Assessment,
    pub(crate) attestation: Option<Attestation>,
    pub(crate) determination: Option<Arc<Made>>,
    pub(crate) reconsideration: Reconsideration,
    pub(crate) partners: BTreeMap<PartyId, PartnerWindow>,
    pub(crate) partner_grants: BTreeMap<GrantId, PartnerGrant>,
    pub(crate) safeguards: BTreeMap<SafeguardId, Safeguard>,
    pub(crate) items: BTreeMap<ItemId, Item>,
}

impl File {
    pub(crate) fn opened(id: CaseId, developer: PartyId, model: Text, opened_at: Timestamp) -> Self {
        Self {
            id,
            developer,
            model,
            opened_at,
            standing: Standing::Open,
            planned_release: None,
            inquiry: Inquiry::NotAsked,
            offer: Offer::None,
            threshold: Threshold::Uncommitted,
            window: Window::Unopened,
            work: BTreeMap::new(),
            lost: Vec::new(),
            grants: BTreeMap::new(),
            leases: BTreeMap::new(),
            subject: None,
            deltas: 0,
            looks: BTreeMap::new(),
            spent: ErrorBudget::default(),
            asked: BTreeMap::new(),
            clocks: BTreeMap::new(),
            lanes: BTreeMap::new(),
            assessment: Assessment::NotGiven,
            attestation: None,
            determination: None,
            reconsideration: Reconsideration::None,
            partners: BTreeMap::new(),
            partner_grants: BTreeMap::new(),
            safeguards: BTreeMap::new(),
            items: BTreeMap::new(),
        }
    }

    /// Ends what the house may do with the model by its review window, at `at` at the latest.
    pub(crate) fn end_access(&mut self, at: Timestamp) {
        self.grants.values_mut().for_each(|grant| grant.until = grant.until.min(at));
        self.leases.values_mut().for_each(|lease| lease.until = lease.until.min(at));
    }

    /// Digests of everything that a memo may rest on.
    pub(crate) fn holds_evidence(&self, evidence: Digest) -> bool {
        self.looks.values().any(|look| look.evidence() == Some(evidence))
            || self.items.values().any(|item| item.is_held(evidence))
    }

    /// The persons whom the terms name as readers; nobody before an offer.
    pub(crate) fn readers(&self) -> Option<&BTreeSet<PersonId>> {
        self.offer.terms().map(|terms| &terms.readers)
    }
}
