//! What the receiver of other devices' logs tells: findings, and heads that vouch for what it keeps.
//!
//! It is another process, which reads the bytes of strangers: what it says is believed to be what it said, and no more. The
//! ledger remembers how far it was heard, so that nothing is entered twice and nothing is passed over.

use ids::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// Where something was told: a line of a month's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldAt {
    /// The month, as `2026-11`.
    pub month: String,
    /// The line, from 1.
    pub line: u64,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignTold {
    /// A rule saw something.
    Found(ForeignFound),
    /// A head.
    Sealed(ForeignHead),
}

/// A line, as the receiver writes it.
#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    found: Option<ForeignFound>,
    sealed: Option<ForeignHead>,
}

impl ForeignTold {
    /// Reads a line of the receiver's: when it was written, by its clock, and what it tells. `None` if it is none.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<(Timestamp, Self)> {
        let line: Line = serde_json::from_slice(line).ok()?;
        match (line.found, line.sealed) {
            (Some(found), None) => Some((line.at, Self::Found(found))),
            (None, Some(sealed)) => Some((line.at, Self::Sealed(sealed))),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

/// Something that a rule saw in the logs of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignFound {
    /// The rule's id.
    pub rule: String,
    /// The device or machine.
    pub device: String,
    /// How often.
    pub count: u64,
    /// The first time, by the device's clock where the log has it.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
}

/// A head of the chain in which the logs are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignHead {
    /// The file.
    pub file: String,
    /// How many of its records the head covers, with all files before it.
    pub entries: u64,
    /// The head.
    pub head: Digest,
}

/// What the ledger remembers of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignLogs {
    /// The last place that was entered.
    pub heard: Option<ToldAt>,
    /// The last head.
    pub head: Option<ForeignHead>,
}

impl ForeignLogs {
    pub(crate) fn is_empty(&self) -> bool {
        self.heard.is_none()
    }

    /// Whether something at this place is still to be entered.
    #[must_use]
    pub fn is_new(&self, at: &ToldAt) -> bool {
        self.heard.as_ref().is_none_or(|heard| at > heard)
    }
}

impl ToldAt {
    /// Whether it can be one: `0000-00`, and a line.
    pub(crate) fn is_one(&self) -> bool {
        let like = |(at, byte): (usize, u8)| match at {
            4 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        let month = self.month.len() == 7 && self.month.bytes().enumerate().all(like);
        month && self.line > 0
    }
}
