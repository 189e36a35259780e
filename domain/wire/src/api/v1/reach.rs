//! How far somebody or something reached (影響範囲).

use std::net::IpAddr;

use ids::{DeviceId, PersonId, SessionId, TargetId, Timestamp, VendorId, VisitId};
use serde::{Deserialize, Serialize};

use super::{GivenCommand, PassedFile, RefusedAsk, SeenPatient};

/// Asks how far somebody or something reached: one of the first five, or none of them for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskReach {
    /// A person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// A device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// A vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<VendorId>,
    /// A target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetId>,
    /// The secret with which the gateway signs in at this target, since it was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<TargetId>,
    /// From this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A session that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachedSession {
    /// Which.
    pub session: SessionId,
    /// Of which visit.
    pub visit: VisitId,
    /// Who.
    pub person: PersonId,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<String>,
    /// Of which vendor.
    pub vendor: VendorId,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_name: Option<String>,
    /// On which device.
    pub device: DeviceId,
    /// Where to.
    pub target: TargetId,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_name: Option<String>,
    /// From where.
    pub source: IpAddr,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Timestamp>,
    /// Bytes to the target.
    pub sent: u64,
    /// Bytes from it.
    pub received: u64,
    /// Whether it can be told what was done in it: `content-NAME`.
    pub content: String,
}

/// A way on from a target to another machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onward {
    /// In which session.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// Where to, as it was typed; nothing where the command names no machine.
    pub to: Vec<String>,
    /// The command.
    pub command: String,
}

/// How far it reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Sessions, in order of time.
    pub sessions: Vec<ReachedSession>,
    /// Commands, in order of time.
    pub commands: Vec<GivenCommand>,
    /// Files that passed, in order of time.
    pub files: Vec<PassedFile>,
    /// Patients whose numbers came out of databases.
    pub patients: Vec<SeenPatient>,
    /// Statements with which others came out, too, who cannot be listed.
    pub patients_unlisted: u64,
    /// Ways on to other machines.
    pub onward: Vec<Onward>,
    /// What was asked for and refused.
    pub refused: Vec<RefusedAsk>,
    /// Lines of input that nobody can read any more.
    pub masked_lines: u64,
    /// Of a secret: other targets at which a shared one was found.
    pub shared: Vec<TargetId>,
    /// What is missing here because it is too much: sessions, commands, files, patients, refusals.
    pub left_out: u64,
}
