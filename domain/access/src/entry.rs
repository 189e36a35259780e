//! The line of the ledger in which an event stands.

use ids::{SiteId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::event::Event;

/// The only version of entries so far.
pub const ENTRY_VERSION: u8 = 1;

/// One line of the ledger: what happened, when, by whose doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of the entry's form: 1.
    pub v: u8,
    /// Where.
    pub site: SiteId,
    /// When. Never before the entry before it (invariant 14).
    pub at: Timestamp,
    /// Whose command it was, with the factors, device, address and door as they were proved.
    pub by: Caller,
    /// Which part of which visit's story it is, so that a left-out entry is noticed in a receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// What.
    pub event: Event,
}

/// The place of an entry in the story of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which visit.
    pub visit: VisitId,
    /// Its place, from 0, without a gap.
    pub n: u64,
}

/// An entry that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The entry's form is of another release.
    #[error(
        "the entry has version {v}, this release reads version 1: upgrade sekisho, then start again"
    )]
    UnknownVersion {
        /// The version found.
        v: u64,
    },
    /// The event is of a later release.
    #[error(
        "the entry tells of {kind:?}, which this release does not know: upgrade sekisho, then start again"
    )]
    UnknownEvent {
        /// The kind found.
        kind: String,
    },
    /// The entry is malformed.
    #[error("the entry is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Entry {
    /// The entry as a JSON value: objects, strings, booleans, null and integers only.
    ///
    /// # Errors
    /// [`EntryError::Malformed`] if a value has no JSON form; none of the vocabulary does.
    pub fn to_value(&self) -> Result<serde_json::Value, EntryError> {
        Ok(serde_json::to_value(self)?)
    }

    /// Reads an entry's bytes, as strictly as [`Entry::from_value`], and several times faster: what is
    /// well-formed needs no tree of values first.
    ///
    /// # Errors
    /// As [`Entry::from_value`].
    pub fn from_slice(bytes: &[u8]) -> Result<Self, EntryError> {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(entry) if entry.v == ENTRY_VERSION => Ok(entry),
            // What is wrong with it is named by a closer look.
            Ok(_) | Err(_) => Self::from_value(serde_json::from_slice(bytes)?),
        }
    }

    /// Reads an entry strictly: unknown members are errors.
    ///
    /// # Errors
    /// What is not understood is named, so that the start can stop with advice.
    pub fn from_value(value: serde_json::Value) -> Result<Self, EntryError> {
        let version = value.get("v").and_then(serde_json::Value::as_u64);
        if let Some(v) = version.filter(|v| *v != u64::from(ENTRY_VERSION)) {
            return Err(EntryError::UnknownVersion { v });
        }
        let kind = value
            .pointer("/event/kind")
            .and_then(serde_json::Value::as_str);
        if let Some(kind) = kind.filter(|kind| !Event::KINDS.contains(kind)) {
            return Err(EntryError::UnknownEvent {
                kind: kind.chars().take(64).collect(),
            });
        }
        Ok(serde_json::from_value(value)?)
    }
}
