//! How far the ledger has been, outside the database.
//!
//! SQLite drops everything from the first damaged frame of its write-ahead log on, silently, and an
//! older copy of the database is consistent in itself: both look like a smaller, honest ledger. This
//! file is written after each commit, without fsync: it is never ahead of what was durable, and after a
//! loss of power it may be behind. A database smaller than it has lost entries, and is refused.
//!
//! Trusted to: catch accidents, on this machine. Whoever can replace the database can replace this
//! file too; against them there are the witnesses.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use ids::Digest;

use crate::durable;

/// `size` in 20 digits, a blank, the root, a newline: always the same length, written in place.
const LENGTH: usize = 20 + 1 + 64 + 1;

/// The file, open for writing.
#[derive(Debug)]
pub(crate) struct HighWater {
    file: File,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) size: u64,
    pub(crate) root: Digest,
}

impl HighWater {
    /// Makes the mark of a new ledger, with its block allocated.
    pub(crate) fn create(dir: &Path, size: u64, root: &Digest) -> io::Result<()> {
        let aside = dir.join("high-water.new");
        let line = line(size, root);
        durable::write(durable::PREPARED, &path(dir), &aside, &line)
    }

    /// Opens it; the mark is `None` if the file is missing or says nothing readable.
    pub(crate) fn open(dir: &Path) -> io::Result<(Self, Option<Mark>)> {
        let file = durable::private()
            .read(true)
            .create(true)
            .truncate(false)
            .open(path(dir))?;
        let mut bytes = [0; LENGTH];
        let mark = match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => parse(&bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        Ok((Self { file }, mark))
    }

    pub(crate) fn raise(&self, size: u64, root: &Digest) -> io::Result<()> {
        self.file.write_all_at(&line(size, root), 0)
    }
}

/// Where it stands.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join("high-water")
}

fn line(size: u64, root: &Digest) -> Vec<u8> {
    format!("{size:020} {root}\n").into_bytes()
}

fn parse(bytes: &[u8]) -> Option<Mark> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (size, root) = text.split_once(' ')?;
    Some(Mark {
        size: size.parse().ok()?,
        root: root.parse().ok()?,
    })
}
