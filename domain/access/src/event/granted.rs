//! What a grant allows, and on whose authority an emergency is opened.

use ids::{Commitment, DeviceId, Digest, PersonId, TargetId};
use serde::{Deserialize, Serialize};

use crate::terms::{
    DatabaseTerms, DesktopTerms, PinnedAddress, Protocol, RecordingPolicy, Sessions, SshTerms,
    WebTerms, Window,
};

/// What a grant allows, as it was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Who.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Where to.
    pub target: TargetId,
    /// What is spoken.
    pub protocol: Protocol,
    /// The pinned address at that time.
    pub address: PinnedAddress,
    /// When.
    pub window: Window,
    /// How often.
    pub sessions: Sessions,
    /// What is kept.
    pub recording: RecordingPolicy,
    /// Bytes that the visit may record.
    pub quota_bytes: u64,
    /// What may be done inside SSH sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// What may be done inside database sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// What may be done inside sessions at web consoles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// What may be done inside desktop sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
    /// Whether every session needs an attendant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attended: bool,
}

/// On whose authority an emergency was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Authority {
    /// The person of the night chain who made the entry.
    Duty,
    /// A one-use code.
    Envelope {
        /// SHA-256 of the code that is now used.
        code: Digest,
        /// Who read it out.
        read_by: Commitment,
    },
}
