use types::Digest;

use super::tree::{ENTRIES, ROOTS};
use super::{leaves, naive_root};
use crate::{
    ProofError, TreeHead, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};

fn head(leaves: &[Digest]) -> TreeHead {
    TreeHead { size: leaves.len() as u64, root: naive_root(leaves) }
}

fn hex(proof: &[Digest]) -> Vec<String> {
    proof.iter().map(Digest::to_hex).collect()
}

#[test]
fn the_reference_tree_has_the_published_inclusion_proofs() {
    let leaves = ENTRIES.map(leaf_hash);
    let cases: [(u64, u64, &[&str]); 4] = [
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                ROOTS[4],
            ],
        ),
        (2, 3, &[ROOTS[2]]),
        (
            1,
            5,
            &[
                ROOTS[1],
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];
    for (index, size, expected) in cases {
        assert_eq!(hex(&inclusion_proof(&leaves, index, size).unwrap()), expected, "{index} in {size}");
    }
}

#[test]
fn the_reference_tree_has_the_published_consistency_proofs() {
    let leaves = ENTRIES.map(leaf_hash);
    let cases: [(u64, u64, &[&str]); 4] = [
        (1, 1, &[]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                ROOTS[4],
            ],
        ),
        (
            2,
            5,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];
    for (older, newer, expected) in cases {
        assert_eq!(hex(&consistency_proof(&leaves, older, newer).unwrap()), expected, "{older} to {newer}");
    }
}

/// Every proof that differs from `proof` by one hash changed, dropped or added.
fn forgeries(proof: &[Digest]) -> Vec<Vec<Digest>> {
    let mut forged = Vec::new();
    for at in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[at] = Digest::of(b"forged");
        let mut dropped = proof.to_vec();
        dropped.remove(at);
        forged.extend([changed, dropped]);
    }
    for at in 0..=proof.len() {
        let mut added = proof.to_vec();
        added.insert(at, Digest::of(b"forged"));
        forged.push(added);
    }
    forged
}

#[test]
fn every_entry_up_to_size_40_is_proved_and_no_forgery_is() {
    let leaves = leaves(40);
    for size in 1..=40 {
        let head = head(&leaves[..size as usize]);
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let proof = inclusion_proof(&leaves, index, size).unwrap();
            assert_eq!(verify_inclusion(leaf, index, head, &proof), Ok(()), "{index} in {size}");
            for forged in forgeries(&proof) {
                assert!(verify_inclusion(leaf, index, head, &forged).is_err(), "{index} in {size}");
            }
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify_inclusion(leaf, other, head, &proof).is_err(), "{index} as {other}");
                assert!(verify_inclusion(&leaves[other as usize], index, head, &proof).is_err());
            }
        }
    }
}

#[test]
fn every_growth_up_to_size_40_is_proved_and_no_forgery_is() {
    let leaves = leaves(40);
    let heads: Vec<_> = (0..=40).map(|size| head(&leaves[..size])).collect();
    for newer in 0..=40 {
        for older in 0..=newer {
            let proof = consistency_proof(&leaves, older, newer).unwrap();
            let (old, new) = (heads[older as usize], heads[newer as usize]);
            assert_eq!(verify_consistency(old, new, &proof), Ok(()), "{older} to {newer}");
            for forged in forgeries(&proof) {
                assert!(verify_consistency(old, new, &forged).is_err(), "{older} to {newer}");
            }
        }
    }
}

#[test]
fn a_tree_that_rewrote_an_entry_is_a_split_view_at_every_size() {
    let honest = leaves(20);
    for changed in 0..12 {
        let mut rewritten = honest.clone();
        rewritten[changed] = leaf_hash(b"rewritten");
        for older in changed + 1..=20 {
            let old = head(&honest[..older]);
            for newer in older..=20 {
                let proof = consistency_proof(&rewritten, older as u64, newer as u64).unwrap();
                let new = head(&rewritten[..newer]);
                assert_eq!(verify_consistency(old, new, &proof), Err(ProofError::SplitView));
            }
        }
    }
}

#[test]
fn a_head_whose_size_and_root_do_not_belong_together_is_refused() {
    let leaves = leaves(8);
    let lie = TreeHead { size: 8, root: naive_root(&leaves[..4]) };
    let growth = consistency_proof(&leaves, 2, 4).unwrap();
    assert_eq!(verify_consistency(head(&leaves[..2]), lie, &growth), Err(ProofError::WrongLength));
    let inclusion = inclusion_proof(&leaves, 1, 4).unwrap();
    assert_eq!(verify_inclusion(&leaves[1], 1, lie, &inclusion), Err(ProofError::WrongLength));
}

#[test]
fn a_tree_that_shrank_is_a_rollback() {
    let leaves = leaves(9);
    let expected = Err(ProofError::RolledBack { older: 9, newer: 8 });
    assert_eq!(verify_consistency(head(&leaves), head(&leaves[..8]), &[]), expected);
    assert_eq!(consistency_proof(&leaves, 9, 8), Err(ProofError::RolledBack { older: 9, newer: 8 }));
}

#[test]
fn an_older_tree_that_claims_to_be_empty_has_the_empty_root() {
    let lie = TreeHead { size: 0, root: Digest::of(b"lie") };
    assert_eq!(verify_consistency(lie, head(&leaves(3)), &[]), Err(ProofError::SplitView));
}

#[test]
fn a_proof_is_not_made_without_the_entry_or_the_leaves() {
    let leaves = leaves(4);
    assert_eq!(inclusion_proof(&leaves, 4, 4), Err(ProofError::NoSuchEntry { index: 4, size: 4 }));
    assert_eq!(inclusion_proof(&leaves, 0, 0), Err(ProofError::NoSuchEntry { index: 0, size: 0 }));
    let missing = ProofError::LeavesMissing { size: u64::MAX, leaves: 4 };
    assert_eq!(inclusion_proof(&leaves, 0, u64::MAX), Err(missing.clone()));
    assert_eq!(consistency_proof(&leaves, 1, u64::MAX), Err(missing));
    let outside = verify_inclusion(&leaves[0], 4, head(&leaves), &[]);
    assert_eq!(outside, Err(ProofError::NoSuchEntry { index: 4, size: 4 }));
}
