//! What a person signs in with: name, passphrase (hashed), TOTP secret (sealed), steps used.

use std::collections::BTreeSet;

use faults::Point;
use ids::{PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::{LocalError, MAX_VALUE, passkeys, short, sign_ins, within};
use crate::number::{moment, parsed, to_sql};
use crate::{Reader, Store};

/// A person's two factors, as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Argon2id hash in PHC form.
    pub passphrase: String,
    /// The TOTP secret, sealed by the vault.
    pub totp: Vec<u8>,
    /// When they were set.
    pub set_at: Timestamp,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential(set {})", self.set_at)
    }
}

/// Why a login name was not given to a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimNameError {
    /// Somebody else has it.
    #[error("this login name belongs to somebody else")]
    Taken {
        /// Who has it.
        by: PersonId,
    },
    /// It could not be kept.
    #[error(transparent)]
    Local(#[from] LocalError),
}

const NAMES: &str = "looking up login names";
const CREDENTIALS: &str = "looking up credentials";

impl Reader {
    /// Whose login name this is. `key` is the name after normalisation (lesson L12): the caller's work.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn person_named(&self, key: &str) -> Result<Option<PersonId>, LocalError> {
        self.look(NAMES, |db| {
            db.prepare_cached("SELECT person FROM login_names WHERE name = ?1")?
                .query_row([key], |row| parsed(row, 0))
                .optional()
        })
    }

    /// The login name of a person.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn login_name(&self, person: &PersonId) -> Result<Option<String>, LocalError> {
        self.look(NAMES, |db| {
            db.prepare_cached("SELECT name FROM login_names WHERE person = ?1")?
                .query_row([person.to_string()], |row| row.get(0))
                .optional()
        })
    }

    /// Everybody who has a login name or factors here, in order: the engine compares with the ledger at
    /// the start, and erases those it does not know.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn people_with_login(&self) -> Result<Vec<PersonId>, LocalError> {
        self.look(NAMES, |db| {
            let people: rusqlite::Result<BTreeSet<PersonId>> = db
                .prepare_cached(
                    "SELECT person FROM login_names UNION SELECT person FROM credentials",
                )?
                .query_map([], |row| parsed(row, 0))?
                .collect();
            Ok(people?.into_iter().collect())
        })
    }

    /// The factors of a person; `None` before they joined.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn credential(&self, person: &PersonId) -> Result<Option<Credential>, LocalError> {
        self.look(CREDENTIALS, |db| {
            db.prepare_cached("SELECT passphrase, totp, set_at FROM credentials WHERE person = ?1")?
                .query_row([person.to_string()], |row| {
                    Ok(Credential {
                        passphrase: row.get(0)?,
                        totp: row.get(1)?,
                        set_at: moment(row, 2)?,
                    })
                })
                .optional()
        })
    }
}

impl Store {
    /// Gives a person this login name, in place of the one they had. Claiming one's own again is fine.
    ///
    /// # Errors
    /// [`ClaimNameError::Taken`] if it is somebody else's, decided in one transaction.
    pub fn claim_login_name(&self, key: &str, person: &PersonId) -> Result<(), ClaimNameError> {
        short(NAMES, key)?;
        let holder = self.change(Point::Factors, NAMES, |db| claim(db, key, person))?;
        unless_taken(holder, person)
    }

    /// Keeps with what somebody signs in from now on, all in one step: their login name if it is a new
    /// one, their factors, and that the code which proved these factors was used. Their sign-ins end, and
    /// their passkeys: they were made with older factors.
    ///
    /// Of a new person this is kept before the entry that lets them in. After a crash in between, the
    /// engine finds them among [`Reader::people_with_login`] and not in the ledger, and erases them.
    ///
    /// # Errors
    /// [`ClaimNameError::Taken`] if the name is somebody else's; nothing is kept then.
    pub fn enrol(
        &self,
        person: &PersonId,
        key: Option<&str>,
        credential: &Credential,
        used_step: Option<u64>,
    ) -> Result<(), ClaimNameError> {
        short(NAMES, key.unwrap_or_default())?;
        credential.check()?;
        let holder = self.change(Point::Factors, CREDENTIALS, |db| {
            let holder = match key {
                Some(key) => claim(db, key, person)?,
                None => None,
            };
            if holder.as_ref().is_none_or(|holder| holder == person) {
                keep_credential(db, person, credential)?;
                used_step.map_or(Ok(true), |step| use_step(db, person, step))?;
                sign_ins::end_those_of(db, person)?;
                passkeys::forget_those_of(db, person)?;
            }
            Ok(holder)
        })?;
        unless_taken(holder, person)
    }

    /// Takes the login name of a person away, as when entering them failed; says if there was one.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn release_login_name(&self, person: &PersonId) -> Result<bool, LocalError> {
        let id = person.to_string();
        self.change(Point::Factors, NAMES, |db| {
            Ok(db.execute("DELETE FROM login_names WHERE person = ?1", [id])? > 0)
        })
    }

    /// Keeps a person's factors, in place of earlier ones.
    ///
    /// # Errors
    /// If they cannot be kept.
    pub fn put_credential(
        &self,
        person: &PersonId,
        credential: &Credential,
    ) -> Result<(), LocalError> {
        credential.check()?;
        self.change(Point::Factors, CREDENTIALS, |db| {
            keep_credential(db, person, credential)
        })
    }

    /// Takes a person's factors away (a reset, a person leaving); says if there were any. The steps
    /// they used stay, so that a code of the old secret cannot come back.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn remove_credential(&self, person: &PersonId) -> Result<bool, LocalError> {
        let id = person.to_string();
        self.change(Point::Factors, CREDENTIALS, |db| {
            Ok(db.execute("DELETE FROM credentials WHERE person = ?1", [id])? > 0)
        })
    }

    /// Uses up a TOTP time step (RFC 6238 §5.2). True the first time only, however many ask at once and
    /// however often the gateway was restarted (lessons L10, L18). Steps are never pruned: a row is a
    /// few bytes per sign-in, and a clock turned back must not revive a code.
    ///
    /// # Errors
    /// If it cannot be made durable: the code is then not accepted.
    pub fn use_totp_step(&self, person: &PersonId, step: u64) -> Result<bool, LocalError> {
        self.change(Point::CodeUsed, "using a one-time code", |db| {
            use_step(db, person, step)
        })
    }
}

impl Credential {
    fn check(&self) -> Result<(), LocalError> {
        within(CREDENTIALS, self.passphrase.len(), MAX_VALUE)?;
        within(CREDENTIALS, self.totp.len(), MAX_VALUE)
    }
}

/// True if it was not used before.
fn use_step(db: &Connection, person: &PersonId, step: u64) -> rusqlite::Result<bool> {
    let used = db
        .prepare_cached("INSERT OR IGNORE INTO totp_steps (person, step) VALUES (?1, ?2)")?
        .execute((person.to_string(), to_sql(step)))?;
    Ok(used == 1)
}

/// Who has the name already; if nobody, `person` has it now.
fn claim(db: &Connection, key: &str, person: &PersonId) -> rusqlite::Result<Option<PersonId>> {
    let holder = db
        .query_row(
            "SELECT person FROM login_names WHERE name = ?1",
            [key],
            |row| parsed(row, 0),
        )
        .optional()?;
    if holder.is_none() {
        let id = person.to_string();
        db.execute("DELETE FROM login_names WHERE person = ?1", [&id])?;
        db.execute(
            "INSERT INTO login_names (name, person) VALUES (?1, ?2)",
            [key, &id],
        )?;
    }
    Ok(holder)
}

fn unless_taken(holder: Option<PersonId>, person: &PersonId) -> Result<(), ClaimNameError> {
    match holder {
        Some(by) if by != *person => Err(ClaimNameError::Taken { by }),
        Some(_) | None => Ok(()),
    }
}

fn keep_credential(
    db: &Connection,
    person: &PersonId,
    credential: &Credential,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO credentials (person, passphrase, totp, set_at) VALUES (?1, ?2, ?3, ?4)",
        (
            person.to_string(),
            &credential.passphrase,
            &credential.totp,
            credential.set_at.as_millis(),
        ),
    )
    .map(|_| ())
}
