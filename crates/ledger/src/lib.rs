//! The tamper-evident log: an RFC 6962 tree over SHA-256, its proofs, and its signed checkpoints.
//!
//! Owns the tree ([`Tree`], [`root_of`]), the proofs that an entry is in it and that it only ever grew
//! ([`inclusion_proof`], [`consistency_proof`] and their verifiers), signed notes ([`Note`]), checkpoints
//! ([`Checkpoint`]) and proof files ([`TlogProof`]).
//!
//! Refuses to know what an entry means: an entry is bytes, hashed by [`leaf_hash`]. Does no I/O, reads no clock
//! and draws no randomness: a signer key is made from 32 bytes that the caller drew.
//!
//! Invariants:
//! - Every text format has exactly one spelling. What is parsed is written back byte for byte, and nothing that
//!   a signature covers, nor the signature itself, can change by a bit without being noticed.
//! - A [`Checkpoint`], a [`Note`] and a key cannot hold a value that their format cannot express.
//! - A proof is accepted only with exactly the hashes that its tree's shape asks for.

mod checkpoint;
mod cosign;
mod key;
pub mod log;
mod note;
pub mod private;
mod proof;
pub mod public;
mod rotation;
mod spelling;
#[cfg(test)]
mod tests;
pub mod tiles;
mod tlog_proof;
mod tree;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError, open_checkpoint, sign_checkpoint};
pub use cosign::{CosignatureError, Cosigner, CosignerKey, Quorum};
pub use key::{KeyError, KeyId, SignerKey, VerifierKey};
pub use note::{MAX_NOTE_BYTES, Note, NoteError, NoteSignature};
pub use proof::{ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use rotation::{LogKeys, RotationError, sign_rotation};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use tree::{Tree, TreeHead, leaf_hash, node_hash, root_of};
