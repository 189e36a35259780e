//! Personal values: what entries hold commitments to. Erasable, with every proof intact.
//!
//! A command's values are kept *before* its entry is appended, so that no entry ever stands without
//! its values. If the process ends in between, or the append fails, the value is an orphan: it is
//! named by no entry, and recovery removes it at the next open.
//!
//! Erasing overwrites the row (`secure_delete`), moves the write-ahead log into the database and
//! truncates it: the bytes are then in none of the store's files. What the file system or the disk
//! keeps of freed blocks, and backups, are beyond it.

use std::collections::HashSet;

use faults::Point;
use ids::{Commitment, PersonId};
use ledger::commitment::{Opening, Salt};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{LocalError, MAX_VALUE, short, within};
use crate::number::{digest, malformed};
use crate::{Reader, Store, schema};

/// A value to keep, with the person whose erasure removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalValue {
    /// The value, its salt and the commitment to it.
    pub opening: Opening,
    /// Whose it is. `None` for what belongs to nobody registered; then it is erased by commitment.
    pub owner: Option<PersonId>,
}

/// What an erasure removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonErased {
    /// The commitments that can be opened no more.
    pub values: Vec<Commitment>,
}

const DOING: &str = "looking up personal values";
const ERASING: &str = "erasing personal values";

impl Reader {
    /// What opens a commitment; `None` if it was erased, or never kept here. A value that does not
    /// open its commitment is never given.
    ///
    /// # Errors
    /// If it cannot be read, or was altered.
    pub fn opening(&self, commitment: &Commitment) -> Result<Option<Opening>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached(
                "SELECT commitment, salt, label, value FROM personal WHERE commitment = ?1",
            )?
            .query_row([commitment.0.0], opening)
            .optional()
        })
    }

    /// The commitments to values in which this text stands, so many at most. Letters of ASCII are the same
    /// in both cases.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn commitments_with(&self, text: &str, most: usize) -> Result<Vec<Commitment>, LocalError> {
        within(DOING, text.len(), MAX_VALUE)?;
        let mut pattern = String::from("%");
        for c in text.chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.look(DOING, |db| {
            db.prepare_cached(
                "SELECT commitment FROM personal WHERE value LIKE ?1 ESCAPE '\\' LIMIT ?2",
            )?
            .query_map((pattern, most), |row| digest(row, 0).map(Commitment))?
            .collect()
        })
    }

    /// The commitments that are kept for a person, in order.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn commitments_of(&self, person: &PersonId) -> Result<Vec<Commitment>, LocalError> {
        self.look(DOING, |db| commitments_of(db, person))
    }
}

impl Store {
    /// Keeps the values of one command, all in one step, before its entry is appended. One that is
    /// kept already (the command is tried again) stays as it is.
    ///
    /// # Errors
    /// If they cannot be kept: the entry is then not appended. [`LocalError::Broken`] if a value does
    /// not open its commitment.
    pub fn put_personal(&self, values: &[PersonalValue]) -> Result<(), LocalError> {
        check(values)?;
        self.change(Point::Texts, DOING, |db| keep(db, values))
    }

    /// Gives values without an owner to a person: what an invitee said of themselves before they had
    /// an id. A value that has an owner keeps it.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn own_values(
        &self,
        commitments: &[Commitment],
        owner: &PersonId,
    ) -> Result<(), LocalError> {
        self.change(Point::Texts, DOING, |db| {
            let mut own = db.prepare_cached(
                "UPDATE personal SET owner = ?2 WHERE commitment = ?1 AND owner IS NULL",
            )?;
            commitments.iter().try_for_each(|commitment| {
                own.execute((commitment.0.0, owner.to_string())).map(|_| ())
            })
        })
    }

    /// Erases what is kept about a person: personal values, login name, factors, sign-ins, drafts. TOTP steps
    /// used and entries stay; they say nothing about anybody but a number. The erasure is itself an
    /// entry: append it first, with what [`Reader::commitments_of`] gives.
    ///
    /// # Errors
    /// If it could not be done whole. Erasing again is always right: a write-ahead log that was still
    /// being read is emptied then.
    pub fn erase_person(&self, person: &PersonId) -> Result<PersonErased, LocalError> {
        let id = person.to_string();
        let values = self.change(Point::TextsErased, ERASING, |db| {
            let values = commitments_of(db, person)?;
            for table in [
                "login_names",
                "credentials",
                "passkeys",
                "sign_ins",
                "drafts",
            ] {
                db.execute(&format!("DELETE FROM {table} WHERE person = ?1"), [&id])?;
            }
            db.execute("DELETE FROM personal WHERE owner = ?1", [&id])?;
            Ok(values)
        })?;
        self.scrub()?;
        Ok(PersonErased { values })
    }

    /// Erases single values, whoever owns them; says how many there were.
    ///
    /// # Errors
    /// As [`Self::erase_person`].
    pub fn erase_values(&self, commitments: &[Commitment]) -> Result<usize, LocalError> {
        let erased = self.change(Point::TextsErased, ERASING, |db| {
            let mut erase = db.prepare_cached("DELETE FROM personal WHERE commitment = ?1")?;
            let each = commitments.iter();
            each.map(|commitment| erase.execute([commitment.0.0])).sum()
        })?;
        self.scrub()?;
        Ok(erased)
    }

    /// The log still holds the pages as they were: it is emptied before an erasure counts.
    fn scrub(&self) -> Result<(), LocalError> {
        let writer = self.writer();
        let done = writer
            .connection
            .as_ref()
            .map_or(Ok(()), schema::truncate_wal);
        done.map_err(|error| LocalError::from_sql(ERASING, &error))
    }
}

pub(super) fn check(values: &[PersonalValue]) -> Result<(), LocalError> {
    values.iter().try_for_each(|PersonalValue { opening, .. }| {
        short(DOING, &opening.label)?;
        within(DOING, opening.value.len(), MAX_VALUE)?;
        if opening.opens() {
            Ok(())
        } else {
            let (doing, cause) = (DOING, "a value does not open its commitment".to_owned());
            Err(LocalError::Broken { doing, cause })
        }
    })
}

pub(super) fn keep(db: &Connection, values: &[PersonalValue]) -> rusqlite::Result<()> {
    let mut keep = db.prepare_cached(
        "INSERT OR IGNORE INTO personal (commitment, salt, label, value, owner) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for PersonalValue { opening, owner } in values {
        let owner = owner.as_ref().map(ToString::to_string);
        let commitment = opening.commitment.0.0;
        keep.execute((
            commitment,
            opening.salt.0,
            &opening.label,
            &opening.value,
            owner,
        ))?;
    }
    Ok(())
}

fn commitments_of(db: &Connection, person: &PersonId) -> rusqlite::Result<Vec<Commitment>> {
    db.prepare_cached("SELECT commitment FROM personal WHERE owner = ?1 ORDER BY commitment")?
        .query_map([person.to_string()], |row| digest(row, 0).map(Commitment))?
        .collect()
}

fn opening(row: &Row<'_>) -> rusqlite::Result<Opening> {
    let opening = Opening {
        commitment: Commitment(digest(row, 0)?),
        salt: Salt(row.get(1)?),
        label: row.get(2)?,
        value: row.get(3)?,
    };
    if opening.opens() {
        Ok(opening)
    } else {
        Err(malformed(
            3,
            "a personal value does not open its commitment",
        ))
    }
}

/// The values of which no entry is known yet: orphans, unless recovery finds their commitment.
#[derive(Debug)]
pub(crate) struct Orphans {
    suspected: HashSet<String>,
    acquitted: Vec<String>,
}

impl Orphans {
    pub(crate) fn suspected(db: &Connection) -> rusqlite::Result<Self> {
        let suspected = db
            .prepare("SELECT commitment FROM personal WHERE entered = 0")?
            .query_map([], |row| digest(row, 0).map(|found| found.to_string()))?
            .collect::<rusqlite::Result<_>>()?;
        let acquitted = Vec::new();
        Ok(Self {
            suspected,
            acquitted,
        })
    }

    /// A commitment stands in an entry as a string of 64 hexadecimal digits; where in the entry is
    /// `access`'s affair.
    pub(crate) fn acquit(&mut self, entry: &[u8]) {
        if self.suspected.is_empty() {
            return;
        }
        for text in entry
            .split(|byte| *byte == b'"')
            .filter(|text| text.len() == 64)
        {
            if let Ok(text) = std::str::from_utf8(text)
                && let Some(text) = self.suspected.take(text)
            {
                self.acquitted.push(text);
            }
        }
    }

    /// Removes those that no entry names; says how many. Values that came after the suspicion are left
    /// as they are: their entries are being decided.
    pub(crate) fn remove(self, db: &mut Connection) -> rusqlite::Result<usize> {
        let removing = db.transaction()?;
        for orphan in &self.suspected {
            removing
                .prepare_cached("DELETE FROM personal WHERE commitment = ?1")?
                .execute([parsed(orphan)?])?;
        }
        for entered in &self.acquitted {
            removing
                .prepare_cached("UPDATE personal SET entered = 1 WHERE commitment = ?1")?
                .execute([parsed(entered)?])?;
        }
        removing.commit()?;
        Ok(self.suspected.len())
    }
}

fn parsed(commitment: &str) -> rusqlite::Result<[u8; 32]> {
    let digest: Result<ids::Digest, _> = commitment.parse();
    digest
        .map(|digest| digest.0)
        .map_err(|error| malformed(0, error))
}
