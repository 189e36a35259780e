//! How long records are kept, and what is entered of those that go.

use std::io;
use std::path::Path;
use std::time::Duration;

use ids::{Digest, Timestamp};

use super::file::{Name, names, scan};

/// How much is kept. Whatever bound is met first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Whole days, beside today.
    pub days: u32,
    /// Bytes of all files together.
    pub bytes: u64,
}

/// A file that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its name.
    pub name: String,
    /// How many records it held.
    pub entries: u64,
    /// Its size, in bytes.
    pub bytes: u64,
    /// The head of its last record.
    pub head: Digest,
}

const BEGINNING: &str = "deleted: ";

impl Deleted {
    /// What is entered before it goes.
    pub(super) fn note(&self) -> String {
        let Self {
            name,
            entries,
            bytes,
            head,
        } = self;
        format!("{BEGINNING}{name} records={entries} bytes={bytes} head={head}")
    }

    /// The name and the head that a note tells of.
    pub(super) fn read(note: &str) -> Option<(&str, Digest)> {
        let said = note.strip_prefix(BEGINNING)?;
        let (name, _) = said.split_once(' ')?;
        Some((name, said.rsplit_once(" head=")?.1.parse().ok()?))
    }
}

/// What goes by `retention`, oldest first; never `current`.
pub(super) fn due(
    folder: &Path,
    current: Name,
    retention: Retention,
    now: Timestamp,
) -> io::Result<Vec<Deleted>> {
    let oldest = now.minus(Duration::from_secs(86_400).saturating_mul(retention.days));
    let oldest = Name::first(oldest).day;
    let mut sized = Vec::new();
    for name in names(folder)? {
        let size = std::fs::metadata(folder.join(name.to_string()))?.len();
        sized.push((name, size));
    }
    let mut all: u64 = sized.iter().map(|(_, size)| size).sum();
    let mut due = Vec::new();
    for (name, size) in sized {
        if name == current || (name.day >= oldest && all <= retention.bytes) {
            break;
        }
        all = all.saturating_sub(size);
        let reading = scan(&folder.join(name.to_string()), |_, _| {})?;
        due.push(Deleted {
            name: name.to_string(),
            entries: reading.entries,
            bytes: size,
            head: reading.head,
        });
    }
    Ok(due)
}
