//! Searching the ledger and the commands in recordings.

use ids::{PersonId, SessionId, TargetId, Timestamp, VendorId, VisitId};
use serde::{Deserialize, Serialize};

use crate::said::Said;

/// What is looked for. Whatever is given must fit; nothing given finds everything, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Words, each of which must be found: in names, numbers, kinds of entries, texts of visits; and for
    /// commands in the command.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Entries of this kind only, by its name in the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What concerns this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Of this vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<VendorId>,
    /// Of this target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetId>,
    /// Of this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// From this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only entries before the one with this number: the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Entries, the newest first.
    pub entries: Vec<FoundEntry>,
    /// Whether there are older ones: ask again with `before` the last number.
    pub more: bool,
    /// Commands in recordings, the newest first; for the hospital's people.
    pub commands: Vec<FoundCommand>,
    /// Recordings whose commands were not read yet: ask again in a moment.
    pub unread: u64,
    /// Entries that were not read yet, a moment after a start.
    pub behind: u64,
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundEntry {
    /// Its number in the ledger, from 0.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Its kind, by its name in the ledger.
    pub kind: String,
    /// The same as a sentence.
    pub what: Said,
    /// Whose doing it was, if a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Their name, where it may be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<String>,
    /// The visit that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// The visit's target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_name: Option<String>,
    /// The visit's vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_name: Option<String>,
}

/// A command that was found in a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundCommand {
    /// In which session.
    pub session: SessionId,
    /// Of which visit.
    pub visit: VisitId,
    /// In which channel.
    pub channel: u32,
    /// When.
    pub at: Timestamp,
    /// Milliseconds since the session began: where it is in the recording.
    pub at_millis: i64,
    /// The command, with the limits of the recording's index.
    pub text: String,
}
