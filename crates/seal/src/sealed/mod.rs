//! An artefact at rest: read once, hashed, encrypted and written in parts that can be resumed and read anywhere.
//!
//! Owns the layout (`docs/seal.md`): every part is one Cobblestone-256 message, whose context names case, artefact, file
//! and part; the index, encrypted too, holds paths, sizes and digests. Storage is behind [`Parts`].
//!
//! Invariants:
//! - No byte of the artefact, nor any name or digest of it, is written in the clear.
//! - A part that is written again gets a new salt, and so a new key: no nonce is ever used for two texts.
//! - Bytes are given out only after they were authenticated at exactly the place they are read from.

mod cobblestone;
mod error;
mod folder;
mod index;
mod intake;
mod memory;
mod open;
mod pass;
mod place;
mod store;

pub use cobblestone::{CHUNK_BYTES, MessageKey, open_message, plain_bytes, seal_message, sealed_bytes};
pub use error::{IntakeError, OpenError};
pub use folder::FolderParts;
pub use index::{Index, PartSize, SealedFile};
pub use intake::{Intake, PartId, take_sealed};
pub use memory::{Fault, MemoryParts};
pub use open::Sealed;
pub(crate) use place::random;
pub use place::{DataKey, Place};
pub use store::{PartSink, Parts, StoreError};
