//! Proofs and earlier roots, from authenticated tiles.

use types::Digest;

use super::reader::{LogReader, ReadError};
use super::source::TileSource;
use crate::proof::ProofError;
use crate::tree::{Tree, TreeHead, node_hash};

impl<S: TileSource> LogReader<S> {
    /// The hashes that prove entry `index`.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Digest>, ReadError> {
        self.check(index)?;
        let mut proof = Vec::new();
        let (mut from, mut to) = (0, self.head.size);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                proof.push(self.range(middle, to)?);
                to = middle;
            } else {
                proof.push(self.range(from, middle)?);
                from = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// The hashes that prove that this log begins with the first `older` entries.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn consistency(&mut self, older: u64) -> Result<Vec<Digest>, ReadError> {
        let newer = self.head.size;
        if older > newer {
            return Err(ProofError::RolledBack { older, newer }.into());
        }
        let mut proof = Vec::new();
        if older == 0 {
            return Ok(proof);
        }
        let (mut from, mut to, mut known) = (0, newer, true);
        while older < to {
            let middle = from + split(to - from);
            if older <= middle {
                proof.push(self.range(middle, to)?);
                to = middle;
            } else {
                proof.push(self.range(from, middle)?);
                from = middle;
                known = false;
            }
        }
        if !known {
            proof.push(self.range(from, to)?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// Size and root when the log had `size` entries.
    ///
    /// # Errors
    /// Any [`ReadError`].
    pub fn head_at(&mut self, size: u64) -> Result<TreeHead, ReadError> {
        if size > self.head.size {
            return Err(ProofError::RolledBack { older: size, newer: self.head.size }.into());
        }
        let root = if size == 0 { Tree::default().root() } else { self.range(0, size)? };
        Ok(TreeHead { size, root })
    }

    /// The root over the entries `from..to`, where `from` is a multiple of the next power of two of the length.
    fn range(&mut self, from: u64, to: u64) -> Result<Digest, ReadError> {
        let length = to - from;
        if length.is_power_of_two() {
            let height = length.trailing_zeros();
            return self.node(height, from.checked_shr(height).unwrap_or(0));
        }
        let middle = from + split(length);
        Ok(node_hash(&self.range(from, middle)?, &self.range(middle, to)?))
    }
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}
