//! A site's database made anew of what a backup holds.

use std::io::Read;
use std::path::{Path, PathBuf};

use ids::SiteId;
use rusqlite::Connection;

use super::rows::{RowsError, read_rows};
use super::{LEFT_OUT, table_names};
use crate::high_water::HighWater;
use crate::recovery::OpenError;
use crate::{Store, durable, schema, store};

/// Why a database was not made anew.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The disk refused.
    #[error("{}: {cause}", path.display())]
    Disk {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The database refused.
    #[error("the database cannot be written: {0}")]
    Database(#[from] rusqlite::Error),
    /// A table that this release does not have, or not with these columns.
    #[error("the backup has the table {0}, which this release does not know: use a newer release")]
    UnknownTable(String),
    /// What was read is no table.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// What was put together does not verify.
    #[error(transparent)]
    NotVerified(#[from] OpenError),
}

/// A database that is being filled. Until [`Rebuild::finish`] the directory holds no site.
#[derive(Debug)]
pub struct Rebuild {
    dir: PathBuf,
    connection: Connection,
}

impl Rebuild {
    /// Begins in an empty directory of our own.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn begin(dir: &Path, site: &SiteId) -> Result<Self, RebuildError> {
        let path = store::database(dir);
        let made = durable::private().create_new(true).open(&path);
        made.map_err(|cause| RebuildError::Disk {
            path: path.clone(),
            cause,
        })?;
        schema::create(&path, site.as_str())?;
        let connection = schema::open_writer(&path)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let dir = dir.to_owned();
        Ok(Self { dir, connection })
    }

    /// Fills one table. Gives the number of rows.
    ///
    /// # Errors
    /// If the table is not one of ours, or its rows are none.
    pub fn table(&mut self, name: &str, rows: &mut dyn Read) -> Result<u64, RebuildError> {
        let connection = &self.connection;
        // A name is used only if it is one of those that this release has made itself.
        let known = table_names(connection)?;
        if !known.iter().any(|table| table == name) || LEFT_OUT.contains(&name) {
            return Err(RebuildError::UnknownTable(name.to_owned()));
        }
        let begin = |columns: &[String]| {
            let mut own = Vec::new();
            connection
                .pragma(None, "table_info", name, |row| {
                    own.push(row.get::<_, String>(1)?);
                    Ok(())
                })
                .map_err(|cause| cause.to_string())?;
            if columns != own {
                return Err(format!(
                    "the table {name} has other columns in this release"
                ));
            }
            let places = vec!["?"; own.len()].join(", ");
            let insert = format!("INSERT INTO \"{name}\" VALUES ({places})");
            let insert = connection.prepare(&insert);
            insert
                .map(|insert| (insert, 0))
                .map_err(|cause| cause.to_string())
        };
        let (_, count) = read_rows(rows, begin, |(insert, count), row| {
            *count += 1;
            insert
                .execute(rusqlite::params_from_iter(row))
                .map(|_| ())
                .map_err(|cause| cause.to_string())
        })?;
        Ok(count)
    }

    /// Makes it durable, then opens it as the gateway would, which verifies all of it, and closes it again.
    ///
    /// # Errors
    /// If it does not verify, or the disk refuses.
    pub fn finish(self, site_key: &ledger::Verifier) -> Result<(), RebuildError> {
        let path = store::database(&self.dir);
        self.connection.execute_batch("COMMIT")?;
        schema::truncate_wal(&self.connection)?;
        self.connection.close().map_err(|(_, error)| error)?;
        // Nothing is known of how far it has been: the witnesses know.
        let marked = HighWater::create(&self.dir, 0, &ledger::tree::empty_root());
        marked.map_err(|cause| RebuildError::Disk {
            path: path.clone(),
            cause,
        })?;
        let opened = Store::open(&self.dir, site_key)?;
        opened
            .close()
            .map_err(|cause| RebuildError::Disk { path, cause })
    }
}
