//! The Merkle tree of RFC 6962 section 2.1, grown one leaf at a time in logarithmic memory.

use types::{Digest, Hasher};

/// The hash of an entry: SHA-256 of a zero byte and the entry (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0]);
    hasher.update(entry);
    hasher.finish()
}

/// The hash of an inner node: SHA-256 of a one byte and its children's hashes. The leading byte keeps an inner
/// node from being passed off as an entry.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut node = [1; 65];
    node[1..33].copy_from_slice(left.as_bytes());
    node[33..].copy_from_slice(right.as_bytes());
    Digest::of(&node)
}

/// The root of the tree over `leaf_hashes`; without any, the digest of no bytes.
#[must_use]
pub fn root_of(leaf_hashes: &[Digest]) -> Digest {
    let mut tree = Tree::default();
    for leaf in leaf_hashes {
        tree.append(*leaf);
    }
    tree.root()
}

/// A tree's size and root: all that a signer vouches for and a proof leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of entries.
    pub size: u64,
    /// Root hash at that size.
    pub root: Digest,
}

/// A growing tree that keeps only the roots of its complete subtrees, at most 64 hashes.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// One root per bit set in `size`, the largest subtree first.
    peaks: Vec<Digest>,
}

impl Tree {
    /// Adds the entry whose [`leaf_hash`] is `leaf` at index [`Tree::size`].
    pub fn append(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Each trailing one of the size is a subtree that this leaf completes to one twice as large.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all entries so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        let from_the_right = self.peaks.iter().rev().copied();
        from_the_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(|| Digest::of(&[]))
    }

    /// The tree whose complete subtrees, from the largest to the smallest, have the roots `peaks`; `None` when
    /// their number is not that of the bits in `size`.
    #[must_use]
    pub fn from_peaks(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        (peaks.len() as u64 == u64::from(size.count_ones())).then_some(Self { size, peaks })
    }

    /// Size and root together.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }
}
