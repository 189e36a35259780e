//! What witnesses said about this ledger: cosignatures of its checkpoints, and alarms.

use faults::Point;
use ids::Timestamp;
use ledger::{SignedNote, checkpoint};
use rusqlite::{OptionalExtension, Row};

use super::{LocalError, MAX_VALUE, short, within};
use crate::number::{from_sql, moment, to_sql};
use crate::{Reader, Store};

/// A witness's signature on a checkpoint of this ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The name of the witness's key.
    pub witness: String,
    /// The size of the checkpoint, in entries.
    pub size: u64,
    /// The checkpoint as the site signed it: the whole signed note.
    pub checkpoint: String,
    /// The witness's signature line, without a newline.
    pub line: String,
    /// When the witness signed.
    pub at: Timestamp,
}

/// A disagreement that a witness reported, as often as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The name of the witness's key.
    pub witness: String,
    /// What it says.
    pub says: String,
    /// When it said so first.
    pub first: Timestamp,
    /// When it said so last.
    pub last: Timestamp,
    /// How often.
    pub times: u64,
}

/// Why a cosignature was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepCosignatureError {
    /// What was cosigned is not a checkpoint of this ledger.
    #[error("what {witness} cosigned is not a checkpoint of this ledger: {cause}")]
    NotOurs {
        /// The witness.
        witness: String,
        /// What is wrong.
        cause: String,
    },
    /// It could not be kept.
    #[error(transparent)]
    Local(#[from] LocalError),
}

const COSIGNATURES: &str = "looking up cosignatures";
const ALARMS: &str = "looking up witness alarms";
/// A misbehaving witness can say many different things; the newest are worth keeping.
const MAX_ALARMS: i64 = 1000;

impl Reader {
    /// The cosignatures of the checkpoint of exactly this size.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn cosignatures_at(&self, size: u64) -> Result<Vec<Cosignature>, LocalError> {
        self.look(COSIGNATURES, |db| {
            db.prepare_cached(
                "SELECT witness, size, checkpoint, line, at FROM cosignatures WHERE size = ?1 ORDER BY witness",
            )?
            .query_map([to_sql(size)], cosignature)?
            .collect()
        })
    }

    /// The newest cosigned size that is at least `size`: what a receipt over entries below `size`
    /// can be proved against.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn newest_cosigned_size(&self, size: u64) -> Result<Option<u64>, LocalError> {
        self.look(COSIGNATURES, |db| {
            db.prepare_cached(
                "SELECT size FROM cosignatures WHERE size >= ?1 ORDER BY size DESC LIMIT 1",
            )?
            .query_row([to_sql(size)], |row| from_sql(row, 0))
            .optional()
        })
    }

    /// The same of one witness: what its owner can prove with their own key.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn newest_size_cosigned_by(
        &self,
        witness: &str,
        size: u64,
    ) -> Result<Option<u64>, LocalError> {
        self.look(COSIGNATURES, |db| {
            db.prepare_cached(
                "SELECT size FROM cosignatures WHERE witness = ?1 AND size >= ?2 ORDER BY size DESC LIMIT 1",
            )?
            .query_row((witness, to_sql(size)), |row| from_sql(row, 0))
            .optional()
        })
    }

    /// The last cosignature of each witness, by witness.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn last_cosignatures(&self) -> Result<Vec<Cosignature>, LocalError> {
        self.look(COSIGNATURES, |db| {
            db.prepare_cached(
                "SELECT witness, max(size), checkpoint, line, at FROM cosignatures GROUP BY witness ORDER BY witness",
            )?
            .query_map([], cosignature)?
            .collect()
        })
    }

    /// The alarms that witnesses raised, the newest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn alarms(&self) -> Result<Vec<Alarm>, LocalError> {
        self.look(ALARMS, |db| {
            db.prepare_cached(
                "SELECT witness, says, first, last, times FROM witness_alarms ORDER BY last DESC, witness, says",
            )?
            .query_map([], alarm)?
            .collect()
        })
    }
}

impl Store {
    /// Keeps a cosignature; of one witness at one size, the latest. That the witness's own signature
    /// holds is the caller's to check; that what it signed is a checkpoint of this ledger is checked
    /// here.
    ///
    /// # Errors
    /// If it is of another ledger or another history, or cannot be kept.
    pub fn put_cosignature(&self, given: &Cosignature) -> Result<(), KeepCosignatureError> {
        short(COSIGNATURES, &given.witness)?;
        within(COSIGNATURES, given.checkpoint.len(), MAX_VALUE)?;
        within(COSIGNATURES, given.line.len(), MAX_VALUE)?;
        self.is_ours(given)
            .map_err(|cause| KeepCosignatureError::NotOurs {
                witness: given.witness.clone(),
                cause,
            })?;
        self.change(Point::Cosignature, COSIGNATURES, |db| {
            db.execute(
                "INSERT INTO cosignatures (size, witness, checkpoint, line, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (size, witness) DO UPDATE
                 SET checkpoint = excluded.checkpoint, line = excluded.line, at = excluded.at
                 WHERE excluded.at >= at",
                (
                    to_sql(given.size),
                    &given.witness,
                    &given.checkpoint,
                    &given.line,
                    given.at.as_millis(),
                ),
            )
        })?;
        Ok(())
    }

    fn is_ours(&self, given: &Cosignature) -> Result<(), String> {
        let note =
            SignedNote::decode(given.checkpoint.as_bytes()).map_err(|error| error.to_string())?;
        let found = checkpoint::open(&note, self.site_key()).map_err(|error| error.to_string())?;
        if found.size != given.size {
            return Err(format!("it is of size {}, not {}", found.size, given.size));
        }
        let root = self
            .root_at(found.size)
            .map_err(|error| error.to_string())?;
        if root == found.root {
            Ok(())
        } else {
            Err(format!(
                "its root is {}, ours at that size {root}",
                found.root
            ))
        }
    }

    /// Keeps what a witness found wrong. Said again, it is counted. Nothing takes an alarm away but
    /// a thousand newer ones (lesson L30).
    ///
    /// # Errors
    /// If it cannot be kept; the caller then says it where it can.
    pub fn raise_alarm(&self, witness: &str, says: &str, now: Timestamp) -> Result<(), LocalError> {
        short(ALARMS, witness)?;
        within(ALARMS, says.len(), MAX_VALUE)?;
        self.change(Point::Alarm, ALARMS, |db| {
            db.execute(
                "INSERT INTO witness_alarms (witness, says, first, last, times) VALUES (?1, ?2, ?3, ?3, 1)
                 ON CONFLICT (witness, says) DO UPDATE
                 SET last = max(last, excluded.last), times = times + 1",
                (witness, says, now.as_millis()),
            )?;
            db.execute(
                "DELETE FROM witness_alarms WHERE (witness, says) NOT IN
                 (SELECT witness, says FROM witness_alarms ORDER BY last DESC LIMIT ?1)",
                [MAX_ALARMS],
            )
        })
        .map(|_| ())
    }
}

fn cosignature(row: &Row<'_>) -> rusqlite::Result<Cosignature> {
    Ok(Cosignature {
        witness: row.get(0)?,
        size: from_sql(row, 1)?,
        checkpoint: row.get(2)?,
        line: row.get(3)?,
        at: moment(row, 4)?,
    })
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    Ok(Alarm {
        witness: row.get(0)?,
        says: row.get(1)?,
        first: moment(row, 2)?,
        last: moment(row, 3)?,
        times: from_sql(row, 4)?,
    })
}
