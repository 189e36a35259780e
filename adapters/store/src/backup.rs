//! A site's bytes as of one moment, for a backup, and how they are put into an empty directory.
//!
//! Another process than the gateway reads here, while that one writes. What is read of the database is one
//! transaction's view of it ([`View`]). The journal is copied before that view is taken, and segments
//! after it: whatever is in the copy, the ledger of the copy knows; and a frame that has left the journal is
//! in a segment.
//!
//! Trusted to: nothing of what is there. The entries are held against the checkpoint that the site signed,
//! and nothing is copied if they do not fit.

mod rebuild;
mod rows;

use std::io;
use std::path::{Path, PathBuf};

use ids::{Digest, SessionId, SiteId};
use ledger::tree::{Tree, leaf_hash};
use ledger::{Checkpoint, SignedNote, Verifier, canonical, checkpoint};
use rusqlite::{Connection, OptionalExtension};

use crate::journal::recording_folder;
use crate::number::{digest, from_sql};
use crate::{schema, store};

pub use rebuild::{Rebuild, RebuildError};
pub use rows::{Cell, RowsError, read_rows};

/// Tables that a backup leaves out. `site` is made by whoever puts it back. A sign-in that was ended after
/// the backup must not be good again: everybody signs in anew.
const LEFT_OUT: [&str; 2] = ["site", "sign_ins"];

/// Why the database could not be read for a backup.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// No site is here.
    #[error("{} holds no site: check the path", .0.display())]
    NoSite(PathBuf),
    /// Not a database of this release.
    #[error("{} is not a site that this release knows: use the release that runs its gateway", .0.display())]
    OtherFormat(PathBuf),
    /// SQLite refused.
    #[error("the database cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// What is there is not what the site signed.
    #[error(
        "the ledger does not verify: {0}. Nothing was backed up; keep the backups that you have"
    )]
    NotVerified(String),
    /// What was read could not be handed on.
    #[error(transparent)]
    HandedOn(#[from] io::Error),
}

/// The database as of one moment.
#[derive(Debug)]
pub struct View {
    connection: Connection,
    site: SiteId,
    note: SignedNote,
    checkpoint: Checkpoint,
}

impl View {
    /// Takes the view; `site_key` is what has signed its checkpoint.
    ///
    /// # Errors
    /// See [`ViewError`].
    pub fn take(dir: &Path, site_key: &Verifier) -> Result<Self, ViewError> {
        let path = store::database(dir);
        if !path.exists() {
            return Err(ViewError::NoSite(dir.to_owned()));
        }
        let connection = schema::open_reader(&path)?;
        let pragma = |name: &str| -> rusqlite::Result<i64> {
            connection.pragma_query_value(None, name, |row| row.get(0))
        };
        let ours = pragma("application_id")? == schema::APPLICATION;
        if !ours || pragma("user_version")? != schema::VERSION {
            return Err(ViewError::OtherFormat(path));
        }
        // The view begins with the first look, and stands until the connection is dropped.
        connection.execute_batch("BEGIN DEFERRED")?;
        let site: String = connection.query_row("SELECT id FROM site", [], |row| row.get(0))?;
        let wrong = |cause: &dyn std::fmt::Display| ViewError::NotVerified(cause.to_string());
        let site = site.parse::<SiteId>().map_err(|cause| wrong(&cause))?;
        let note: Option<String> = connection
            .query_row("SELECT note FROM checkpoint", [], |row| row.get(0))
            .optional()?;
        let note = note.ok_or_else(|| wrong(&"it has no checkpoint"))?;
        let note = SignedNote::decode(note.as_bytes()).map_err(|cause| wrong(&cause))?;
        let checkpoint = checkpoint::open(&note, site_key).map_err(|cause| wrong(&cause))?;
        Ok(Self {
            connection,
            site,
            note,
            checkpoint,
        })
    }

    /// Whose it is.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The checkpoint, as the site signed it.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Its content: how far the ledger reaches.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Holds every entry against its leaf hash and all of them against the checkpoint, and shows each.
    ///
    /// # Errors
    /// Names the first entry that is not what was signed.
    pub fn verify(&self, each: &mut dyn FnMut(&[u8])) -> Result<(), ViewError> {
        let mut entries = Entries::new();
        let mut select = self
            .connection
            .prepare("SELECT number, leaf, bytes FROM entries ORDER BY number")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
            entries
                .next(from_sql(row, 0)?, digest(row, 1)?, bytes)
                .map_err(ViewError::NotVerified)?;
            each(bytes);
        }
        entries
            .lead_to(&self.checkpoint)
            .map_err(ViewError::NotVerified)
    }

    /// The tables of a backup, by name.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn tables(&self) -> Result<Vec<String>, ViewError> {
        let mut tables = table_names(&self.connection)?;
        tables.retain(|name| !LEFT_OUT.contains(&name.as_str()));
        Ok(tables)
    }

    /// Writes a table's rows, one after the other.
    ///
    /// # Errors
    /// If the table cannot be read, or `to` does not take it.
    pub fn write_table(&self, table: &str, to: &mut dyn io::Write) -> Result<u64, ViewError> {
        rows::write_table(&self.connection, table, to)
    }
}

/// The tables of a database of ours.
fn table_names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Entries in their order, on the way to a checkpoint.
#[derive(Debug, Default)]
pub struct Entries {
    tree: Tree,
}

impl Entries {
    /// None yet.
    pub fn new() -> Self {
        Self { tree: Tree::new() }
    }

    /// The next entry, its number, and the leaf hash that was kept with it.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn next(&mut self, number: u64, leaf: Digest, bytes: &[u8]) -> Result<(), String> {
        let expected = self.tree.size();
        if number != expected {
            return Err(format!("entry {expected} is missing"));
        }
        if leaf_hash(bytes) != leaf {
            return Err(format!("entry {number} was altered"));
        }
        canonical::check(bytes).map_err(|cause| format!("entry {number}: {cause}"))?;
        self.tree.push(leaf);
        Ok(())
    }

    /// Whether they are those of this checkpoint, all of them and no other.
    ///
    /// # Errors
    /// Says what is missing or different.
    pub fn lead_to(&self, checkpoint: &Checkpoint) -> Result<(), String> {
        let (size, root) = (self.tree.size(), self.tree.root());
        if size != checkpoint.size {
            let signed = checkpoint.size;
            return Err(format!("{signed} entries were signed, {size} are there"));
        }
        if root != checkpoint.root {
            return Err(format!(
                "the signed root is {}, it is {root}",
                checkpoint.root
            ));
        }
        Ok(())
    }
}

/// A file that is a part of a site beside its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A file of the journal, by its number.
    Journal(u64),
    /// A segment of a session's recording, by its number.
    Segment(SessionId, u32),
    /// An attachment.
    Blob(Digest),
}

impl Part {
    /// Where it lies in a site's directory.
    pub fn place(&self, dir: &Path) -> PathBuf {
        match self {
            Self::Journal(number) => dir.join("journal").join(format!("{number:012}.sekj")),
            Self::Segment(session, number) => {
                recording_folder(&dir.join("recordings"), session).join(format!("{number:04}.seg"))
            }
            Self::Blob(digest) => {
                let name = digest.to_string();
                let folder = name.get(..2).unwrap_or_default().to_owned();
                dir.join("blobs").join(folder).join(name)
            }
        }
    }
}

/// The files of the journal, oldest first.
///
/// # Errors
/// If the folder cannot be read.
pub fn journal_parts(dir: &Path) -> io::Result<Vec<Part>> {
    let mut numbers: Vec<u64> = names_in(&dir.join("journal"))?
        .iter()
        .filter_map(|name| name.strip_suffix(".sekj")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(Part::Journal).collect())
}

/// The segments of one session's recording, in their order.
///
/// # Errors
/// If the folder cannot be read.
pub fn segment_parts(dir: &Path, session: &SessionId) -> io::Result<Vec<Part>> {
    let folder = recording_folder(&dir.join("recordings"), session);
    let mut numbers: Vec<u32> = names_in(&folder)?
        .iter()
        .filter_map(|name| name.strip_suffix(".seg")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    let part = |number| Part::Segment(session.clone(), number);
    Ok(numbers.into_iter().map(part).collect())
}

/// Every attachment, by its hash.
///
/// # Errors
/// If a folder cannot be read.
pub fn blob_parts(dir: &Path) -> io::Result<Vec<Part>> {
    let blobs = dir.join("blobs");
    let mut digests: Vec<Digest> = Vec::new();
    for folder in names_in(&blobs)?.iter().filter(|name| name.len() == 2) {
        let names = names_in(&blobs.join(folder))?;
        digests.extend(names.iter().filter_map(|name| name.parse::<Digest>().ok()));
    }
    digests.sort_unstable_by_key(|digest| *digest.as_bytes());
    Ok(digests.into_iter().map(Part::Blob).collect())
}

/// The names in a folder; none if it is not there.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(found) => found
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
