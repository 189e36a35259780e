//! A tree as files of up to 256 hashes or entries each (C2SP tlog-tiles).

use std::fmt;
use std::str::FromStr;

use ids::Digest;

use crate::hash::to_u64;
use crate::tree::Tree;

/// Hashes, or entries, in a full tile.
pub const WIDTH: u16 = 256;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The hashes of this level, where each spans 256 of the level below; level 0 is the leaves.
    Hashes(u8),
    /// The entries themselves: an "entry bundle".
    Entries,
}

/// The name of one tile: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: Kind,
    /// Which one of its level, from 0.
    pub index: u64,
    /// How many it holds, 1 to [`WIDTH`].
    pub width: u16,
}

impl Tile {
    /// The index, in its level, of the first hash or entry it holds.
    pub fn start(&self) -> u64 {
        self.index.saturating_mul(u64::from(WIDTH))
    }
}

/// The tiles of one kind that a tree of `size` has, in their order.
pub fn tiles(kind: Kind, size: u64) -> impl Iterator<Item = Tile> {
    let level = match kind {
        Kind::Hashes(level) => u32::from(level),
        Kind::Entries => 0,
    };
    let count = size.checked_shr(8 * level).unwrap_or(0);
    let full = count / u64::from(WIDTH);
    let rest = u16::try_from(count % u64::from(WIDTH)).unwrap_or(0);
    let partial = (rest > 0).then_some(Tile {
        kind,
        index: full,
        width: rest,
    });
    let tile = move |index| Tile {
        kind,
        index,
        width: WIDTH,
    };
    (0..full).map(tile).chain(partial)
}

/// Every tile of hashes that a tree of `size` has, level by level from the leaves.
pub fn hash_tiles(size: u64) -> impl Iterator<Item = Tile> {
    (0..8).flat_map(move |level| tiles(Kind::Hashes(level), size))
}

/// The hashes of a tile, out of a tree that has them all.
pub fn hashes(tree: &Tree, level: u8, tile: &Tile) -> Option<Vec<Digest>> {
    let indices = tile.start()..tile.start() + u64::from(tile.width);
    indices
        .map(|index| tree.subtree(level.checked_mul(8)?, index))
        .collect()
}

/// The bytes of a tile of hashes.
pub fn encode_hashes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Why a bundle's bytes are not what its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It ends inside an entry.
    #[error("it ends inside entry {at} of the bundle")]
    Short {
        /// Which entry of the bundle, from 0.
        at: u64,
    },
    /// Bytes follow the last entry.
    #[error("{left} bytes follow its last entry")]
    Long {
        /// How many.
        left: usize,
    },
}

/// An entry is longer than the 65,535 bytes that a bundle can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {length} bytes does not fit an entry bundle")]
pub struct EntryTooLong {
    /// Its length in bytes.
    pub length: usize,
}

/// Adds one entry to a bundle: its length in 16 bits, big-endian, and its bytes.
///
/// # Errors
/// If it is longer than 65,535 bytes.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong {
        length: entry.len(),
    })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle that should hold `width` of them.
///
/// # Errors
/// If the bytes do not hold exactly that many.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    for at in 0..u64::from(width) {
        let short = BundleError::Short { at };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(short)?;
        entries.push(entry);
        rest = after;
    }
    match rest.len() {
        0 => Ok(entries),
        left => Err(BundleError::Long { left }),
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut left = self.index / 1000;
        while left > 0 {
            groups.push(left % 1000);
            left /= 1000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            match place {
                0 => write!(f, "{group:03}")?,
                _ => write!(f, "x{group:03}/")?,
            }
        }
        match self.width {
            WIDTH => Ok(()),
            width => write!(f, ".p/{width}"),
        }
    }
}

/// Text that is not the path of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the path of a tile")]
pub struct NotATile(String);

impl FromStr for Tile {
    type Err = NotATile;

    fn from_str(path: &str) -> Result<Self, NotATile> {
        let wrong = || NotATile(path.chars().take(64).collect());
        let tile = parse(path).ok_or_else(wrong)?;
        // Leading zeroes and the like have another spelling, which is the only one.
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(wrong())
        }
    }
}

fn parse(path: &str) -> Option<Tile> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match level {
        "entries" => Kind::Entries,
        _ => Kind::Hashes(level.parse().ok().filter(|level| *level < 64)?),
    };
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok()?),
        None => (rest, WIDTH),
    };
    if !(1..=WIDTH).contains(&width) {
        return None;
    }
    let mut index: u64 = 0;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let group = digits.parse::<u64>().ok().filter(|_| digits.len() == 3)?;
        index = index.checked_mul(1000)?.checked_add(group)?;
    }
    index.checked_mul(u64::from(WIDTH))?;
    Some(Tile { kind, index, width })
}

/// Writes a whole ledger's tiles into memory: small ledgers and tests. Large ones:
/// [`crate::export::write`].
///
/// # Errors
/// If an entry does not fit a bundle.
pub fn export(entries: &[impl AsRef<[u8]>]) -> Result<Vec<(String, Vec<u8>)>, EntryTooLong> {
    let hashed = entries
        .iter()
        .map(|entry| crate::tree::leaf_hash(entry.as_ref()));
    let tree = Tree::from_leaves(hashed);
    let mut files = Vec::new();
    let bundles = entries.chunks(usize::from(WIDTH));
    for (tile, chunk) in tiles(Kind::Entries, to_u64(entries.len())).zip(bundles) {
        let mut bundle = Vec::new();
        for entry in chunk {
            push_entry(&mut bundle, entry.as_ref())?;
        }
        files.push((tile.to_string(), bundle));
    }
    for tile in hash_tiles(tree.size()) {
        if let Kind::Hashes(level) = tile.kind {
            let hashes = hashes(&tree, level, &tile).unwrap_or_default();
            files.push((tile.to_string(), encode_hashes(&hashes)));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
