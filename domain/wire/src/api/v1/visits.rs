//! Requests, visits, sessions, reports.

use ids::{
    DeviceId, Digest, GrantId, PersonId, RequestId, SessionId, TargetId, Timestamp, VendorId,
    VisitId,
};
use serde::{Deserialize, Serialize};

use super::database::DatabaseTerms;
use super::desktop::DesktopTerms;
use super::registry::Protocol;
use super::reviews::Review;
use super::ssh::SshTerms;
use super::watch::Frozen;
use super::web::WebTerms;
use crate::said::Said;
use crate::secret::{Bytes, Secret};
use crate::session::Recording;

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First moment.
    pub from: Timestamp,
    /// The moment at which everything under it has ended.
    pub until: Timestamp,
}

/// How often a grant may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sessions {
    /// One connection, once.
    Once,
    /// Up to this many at the same time.
    AtOnce(u16),
}

/// 作業種別
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindOfWork {
    /// 障害対応
    Fault,
    /// 定期点検
    Inspection,
    /// 更新
    Update,
    /// 調査
    Investigation,
    /// データ抽出
    DataExtraction,
}

/// A file to be handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHandover {
    /// Which way.
    pub direction: Handover,
    /// Its name; `None` once erased.
    pub name: Option<String>,
    /// Its SHA-256, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// Into the hospital.
    In,
    /// Out of the hospital.
    Out,
}

/// A file, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name; `None` once erased.
    pub name: Option<String>,
    /// Its bytes.
    pub content: Bytes,
}

/// Asks for a visit (申請).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestVisit {
    /// The target, by name or id.
    pub target: String,
    /// When.
    pub window: Window,
    /// 目的
    pub purpose: String,
    /// 作業種別
    pub kind: KindOfWork,
    /// 作業計画書: its bytes.
    pub plan: Bytes,
    /// Its file name.
    pub plan_name: String,
    /// A number that is answered during the work.
    pub contact: String,
    /// 特権の要否
    pub privileged: bool,
    /// How care is affected, and the way back; absent: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care_affected: Option<String>,
    /// Which patient data is touched, and why; absent: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_data: Option<String>,
    /// Files to be handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileHandover>,
    /// 立会い
    #[serde(default)]
    pub attended: bool,
    /// The sub-contractor who does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_contractor: Option<VendorId>,
    /// How often the grant may be used.
    pub sessions: Sessions,
    /// For an SSH target: what is to be done inside; absent: a shell and commands, no files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// For a database: what is to be done inside; absent: to read where the target has an account for
    /// that, any database, 256 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// For a web console: what is to be done inside; absent: to look, under any path, 256 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// For a desktop: what is to be done inside; absent: keys and pointer, no clipboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
}

/// The request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requested {
    /// The request.
    pub request: RequestId,
    /// The visit that it is for.
    pub visit: VisitId,
}

/// A request, as the caller may see it. Free text is `None` once erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The visit.
    pub visit: VisitId,
    /// Whether it asks for more time on a running visit.
    pub extension: bool,
    /// Who asked.
    pub by: PersonId,
    /// Their name.
    pub by_name: Option<String>,
    /// For which vendor.
    pub vendor: VendorId,
    /// On which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// When.
    pub at: Timestamp,
    /// Where to.
    pub target: TargetId,
    /// The target's name.
    pub target_name: String,
    /// When the visit is to be.
    pub window: Window,
    /// 目的
    pub purpose: Option<String>,
    /// 作業種別
    pub kind: KindOfWork,
    /// SHA-256 of the work plan.
    pub plan: Digest,
    /// Its file name.
    pub plan_name: Option<String>,
    /// A number that is answered during the work.
    pub contact: Option<String>,
    /// 特権の要否
    pub privileged: bool,
    /// Whether care is affected.
    pub care_affected: bool,
    /// How.
    pub care_how: Option<String>,
    /// Whether patient data is touched.
    pub patient_data: bool,
    /// Which, and why.
    pub patient_reason: Option<String>,
    /// Files to be handed over.
    pub files: Vec<FileHandover>,
    /// 立会い
    pub attended: bool,
    /// The sub-contractor who does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_contractor: Option<VendorId>,
    /// How often the grant may be used.
    pub sessions: Sessions,
    /// How it stands.
    pub state: RequestState,
    /// Who approved so far.
    pub approved_by: Vec<PersonId>,
    /// The grant, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// When it was refused because nobody had answered in time, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Timestamp>,
    /// For an SSH target: what may be done inside, as asked or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// For a database: what may be done inside, as asked or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// For a web console: what may be done inside, as asked or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// For a desktop: what may be done inside, as asked or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestState {
    /// It waits for an approval.
    AwaitingApproval,
    /// It waits for the second person's approval.
    AwaitingSecondApproval,
    /// It was approved.
    Granted,
    /// It was opened in an emergency, and the approval is due.
    OpenedInEmergency,
    /// It was refused.
    Refused {
        /// Why; `None` once erased.
        reason: Option<String>,
    },
    /// Its maker took it back.
    Withdrawn,
    /// Nobody answered before its window was over: no.
    Lapsed,
}

/// Approves a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// Conditions in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// A shorter window than asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrower: Option<Window>,
    /// Less than was asked for inside SSH sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// Less than was asked for inside database sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// Less than was asked for inside sessions at web consoles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// Less than was asked for inside desktop sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
}

/// What came of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Approved {
    /// The grant exists, or its debt is paid.
    Granted {
        /// The grant.
        grant: GrantId,
        /// The visit.
        visit: VisitId,
    },
    /// A second person must approve.
    AwaitingSecondApproval,
    /// A running visit was extended.
    Extended {
        /// Until when it goes now.
        until: Timestamp,
    },
}

/// Refuses a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// Why.
    pub reason: String,
}

/// Opens a request at once, in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenEmergency {
    /// On whose authority.
    pub way: EmergencyWay,
}

/// On whose authority an emergency is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EmergencyWay {
    /// The caller is on the night chain.
    Duty,
    /// A code from the sealed envelope, after calling the vendor back.
    Envelope {
        /// The code.
        code: Secret,
        /// Who read it out.
        read_by: String,
    },
}

/// Asks for more time on a running visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// Until when.
    pub until: Timestamp,
}

/// A visit: the whole errand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// Its requests: the first, then extensions.
    pub requests: Vec<RequestId>,
    /// Its grant, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Whether the grant was withdrawn.
    pub withdrawn: bool,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub person_name: Option<String>,
    /// For which vendor.
    pub vendor: VendorId,
    /// Where to.
    pub target: TargetId,
    /// The target's name.
    pub target_name: String,
    /// When, extensions counted.
    pub window: Window,
    /// Conditions of the approval, in words.
    pub conditions: Option<String>,
    /// Whether it was opened in an emergency.
    pub emergency: bool,
    /// Its sessions.
    pub sessions: Vec<SessionId>,
    /// Bytes recorded of it.
    pub recorded_bytes: u64,
    /// SHA-256 of the work report, once filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// Who reviewed it, in order; a later review adds to those before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Whether it waits for somebody who reviews and signs it: it is over, its report is filed, and
    /// nobody has reviewed all of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review_awaited: bool,
    /// Since when the report is overdue, if it is: until it is filed, the engineer's next request is
    /// refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_overdue: Option<Timestamp>,
    /// For an SSH target: what its grant allows inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// For a database: what its grant allows inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// For a web console: what its grant allows inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// For a desktop: what its grant allows inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
    /// Whether its sessions need an attendant (立会い).
    #[serde(default)]
    pub attended: bool,
}

/// A connection inside a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The visit.
    pub visit: VisitId,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub person_name: Option<String>,
    /// On which device.
    pub device: DeviceId,
    /// Where to.
    pub target: TargetId,
    /// The target's name.
    pub target_name: String,
    /// What is spoken.
    pub protocol: Protocol,
    /// From which address; `None` where the caller may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<std::net::IpAddr>,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// What is kept of it.
    pub recording: Recording,
    /// How it ended; absent: it is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Why nothing passes for now, if nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
    /// Whether it needs an attendant (立会い).
    #[serde(default)]
    pub attended: bool,
    /// Who attends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attendants: Vec<PersonId>,
    /// Channels opened in it so far.
    #[serde(default)]
    pub channels: u64,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Said,
    /// Bytes from the engineer to the target.
    pub sent: u64,
    /// Bytes from the target to the engineer.
    pub received: u64,
}
