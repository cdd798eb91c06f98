//! Estimates: what is shown beside the decision.

mod ability;
mod bootstrap;
mod horizon;
mod pass;
#[cfg(test)]
mod tests;

pub use ability::{AbilityEstimates, Estimate, eap, estimates, wle};
pub use bootstrap::{AttemptRecord, BootstrapOptions, bootstrap, paired_difference};
pub use horizon::{Horizon, horizon};
pub use pass::{PassError, pass_at_k};
