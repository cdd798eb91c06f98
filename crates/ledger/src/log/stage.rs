//! A stage: everything that one batch will write, kept under one name until it is written.

use types::Digest;

use super::objects::{Object, public};
use crate::tiles::Grown;

/// The first bytes of every stage.
const MAGIC: &[u8] = b"proofhouse log stage v1\n";

/// A batch's objects as one.
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
}

/// The name of the stage that brings a log to `size` entries. Its digest is in it, so that a writer that is about
/// to lose the swap does not write over the stage of the one that won.
pub(super) fn stage_name(size: u64, digest: &Digest) -> String {
    format!("stage/{size}-{}", digest.to_hex())
}

/// Packs tiles and bundles, each as name and bytes, both preceded by their length as four big-endian bytes.
pub(super) fn pack(size: u64, grown: &Grown) -> (Stage, Vec<Object>) {
    let objects: Vec<_> = grown
        .iter()
        .map(|(id, bytes)| Object { name: public(&id.to_string()), bytes: bytes.clone() })
        .collect();
    let mut bytes = MAGIC.to_vec();
    for object in &objects {
        for part in [object.name.as_bytes(), &object.bytes] {
            // A bundle of 256 entries of 65535 bytes is 16 MiB.
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part);
        }
    }
    let digest = Digest::of(&bytes);
    (Stage { name: stage_name(size, &digest), bytes, digest }, objects)
}

/// The objects of a stage whose digest was found to be right; `None` when it is no stage all the same.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<Object>> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let name = part(&mut rest)?;
        let name = String::from_utf8(name.to_vec()).ok()?;
        objects.push(Object { name, bytes: part(&mut rest)?.to_vec() });
    }
    Some(objects)
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (part, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = after;
    Some(part)
}
