//! Proofs that an entry is in a tree, and that a tree begins with an older one.
//!
//! Produced as in RFC 6962 sections 2.1.1 and 2.1.2, verified as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use types::Digest;

use crate::tree::{TreeHead, node_hash, root_of};

/// Why a proof was not made or not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index is not in a tree of this size: ask for an entry below it.
    #[error("a tree of {size} entries has no entry {index}")]
    NoSuchEntry {
        /// The index asked for, from 0.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// A proof needs every leaf up to the tree's size: bring the missing ones.
    #[error("the tree has {size} entries and only {leaves} leaf hashes are at hand")]
    LeavesMissing {
        /// The tree's size.
        size: u64,
        /// Leaf hashes at hand.
        leaves: u64,
    },
    /// The tree that should be newer is smaller: keep the larger checkpoint as evidence of the rollback.
    #[error("the log went back from {older} to {newer} entries")]
    RolledBack {
        /// Size of the tree that should be older.
        older: u64,
        /// Size of the tree that should be newer.
        newer: u64,
    },
    /// The proof belongs to another entry or another size: fetch the one for these.
    #[error("the proof has the wrong number of hashes for this place in this tree")]
    WrongLength,
    /// The entry, or the proof, is not the one that was logged: don't trust the entry.
    #[error("the proof does not lead from the entry to the tree's root")]
    NotIncluded,
    /// The log shows two histories: keep both checkpoints as evidence.
    #[error("the newer tree does not begin with the older one")]
    SplitView,
}

/// The hashes that lead from entry `index` to the root of the first `size` entries, the leaf's sibling first.
///
/// # Errors
/// [`ProofError::LeavesMissing`] and [`ProofError::NoSuchEntry`].
pub fn inclusion_proof(leaf_hashes: &[Digest], index: u64, size: u64) -> Result<Vec<Digest>, ProofError> {
    let mut part = first(leaf_hashes, size)?;
    let at = usize::try_from(index).ok().filter(|at| *at < part.len());
    let mut at = at.ok_or(ProofError::NoSuchEntry { index, size })?;
    let mut proof = Vec::new();
    while part.len() > 1 {
        let (left, right) = halves(part);
        if at < left.len() {
            proof.push(root_of(right));
            part = left;
        } else {
            proof.push(root_of(left));
            at -= left.len();
            part = right;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show that the tree of the first `newer` entries begins with the first `older` ones; none when
/// `older` is zero or both are equal.
///
/// # Errors
/// [`ProofError::LeavesMissing`] and [`ProofError::RolledBack`].
pub fn consistency_proof(leaf_hashes: &[Digest], older: u64, newer: u64) -> Result<Vec<Digest>, ProofError> {
    let mut part = first(leaf_hashes, newer)?;
    let within = usize::try_from(older).ok().filter(|within| *within <= part.len());
    let mut within = within.ok_or(ProofError::RolledBack { older, newer })?;
    let mut proof = Vec::new();
    if within == 0 {
        return Ok(proof);
    }
    // As long as only left halves were entered, the older root itself stands for the innermost part.
    let mut known = true;
    while within < part.len() {
        let (left, right) = halves(part);
        if within <= left.len() {
            proof.push(root_of(right));
            part = left;
        } else {
            proof.push(root_of(left));
            within -= left.len();
            part = right;
            known = false;
        }
    }
    if !known {
        proof.push(root_of(part));
    }
    proof.reverse();
    Ok(proof)
}

fn first(leaf_hashes: &[Digest], size: u64) -> Result<&[Digest], ProofError> {
    let missing = ProofError::LeavesMissing { size, leaves: leaf_hashes.len() as u64 };
    usize::try_from(size).ok().and_then(|size| leaf_hashes.get(..size)).ok_or(missing)
}

/// Splits two leaves or more after the largest power of two that leaves something to the right.
fn halves(leaf_hashes: &[Digest]) -> (&[Digest], &[Digest]) {
    leaf_hashes.split_at(1 << (leaf_hashes.len() - 1).ilog2())
}

/// Checks that `leaf` is entry `index` of the tree that `head` stands for.
///
/// # Errors
/// [`ProofError::NoSuchEntry`], [`ProofError::WrongLength`] and [`ProofError::NotIncluded`].
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    head: TreeHead,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if index >= head.size {
        return Err(ProofError::NoSuchEntry { index, size: head.size });
    }
    let mut climb = Climb { node: index, last: head.size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match climb.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    climb.finish()?;
    if hash == head.root { Ok(()) } else { Err(ProofError::NotIncluded) }
}

/// Checks that the tree of `newer` begins with all entries of the tree of `older`.
///
/// # Errors
/// [`ProofError::RolledBack`], [`ProofError::WrongLength`] and [`ProofError::SplitView`].
pub fn verify_consistency(older: TreeHead, newer: TreeHead, proof: &[Digest]) -> Result<(), ProofError> {
    if older.size > newer.size {
        return Err(ProofError::RolledBack { older: older.size, newer: newer.size });
    }
    if older.size == 0 || older.size == newer.size {
        let expected = if older.size == newer.size { newer.root } else { root_of(&[]) };
        return match proof {
            [] if older.root == expected => Ok(()),
            [] => Err(ProofError::SplitView),
            [_, ..] => Err(ProofError::WrongLength),
        };
    }
    // A complete older tree is itself a node of the newer one: its root opens the path and is not sent.
    let (start, path) = match proof.split_first() {
        Some(_) if older.size.is_power_of_two() => (older.root, proof),
        Some((start, path)) => (*start, path),
        None => return Err(ProofError::WrongLength),
    };
    let mut climb = Climb { node: older.size - 1, last: newer.size - 1 };
    climb.skip_right_edges();
    let (mut old, mut new) = (start, start);
    for sibling in path {
        match climb.step()? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    climb.finish()?;
    if old == older.root && new == newer.root { Ok(()) } else { Err(ProofError::SplitView) }
}

/// Where the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162. Only ever shifted right, so no size overflows.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::WrongLength);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    fn skip_right_edges(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn finish(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::WrongLength) }
    }
}
