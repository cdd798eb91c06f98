//! The gate: policies can keep a person from what the rules would let them do, and never the reverse.
//!
//! [`crate::Policies`] is the gate of a house. [`NoPolicies`] admits everybody: what the rules guarantee under it they
//! guarantee under every gate, which is why the model checker uses it. The developer's rights (withdrawing, planning
//! a release, asking, responding) do not pass through a gate at all.

use crate::actor::Actor;
use crate::case::File;
use crate::decide::Act;

/// What belongs together for those who may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compartment {
    /// Inquiries and their answers.
    Inquiry,
    /// That there is a case; offer, terms, window.
    Access,
    /// Grants, leases, subjects, looks, budgets.
    Measurement,
    /// Who is asked, and who said what.
    Consultation,
    /// What a department does with the model.
    FastLane,
    /// What the developer is given.
    Assessment,
    /// Memo, attestation, determination, reconsideration.
    Determination,
    /// Partners, their windows and grants.
    Partner,
    /// What the developer promised.
    Safeguards,
    /// Items with their markings.
    Items,
}

impl Compartment {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Inquiry,
        Self::Access,
        Self::Measurement,
        Self::Consultation,
        Self::FastLane,
        Self::Assessment,
        Self::Determination,
        Self::Partner,
        Self::Safeguards,
        Self::Items,
    ];

    /// The compartment as policies write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::Access => "access",
            Self::Measurement => "measurement",
            Self::Consultation => "consultation",
            Self::FastLane => "fast_lane",
            Self::Assessment => "assessment",
            Self::Determination => "determination",
            Self::Partner => "partner",
            Self::Safeguards => "safeguards",
            Self::Items => "items",
        }
    }
}

/// What somebody wants to do with a compartment of a case.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    /// Read it.
    Read,
    /// Act in it.
    Act(&'a Act),
}

/// A question to a gate.
pub struct Ask<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What.
    pub deed: Deed<'a>,
    /// In which compartment.
    pub compartment: Compartment,
    /// Of which case.
    pub file: &'a File,
}

/// What keeps persons from what the rules would let them do.
pub trait Gate: Send + Sync {
    /// Whether the actor may. Depends on nothing but the question, so that a decision can be repeated.
    fn admits(&self, ask: &Ask) -> bool;
}

/// Admits everybody: only the rules decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPolicies;

impl Gate for NoPolicies {
    fn admits(&self, _: &Ask) -> bool {
        true
    }
}
