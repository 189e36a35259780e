//! Sealed bytes: vault rows and wrapped recording keys. This crate can open none of them.

use faults::Point;
use ids::SessionId;
use rusqlite::OptionalExtension;

use super::{LocalError, MAX_VALUE, short, within};
use crate::{Reader, Store};

const VAULT: &str = "looking up a sealed secret";
const KEYS: &str = "looking up recording keys";

impl Reader {
    /// The sealed secret that an entry refers to.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn vault_row(&self, reference: &str) -> Result<Option<Vec<u8>>, LocalError> {
        self.look(VAULT, |db| {
            db.prepare_cached("SELECT sealed FROM vault WHERE reference = ?1")?
                .query_row([reference], |row| row.get(0))
                .optional()
        })
    }

    /// Every reference that has a sealed secret, in order.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn vault_references(&self) -> Result<Vec<String>, LocalError> {
        self.look(VAULT, |db| {
            db.prepare_cached("SELECT reference FROM vault ORDER BY reference")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    /// The wrapped keys of a session's recording: recipient and bytes.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn recording_keys(
        &self,
        session: &SessionId,
    ) -> Result<Vec<(String, Vec<u8>)>, LocalError> {
        self.look(KEYS, |db| {
            db.prepare_cached(
                "SELECT recipient, wrapped FROM recording_keys WHERE session = ?1 ORDER BY recipient",
            )?
            .query_map([session.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
        })
    }
}

impl Store {
    /// Keeps a sealed secret, in place of an earlier one of this reference, which is overwritten.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn put_vault_row(&self, reference: &str, sealed: &[u8]) -> Result<(), LocalError> {
        short(VAULT, reference)?;
        within(VAULT, sealed.len(), MAX_VALUE)?;
        self.change(Point::Secret, VAULT, |db| {
            db.execute(
                "INSERT OR REPLACE INTO vault (reference, sealed) VALUES (?1, ?2)",
                (reference, sealed),
            )
        })
        .map(|_| ())
    }

    /// Removes a sealed secret; false if there was none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn remove_vault_row(&self, reference: &str) -> Result<bool, LocalError> {
        self.change(Point::Secret, VAULT, |db| {
            Ok(db.execute("DELETE FROM vault WHERE reference = ?1", [reference])? == 1)
        })
    }

    /// Keeps the wrapped keys of a session's recording, all in one step, before its first byte is
    /// recorded. A key once kept is not replaced.
    ///
    /// # Errors
    /// If they cannot be kept, or one is there already: the session is then not opened.
    pub fn put_recording_keys(
        &self,
        session: &SessionId,
        wrapped: &[(&str, &[u8])],
    ) -> Result<(), LocalError> {
        for (recipient, bytes) in wrapped {
            short(KEYS, recipient)?;
            within(KEYS, bytes.len(), MAX_VALUE)?;
        }
        let id = session.to_string();
        self.change(Point::RecordingKeys, KEYS, |db| {
            let mut keep = db.prepare_cached(
                "INSERT INTO recording_keys (session, recipient, wrapped) VALUES (?1, ?2, ?3)",
            )?;
            wrapped.iter().try_for_each(|(recipient, bytes)| {
                keep.execute((&id, recipient, bytes)).map(|_| ())
            })
        })
    }
}
