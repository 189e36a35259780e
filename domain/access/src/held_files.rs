//! Files that stopped in quarantine: what was found in them, and who let them pass.

use ids::{Commitment, Digest, PersonId, SessionId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::terms::Handover;

/// What was seen of a file before it could pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLook {
    /// What it is, by its content.
    pub kind: String,
    /// What scanners said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<FileScan>,
    /// What became of it.
    pub verdict: FileVerdict,
    /// Why it did not pass by rule; empty if it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<FileWhy>,
}

impl FileLook {
    /// Whether a scanner found something in it.
    pub fn found_something(&self) -> bool {
        let mut why = self.why.iter();
        why.any(|why| matches!(why, FileWhy::Found { .. }))
    }
}

/// What one scanner said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileScan {
    /// Which: `clamd`, `hook`.
    pub by: String,
    /// As it calls itself, with its signatures.
    pub version: String,
    /// What it found, by its own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// What became of a file in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileVerdict {
    /// It passed by rule.
    Passed,
    /// It waits for a person.
    Held,
    /// It is refused; no person can let it pass.
    Stopped,
}

/// Why a file did not pass by rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FileWhy {
    /// No scanner is set up.
    Unscanned,
    /// A scanner gave no answer.
    ScannerSilent {
        /// Which.
        by: String,
    },
    /// A scanner found something.
    Found {
        /// Which.
        by: String,
        /// What, by its own name for it.
        name: String,
    },
    /// A kind that is not let in or out.
    Kind {
        /// Which.
        kind: String,
    },
    /// An archive that was not looked into to its end.
    Archive {
        /// Why: `encrypted`, `bomb` and so on.
        trouble: String,
    },
    /// At this target a person lets every file pass.
    ByPerson,
}

impl FileWhy {
    /// The key of its sentence in `phrases`, prefixed `file-why-`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unscanned => "unscanned",
            Self::ScannerSilent { .. } => "scanner-silent",
            Self::Found { .. } => "found",
            Self::Kind { .. } => "kind",
            Self::Archive { .. } => "archive",
            Self::ByPerson => "by-person",
        }
    }

    /// What its sentence says, by name.
    pub fn args(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Unscanned | Self::ByPerson => Vec::new(),
            Self::ScannerSilent { by } => vec![("by", by)],
            Self::Found { by, name } => vec![("by", by), ("name", name)],
            Self::Kind { kind } => vec![("kind", kind)],
            Self::Archive { trouble } => vec![("trouble", trouble)],
        }
    }
}

/// A file that waits, or waited, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFile {
    /// In which session it came.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// Which way it goes.
    pub direction: Handover,
    /// Its path on the target.
    pub name: Commitment,
    /// Bytes of content.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: Digest,
    /// What was seen of it.
    pub look: FileLook,
    /// What a person said, who, and when; none: it waits.
    pub answer: Option<FileAnswer>,
}

/// What a person said of a file that waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAnswer {
    /// Whether it may pass.
    pub released: bool,
    /// Who said so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// What people do about files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileCommand {
    /// Let one that waits pass.
    Release {
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit.
        file: u32,
    },
    /// Refuse one that waits.
    Refuse {
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit.
        file: u32,
    },
    /// Say, for the vendor, that what was taken out in a visit is deleted (10①).
    ConfirmDeletion {
        /// Which visit.
        visit: VisitId,
    },
}

impl FileCommand {
    /// The visit that it is about.
    pub fn visit(&self) -> &VisitId {
        let (Self::Release { visit, .. }
        | Self::Refuse { visit, .. }
        | Self::ConfirmDeletion { visit }) = self;
        visit
    }
}
