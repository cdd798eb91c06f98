//! The exposure ledger: who saw which item, when, through what kind of access. As data; whoever keeps it appends.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::bank::Bank;

/// Through what kind of access an item was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// In a chamber of the house, without a network: nobody outside saw it.
    Enclave,
    /// At an endpoint that the developer or somebody else hosts: they can have kept it.
    DeveloperHosted,
}

/// What was promised about what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assurance {
    /// That it is not kept.
    pub no_retention: bool,
    /// That it is not trained on.
    pub no_training: bool,
}

/// One item seen once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The item.
    pub item: String,
    /// Whose endpoint or model it was.
    pub party: String,
    /// When.
    pub at: Timestamp,
    /// Through what kind of access.
    pub access: Access,
    /// With what promises.
    pub assurance: Assurance,
}

/// What is allowed. An enclave costs nothing: what is seen there stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Exposures of one item to one party.
    pub per_party: u32,
    /// Exposures of one item to all parties together.
    pub total: u32,
    /// What an exposure without both promises counts for.
    pub without_assurance: u32,
}

/// Why an item is not given any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// To this party.
    ForParty,
    /// To everybody: it retires.
    Retired,
    /// Its canary was found where it should not be: it retires at once.
    Leaked,
}

/// Everything seen so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExposureLedger {
    /// In the order in which it happened.
    pub exposures: Vec<Exposure>,
    /// Items whose canary a later probe found in a model's answers.
    pub leaked: Vec<String>,
}

impl ExposureLedger {
    /// What an item has cost: to `party`, and to all.
    #[must_use]
    pub fn cost(&self, item: &str, party: &str, budget: Budget) -> (u32, u32) {
        let mut cost = (0_u32, 0_u32);
        for exposure in self.exposures.iter().filter(|exposure| exposure.item == item) {
            let one = Self::one(exposure, budget);
            cost.1 = cost.1.saturating_add(one);
            if exposure.party == party {
                cost.0 = cost.0.saturating_add(one);
            }
        }
        cost
    }

    fn one(exposure: &Exposure, budget: Budget) -> u32 {
        match exposure.access {
            Access::Enclave => 0,
            Access::DeveloperHosted if exposure.assurance.no_retention && exposure.assurance.no_training => 1,
            Access::DeveloperHosted => budget.without_assurance,
        }
    }

    /// For each item of `bank`, why it may not be shown to `party` once more with `assurance` through `access`; `None`
    /// where it may.
    #[must_use]
    pub fn spent(
        &self,
        bank: &Bank,
        party: &str,
        access: Access,
        assurance: Assurance,
        budget: Budget,
    ) -> Vec<Option<Spent>> {
        // One pass over the ledger, not one for each item.
        let mut costs = std::collections::HashMap::<&str, (u32, u32)>::new();
        for exposure in &self.exposures {
            let cost = costs.entry(&exposure.item).or_default();
            let one = Self::one(exposure, budget);
            cost.1 = cost.1.saturating_add(one);
            if exposure.party == party {
                cost.0 = cost.0.saturating_add(one);
            }
        }
        let price = match access {
            Access::Enclave => 0,
            Access::DeveloperHosted if assurance.no_retention && assurance.no_training => 1,
            Access::DeveloperHosted => budget.without_assurance,
        };
        let judge = |item: &crate::bank::Item| {
            let (to_party, to_all) = costs.get(item.name.as_str()).copied().unwrap_or_default();
            if self.leaked.contains(&item.name) {
                Some(Spent::Leaked)
            } else if to_all >= budget.total || to_all.saturating_add(price) > budget.total {
                Some(Spent::Retired)
            } else {
                (to_party.saturating_add(price) > budget.per_party).then_some(Spent::ForParty)
            }
        };
        bank.items().iter().map(judge).collect()
    }
}
