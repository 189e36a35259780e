//! Passkeys: what `login` keeps of each. Which of them open anything says the ledger.

use faults::Point;
use ids::{Digest, PersonId, Timestamp};
use rusqlite::{Connection, Row};

use super::{LocalError, MAX_VALUE, within};
use crate::number::{digest, moment};
use crate::{Reader, Store};

/// A passkey as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// SHA-256 of the id that its authenticator gave it.
    pub id: Digest,
    /// Its public key and counter, as `login` writes them; opaque here.
    pub credential: String,
    /// When it was added.
    pub added: Timestamp,
    /// When it last answered, if it has since.
    pub last_used: Option<Timestamp>,
}

const DOING: &str = "looking up passkeys";

impl Reader {
    /// A person's passkeys, the oldest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn passkeys_of(&self, person: &PersonId) -> Result<Vec<Passkey>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached(
                "SELECT id, credential, added, last_used FROM passkeys WHERE person = ?1
                 ORDER BY added, id",
            )?
            .query_map([person.to_string()], passkey)?
            .collect()
        })
    }
}

impl Store {
    /// Keeps a new passkey, before the entry that adds it. An id that is kept already is refused.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn put_passkey(&self, person: &PersonId, passkey: &Passkey) -> Result<(), LocalError> {
        within(DOING, passkey.credential.len(), MAX_VALUE)?;
        self.change(Point::Factors, DOING, |db| {
            db.execute(
                "INSERT INTO passkeys (id, person, credential, added, last_used)
                 VALUES (?1, ?2, ?3, ?4, NULL)",
                (
                    passkey.id.0,
                    person.to_string(),
                    &passkey.credential,
                    passkey.added.as_millis(),
                ),
            )
        })
        .map(|_| ())
    }

    /// Keeps a passkey's new counter, if the one that its answer was compared with still stands: of two
    /// answers at once, one wins (lesson L17).
    ///
    /// # Errors
    /// If it cannot be made durable: the answer is then not taken.
    pub fn use_passkey(
        &self,
        id: &Digest,
        before: &str,
        after: &str,
        now: Timestamp,
    ) -> Result<bool, LocalError> {
        within(DOING, after.len(), MAX_VALUE)?;
        self.change(Point::CodeUsed, DOING, |db| {
            let used = db.execute(
                "UPDATE passkeys SET credential = ?3, last_used = ?4
                 WHERE id = ?1 AND credential = ?2",
                (id.0, before, after, now.as_millis()),
            )?;
            Ok(used == 1)
        })
    }

    /// Forgets a passkey, and signs everybody out who signed in by it; false if there was none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn remove_passkey(&self, id: &Digest) -> Result<bool, LocalError> {
        self.change(Point::Factors, DOING, |db| {
            db.execute("DELETE FROM sign_ins WHERE passkey = ?1", [id.0])?;
            Ok(db.execute("DELETE FROM passkeys WHERE id = ?1", [id.0])? == 1)
        })
    }
}

/// New factors make the old ones void: passkeys, too.
pub(super) fn forget_those_of(db: &Connection, person: &PersonId) -> rusqlite::Result<()> {
    db.execute(
        "DELETE FROM passkeys WHERE person = ?1",
        [person.to_string()],
    )
    .map(|_| ())
}

fn passkey(row: &Row<'_>) -> rusqlite::Result<Passkey> {
    Ok(Passkey {
        id: digest(row, 0)?,
        credential: row.get(1)?,
        added: moment(row, 2)?,
        last_used: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis),
    })
}
