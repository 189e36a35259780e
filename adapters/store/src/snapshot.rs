//! The snapshot of a site's folded state: a file that saves the next start most of its work.
//!
//! ```text
//! length of the head (8 bytes, little endian) │ the signed head │ leaves │ the caller's parts
//! ```
//!
//! Trusted to: nothing. Its head must be signed by the site, of this build, and its tree must be the
//! ledger's; otherwise it is left aside and the whole ledger is read, as if it were not there. What it
//! holds beside the leaves is the engine's affair.
//!
//! Written aside, synced, renamed, the directory synced: a crash leaves the one before it, or none.

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use faults::Point;
use ids::{Digest, SiteId};
use ledger::resume::Head;
use ledger::snapshot::{self, Part, Snapshot as SignedHead, SnapshotError};
use ledger::tree::Tree;
use ledger::{SignedNote, Verifier};

use crate::blobs::sha256;
use crate::{Store, durable};

/// The part that is the store's own: the leaf hashes, 32 bytes each.
const LEAVES: &str = "leaves";
const LEAF: usize = 32;

/// A signed head has a few hundred bytes; what is longer was not made by us (lesson L24).
const LONGEST_HEAD: usize = 8 * 1024;

/// Why a snapshot is left aside. Never a reason not to start.
#[derive(Debug, thiserror::Error)]
pub enum NoSnapshot {
    /// There is none.
    #[error("there is none")]
    Absent,
    /// The file system refuses it.
    #[error("it cannot be read: {0}")]
    Disk(#[from] io::Error),
    /// It is not whole, or a part of it is not what was signed.
    #[error("it is torn or altered: {0}")]
    Torn(&'static str),
    /// Its head is not one that this site signed.
    #[error("its head does not count: {0}")]
    Head(#[from] SnapshotError),
    /// It is of another site.
    #[error("it is of the site {0}")]
    OtherSite(SiteId),
    /// Another build wrote it: what that one folded need not be what this one folds.
    #[error("the build {0} wrote it")]
    OtherBuild(String),
    /// What it says it is the fold of is not a beginning of this ledger.
    #[error(
        "it is of a ledger of {size} entries with the root {root}, which this one does not continue"
    )]
    OtherLedger {
        /// Its size.
        size: u64,
        /// Its root.
        root: Digest,
    },
}

/// A snapshot whose head this site signed. Its parts are checked when they are asked for.
pub struct Snapshot {
    at: Head,
    bytes: Vec<u8>,
    parts: Vec<(Part, Range<usize>)>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({:?}, {} bytes)", self.at, self.bytes.len())
    }
}

impl Snapshot {
    /// Reads the snapshot in a site's directory, if there is one that `site_key` signed for this site
    /// and this build.
    ///
    /// # Errors
    /// Why there is none to go by.
    pub fn read(
        dir: &Path,
        site: &SiteId,
        build: &str,
        site_key: &Verifier,
    ) -> Result<Self, NoSnapshot> {
        let bytes = std::fs::read(path(dir)).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                NoSnapshot::Absent
            } else {
                NoSnapshot::Disk(error)
            }
        })?;
        let (head, body) = head(&bytes, site_key)?;
        if head.site != *site {
            return Err(NoSnapshot::OtherSite(head.site));
        }
        if head.build != build {
            return Err(NoSnapshot::OtherBuild(head.build));
        }
        let parts = places(head.parts, body, bytes.len())?;
        Ok(Self {
            at: head.at,
            bytes,
            parts,
        })
    }

    /// Of how many entries it is the fold.
    pub fn size(&self) -> u64 {
        self.at.size
    }

    /// The root over them.
    pub fn root(&self) -> Digest {
        self.at.root
    }

    /// The tree over its leaves, which has the root that was signed.
    ///
    /// # Errors
    /// If the leaves are not what was signed.
    pub fn tree(&self) -> Result<Tree, NoSnapshot> {
        let bytes = self.part(LEAVES)?;
        let (leaves, rest) = bytes.as_chunks::<LEAF>();
        let tree = Tree::from_leaves(leaves.iter().map(|leaf| Digest(*leaf)));
        if rest.is_empty() && tree.size() == self.at.size && tree.root() == self.at.root {
            Ok(tree)
        } else {
            Err(NoSnapshot::Torn("the leaves are not the signed root's"))
        }
    }

    /// The bytes of one part, which are those that were signed.
    ///
    /// # Errors
    /// If there is no such part, or it is not what was signed.
    pub fn part(&self, name: &str) -> Result<&[u8], NoSnapshot> {
        let found = self.parts.iter().find(|(part, _)| part.name == name);
        let (part, place) = found.ok_or(NoSnapshot::Torn("a part is missing"))?;
        let bytes = self.bytes.get(place.clone()).unwrap_or_default();
        if sha256(bytes) == part.sha256 {
            Ok(bytes)
        } else {
            Err(NoSnapshot::Torn("a part is not what was signed"))
        }
    }
}

/// The signed head, and where the parts begin.
fn head(bytes: &[u8], site_key: &Verifier) -> Result<(SignedHead, usize), NoSnapshot> {
    let torn = NoSnapshot::Torn("it ends within its head");
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(torn);
    };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > LONGEST_HEAD {
        return Err(NoSnapshot::Torn("its head is too long"));
    }
    let Some(note) = rest.get(..length) else {
        return Err(torn);
    };
    let note = SignedNote::decode(note).map_err(SnapshotError::from)?;
    Ok((snapshot::open(&note, site_key)?, 8 + length))
}

/// Where each part stands; all of them together fill the file.
fn places(
    parts: Vec<Part>,
    from: usize,
    until: usize,
) -> Result<Vec<(Part, Range<usize>)>, NoSnapshot> {
    let mut at = from;
    let mut places = Vec::with_capacity(parts.len());
    for part in parts {
        let end = usize::try_from(part.length)
            .ok()
            .and_then(|length| at.checked_add(length))
            .filter(|end| *end <= until)
            .ok_or(NoSnapshot::Torn("a part is cut off"))?;
        places.push((part, at..end));
        at = end;
    }
    if at == until {
        Ok(places)
    } else {
        Err(NoSnapshot::Torn("something follows the last part"))
    }
}

impl Store {
    /// Writes the snapshot of the state that is the fold of the first `size` entries: the caller's
    /// parts, and the leaves of these entries. `sign` signs the head (the whole signed note). The one
    /// before it is replaced when this one is on the disk.
    ///
    /// # Errors
    /// If the ledger never had this size, or the disk refuses: the one before it stands then.
    pub fn write_snapshot(
        &self,
        size: u64,
        build: &str,
        parts: &[(&str, &[u8])],
        sign: impl FnOnce(&SignedHead) -> String,
    ) -> io::Result<()> {
        let (root, leaves) = self.leaves_until(size)?;
        let mut all = vec![(LEAVES, leaves.as_slice())];
        all.extend_from_slice(parts);
        let named = |(name, bytes): &(&str, &[u8])| Part {
            name: (*name).to_owned(),
            length: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: sha256(bytes),
        };
        let head = SignedHead {
            site: self.site().clone(),
            at: Head { size, root },
            build: build.to_owned(),
            parts: all.iter().map(named).collect(),
        };
        let note = sign(&head);
        let length = u64::try_from(note.len()).unwrap_or(u64::MAX).to_le_bytes();
        let mut pieces: Vec<&[u8]> = vec![&length, note.as_bytes()];
        pieces.extend(all.iter().map(|(_, bytes)| *bytes));
        replace(self.dir(), &pieces)
    }

    fn leaves_until(&self, size: u64) -> io::Result<(Digest, Vec<u8>)> {
        let published = self.shared.read();
        let root = published.tree.root_at(size).map_err(io::Error::other)?;
        let leaves = (0..size).filter_map(|index| published.tree.leaf(index));
        let bytes = leaves.flat_map(|leaf| leaf.0).collect();
        Ok((root, bytes))
    }

    /// Takes the snapshot away: the next start reads the whole ledger before it admits anybody.
    ///
    /// # Errors
    /// If the directory cannot be changed.
    pub fn drop_snapshot(&self) -> io::Result<()> {
        remove(self.dir())
    }
}

/// Takes away the snapshot in a site's directory.
pub(crate) fn remove(dir: &Path) -> io::Result<()> {
    durable::remove(&path(dir))
}

fn replace(dir: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let aside = dir.join("snapshot.new");
    let written = write_aside(&aside, pieces).and_then(|()| {
        durable::step(Point::SnapshotNamed, dir, || {
            std::fs::rename(&aside, path(dir))
        })
    });
    if written.is_err() {
        // On a full disk the half-written file is what fills it.
        let _ = std::fs::remove_file(&aside);
    }
    written?;
    durable::step(Point::SnapshotFolder, dir, || durable::sync_dir(dir))
}

fn write_aside(aside: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let mut file = durable::private().create(true).truncate(true).open(aside)?;
    durable::step(Point::SnapshotWritten, aside, || {
        pieces.iter().try_for_each(|piece| file.write_all(piece))?;
        file.sync_all()
    })
}

fn path(dir: &Path) -> PathBuf {
    dir.join("snapshot")
}
