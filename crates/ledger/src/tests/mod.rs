//! Tests, one file per module; what several of them need stands here.

mod checkpoint;
mod distinguisher;
mod fuzz;
mod huge;
mod keeper;
mod key;
mod log;
mod note;
mod private;
mod proof;
mod public;
mod rotate;
mod tiles;
mod tlog_proof;
mod tree;
mod witness;
mod witnessed;

use types::Digest;

use crate::log::Fault;
use crate::{SignerKey, leaf_hash};

/// A key made from 32 equal bytes.
fn signer(name: &str, byte: u8) -> SignerKey {
    SignerKey::from_seed(name, [byte; 32]).unwrap()
}

/// `count` leaf hashes, all different.
fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// Every way in which an effect can fail, power being lost in that many ways.
fn faults(losses: u64) -> Vec<Fault> {
    let plain =
        [Fault::Fails, Fault::FailsMidway, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter];
    plain.into_iter().chain((0..losses).map(Fault::PowerLost)).collect()
}

/// `bytes` with each single bit flipped in turn.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

/// RFC 6962 section 2.1 word for word: a second definition to hold ours against.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = (naive_root(&leaves[..split]), naive_root(&leaves[split..]));
            Digest::of(&[&[1], &left.as_bytes()[..], right.as_bytes()].concat())
        }
    }
}
