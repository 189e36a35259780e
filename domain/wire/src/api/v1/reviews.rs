//! Reviews of visits that are over (確認・署名).

use ids::{Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a reviewer says of a visit that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Seen, and in order.
    Accepted,
    /// Seen, and something is asked about it.
    Questioned,
}

/// Reviews a visit that is over, and signs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewVisit {
    /// What the reviewer says.
    pub verdict: Verdict,
    /// SHA-256 of the report that was read; absent: none is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// A word with it; needed with a question, and where a report is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One person's review of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Whose.
    pub by: PersonId,
    /// Their name, where the caller may see it.
    pub by_name: Option<String>,
    /// When it was signed.
    pub at: Timestamp,
    /// What they say.
    pub verdict: Verdict,
    /// SHA-256 of the report that they read; absent: none was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// A word with it; `None` also where the caller may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
