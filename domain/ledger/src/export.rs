//! A whole ledger as a folder of files, and its verification without database or network.
//!
//! ```text
//! checkpoint              signed note, with the cosignatures
//! site.vkey               the key of the site, one line
//! witnesses.vkey          the keys of those who cosigned, one a line; may be empty
//! tile/<L>/<N>[.p/<W>]    hashes (C2SP tlog-tiles)
//! tile/entries/…          the entries
//! ```
//!
//! The folder itself is not touched here: a closure reads a path, another writes one. A file that
//! no checkpoint of this size has is not read, so it proves nothing and breaks nothing; the caller
//! can compare its folder with [`paths`].

use ids::Digest;

use crate::canonical;
use crate::checkpoint::Checkpoint;
use crate::note::{SignedNote, Verifier};
use crate::tile::{self, BundleError, EntryTooLong, Kind, Tile};
use crate::tree::{Tree, leaf_hash};
use crate::trust::{
    Broken, Cosigned, Fault, Place, Trust, VouchedCheckpoint, note_broken, open_checkpoint,
};

/// The file of the signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The file of the site's key.
pub const SITE_KEY: &str = "site.vkey";
/// The file of the witnesses' keys.
pub const WITNESS_KEYS: &str = "witnesses.vkey";

/// Why an export was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError<E> {
    /// A file could not be written.
    #[error("{path} could not be written: {why}")]
    Put {
        /// Which.
        path: String,
        /// Why.
        why: E,
    },
    /// An entry does not fit a bundle.
    #[error(transparent)]
    Entry(#[from] EntryTooLong),
    /// The checkpoint is of another ledger, or the entries are not those that it signs.
    #[error("the checkpoint signs {signed}, and the entries lead to {found}")]
    NotWhatWasSigned {
        /// Size and root that are signed.
        signed: String,
        /// Size and root of the entries.
        found: String,
    },
}

/// Every path of an export of a ledger with `size` entries.
pub fn paths(size: u64) -> impl Iterator<Item = String> {
    let named = [CHECKPOINT, SITE_KEY, WITNESS_KEYS];
    let tiles = tile::tiles(Kind::Entries, size).chain(tile::hash_tiles(size));
    let tiles = tiles.map(|tile| tile.to_string());
    named.into_iter().map(str::to_owned).chain(tiles)
}

/// Writes an export, one file after the other; the checkpoint last, so that a folder with one is
/// whole. `checkpoint` is the content of `note`, `entries` are all of them from the first, and
/// `witnesses` are the keys of everybody who has cosigned.
///
/// # Errors
/// If a file cannot be written or the entries are not what the checkpoint signs.
pub fn write<E>(
    note: &SignedNote,
    checkpoint: &Checkpoint,
    site: &Verifier,
    witnesses: &[Verifier],
    entries: impl IntoIterator<Item = impl AsRef<[u8]>>,
    mut put: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<(), ExportError<E>> {
    let mut put = |path: String, bytes: &[u8]| {
        put(&path, bytes).map_err(|why| ExportError::Put { path, why })
    };
    let mut entries = entries.into_iter();
    let mut tree = Tree::new();
    for tile in tile::tiles(Kind::Entries, checkpoint.size) {
        let mut bundle = Vec::new();
        for entry in entries.by_ref().take(usize::from(tile.width)) {
            tile::push_entry(&mut bundle, entry.as_ref())?;
            tree.push(leaf_hash(entry.as_ref()));
        }
        put(tile.to_string(), &bundle)?;
    }
    if (tree.size(), tree.root()) != (checkpoint.size, checkpoint.root) {
        return Err(ExportError::NotWhatWasSigned {
            signed: format!("{} entries, {}", checkpoint.size, checkpoint.root),
            found: format!("{} entries, {}", tree.size(), tree.root()),
        });
    }
    for tile in tile::hash_tiles(tree.size()) {
        let hashes = hashes_of(&tree, &tile);
        put(tile.to_string(), &tile::encode_hashes(&hashes))?;
    }
    let keys: String = witnesses.iter().map(|key| format!("{key}\n")).collect();
    put(SITE_KEY.to_owned(), format!("{site}\n").as_bytes())?;
    put(WITNESS_KEYS.to_owned(), keys.as_bytes())?;
    put(CHECKPOINT.to_owned(), note.to_string().as_bytes())
}

/// An export that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Which ledger, how many entries, under which root.
    pub checkpoint: Checkpoint,
    /// The trusted witnesses that have seen it, and when.
    pub cosigned: Vec<Cosigned>,
    /// Witnesses whose signatures hold and whom the reader does not know.
    pub strangers: Vec<String>,
}

impl Verified {
    /// Whether nobody outside the site vouches for it.
    pub fn site_only(&self) -> bool {
        self.cosigned.is_empty()
    }
}

/// Verifies an export: every signature, entry and tile. `read` returns the bytes of a path.
///
/// # Errors
/// Names the first place that is broken.
pub fn verify(
    read: impl FnMut(&str) -> Option<Vec<u8>>,
    trust: &Trust,
) -> Result<Verified, Broken> {
    verify_each(read, trust, |_, _| ())
}

/// As [`verify`], and shows each entry with its number. What was shown counts only once this
/// returns well.
///
/// # Errors
/// As [`verify`].
pub fn verify_each(
    mut read: impl FnMut(&str) -> Option<Vec<u8>>,
    trust: &Trust,
    on_entry: impl FnMut(u64, &[u8]),
) -> Result<Verified, Broken> {
    let vouched = read_checkpoint(&mut read, trust)?;
    let mut walk = Walk {
        read,
        on_entry,
        tree: Tree::new(),
        first_difference: None,
    };
    walk.entries(vouched.checkpoint.size)?;
    walk.higher_tiles(vouched.checkpoint.size)?;
    walk.judge(&vouched.checkpoint)?;
    Ok(Verified {
        checkpoint: vouched.checkpoint,
        cosigned: vouched.cosigned,
        strangers: vouched.strangers,
    })
}

fn read_checkpoint(
    read: &mut impl FnMut(&str) -> Option<Vec<u8>>,
    trust: &Trust,
) -> Result<VouchedCheckpoint, Broken> {
    let site_key = text(read, SITE_KEY)?;
    let at = |file: &str, line| Place::Line {
        file: file.to_owned(),
        line,
    };
    if site_key != format!("{}\n", trust.site) {
        let found = site_key.trim_end();
        return Err(Broken::expected(at(SITE_KEY, 1), &trust.site, found));
    }
    let keys = text(read, WITNESS_KEYS)?;
    let mut witnesses = Vec::new();
    for (index, line) in keys.split_inclusive('\n').enumerate() {
        let place = at(WITNESS_KEYS, index + 1);
        let Some(key) = line.strip_suffix('\n') else {
            return Err(Broken::expected(place, "a newline at its end", line));
        };
        let key = key
            .parse()
            .map_err(|why: crate::note::NotAKey| Broken::at(place, why))?;
        witnesses.push(key);
    }
    let note = bytes(read, CHECKPOINT)?;
    let note = SignedNote::decode(&note).map_err(|error| note_broken(CHECKPOINT, error))?;
    open_checkpoint(CHECKPOINT, &note, trust, &witnesses)
}

fn bytes(read: &mut impl FnMut(&str) -> Option<Vec<u8>>, path: &str) -> Result<Vec<u8>, Broken> {
    read(path).ok_or_else(|| Broken::at(Place::File(path.to_owned()), Fault::Missing))
}

fn text(read: &mut impl FnMut(&str) -> Option<Vec<u8>>, path: &str) -> Result<String, Broken> {
    let place = || Place::File(path.to_owned());
    let found = bytes(read, path)?;
    String::from_utf8(found).map_err(|_| Broken::expected(place(), "UTF-8", "other bytes"))
}

/// One hash that a tile states and the entries do not lead to.
struct Difference {
    tile: Tile,
    /// Which hash of the tile.
    hash: u64,
    stated: Digest,
    computed: Digest,
}

struct Walk<R, F> {
    read: R,
    on_entry: F,
    /// The tree of the entries.
    tree: Tree,
    first_difference: Option<Difference>,
}

impl<R: FnMut(&str) -> Option<Vec<u8>>, F: FnMut(u64, &[u8])> Walk<R, F> {
    /// Reads the entries and the leaf hashes beside them.
    fn entries(&mut self, size: u64) -> Result<(), Broken> {
        for bundle in tile::tiles(Kind::Entries, size) {
            let path = bundle.to_string();
            let bytes = bytes(&mut self.read, &path)?;
            let entries = tile::decode_bundle(&bytes, bundle.width)
                .map_err(|why| bundle_broken(&bundle, why))?;
            for (index, entry) in (bundle.start()..).zip(entries) {
                canonical::check(entry).map_err(|why| {
                    let file = path.clone();
                    Broken::at(Place::Entry { index, file }, why)
                })?;
                self.tree.push(leaf_hash(entry));
                (self.on_entry)(index, entry);
            }
            let leaves = Tile {
                kind: Kind::Hashes(0),
                ..bundle
            };
            self.compare(&leaves)?;
        }
        Ok(())
    }

    fn higher_tiles(&mut self, size: u64) -> Result<(), Broken> {
        let higher = tile::hash_tiles(size).filter(|tile| tile.kind != Kind::Hashes(0));
        for tile in higher {
            self.compare(&tile)?;
        }
        Ok(())
    }

    /// Reads a tile of hashes and notes the first that the entries do not lead to.
    fn compare(&mut self, tile: &Tile) -> Result<(), Broken> {
        let path = tile.to_string();
        let bytes = bytes(&mut self.read, &path)?;
        let wanted = usize::from(tile.width) * 32;
        if bytes.len() != wanted {
            let found = format!("{} bytes", bytes.len());
            let expected = format!("{wanted} bytes");
            return Err(Broken::expected(Place::File(path), expected, &found));
        }
        let stated: Vec<Digest> = bytes
            .as_chunks::<32>()
            .0
            .iter()
            .map(|hash| Digest(*hash))
            .collect();
        if self.first_difference.is_none() {
            let computed = hashes_of(&self.tree, tile);
            let pairs = (0u64..).zip(stated.iter().zip(&computed));
            self.first_difference = pairs
                .into_iter()
                .find(|(_, (stated, computed))| stated != computed)
                .map(|(hash, (stated, computed))| Difference {
                    tile: *tile,
                    hash,
                    stated: *stated,
                    computed: *computed,
                });
        }
        Ok(())
    }

    /// Decides who is wrong: the signed root is the judge between entries and tiles.
    fn judge(self, checkpoint: &Checkpoint) -> Result<(), Broken> {
        let root = self.tree.root();
        let entries_hold = root == checkpoint.root;
        match self.first_difference {
            None if entries_hold => Ok(()),
            None => Err(Broken::at(
                Place::Line {
                    file: CHECKPOINT.to_owned(),
                    line: 3,
                },
                Fault::NotWhatWasSigned {
                    signed: checkpoint.root,
                    found: root,
                },
            )),
            Some(difference) if entries_hold => Err(difference.in_the_tile()),
            Some(difference) => Err(difference.below_the_tile()),
        }
    }
}

impl Difference {
    fn in_the_tile(self) -> Broken {
        let place = Place::Tile {
            path: self.tile.to_string(),
            hash: self.hash,
        };
        let fault = Fault::Hash {
            expected: self.computed,
            found: self.stated,
        };
        Broken::at(place, fault)
    }

    /// The tile may be right: what lies under its hash is not what was signed.
    fn below_the_tile(self) -> Broken {
        let index = self.tile.start() + self.hash;
        let place = match self.tile.kind {
            Kind::Hashes(0) | Kind::Entries => Place::Entry {
                index,
                file: Tile {
                    kind: Kind::Entries,
                    ..self.tile
                }
                .to_string(),
            },
            // The tile below agrees with the entries: both were changed, somewhere in here.
            Kind::Hashes(level) => {
                let below = Tile {
                    kind: Kind::Hashes(level - 1),
                    index,
                    width: tile::WIDTH,
                };
                Place::File(below.to_string())
            }
        };
        let fault = Fault::Hash {
            expected: self.stated,
            found: self.computed,
        };
        Broken::at(place, fault)
    }
}

fn hashes_of(tree: &Tree, tile: &Tile) -> Vec<Digest> {
    match tile.kind {
        Kind::Hashes(level) => tile::hashes(tree, level, tile).unwrap_or_default(),
        Kind::Entries => Vec::new(),
    }
}

fn bundle_broken(bundle: &Tile, why: BundleError) -> Broken {
    let file = bundle.to_string();
    let place = match why {
        BundleError::Short { at } => Place::Entry {
            index: bundle.start() + at,
            file,
        },
        BundleError::Long { .. } => Place::File(file),
    };
    Broken::at(place, why)
}

#[cfg(test)]
mod tests;
