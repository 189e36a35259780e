//! How often somebody has tried, so that back-off survives restarts.

use faults::Point;
use ids::Timestamp;
use rusqlite::OptionalExtension;

use super::{LocalError, MAX_VALUE, short, within};
use crate::{Reader, Store};

const DOING: &str = "counting attempts";

impl Reader {
    /// The attempt record under this key (a person, a device, a source: the caller's words).
    ///
    /// # Errors
    /// If it cannot be read; the caller then refuses.
    pub fn attempt(&self, key: &str) -> Result<Option<Vec<u8>>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached("SELECT record FROM attempts WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()
        })
    }
}

impl Store {
    /// Keeps the attempt record under this key, in place of the last one.
    ///
    /// # Errors
    /// If it cannot be kept; the caller then refuses.
    pub fn put_attempt(&self, key: &str, record: &[u8], now: Timestamp) -> Result<(), LocalError> {
        self.update_attempt(key, now, |_| (record.to_vec(), ()))
    }

    /// Reads and replaces a record in one step, so that a hundred attempts at once count as a hundred
    /// (lessons L10, L17). `update` is given what stands there and returns what shall stand, and an
    /// answer of its own.
    ///
    /// # Errors
    /// If it cannot be kept; the caller then refuses.
    pub fn update_attempt<T>(
        &self,
        key: &str,
        now: Timestamp,
        update: impl FnOnce(Option<&[u8]>) -> (Vec<u8>, T),
    ) -> Result<T, LocalError> {
        short(DOING, key)?;
        let mut oversized = Ok(());
        let answer = self.change(Point::Attempts, DOING, |db| {
            let held: Option<Vec<u8>> = db
                .prepare_cached("SELECT record FROM attempts WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?;
            let (record, answer) = update(held.as_deref());
            oversized = within(DOING, record.len(), MAX_VALUE);
            if oversized.is_ok() {
                db.prepare_cached(
                    "INSERT INTO attempts (key, at, record) VALUES (?1, ?2, ?3)
                     ON CONFLICT (key) DO UPDATE SET at = excluded.at, record = excluded.record",
                )?
                .execute((key, now.as_millis(), &record))?;
            }
            Ok(answer)
        })?;
        oversized.map(|()| answer)
    }

    /// Forgets one record, as after a success.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn forget_attempt(&self, key: &str) -> Result<(), LocalError> {
        self.change(Point::Attempts, DOING, |db| {
            db.execute("DELETE FROM attempts WHERE key = ?1", [key])
        })
        .map(|_| ())
    }

    /// Forgets the records last written before `before`; says how many. An attacker decides how many
    /// keys there are, so the engine calls this regularly.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn prune_attempts(&self, before: Timestamp) -> Result<usize, LocalError> {
        self.change(Point::Attempts, DOING, |db| {
            db.execute("DELETE FROM attempts WHERE at < ?1", [before.as_millis()])
        })
    }
}
