//! Files that stopped in quarantine, and what went out in a visit.

use ids::{Digest, PersonId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Handover;
use crate::said::Said;

/// Answers for a file that waits, or says that what went out is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerFile {
    /// The file of this number may pass.
    Release(u32),
    /// The file of this number may not pass.
    Refuse(u32),
    /// For the vendor: what went out is deleted.
    Deleted,
}

/// The files of a visit: what waits, and what went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitFiles {
    /// Files that waited for a person, by their numbers.
    pub held: Vec<HeldFile>,
    /// What went out of the hospital, in order.
    pub out: Vec<FileOut>,
    /// Who of the vendor said that it is deleted, in order.
    pub deletions: Vec<Deletion>,
}

/// A file that waited, or waits, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldFile {
    /// Its number in the visit.
    pub number: u32,
    /// In which session it came.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub direction: Handover,
    /// Its path on the target, where the caller may see it.
    pub path: Option<String>,
    /// Bytes of content.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: Digest,
    /// What it is, by its content.
    pub kind: String,
    /// Why it waits: sentences `file-why-…`.
    pub why: Vec<Said>,
    /// What was answered; absent: it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<FileAnswered>,
}

/// What a person answered for a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileAnswered {
    /// Whether it may pass.
    pub released: bool,
    /// Who said so.
    pub by: PersonId,
    /// Their name, where the caller may see it.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A file that went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileOut {
    /// In which session.
    pub session: SessionId,
    /// When it was entered.
    pub at: Timestamp,
    /// Its path on the target; `None` once it is erased.
    pub path: Option<String>,
    /// Bytes that passed.
    pub bytes: u64,
    /// SHA-256 of the content, if it passed whole and in order.
    pub sha256: Option<Digest>,
    /// What it is, by its content; absent where it was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The vendor said that what went out is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// Who.
    pub by: PersonId,
    /// Their name, where the caller may see it.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
}
