//! A partner's side of a case.

use serde::Serialize;

use super::parts::{self, PartnerGrantLine, PartnerLine};
use crate::case::File;
use crate::gate::Compartment;
use crate::names::{CaseId, PartyId};
use crate::text::Text;

/// What a partner sees: the model's name, its own window and grants. Not: whether there is or was a review, a
/// determination, or another partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartnerView {
    /// The case.
    pub case: CaseId,
    /// What the developer calls the model.
    pub model: Text,
    /// Its window.
    pub window: PartnerLine,
    /// Its grants.
    pub grants: Vec<PartnerGrantLine>,
}

impl PartnerView {
    /// What a partner may read, if policies say so.
    pub const COMPARTMENTS: &'static [Compartment] = &[Compartment::Partner];

    /// `partner`'s side of `file`; none if it was not selected.
    #[must_use]
    pub fn of(file: &File, partner: &PartyId) -> Option<Self> {
        let window = parts::partners(file).into_iter().find(|line| line.partner == *partner)?;
        let grants = parts::partner_grants(file).into_iter().filter(|grant| grant.partner == *partner);
        Some(Self { case: file.id.clone(), model: file.model.clone(), window, grants: grants.collect() })
    }
}
