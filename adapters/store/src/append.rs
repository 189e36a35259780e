//! The one door to the ledger: entries and their signed checkpoint, in one transaction.
//!
//! What happens when a step breaks, and what the next open finds:
//!
//! | step | fails and is lost, or dies before | fails but is kept, or dies after |
//! |---|---|---|
//! | begin | nothing happened | rolled back: nothing happened |
//! | insert entries | rolled back: nothing happened | rolled back: nothing happened |
//! | replace checkpoint | rolled back: nothing happened | rolled back: nothing happened |
//! | commit | rolled back: nothing happened | all of it stands |
//! | high water | the append stands; the mark is behind | the append stands |
//!
//! "Fails but is kept" is told from "lost" by reading the database again, before anything else is
//! decided: `append` then still returns an error, and [`size`](crate::Reader::size) says what stands.
//! A commit whose fsync fails may also be kept only after a restart, when SQLite finds it whole in
//! its log: a checkpoint never leaves this process before its commit returned, so nobody outside was
//! told otherwise.

use std::sync::Arc;

use ids::Digest;
use ledger::canonical::{self, NotCanonical};
use ledger::tree::{Tree, leaf_hash};
use ledger::{Checkpoint, SignedNote, checkpoint};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use faults::Point;

use crate::Store;
use crate::durable;
use crate::number::{from_sql, to_sql};
use crate::reader::Published;
use crate::store::Writer;

/// What was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The ledger's size now.
    pub size: u64,
    /// The root over it.
    pub root: Digest,
    /// The signed checkpoint: the whole note.
    pub checkpoint: Arc<str>,
}

/// Why nothing was appended, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The ledger has another size than the decision was made on: decide again.
    #[error("the ledger has {actual} entries, not {expected}: decide again")]
    Conflict {
        /// The size that the caller expected.
        expected: u64,
        /// The size that it has.
        actual: u64,
    },
    /// The disk or the database refused. What stands now is what [`size`](crate::Reader::size) says:
    /// almost always the old ledger; if the failing step was kept after all, the new one.
    #[error("the ledger cannot be written: {cause}")]
    Unavailable {
        /// What the database says.
        cause: String,
    },
    /// An entry is not canonical: appended, it would stop the next start.
    #[error("entry {position} of the batch is not canonical: {cause}")]
    NotCanonical {
        /// Its place in the batch, from 0.
        position: usize,
        /// What is wrong with it.
        cause: NotCanonical,
    },
    /// What was signed does not verify under the site's key, or is not this checkpoint (lesson L26).
    #[error("the new checkpoint is not signed as it should be: {cause}")]
    NotSigned {
        /// What is wrong with it.
        cause: String,
    },
    /// There was nothing to append.
    #[error("no entry was given")]
    Nothing,
}

impl Store {
    /// Appends entries, and the checkpoint that `sign` signs over the ledger with them (the whole
    /// signed note), if the ledger has `expected_size` entries. Returns after all of it is on the disk.
    ///
    /// # Errors
    /// Then the decisions behind these entries did not happen, except as [`AppendError::Unavailable`] says.
    pub fn append(
        &self,
        expected_size: u64,
        entries: &[Vec<u8>],
        sign: impl FnOnce(&Checkpoint) -> String,
    ) -> Result<Appended, AppendError> {
        let mut writer = self.writer();
        self.learn_the_truth(&mut writer)?;
        let actual = self.size();
        if actual != expected_size {
            let expected = expected_size;
            return Err(AppendError::Conflict { expected, actual });
        }
        let batch = self.prepare(entries, sign)?;
        match self.commit(&mut writer, &batch) {
            Ok(()) => Ok(self.publish(&writer, batch)),
            Err(error) => {
                writer.uncertain = true;
                let cause = error.to_string();
                tracing::error!(%cause, "the ledger cannot be written");
                // What is not known now is asked again before the next append.
                let _ = self.learn_the_truth(&mut writer);
                Err(AppendError::Unavailable { cause })
            }
        }
    }

    /// Everything that can be wrong without the disk is found before the disk is touched.
    fn prepare<'a>(
        &self,
        entries: &'a [Vec<u8>],
        sign: impl FnOnce(&Checkpoint) -> String,
    ) -> Result<Batch<'a>, AppendError> {
        if entries.is_empty() {
            return Err(AppendError::Nothing);
        }
        for (position, entry) in entries.iter().enumerate() {
            let canonical = canonical::check(entry);
            canonical.map_err(|cause| AppendError::NotCanonical { position, cause })?;
        }
        let leaves: Vec<Digest> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let (first, wanted) = self.checkpoint_with(&leaves);
        let note = sign(&wanted);
        let not_signed = |cause: String| AppendError::NotSigned { cause };
        let signed =
            SignedNote::decode(note.as_bytes()).map_err(|error| not_signed(error.to_string()))?;
        let signed = checkpoint::open(&signed, self.site_key())
            .map_err(|error| not_signed(error.to_string()))?;
        if signed != wanted {
            return Err(not_signed("another checkpoint was signed".to_owned()));
        }
        Ok(Batch {
            first,
            entries,
            leaves,
            size: wanted.size,
            root: wanted.root,
            note: note.into(),
        })
    }

    /// The checkpoint as it will be. The leaves are added and taken away under one lock, so that no
    /// reader sees an uncommitted one; and before anything waits for the disk.
    fn checkpoint_with(&self, leaves: &[Digest]) -> (u64, Checkpoint) {
        let mut published = self.shared.write();
        let first = published.tree.size();
        leaves.iter().for_each(|leaf| published.tree.push(*leaf));
        let (size, root) = (published.tree.size(), published.tree.root());
        published.tree.truncate(first);
        let origin = checkpoint::origin(self.site());
        (first, Checkpoint { origin, size, root })
    }

    fn commit(&self, writer: &mut Writer, batch: &Batch<'_>) -> rusqlite::Result<()> {
        let connection = writer
            .connection
            .as_mut()
            .ok_or(rusqlite::Error::InvalidQuery)?;
        let change = self.durable(Point::LedgerBegin, || {
            connection.transaction_with_behavior(TransactionBehavior::Immediate)
        })?;
        self.durable(Point::LedgerInsert, || insert(&change, batch))?;
        self.durable(Point::LedgerCheckpoint, || {
            change
                .prepare_cached(
                    "INSERT OR REPLACE INTO checkpoint (one, size, note) VALUES (1, ?1, ?2)",
                )?
                .execute((to_sql(batch.size), &*batch.note))
        })?;
        self.durable(Point::LedgerCommit, || change.commit())
    }

    fn publish(&self, writer: &Writer, batch: Batch<'_>) -> Appended {
        self.raise_high_water(writer, batch.size, &batch.root);
        let mut published = self.shared.write();
        batch
            .leaves
            .iter()
            .for_each(|leaf| published.tree.push(*leaf));
        published.checkpoint = Some(batch.note.clone());
        Appended {
            size: batch.size,
            root: batch.root,
            checkpoint: batch.note,
        }
    }

    fn raise_high_water(&self, writer: &Writer, size: u64, root: &Digest) {
        let raised = durable::step(Point::LedgerMark, self.dir(), || {
            writer.high_water.raise(size, root)
        });
        if let Err(error) = raised {
            // The entries are durable all the same: the next append writes the mark again.
            tracing::warn!(%error, "the ledger's high-water mark is behind");
        }
    }

    /// After a failed append: reads what stands, and brings the tree to it.
    fn learn_the_truth(&self, writer: &mut Writer) -> Result<(), AppendError> {
        if !writer.uncertain {
            return Ok(());
        }
        let unavailable = |cause: String| AppendError::Unavailable { cause };
        let Some(connection) = writer.connection.as_ref() else {
            return Err(unavailable("the store is closed".to_owned()));
        };
        let kept =
            Kept::read(connection, self.size()).map_err(|error| unavailable(error.to_string()))?;
        let mut published = self.shared.write();
        kept.adopt(&mut published, self.site_key())
            .map_err(unavailable)?;
        let (size, root) = (published.tree.size(), published.tree.root());
        drop(published);
        self.raise_high_water(writer, size, &root);
        writer.uncertain = false;
        Ok(())
    }
}

/// A batch that is ready to be written.
struct Batch<'a> {
    first: u64,
    entries: &'a [Vec<u8>],
    leaves: Vec<Digest>,
    size: u64,
    root: Digest,
    note: Arc<str>,
}

fn insert(connection: &Connection, batch: &Batch<'_>) -> rusqlite::Result<()> {
    let mut insert = connection
        .prepare_cached("INSERT INTO entries (number, leaf, bytes) VALUES (?1, ?2, ?3)")?;
    let rows = batch.entries.iter().zip(&batch.leaves);
    for (number, (entry, leaf)) in (batch.first..).zip(rows) {
        insert.execute((to_sql(number), leaf.0, entry))?;
    }
    Ok(())
}

/// What the database holds beyond what this process knows.
struct Kept {
    entries: Vec<Vec<u8>>,
    note: Option<String>,
}

impl Kept {
    fn read(connection: &Connection, known: u64) -> rusqlite::Result<Self> {
        let entries = connection
            .prepare_cached("SELECT bytes FROM entries WHERE number >= ?1 ORDER BY number")?
            .query_map([to_sql(known)], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let note = connection
            .query_row("SELECT size, note FROM checkpoint", [], |row| {
                from_sql(row, 0).and_then(|_| row.get(1))
            })
            .optional()?;
        Ok(Self { entries, note })
    }

    /// Adds what was kept to the tree, if the signed checkpoint vouches for exactly that.
    fn adopt(self, published: &mut Published, site: &ledger::Verifier) -> Result<(), String> {
        let known = published.tree.size();
        let grow = |tree: &mut Tree| {
            self.entries
                .iter()
                .for_each(|entry| tree.push(leaf_hash(entry)))
        };
        grow(&mut published.tree);
        let vouched = match &self.note {
            None => published.tree.size() == 0,
            Some(note) => SignedNote::decode(note.as_bytes())
                .ok()
                .and_then(|note| checkpoint::open(&note, site).ok())
                .is_some_and(|signed| {
                    signed.size == published.tree.size() && signed.root == published.tree.root()
                }),
        };
        if vouched {
            published.checkpoint = self.note.map(Arc::from);
            Ok(())
        } else {
            published.tree.truncate(known);
            Err(
                "after a failed append the database disagrees with its checkpoint: restart"
                    .to_owned(),
            )
        }
    }
}
