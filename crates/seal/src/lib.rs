//! Taking a model in: what it is, who signed it, how it is kept, who can open it, and that it is gone.
//!
//! Owns the manifest and the two digests that name a checkpoint ([`Manifest::root`], [`Manifest::identity`]), taking one
//! ([`take`]) and holding a folder against one ([`check`]); signatures over it ([`signing`]); the encrypted artefact and
//! its intake ([`sealed`]); the keys to it and their destruction ([`keys`]); what its headers say ([`inventory`]).
//! Formats stand in `docs/seal.md`.
//!
//! Refuses what cannot be named or pinned down: symbolic links, FIFOs, sockets and devices, names that are not
//! plain text, folders without files, and files that change while they are read. It follows no link, even if one
//! is put in place of a folder while it works. It knows neither what a weights file means nor what a case is.
//!
//! Invariants:
//! - A [`Manifest`], taken or read, lists at least one file, by plain relative paths in strictly rising code point
//!   order, and no path is both a file and a folder.
//! - A manifest is given out only if all its files looked the same before the first and after the last byte.
//! - Memory does not grow with the files' sizes.

mod check;
mod hash;
pub mod inventory;
pub mod keys;
mod manifest;
pub mod sealed;
pub mod signing;
mod source;
mod take;
#[cfg(test)]
mod tests;

pub use check::{CheckError, Difference, check};
pub use manifest::{FileEntry, Manifest, ManifestError};
pub use take::{SealError, take};
