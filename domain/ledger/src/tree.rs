//! The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1) over SHA-256, with its proofs.
//!
//! Leaves and nodes are hashed under different prefixes, so that no leaf can pass for a node.

use ids::Digest;

use crate::hash::{prefixed, sha256, to_u64, to_usize};

/// The longest proof that a tree of 2^64 leaves can need; longer ones are refused unread.
pub const MAX_PROOF: usize = 64;

/// The hash of one entry: SHA-256 of `00 || entry`.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    prefixed(0x00, entry)
}

/// The hash over two subtrees: SHA-256 of `01 || left || right`.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut buffer = [0x01; 65];
    let (_, hashes) = buffer.split_at_mut(1);
    let (first, second) = hashes.split_at_mut(32);
    first.copy_from_slice(left.as_bytes());
    second.copy_from_slice(right.as_bytes());
    sha256(&buffer)
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    sha256(b"")
}

/// Why a proof cannot be made, or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such entry in a tree of this size.
    #[error("there is no entry {index} in a tree of {size}")]
    NoSuchEntry {
        /// The entry asked for, from 0.
        index: u64,
        /// The size of the tree, in entries.
        size: u64,
    },
    /// The tree has never had this size.
    #[error("the tree has {held} entries, not {size}")]
    NoSuchSize {
        /// The size asked for.
        size: u64,
        /// The size that there is.
        held: u64,
    },
    /// A tree cannot grow backwards.
    #[error("a tree of {new} entries cannot continue one of {old}")]
    Backwards {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The number of hashes is not the one that these sizes need.
    #[error("the proof has {found} hashes, which does not fit the sizes")]
    WrongLength {
        /// How many came.
        found: usize,
    },
    /// The proof has the right form and leads elsewhere.
    #[error("the proof leads to {computed}, not to {expected}")]
    WrongRoot {
        /// The root that the proof leads to.
        computed: Digest,
        /// The root that was claimed.
        expected: Digest,
    },
}

/// All hashes of a tree, in memory: 64 bytes an entry. Level 0 holds the leaves; level `n` the
/// roots of complete subtrees of 2^n leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree over these leaf hashes.
    pub fn from_leaves(leaves: impl IntoIterator<Item = Digest>) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }

    /// Adds one leaf hash at the end.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(level) else {
                return;
            };
            row.push(hash);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => return,
            }
        }
    }

    /// Forgets every leaf from `size` on. Larger sizes change nothing.
    pub fn truncate(&mut self, size: u64) {
        let mut keep = to_usize(size);
        for row in &mut self.levels {
            row.truncate(keep);
            keep >>= 1;
        }
        self.levels.retain(|row| !row.is_empty());
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        to_u64(self.levels.first().map_or(0, Vec::len))
    }

    /// The hash of the leaf at `index`.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.subtree(0, index)
    }

    /// The root of the `index`-th complete subtree of 2^`level` leaves, if it is complete.
    pub fn subtree(&self, level: u8, index: u64) -> Option<Digest> {
        let row = self.levels.get(usize::from(level))?;
        row.get(usize::try_from(index).ok()?).copied()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Digest {
        self.range_root(0, self.size())
    }

    /// The root when the tree had `size` leaves.
    ///
    /// # Errors
    /// [`ProofError::NoSuchSize`] if it has fewer.
    pub fn root_at(&self, size: u64) -> Result<Digest, ProofError> {
        self.holds(size)?;
        Ok(self.range_root(0, size))
    }

    /// The path from leaf `index` to the root of the first `size` leaves (RFC 6962 §2.1.1).
    ///
    /// # Errors
    /// If the tree has no such size, or that size no such leaf.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Digest>, ProofError> {
        self.holds(size)?;
        if index >= size {
            return Err(ProofError::NoSuchEntry { index, size });
        }
        let mut proof = Vec::with_capacity(MAX_PROOF);
        let (mut low, mut high) = (0, size);
        while high - low > 1 {
            let middle = low + split(high - low);
            if index < middle {
                proof.push(self.range_root(middle, high));
                high = middle;
            } else {
                proof.push(self.range_root(low, middle));
                low = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// What shows that the first `new` leaves begin with the first `old` (RFC 6962 §2.1.2). Empty
    /// if `old` is 0 or equals `new`.
    ///
    /// # Errors
    /// If the tree has no such sizes, or `old` is the larger.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Digest>, ProofError> {
        self.holds(new)?;
        if old > new {
            return Err(ProofError::Backwards { old, new });
        }
        if old == 0 || old == new {
            return Ok(Vec::new());
        }
        let mut proof = Vec::with_capacity(MAX_PROOF);
        let (mut low, mut high) = (0, new);
        while high != old {
            let middle = low + split(high - low);
            if old <= middle {
                proof.push(self.range_root(middle, high));
                high = middle;
            } else {
                proof.push(self.range_root(low, middle));
                low = middle;
            }
        }
        // Whoever holds the old root needs no copy of it when it is a whole subtree from the left.
        if low > 0 {
            proof.push(self.range_root(low, high));
        }
        proof.reverse();
        Ok(proof)
    }

    fn holds(&self, size: u64) -> Result<(), ProofError> {
        let held = self.size();
        if size > held {
            return Err(ProofError::NoSuchSize { size, held });
        }
        Ok(())
    }

    /// The root over leaves `low..high`, where `low` is a multiple of the power of two that holds
    /// the range: every range that the RFC's recursion reaches is.
    fn range_root(&self, low: u64, high: u64) -> Digest {
        let mut start = high;
        let mut root: Option<Digest> = None;
        for level in 0..64u8 {
            let width = 1u64 << level;
            if (high - low) & width == 0 {
                continue;
            }
            start -= width;
            let Some(left) = self.subtree(level, start >> level) else {
                continue;
            };
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
        root.unwrap_or_else(empty_root)
    }
}

impl Extend<Digest> for Tree {
    fn extend<I: IntoIterator<Item = Digest>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// Checks that `leaf` stands at `index` under the `root` of a tree of `size` (RFC 9162 §2.1.3.2).
///
/// # Errors
/// Says what does not fit.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            // A right edge without a sibling rises unhashed.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(hash, root)
}

/// Checks that the tree (`new_size`, `new_root`) begins with the tree (`old_size`, `old_root`)
/// (RFC 9162 §2.1.4.2). Every tree begins with the empty one.
///
/// # Errors
/// [`ProofError::WrongRoot`] if the proof has the form that the sizes need and does not connect the
/// roots; otherwise says what does not fit.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    if old_size > new_size {
        return Err(ProofError::Backwards {
            old: old_size,
            new: new_size,
        });
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(wrong_length);
        }
        if old_size == 0 {
            same_root(empty_root(), old_root)?;
        }
        return if old_size == new_size {
            same_root(*old_root, new_root)
        } else {
            Ok(())
        };
    }
    let (seed, path) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(wrong_length)?
    };
    let skip = (old_size - 1).trailing_ones();
    let (mut at, mut last) = (
        (old_size - 1).checked_shr(skip).unwrap_or(0),
        (new_size - 1).checked_shr(skip).unwrap_or(0),
    );
    let (mut old, mut new) = (*seed, *seed);
    for sibling in path {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(old, old_root)?;
    same_root(new, new_root)
}

fn same_root(computed: Digest, expected: &Digest) -> Result<(), ProofError> {
    if computed == *expected {
        Ok(())
    } else {
        Err(ProofError::WrongRoot {
            computed,
            expected: *expected,
        })
    }
}

#[cfg(test)]
mod tests;
