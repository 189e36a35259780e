//! Small things by name: witness memory, export cursors.

use faults::Point;
use rusqlite::OptionalExtension;

use super::{LocalError, MAX_VALUE, short, within};
use crate::{Reader, Store};

const DOING: &str = "looking up a setting";

impl Reader {
    /// The setting of this name.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached("SELECT value FROM settings WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }
}

impl Store {
    /// Keeps a setting, in place of an earlier one.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), LocalError> {
        short(DOING, name)?;
        within(DOING, value.len(), MAX_VALUE)?;
        self.change(Point::Setting, DOING, |db| {
            db.execute(
                "INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)",
                [name, value],
            )
        })
        .map(|_| ())
    }

    /// Forgets a setting; false if there was none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn remove_setting(&self, name: &str) -> Result<bool, LocalError> {
        self.change(Point::Setting, DOING, |db| {
            Ok(db.execute("DELETE FROM settings WHERE name = ?1", [name])? == 1)
        })
    }
}
