//! What is found at open, and whether it fits together.
//!
//! The ledger cannot be read whole → the gateway does not start, and says how to restore (invariant
//! 12). Each disagreement between the parts — entries, leaf hashes, checkpoint, high-water mark — has
//! its own name, so that the person at the console knows which part to doubt. Nothing is repaired
//! here: which of two disagreeing parts is right is for a person with a backup and the witnesses.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ids::{Digest, SiteId};
use ledger::canonical::{self, NotCanonical};
use ledger::checkpoint::CheckpointError;
use ledger::tree::{Tree, leaf_hash};
use ledger::{Checkpoint, SignedNote, Verifier, checkpoint};
use rusqlite::{Connection, OptionalExtension};

use crate::behind::Behind;
use crate::high_water::{self, HighWater, Mark};
use crate::local::Orphans;
use crate::lock::{NotLocked, SiteLock};
use crate::number::{digest, from_sql, to_sql};
use crate::reader::Published;
use crate::{durable, schema};

const RESTORE: &str = "restore the site from a backup and resume the ledger with the recovery kit";

/// Why a site's directory was not opened. Every one says where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the site open.
    #[error("{} is in use by {by}: stop it first", dir.display())]
    Held {
        /// The directory.
        dir: PathBuf,
        /// What the other process wrote about itself.
        by: String,
    },
    /// No site is here.
    #[error("{} holds no site: check the path, or make one with `sekisho site init`", dir.display())]
    NoSite {
        /// The directory.
        dir: PathBuf,
    },
    /// Other users of this machine could read it.
    #[error("{} is open to other users (mode {mode:o}): chmod go= it, and ask who has read it", path.display())]
    OpenToOthers {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file system refused.
    #[error("{} cannot be used", path.display())]
    Disk {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("{} cannot be read: {cause}; {RESTORE}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        cause: String,
    },
    /// A database, but not of Sekisho.
    #[error("{} is not a site of Sekisho: check the path", path.display())]
    NotASite {
        /// The database file.
        path: PathBuf,
    },
    /// Written by a newer release.
    #[error(
        "the site was written by a newer release (format {found}; this one knows {known}): upgrade sekisho"
    )]
    NewerFormat {
        /// The format found.
        found: i64,
        /// The newest format that this release knows.
        known: i64,
    },
    /// The site key given is of another site.
    #[error("this is the site {site}, the key is {key}: use the key of this site")]
    OtherSite {
        /// Whose directory it is.
        site: String,
        /// The name of the key.
        key: String,
    },
    /// An entry cannot be read from the database.
    #[error("entry {index} cannot be read: {cause}; {RESTORE}")]
    EntryUnreadable {
        /// Its number, from 0.
        index: u64,
        /// What SQLite says.
        cause: String,
    },
    /// An entry is missing between others.
    #[error("entry {index} is missing, entry {next} follows: {RESTORE}")]
    EntryMissing {
        /// The first missing number.
        index: u64,
        /// The next number that is there.
        next: u64,
    },
    /// An entry does not hash to the leaf that was kept with it.
    #[error("entry {index} was altered: it hashes to {found}, {expected} was kept; {RESTORE}")]
    EntryAltered {
        /// Its number.
        index: u64,
        /// The leaf hash that was kept.
        expected: Digest,
        /// What its bytes hash to.
        found: Digest,
    },
    /// An entry is what was kept, and is not canonical.
    #[error("entry {index} is not canonical ({cause}): it was not written by sekisho; {RESTORE}")]
    EntryNotCanonical {
        /// Its number.
        index: u64,
        /// What is wrong with it.
        cause: NotCanonical,
    },
    /// Entries without a checkpoint.
    #[error("there are {entries} entries and no checkpoint: {RESTORE}")]
    NoCheckpoint {
        /// How many entries there are.
        entries: u64,
    },
    /// The checkpoint is not a note that the site signed.
    #[error(
        "the checkpoint is not signed by the site: {cause}; check that the site key is the right one, or {RESTORE}"
    )]
    CheckpointNotSigned {
        /// What is wrong with it.
        cause: CheckpointError,
    },
    /// More entries than the checkpoint covers.
    #[error(
        "entries {signed} to {last} stand beyond the checkpoint: they were not appended by sekisho; {RESTORE}"
    )]
    EntriesBeyondCheckpoint {
        /// The size that is signed.
        signed: u64,
        /// The number of the last entry.
        last: u64,
    },
    /// Fewer entries than the checkpoint covers.
    #[error(
        "the checkpoint covers {signed} entries, {entries} are here: the last ones are lost; {RESTORE}"
    )]
    EntriesLost {
        /// The size that is signed.
        signed: u64,
        /// How many there are.
        entries: u64,
    },
    /// Each entry fits its leaf hash, and all of them do not fit the signed root.
    #[error(
        "the {size} entries have the root {computed}, the checkpoint signs {signed}: entries and their hashes were replaced; {RESTORE}"
    )]
    RootDiffers {
        /// How many entries.
        size: u64,
        /// The root over them.
        computed: Digest,
        /// The root that is signed.
        signed: Digest,
    },
    /// A whole and honest ledger, but a smaller one than it has been.
    #[error(
        "the ledger has {size} entries and has had {had}: the database was rolled back or its log was damaged; {RESTORE}"
    )]
    RolledBack {
        /// How many entries there are.
        size: u64,
        /// How many there have been.
        had: u64,
    },
    /// A whole and honest ledger, but not a continuation of the one that was here.
    #[error(
        "the first {size} entries are not those that were here: the database was replaced; {RESTORE}"
    )]
    Replaced {
        /// The size at which both are known.
        size: u64,
    },
    /// The high-water mark is missing or unreadable.
    #[error("{} is missing or unreadable, so a rolled-back ledger could not be told from a whole one: {RESTORE}", path.display())]
    NoHighWater {
        /// The file.
        path: PathBuf,
    },
    /// The entries are well, and another part of the database is not.
    #[error("the ledger is whole, but the database is damaged: {says}; {RESTORE}")]
    Damaged {
        /// What SQLite says.
        says: String,
    },
}

impl OpenError {
    pub(crate) fn database(path: &Path, error: &rusqlite::Error) -> Self {
        Self::Database {
            path: path.to_owned(),
            cause: error.to_string(),
        }
    }
}

/// What recovery found to be whole.
pub(crate) struct Found {
    pub(crate) published: Published,
    pub(crate) orphans: usize,
    /// What was not read yet.
    pub(crate) behind: Option<Behind>,
}

pub(crate) fn take_lock(dir: &Path) -> Result<SiteLock, OpenError> {
    if !crate::store::database(dir).exists() {
        return Err(OpenError::NoSite {
            dir: dir.to_owned(),
        });
    }
    SiteLock::take(dir).map_err(|error| match error {
        NotLocked::Held(by) => OpenError::Held {
            dir: dir.to_owned(),
            by,
        },
        NotLocked::Unavailable(source) => OpenError::Disk {
            path: dir.join("lock"),
            source,
        },
    })
}

pub(crate) fn refuse_open_doors(dir: &Path, database: &Path) -> Result<(), OpenError> {
    for path in [dir, database] {
        let found = durable::open_to_others(path).map_err(|source| OpenError::Disk {
            path: path.to_owned(),
            source,
        })?;
        if let Some(mode) = found {
            let path = path.to_owned();
            return Err(OpenError::OpenToOthers { path, mode });
        }
    }
    Ok(())
}

/// Opens the database, once it is known to be ours and of a format that we know.
pub(crate) fn open_database(path: &Path) -> Result<Connection, OpenError> {
    let failed = |error: rusqlite::Error| {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
            let path = path.to_owned();
            OpenError::NotASite { path }
        } else {
            OpenError::database(path, &error)
        }
    };
    let connection = schema::open_writer(path).map_err(failed)?;
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id").map_err(failed)? != schema::APPLICATION {
        return Err(OpenError::NotASite {
            path: path.to_owned(),
        });
    }
    let found = pragma("user_version").map_err(failed)?;
    if found > schema::VERSION {
        let known = schema::VERSION;
        return Err(OpenError::NewerFormat { found, known });
    }
    Ok(connection)
}

pub(crate) fn site(connection: &Connection, key: &Verifier) -> Result<SiteId, OpenError> {
    let damaged = |says: String| OpenError::Damaged { says };
    let text: String = connection
        .query_row("SELECT id FROM site", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    let site: SiteId = text
        .parse()
        .map_err(|error: ids::NotAnId| damaged(error.to_string()))?;
    if checkpoint::origin(&site) == key.name() {
        Ok(site)
    } else {
        let key = key.name().to_owned();
        Err(OpenError::OtherSite { site: text, key })
    }
}

pub(crate) fn high_water(dir: &Path) -> Result<(HighWater, Mark), OpenError> {
    let path = high_water::path(dir);
    match HighWater::open(dir) {
        Ok((file, Some(mark))) => Ok((file, mark)),
        Ok((_, None)) => Err(OpenError::NoHighWater { path }),
        Err(source) => Err(OpenError::Disk { path, source }),
    }
}

/// Verifies the whole ledger, and sweeps what belongs to no entry.
pub(crate) fn verify(
    connection: &mut Connection,
    site_key: &Verifier,
    mark: &Mark,
) -> Result<Found, OpenError> {
    let damaged = |error: rusqlite::Error| OpenError::Damaged {
        says: error.to_string(),
    };
    let mut orphans = Orphans::suspected(connection).map_err(damaged)?;
    let tree = read_entries(connection, Tree::new(), &mut |entry| orphans.acquit(entry))?;
    let published = signed_and_marked(connection, tree, site_key, mark)?;
    quick_check(connection)?;
    let orphans = sweep(connection, orphans);
    Ok(Found {
        published,
        orphans,
        behind: None,
    })
}

/// Verifies the entries after those of the tree, and that the site signed the tree of all of them. What
/// the bytes of the entries before are is verified behind the start ([`Behind`]).
pub(crate) fn verify_after(
    connection: &Connection,
    tree: Tree,
    site_key: &Verifier,
    mark: &Mark,
) -> Result<Found, OpenError> {
    let damaged = |error: rusqlite::Error| OpenError::Damaged {
        says: error.to_string(),
    };
    let orphans = Orphans::suspected(connection).map_err(damaged)?;
    let until = tree.size();
    let tree = read_entries(connection, tree, &mut |_| ())?;
    let published = signed_and_marked(connection, tree, site_key, mark)?;
    Ok(Found {
        published,
        orphans: 0,
        behind: Some(Behind { until, orphans }),
    })
}

fn signed_and_marked(
    connection: &Connection,
    tree: Tree,
    site_key: &Verifier,
    mark: &Mark,
) -> Result<Published, OpenError> {
    let note = read_checkpoint(connection)?;
    compare_with_checkpoint(&tree, note.as_deref(), site_key)?;
    compare_with_mark(&tree, mark)?;
    let checkpoint = note.map(Arc::from);
    Ok(Published { tree, checkpoint })
}

/// The ledger is whole: a full disk must not keep the gateway from starting, isolated or not. What
/// cannot be swept now is swept at the next open.
pub(crate) fn sweep(connection: &mut Connection, orphans: Orphans) -> usize {
    let swept = orphans.remove(connection);
    // Whatever was erased shortly before a crash leaves the log with this.
    let emptied = schema::truncate_wal(connection);
    if let Err(error) = swept.as_ref().map(|_| ()).and(emptied.as_ref()) {
        tracing::warn!(%error, "what a crash left could not be swept");
    }
    swept.unwrap_or(0)
}

/// Adds the entries after the tree's to it.
fn read_entries(
    connection: &Connection,
    mut tree: Tree,
    each: &mut dyn FnMut(&[u8]),
) -> Result<Tree, OpenError> {
    let mut index = tree.size();
    let unreadable = |index: u64, error: &rusqlite::Error| {
        let cause = error.to_string();
        OpenError::EntryUnreadable { index, cause }
    };
    let mut select = connection
        .prepare("SELECT number, leaf, bytes FROM entries WHERE number >= ?1 ORDER BY number")
        .map_err(|error| unreadable(index, &error))?;
    let mut rows = select
        .query([to_sql(index)])
        .map_err(|error| unreadable(index, &error))?;
    while let Some(row) = rows.next().map_err(|error| unreadable(index, &error))? {
        let number = from_sql(row, 0).map_err(|error| unreadable(index, &error))?;
        if number != index {
            return Err(OpenError::EntryMissing {
                index,
                next: number,
            });
        }
        let leaf = digest(row, 1).map_err(|error| unreadable(index, &error))?;
        let bytes = row.get_ref(2).and_then(|value| Ok(value.as_blob()?));
        let bytes = bytes.map_err(|error| unreadable(index, &error))?;
        check_entry(index, &leaf, bytes)?;
        each(bytes);
        tree.push(leaf);
        index += 1;
    }
    Ok(tree)
}

pub(crate) fn check_entry(index: u64, expected: &Digest, bytes: &[u8]) -> Result<(), OpenError> {
    let found = leaf_hash(bytes);
    if found != *expected {
        let expected = *expected;
        return Err(OpenError::EntryAltered {
            index,
            expected,
            found,
        });
    }
    canonical::check(bytes).map_err(|cause| OpenError::EntryNotCanonical { index, cause })
}

fn read_checkpoint(connection: &Connection) -> Result<Option<String>, OpenError> {
    let note = connection.query_row("SELECT note FROM checkpoint", [], |row| row.get(0));
    note.optional().map_err(|error| OpenError::Damaged {
        says: error.to_string(),
    })
}

fn compare_with_checkpoint(
    tree: &Tree,
    note: Option<&str>,
    key: &Verifier,
) -> Result<(), OpenError> {
    let entries = tree.size();
    let Some(note) = note else {
        return if entries == 0 {
            Ok(())
        } else {
            Err(OpenError::NoCheckpoint { entries })
        };
    };
    let opened: Result<Checkpoint, CheckpointError> = SignedNote::decode(note.as_bytes())
        .map_err(CheckpointError::from)
        .and_then(|note| checkpoint::open(&note, key));
    let signed = opened.map_err(|cause| OpenError::CheckpointNotSigned { cause })?;
    if entries > signed.size {
        return Err(OpenError::EntriesBeyondCheckpoint {
            signed: signed.size,
            last: entries - 1,
        });
    }
    if entries < signed.size {
        let signed = signed.size;
        return Err(OpenError::EntriesLost { signed, entries });
    }
    let computed = tree.root();
    if computed == signed.root {
        Ok(())
    } else {
        Err(OpenError::RootDiffers {
            size: entries,
            computed,
            signed: signed.root,
        })
    }
}

fn compare_with_mark(tree: &Tree, mark: &Mark) -> Result<(), OpenError> {
    match tree.root_at(mark.size) {
        Err(_) => Err(OpenError::RolledBack {
            size: tree.size(),
            had: mark.size,
        }),
        Ok(root) if root != mark.root => Err(OpenError::Replaced { size: mark.size }),
        Ok(_) => Ok(()),
    }
}

/// The entries have been read whole; this looks at the pages of everything else.
pub(crate) fn quick_check(connection: &Connection) -> Result<(), OpenError> {
    let says: Result<String, _> =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match says {
        Ok(says) if says == "ok" => Ok(()),
        Ok(says) => Err(OpenError::Damaged { says }),
        Err(error) => Err(OpenError::Damaged {
            says: error.to_string(),
        }),
    }
}
