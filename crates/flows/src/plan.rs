//! The plan of a review: everything that decides what is measured, fixed before the first run.

use std::path::Path;

use docket::{CaseId, LookId};
use range::suite::Suite;
use report::data::{ModelIdentity, Observed};
use serde::{Deserialize, Serialize};
use types::transcript::Budget;
use types::{Area, Digest, ItemId, RunNumber};

use crate::error::FlowError;
use crate::evidence::EvidenceError;
use crate::order;

/// The format that plans name.
const PLAN_FORMAT: &str = "proofhouse-plan-1";
/// The plan's file in the evidence.
pub const PLAN: &str = "plan.json";

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The plan's format.
    pub format: String,
    /// What is measured.
    pub model: PlannedModel,
    /// On what.
    pub suite: PlannedSuite,
    /// What each attempt may use.
    pub budget: Budget,
    /// The chambers' kind.
    pub chamber: String,
    /// The threshold's salted commitment.
    pub commitment: Digest,
    /// The operator's own seed: the review is then exploratory.
    pub seed: Option<u64>,
    /// The look in a case that the review takes; none outside of a case, and then plans do not have the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<PlannedCase>,
}

/// Where a review belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCase {
    /// The case.
    pub case: CaseId,
    /// The look.
    pub look: LookId,
    /// Digest of the look's subject.
    pub subject: Digest,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlannedModel {
    /// Weights, named by their manifest.
    Weights {
        /// The file's or folder's name.
        name: String,
        /// The manifest's identity.
        manifest: Digest,
        /// Files.
        files: u64,
        /// Bytes.
        size_bytes: u64,
        /// The command that serves them.
        runtime: String,
    },
    /// An endpoint, named by what it claims.
    Claimed {
        /// Its address.
        endpoint: String,
        /// The model string asked for.
        model: String,
    },
    /// A scripted reference agent.
    Script {
        /// Its name.
        name: String,
    },
}

/// The suite, by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSuite {
    /// Its name.
    pub name: String,
    /// The identity of its manifest.
    pub digest: Digest,
    /// Its areas in their order.
    pub areas: Vec<Area>,
    /// Its items by name.
    pub items: Vec<PlannedItem>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedItem {
    /// Its name.
    pub id: ItemId,
    /// Its area.
    pub area: Area,
    /// Its author's guess.
    pub difficulty: u8,
}

impl PlannedSuite {
    /// The suite as it stands in a plan.
    #[must_use]
    pub fn of(suite: &Suite, digest: Digest) -> Self {
        let items = suite.items.iter().map(|item| PlannedItem {
            id: item.id.clone(),
            area: item.task.metadata.area.clone(),
            difficulty: item.task.metadata.difficulty,
        });
        Self { name: suite.name.clone(), digest, areas: suite.areas.clone(), items: items.collect() }
    }
}

impl PlannedModel {
    /// The digest that names the model in the order's seed.
    #[must_use]
    pub fn identity(&self) -> Digest {
        match self {
            Self::Weights { manifest, .. } => *manifest,
            Self::Claimed { endpoint, model } => {
                Digest::of_parts(&[b"claimed", endpoint.as_bytes(), model.as_bytes()])
            }
            Self::Script { name } => Digest::of_parts(&[b"script", name.as_bytes()]),
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Weights { name, .. } | Self::Script { name } => name,
            Self::Claimed { model, .. } => model,
        }
    }

    /// The identity as the report shows it.
    #[must_use]
    pub fn shown(&self, observed: Observed) -> ModelIdentity {
        match self.clone() {
            Self::Weights { name, manifest, files, size_bytes, runtime } => {
                ModelIdentity::Weights { name, manifest, files, size_bytes, runtime }
            }
            Self::Claimed { endpoint, model } => ModelIdentity::Claimed { endpoint, model, observed },
            Self::Script { name } => ModelIdentity::Script { name },
        }
    }
}

impl Plan {
    /// A plan of this format.
    #[must_use]
    pub fn new(
        model: PlannedModel,
        suite: PlannedSuite,
        budget: Budget,
        chamber: String,
        commitment: Digest,
        seed: Option<u64>,
    ) -> Self {
        let format = PLAN_FORMAT.to_owned();
        Self { format, model, suite, budget, chamber, commitment, seed, case: None }
    }

    /// The same plan in a case.
    #[must_use]
    pub fn within(self, case: Option<PlannedCase>) -> Self {
        Self { case, ..self }
    }

    /// The plan's bytes, as they stand in the evidence.
    ///
    /// # Errors
    /// Never for a plan that was built; the signature is serde's.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the plan of the package in `folder`, with its digest.
    ///
    /// # Errors
    /// [`EvidenceError`]
    pub fn read(folder: &Path) -> Result<(Self, Digest), EvidenceError> {
        let file = folder.join(PLAN);
        let bytes = std::fs::read(&file)
            .map_err(|source| EvidenceError::Unreadable { file: file.clone(), source })?;
        let broken = |what: &str| EvidenceError::Broken { file: file.clone(), what: what.to_owned() };
        let plan: Self = serde_json::from_slice(&bytes).map_err(|_| broken("is not a plan"))?;
        if plan.format != PLAN_FORMAT {
            return Err(broken("is a plan of another format"));
        }
        Ok((plan, Digest::of(&bytes)))
    }

    /// The items of a run in their order.
    #[must_use]
    pub fn order(&self, run: RunNumber) -> Vec<ItemId> {
        let seed = match self.seed {
            Some(chosen) => order::exploratory_seed(chosen, run),
            None => order::seed(self.commitment, self.model.identity(), run),
        };
        order::order(self.suite.items.iter().map(|item| item.id.clone()).collect(), seed)
    }

    /// Checks that `wanted` asks for what this plan, of the package in `folder`, says.
    ///
    /// # Errors
    /// [`FlowError::OtherPlan`] naming the first difference.
    pub fn same_as(&self, wanted: &Self, folder: &Path) -> Result<(), FlowError> {
        let differs = match () {
            () if self.model != wanted.model => "the model",
            () if self.suite != wanted.suite => "the suite",
            () if self.budget != wanted.budget => "the budget",
            () if self.chamber != wanted.chamber => "the chamber",
            () if self.commitment != wanted.commitment => "the threshold",
            () if self.seed != wanted.seed => "the seed",
            () if self.case != wanted.case => "the case",
            () => return Ok(()),
        };
        Err(FlowError::OtherPlan { folder: folder.to_owned(), differs })
    }
}
