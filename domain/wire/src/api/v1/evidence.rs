//! The ledger, witnesses, recordings.

use ids::{Digest, SessionId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::secret::Bytes;

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Whose.
    pub session: SessionId,
    /// The visit.
    pub visit: VisitId,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended; absent: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Frames.
    pub frames: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Segments.
    pub segments: u32,
    /// Whether the last segment is sealed in the ledger.
    pub sealed: bool,
}

/// What was recorded. Bytes of a target are data: never write them to a terminal as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingShown {
    /// Which.
    pub recording: Recording,
    /// Its first frames.
    pub frames: Vec<FrameShown>,
    /// Whether there are more: export it.
    pub more: bool,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameShown {
    /// Milliseconds since the session began.
    pub at_millis: i64,
    /// Which way.
    pub direction: Direction,
    /// What.
    pub content: FrameContent,
}

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the engineer to the target.
    Sent,
    /// From the target to the engineer.
    Received,
    /// From the gateway.
    Gateway,
}

/// What a frame holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FrameContent {
    /// The bytes.
    Data(Bytes),
    /// How many bytes.
    Size(u64),
    /// A remark of the gateway.
    Notice(String),
    /// The end, and why.
    End(String),
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingVerified {
    /// Whose.
    pub session: SessionId,
    /// Whether every byte is as the ledger says.
    pub verified: bool,
    /// The exact place of the first disagreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<String>,
    /// Frames.
    pub frames: u64,
    /// Bytes from the engineer to the target.
    pub sent: u64,
    /// Bytes from the target to the engineer.
    pub received: u64,
    /// The head of its chain.
    pub head: Digest,
}

/// The site's latest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// A signed note (C2SP tlog-checkpoint), with the cosignatures so far.
    pub note: String,
    /// After an honest restore: the kit's signed `LedgerResumed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<String>,
}

/// From which size consistency is to be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyFrom {
    /// The size that the caller holds.
    pub from: u64,
}

/// Proof that the ledger has only grown (RFC 9162 §2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// From this size.
    pub from: u64,
    /// To this checkpoint.
    pub checkpoint: Checkpoint,
    /// The hashes.
    pub proof: Vec<Digest>,
}

/// A witness's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosignature {
    /// The checkpoint's note with the caller's cosignature (C2SP tlog-cosignature) on it.
    pub note: String,
}

/// A witness holds something else than it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessAlarm {
    /// How it disagrees.
    pub how: Disagreement,
    /// The note that the witness holds.
    pub held: String,
    /// The note that it was offered.
    pub offered: String,
}

/// How a witness disagrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disagreement {
    /// The ledger is shorter than it was.
    RolledBack,
    /// It is another ledger than it was.
    Forked,
    /// The signature is not the site's.
    BadSignature,
    /// The proof does not prove.
    BadProof,
    /// The resumption is not the kit's.
    ResumeInvalid,
}

/// The ledger as files, for verification elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerExport {
    /// Path inside the exported folder, and content.
    pub files: Vec<ExportedFile>,
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedFile {
    /// Relative, with `/`; the reader refuses `..` and absolute ones.
    pub path: String,
    /// Its bytes.
    pub content: Bytes,
}
