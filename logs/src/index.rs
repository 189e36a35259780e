//! Finds messages by their words: SQLite's FTS5 over the files of [`crate::store`].
//!
//! The index holds no message, only which words stand in which: what is found is read from the files. It lies in
//! `index.sqlite3` beside them and is made anew from them when it is deleted. Words of letters and digits are found whole
//! or by their beginning (`fail*`); Japanese and Chinese, which put no space between words, by pairs of characters that
//! stand side by side.

mod words;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

pub use self::words::Query;
use self::words::indexed;
use crate::record::Way;
use crate::store::{Name, Place, from_place, names};

/// How many records are taken in at once.
const AT_ONCE: usize = 20_000;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS file (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        upto INTEGER NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE IF NOT EXISTS message USING fts5 (
        sender, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', detail = 'full'
    );
";

/// The bits of a rowid that say where in its file a record stands; the others say in which. So the newest record has the
/// greatest rowid, and a file may have a tebibyte.
const OFFSET_BITS: u32 = 40;

/// An index.
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    sql: Connection,
}

/// Why nothing can be looked for.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// SQLite says no.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// The files cannot be read.
    #[error(transparent)]
    Files(#[from] io::Error),
}

impl Index {
    /// Opens the index of a folder, made if it is not there.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        let sql = Connection::open(folder.join("index.sqlite3"))?;
        sql.execute_batch(SCHEMA)?;
        Ok(Self {
            folder: folder.to_owned(),
            sql,
        })
    }

    /// Takes in what the files have and the index has not, and says how many records that were.
    ///
    /// # Errors
    /// If SQLite refuses, or the files cannot be read.
    pub fn catch_up(&mut self) -> Result<u64, IndexError> {
        let mut taken = 0;
        let there = names(&self.folder)?;
        self.forget_what_is_gone(&there)?;
        for name in there {
            loop {
                let now = self.take_in(name)?;
                taken += now as u64;
                if now == 0 {
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// What was deleted of the files takes no room in the index either.
    fn forget_what_is_gone(&mut self, there: &[Name]) -> Result<(), IndexError> {
        let there: BTreeSet<String> = there.iter().map(Name::to_string).collect();
        let mut known = self.sql.prepare("SELECT id, name FROM file")?;
        let known: Vec<(i64, String)> = known
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (id, _) in known.iter().filter(|(_, name)| !there.contains(name)) {
            let transaction = self.sql.unchecked_transaction()?;
            let (first, next) = (id << OFFSET_BITS, (id + 1) << OFFSET_BITS);
            transaction.execute(
                "DELETE FROM message WHERE rowid >= ?1 AND rowid < ?2",
                [first, next],
            )?;
            transaction.execute("DELETE FROM file WHERE id = ?1", [id])?;
            transaction.commit()?;
        }
        Ok(())
    }

    fn take_in(&mut self, name: Name) -> Result<usize, IndexError> {
        let transaction = self
            .sql
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR IGNORE INTO file (name, upto) VALUES (?1, 0)",
            [name.to_string()],
        )?;
        let (id, upto): (i64, i64) = transaction.query_row(
            "SELECT id, upto FROM file WHERE name = ?1",
            [name.to_string()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut insert = transaction
            .prepare_cached("INSERT INTO message (rowid, sender, text) VALUES (?1, ?2, ?3)")?;
        let from = Place {
            name,
            offset: u64::try_from(upto).unwrap_or(0),
        };
        let (records, next) = from_place(&self.folder, from, AT_ONCE)?;
        for (offset, record) in &records {
            let sender = match record.sender.way {
                Way::Own => "own".to_owned(),
                Way::Brought => "brought".to_owned(),
                Way::Udp | Way::Tcp | Way::Tls => words::address(record.sender.address),
            };
            let offset = i64::try_from(*offset).unwrap_or(i64::MAX);
            let row = (id << OFFSET_BITS) | offset;
            insert.execute(params![row, sender, indexed(&record.bytes)])?;
        }
        drop(insert);
        transaction.execute(
            "UPDATE file SET upto = ?1 WHERE id = ?2",
            params![i64::try_from(next).unwrap_or(i64::MAX), id],
        )?;
        transaction.commit()?;
        Ok(records.len())
    }

    /// Where messages stand in which all of a query is found, the newest first, at most `limit`. What was deleted since is
    /// left out.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn find(&self, query: &Query, limit: u32) -> Result<Vec<Place>, IndexError> {
        let there = names(&self.folder)?;
        let mut name = self.sql.prepare("SELECT name FROM file WHERE id = ?1")?;
        let mut find = self
            .sql
            .prepare("SELECT rowid FROM message WHERE message MATCH ?1 ORDER BY rowid DESC")?;
        let mut rows = find.query([query.matched()])?;
        let mut places = Vec::new();
        let mut last: Option<(i64, Option<Name>)> = None;
        while let Some(row) = rows.next()? {
            let row: i64 = row.get(0)?;
            let id = row >> OFFSET_BITS;
            let known = match last {
                Some((known, name)) if known == id => name,
                _ => {
                    let text: String = name.query_row([id], |row| row.get(0))?;
                    let found = there.iter().find(|name| name.to_string() == text);
                    last = Some((id, found.copied()));
                    found.copied()
                }
            };
            // Files go oldest first: behind one that is gone nothing is there.
            let Some(name) = known else { break };
            let offset = u64::try_from(row & ((1 << OFFSET_BITS) - 1)).unwrap_or(0);
            places.push(Place { name, offset });
            if places.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(places)
    }
}

#[cfg(test)]
mod tests;
