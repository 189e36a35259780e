//! Reading, beside the writer: an own connection that cannot write, and the tree in memory.
//!
//! A reader never waits for a transaction of the writer: WAL gives it the last committed state, and
//! the shared tree is locked only while leaves are added to it, never during a write to the disk.
//! It shows nothing that is not committed and checkpointed. Every entry it gives is hashed and
//! compared with the tree, which was verified against the signed checkpoint.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ids::Digest;
use ledger::tree::{ProofError, Tree, leaf_hash};
use rusqlite::{Connection, OptionalExtension};

use crate::blobs::{BlobError, Blobs};
use crate::number::{from_sql, to_sql};
use crate::schema;

/// How many entries are fetched at once: the connection, and with it the write-ahead log, is held
/// only that long.
const PAGE: u64 = 256;

/// Why an entry was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The ledger has no such entry.
    #[error("there is no entry {index}: the ledger has {size}")]
    NoSuchEntry {
        /// The number asked for, from 0.
        index: u64,
        /// The ledger's size.
        size: u64,
    },
    /// The entry that the database gives is not the one that was appended.
    #[error("entry {index} was altered in the database: restore the site from a backup")]
    Altered {
        /// Its number.
        index: u64,
    },
    /// The database gives nothing.
    #[error("entry {index} cannot be read: {cause}")]
    Unavailable {
        /// Its number.
        index: u64,
        /// What the database says.
        cause: String,
    },
}

/// What is committed: the tree, and the signed note over it.
#[derive(Debug, Default)]
pub(crate) struct Published {
    pub(crate) tree: Tree,
    pub(crate) checkpoint: Option<Arc<str>>,
}

/// Shared by the store and its readers.
#[derive(Debug)]
pub(crate) struct Shared {
    published: RwLock<Published>,
    pub(crate) blobs: Blobs,
}

impl Shared {
    pub(crate) fn new(published: Published, blobs: Blobs) -> Self {
        let published = RwLock::new(published);
        Self { published, blobs }
    }

    // A panic cannot leave the tree half changed: every change is made of whole pushes, and the
    // writer compares sizes before the next.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Published> {
        self.published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Published> {
        self.published
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the ledger, the local tables and the blobs, without waiting for the writer.
#[derive(Debug)]
pub struct Reader {
    connection: Mutex<Connection>,
    pub(crate) shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn open(database: &Path, shared: Arc<Shared>) -> rusqlite::Result<Self> {
        let connection = Mutex::new(schema::open_reader(database)?);
        Ok(Self { connection, shared })
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries are committed.
    pub fn size(&self) -> u64 {
        self.shared.read().tree.size()
    }

    /// The root over them.
    pub fn root(&self) -> Digest {
        self.shared.read().tree.root()
    }

    /// The size and the root, of one moment.
    pub fn size_and_root(&self) -> (u64, Digest) {
        let published = self.shared.read();
        (published.tree.size(), published.tree.root())
    }

    /// The last checkpoint as the site signed it: the whole note. `None` before the first entry.
    pub fn checkpoint(&self) -> Option<Arc<str>> {
        self.shared.read().checkpoint.clone()
    }

    /// The root when the ledger had `size` entries.
    ///
    /// # Errors
    /// If it never had as many.
    pub fn root_at(&self, size: u64) -> Result<Digest, ProofError> {
        self.shared.read().tree.root_at(size)
    }

    /// The path from entry `index` to the root of the first `size` entries.
    ///
    /// # Errors
    /// If the ledger has no such size or entry.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Digest>, ProofError> {
        self.shared.read().tree.inclusion_proof(index, size)
    }

    /// The proof that the first `new` entries continue the first `old`.
    ///
    /// # Errors
    /// If the ledger has no such sizes.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Digest>, ProofError> {
        self.shared.read().tree.consistency_proof(old, new)
    }

    /// The bytes of one entry, from 0.
    ///
    /// # Errors
    /// If there is none, or it is not what was appended.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self
            .connection()
            .prepare_cached("SELECT bytes FROM entries WHERE number = ?1")
            .and_then(|mut entry| {
                entry
                    .query_row([to_sql(index)], |row| row.get(0))
                    .optional()
            })
            .map_err(|error| unavailable(index, &error))?;
        self.verified(index, bytes)
    }

    /// Gives every entry from `index` on to `each`, in order, with its number, until it breaks. Entries
    /// that are committed while this runs are included. From the size itself there is nothing to give.
    ///
    /// # Errors
    /// If an entry cannot be read or is not what was appended; those before it have been given.
    pub fn read_from<B>(
        &self,
        index: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, ReadError> {
        let mut next = index;
        let size = self.size();
        if next > size {
            return Err(ReadError::NoSuchEntry { index, size });
        }
        loop {
            let page = self.page(next)?;
            if page.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            for bytes in page {
                if let ControlFlow::Break(value) = each(next, &bytes) {
                    return Ok(ControlFlow::Break(value));
                }
                next += 1;
            }
        }
    }

    /// Up to [`PAGE`] committed entries from `first` on, verified.
    fn page(&self, first: u64) -> Result<Vec<Vec<u8>>, ReadError> {
        let end = self.size().min(first.saturating_add(PAGE));
        let mut rows = {
            let connection = self.connection();
            let fetch = || -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
                connection
                    .prepare_cached(
                        "SELECT number, bytes FROM entries WHERE number >= ?1 AND number < ?2 ORDER BY number",
                    )?
                    .query_map([to_sql(first), to_sql(end)], |row| Ok((from_sql(row, 0)?, row.get(1)?)))?
                    .collect()
            };
            fetch()
                .map_err(|error| unavailable(first, &error))?
                .into_iter()
        };
        (first..end)
            .map(|index| {
                let bytes = rows.next().filter(|(number, _)| *number == index);
                self.verified(index, bytes.map(|(_, bytes)| bytes))
            })
            .collect()
    }

    fn verified(&self, index: u64, bytes: Option<Vec<u8>>) -> Result<Vec<u8>, ReadError> {
        let published = self.shared.read();
        let Some(leaf) = published.tree.leaf(index) else {
            let size = published.tree.size();
            return Err(ReadError::NoSuchEntry { index, size });
        };
        drop(published);
        bytes
            .filter(|bytes| leaf_hash(bytes) == leaf)
            .ok_or(ReadError::Altered { index })
    }

    /// The bytes of an attachment, verified.
    ///
    /// # Errors
    /// If it is not here, or was altered.
    pub fn blob(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        self.shared.blobs.get(digest)
    }
}

fn unavailable(index: u64, error: &rusqlite::Error) -> ReadError {
    let cause = error.to_string();
    ReadError::Unavailable { index, cause }
}
