//! Chambers as those who use them see them, and as those who sit in them try to break them.

#[cfg(test)]
const KIND: chamber::Kind = chamber::Kind::Bubblewrap;

// Clippy takes helper functions for tests only below `cfg(test)`.
#[cfg(test)]
mod artefacts;
#[cfg(test)]
mod death;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod setup;
