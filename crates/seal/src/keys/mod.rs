//! Who can open an artefact: its data key, wrapped to key-encryption keys that lie apart from the data.
//!
//! Owns the list of wrapped keys ([`Slots`]), the kinds of custodians ([`FileKey`], [`HybridKey`], and anybody's KMS
//! behind [`Custodian`]), and their destruction with its certificate ([`destroy`]).
//!
//! Invariants:
//! - A wrapped key opens for one case, one artefact, one custodian and one depth of nesting only.
//! - Where several custodians are named in a slot, all of them are needed: each layer is within the next.
//! - A key that was destroyed is in no file of the data folder, so that no copy of it brings the key back.

mod custodian;
mod destroy;
mod file;
mod hpke;
mod slots;

pub use custodian::{Custodian, KeyError};
pub use destroy::{Certificate, DestroyError, Order, Reason, destroy};
pub use file::FileKey;
pub use hpke::{HybridKey, HybridRecipient};
pub use slots::{Slot, Slots};
