//! Roles are data: a person has seats, a seat is a role at a party, and a seat has dates.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::names::PartyId;

/// What a party is to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Volunteers a model.
    Developer,
    /// Runs reviews and keeps the docket.
    ReviewingOffice,
    /// Determines whether a model is covered.
    DesignatingAuthority,
    /// Is asked before a determination.
    ConsultedDepartment,
    /// Measures for the reviewing office.
    Evaluator,
    /// Gets early access by both sides' choice.
    Partner,
    /// Checks the record and cosigns it.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Developer,
        Self::ReviewingOffice,
        Self::DesignatingAuthority,
        Self::ConsultedDepartment,
        Self::Evaluator,
        Self::Partner,
        Self::Auditor,
    ];

    /// The role as events and policies write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::ReviewingOffice => "reviewing_office",
            Self::DesignatingAuthority => "designating_authority",
            Self::ConsultedDepartment => "consulted_department",
            Self::Evaluator => "evaluator",
            Self::Partner => "partner",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Developer => "the developer",
            Self::ReviewingOffice => "the reviewing office",
            Self::DesignatingAuthority => "the designating authority",
            Self::ConsultedDepartment => "a consulted department",
            Self::Evaluator => "an evaluator",
            Self::Partner => "a partner",
            Self::Auditor => "an auditor",
        })
    }
}

/// A role at a party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The role.
    pub role: Role,
    /// The party.
    pub party: PartyId,
}

/// Which side of a case a seat is on. Nobody has seats on two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side<'a> {
    /// One developer's. Another developer is another side.
    Developer(&'a PartyId),
    /// Those who measure, consult and determine.
    House,
    /// One partner's.
    Partner(&'a PartyId),
    /// Those who check the others.
    Audit,
}

impl Seat {
    /// The seat's side.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        match self.role {
            Role::Developer => Side::Developer(&self.party),
            Role::ReviewingOffice
            | Role::DesignatingAuthority
            | Role::ConsultedDepartment
            | Role::Evaluator => Side::House,
            Role::Partner => Side::Partner(&self.party),
            Role::Auditor => Side::Audit,
        }
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.role, self.party)
    }
}
