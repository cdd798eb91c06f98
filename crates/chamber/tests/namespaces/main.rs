//! The same of chambers of the kind `namespaces`.

#[cfg(test)]
const KIND: chamber::Kind = chamber::Kind::Namespaces;

// Clippy takes helper functions for tests only below `cfg(test)`.
#[cfg(test)]
#[path = "../chamber/artefacts.rs"]
mod artefacts;
#[cfg(test)]
#[path = "../chamber/death.rs"]
mod death;
#[cfg(test)]
#[path = "../chamber/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "../chamber/probe.rs"]
mod probe;
#[cfg(test)]
#[path = "../chamber/requests.rs"]
mod requests;
#[cfg(test)]
#[path = "../chamber/setup.rs"]
mod setup;
