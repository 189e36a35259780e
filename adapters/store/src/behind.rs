//! What a start from a snapshot did not read: verified behind it, beside the work.
//!
//! At the start the site's signature was checked over the tree of all leaves; here each entry's bytes
//! are held against its leaf, as [`Store::open`] does, and the pages of the database are looked at. The
//! connection is held for one page of entries at a time, so that the write-ahead log can be emptied.

use std::sync::PoisonError;

use rusqlite::Connection;

use crate::local::Orphans;
use crate::number::{digest, from_sql, to_sql};
use crate::recovery::{self, OpenError};
use crate::store::database;
use crate::{Store, schema};

/// Entries that are read at once.
const PAGE: u64 = 1024;

/// What has not been read yet.
#[derive(Debug)]
pub(crate) struct Behind {
    /// The entries before this one.
    pub(crate) until: u64,
    /// Values of which no entry was known when the site was opened.
    pub(crate) orphans: Orphans,
}

/// How far verifying came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Every entry is what was appended, and the database is whole.
    Everything,
    /// It was told to stop before the end.
    Unfinished,
}

impl Store {
    /// Verifies what [`Store::open_after`] did not read, until `stop` says so; where nothing was left,
    /// there is nothing to do. Then sweeps what [`Store::open`] sweeps. Blocks for seconds where there
    /// are a million entries.
    ///
    /// # Errors
    /// As [`Store::open`]: what does not fit, and where.
    pub fn verify_behind(&self, stop: &dyn Fn() -> bool) -> Result<Verified, OpenError> {
        let behind = self
            .behind
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut behind) = behind else {
            return Ok(Verified::Everything);
        };
        let path = database(self.dir());
        let connection =
            schema::open_reader(&path).map_err(|error| OpenError::database(&path, &error))?;
        let mut next = 0;
        while next < behind.until {
            if stop() {
                return Ok(Verified::Unfinished);
            }
            let end = behind.until.min(next + PAGE);
            self.verify_page(&connection, next, end, &mut behind.orphans)?;
            next = end;
        }
        recovery::quick_check(&connection)?;
        if let Some(connection) = self.writer().connection.as_mut() {
            recovery::sweep(connection, behind.orphans);
        }
        Ok(Verified::Everything)
    }

    /// The entries from `next` to before `end`, each there once and with the bytes of its leaf.
    fn verify_page(
        &self,
        connection: &Connection,
        mut next: u64,
        end: u64,
        orphans: &mut Orphans,
    ) -> Result<(), OpenError> {
        let unreadable = |index: u64, error: &rusqlite::Error| {
            let cause = error.to_string();
            OpenError::EntryUnreadable { index, cause }
        };
        let mut select = connection
            .prepare_cached(
                "SELECT number, leaf, bytes FROM entries WHERE number >= ?1 AND number < ?2 ORDER BY number",
            )
            .map_err(|error| unreadable(next, &error))?;
        let mut rows = select
            .query([to_sql(next), to_sql(end)])
            .map_err(|error| unreadable(next, &error))?;
        while let Some(row) = rows.next().map_err(|error| unreadable(next, &error))? {
            let number = from_sql(row, 0).map_err(|error| unreadable(next, &error))?;
            if number != next {
                let index = next;
                return Err(OpenError::EntryMissing {
                    index,
                    next: number,
                });
            }
            let kept = digest(row, 1).map_err(|error| unreadable(next, &error))?;
            let bytes = row.get_ref(2).and_then(|value| Ok(value.as_blob()?));
            let bytes = bytes.map_err(|error| unreadable(next, &error))?;
            recovery::check_entry(next, &kept, bytes)?;
            self.is_signed(next, kept)?;
            orphans.acquit(bytes);
            next += 1;
        }
        if next == end {
            Ok(())
        } else {
            let index = next;
            Err(OpenError::EntryMissing { index, next: end })
        }
    }

    /// Whether the leaf beside an entry is the one of the signed tree: both may have been replaced.
    fn is_signed(&self, index: u64, found: ids::Digest) -> Result<(), OpenError> {
        match self.shared.read().tree.leaf(index) {
            Some(expected) if expected != found => Err(OpenError::EntryAltered {
                index,
                expected,
                found,
            }),
            Some(_) | None => Ok(()),
        }
    }
}
