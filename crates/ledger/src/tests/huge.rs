//! Proofs in trees too large to build: inner hashes are made up, and the roots follow from RFC 6962's recursion.

use types::Digest;

use crate::{ProofError, TreeHead, node_hash, verify_consistency, verify_inclusion};

const SIZES: [u64; 8] =
    [(1 << 32) + 5, (1 << 62) + 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, 3 << 62, u64::MAX - 1, u64::MAX];

fn made_up(size: u64, depth: usize) -> Digest {
    Digest::of_parts(&[&size.to_be_bytes(), &depth.to_be_bytes()])
}

/// The largest power of two below `size`.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// A proof for entry `index` of `size`, and the root it leads to.
fn inclusion(leaf: Digest, index: u64, size: u64, proof: &mut Vec<Digest>) -> Digest {
    if size == 1 {
        return leaf;
    }
    let k = split(size);
    let left = index < k;
    let part =
        if left { inclusion(leaf, index, k, proof) } else { inclusion(leaf, index - k, size - k, proof) };
    let sibling = made_up(size, proof.len());
    proof.push(sibling);
    if left { node_hash(&part, &sibling) } else { node_hash(&sibling, &part) }
}

/// A proof from `older` to `newer` entries, and both roots.
fn consistency(older: u64, newer: u64, known: bool, proof: &mut Vec<Digest>) -> (Digest, Digest) {
    if older == newer {
        let root = made_up(older, 0);
        if !known {
            proof.push(root);
        }
        return (root, root);
    }
    let k = split(newer);
    let sibling = made_up(newer, 1);
    let roots = if older <= k {
        let (old, new) = consistency(older, k, known, proof);
        (old, node_hash(&new, &sibling))
    } else {
        let (old, new) = consistency(older - k, newer - k, false, proof);
        (node_hash(&sibling, &old), node_hash(&sibling, &new))
    };
    proof.push(sibling);
    roots
}

#[test]
fn inclusion_holds_and_fails_in_trees_near_the_largest_size() {
    let leaf = made_up(0, 0);
    for size in SIZES {
        for index in [0, 1, size / 3, size / 2, split(size) - 1, split(size), size - 2, size - 1] {
            let mut proof = Vec::new();
            let head = TreeHead { size, root: inclusion(leaf, index, size, &mut proof) };
            assert_eq!(verify_inclusion(&leaf, index, head, &proof), Ok(()), "{index} in {size}");
            proof.push(leaf);
            assert_eq!(verify_inclusion(&leaf, index, head, &proof), Err(ProofError::WrongLength));
            proof.truncate(proof.len().saturating_sub(2));
            assert_eq!(verify_inclusion(&leaf, index, head, &proof), Err(ProofError::WrongLength));
        }
    }
}

#[test]
fn consistency_holds_and_fails_in_trees_near_the_largest_size() {
    for newer in SIZES {
        for older in [1, 2, 3, newer / 3, newer / 2, split(newer) - 1, split(newer), newer - 2, newer - 1] {
            let mut proof = Vec::new();
            let (old, new) = consistency(older, newer, true, &mut proof);
            let (old, new) = (TreeHead { size: older, root: old }, TreeHead { size: newer, root: new });
            assert_eq!(verify_consistency(old, new, &proof), Ok(()), "{older} to {newer}");
            let forked = TreeHead { root: made_up(newer, 2), ..old };
            assert_eq!(verify_consistency(forked, new, &proof), Err(ProofError::SplitView));
            proof.push(made_up(newer, 3));
            assert_eq!(verify_consistency(old, new, &proof), Err(ProofError::WrongLength));
        }
    }
}
