//! The local tables: what is kept and is not in the ledger. The exhaustive list, with the reason of
//! each, stands in `schema.rs`.
//!
//! Each write is one durable transaction. Reads use the read connection and see every write that has
//! returned. Where two callers may race (a one-use code, an attempt counter), the operation is one
//! statement or one transaction here, never a read and a write outside (lesson L17).

mod attempts;
mod drafts;
mod passkeys;
mod people;
mod personal;
mod secrets;
mod settings;
mod sign_ins;
mod witnesses;

pub use drafts::{Claim, Draft, DraftFile, MOST_DRAFTS, SaveDraftError, SavedFile, WrittenDraft};
pub use passkeys::Passkey;
pub use people::{ClaimNameError, Credential};
pub(crate) use personal::Orphans;
pub use personal::{PersonErased, PersonalValue};
pub use sign_ins::{ListedSignIn, SignIn};
pub use witnesses::{Alarm, Cosignature, KeepCosignatureError};

use faults::Point;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{Reader, Store};

/// Names and keys of local rows are short; anything longer was not made by us (lesson L24).
const MAX_KEY: usize = 256;
/// The largest local value, in bytes.
const MAX_VALUE: usize = 64 * 1024;

/// Why something local was not kept or not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// The disk or the database refused. Nothing was changed.
    #[error("{doing}: the database is unavailable: {cause}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        cause: String,
    },
    /// A row is not what this release writes there.
    #[error("{doing}: a row is not what belongs there: {cause}. Restore the site from a backup")]
    Broken {
        /// What was being done.
        doing: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// A name or value is over its limit.
    #[error("{doing}: {size} bytes are over the limit of {limit}")]
    TooLarge {
        /// What was being done.
        doing: &'static str,
        /// The size offered, in bytes.
        size: usize,
        /// The limit, in bytes.
        limit: usize,
    },
}

impl LocalError {
    pub(crate) fn from_sql(doing: &'static str, error: &rusqlite::Error) -> Self {
        let cause = error.to_string();
        let misread = matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        );
        let corrupt = error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt);
        if misread || corrupt {
            Self::Broken { doing, cause }
        } else {
            Self::Unavailable { doing, cause }
        }
    }
}

impl Store {
    /// One durable change of local tables.
    fn change<T>(
        &self,
        point: Point,
        doing: &'static str,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LocalError> {
        let mut writer = self.writer();
        let Some(connection) = writer.connection.as_mut() else {
            let cause = "the store is closed".to_owned();
            return Err(LocalError::Unavailable { doing, cause });
        };
        let in_one = || -> rusqlite::Result<T> {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = act(&change)?;
            self.durable(point, || change.commit())?;
            Ok(done)
        };
        in_one().map_err(|error| LocalError::from_sql(doing, &error))
    }
}

impl Reader {
    fn look<T>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LocalError> {
        act(&self.connection()).map_err(|error| LocalError::from_sql(doing, &error))
    }
}

fn short(doing: &'static str, text: &str) -> Result<(), LocalError> {
    within(doing, text.len(), MAX_KEY)
}

fn within(doing: &'static str, size: usize, limit: usize) -> Result<(), LocalError> {
    if size <= limit {
        Ok(())
    } else {
        Err(LocalError::TooLarge { doing, size, limit })
    }
}
