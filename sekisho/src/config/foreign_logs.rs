//! `[foreign_logs]` of `site.toml`: where the receiver of other devices' logs tells what it finds.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The receiver (`sekisho-logs`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForeignLogsFile {
    /// The folder `told` in the receiver's own, from the root on. The gateway reads that and nothing else of it.
    pub(crate) told: PathBuf,
}
