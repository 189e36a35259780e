//! Committing a site to what a new release writes.

use serde::{Deserialize, Serialize};

/// What a site is committed to, and what would become possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upgrade {
    /// The level of the ledger.
    pub level: u16,
    /// The latest level that the gateway's release knows.
    pub newest: u16,
    /// The kinds of entries that are written only after a commit; the release before cannot read them.
    pub entries: Vec<String>,
}
