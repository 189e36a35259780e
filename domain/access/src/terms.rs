//! The words in which targets, requests and grants are described.

use std::net::IpAddr;
use std::time::Duration;

use ids::{Commitment, DeviceId, Digest, NonEmpty, PersonId, Timestamp, VendorId};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

mod database;
mod desktop;
mod reach;
mod ssh;
mod telnet;
mod web;

pub use database::{
    DatabaseTarget, DatabaseTerms, Databases, PatientColumn, ServerIdentity, USUAL_BYTES_OUT,
};
pub use desktop::{DesktopSignIn, DesktopTarget, DesktopTerms};
pub use reach::{ConsoleReach, ReachFrom, ReachWay};
pub(crate) use ssh::resolved_parts;
pub use ssh::{ChannelAsk, Files, LONGEST_PASTED_LINE, Paths, SecretKind, SshTarget, SshTerms};
pub use telnet::{TelnetSignIn, TelnetTarget, USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT};
pub use web::{WebSignIn, WebTarget, WebTerms};

/// What a person may do at the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks for visits and makes them (作業者).
    Engineer,
    /// Allows, refuses, ends, isolates (承認者).
    Approver,
    /// Keeps vendors, people and targets (システム運用担当者).
    Operator,
    /// Reads (点検者).
    Inspector,
}

/// With what somebody was signed in: sessions are opened with a sign-in on their device alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SignInOf {
    /// On this device.
    Device(DeviceId),
    /// On none, as in a browser without a passkey: such a sign-in opens no session.
    NoDevice,
}

/// For whom a person works.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Employer {
    /// The hospital.
    Hospital,
    /// A maintenance company.
    Vendor(VendorId),
    /// Nobody here: an outside custodian, appointed to help lift an isolation. Never a vendor's.
    Custodian,
}

/// One network that a vendor connects from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePrefix {
    /// The network.
    pub net: IpNet,
    /// Needed, and only allowed, where `net` is wider than /16 (IPv4) or /32 (IPv6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<WideException>,
}

/// A signed exception for a wide prefix. `0.0.0.0/0` and `::/0` have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WideException {
    /// Why it is accepted.
    pub reason: String,
    /// When it ends: at most 90 days after it was signed.
    pub until: Timestamp,
}

/// What is spoken to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Raw TCP: bytes both ways, not understood.
    Tcp,
    /// SSH (RFC 4251), terminated on both sides and understood.
    Ssh,
    /// PostgreSQL's protocol 3, terminated on both sides and understood.
    Postgres,
    /// MySQL's and MariaDB's protocol 10, terminated on both sides and understood.
    Mysql,
    /// HTTP/1.1, with TLS or without, terminated on both sides and understood: a web console.
    Http,
    /// RFB 3.8 (RFC 6143), as VNC speaks it, terminated on both sides and understood.
    Vnc,
    /// RDP (MS-RDPBCGR) with TLS, terminated on both sides and understood.
    Rdp,
    /// Telnet (RFC 854) of old consoles, terminated and understood. The engineer's end is SSH.
    Telnet,
}

impl Protocol {
    /// Whether it is a database's: with accounts, terms and statements.
    pub fn is_database(self) -> bool {
        match self {
            Self::Postgres | Self::Mysql => true,
            Self::Tcp | Self::Ssh | Self::Http | Self::Vnc | Self::Rdp | Self::Telnet => false,
        }
    }

    /// Whether the gateway speaks old TLS under it: with web consoles and over RDP, where the devices are that have no other
    /// (decision 0049).
    pub fn speaks_old_tls(self) -> bool {
        matches!(self, Self::Http | Self::Rdp)
    }

    /// Whether it is a desktop's: with a screen, keys and a pointer.
    pub fn is_desktop(self) -> bool {
        match self {
            Self::Vnc | Self::Rdp => true,
            Self::Tcp | Self::Ssh | Self::Http | Self::Postgres | Self::Mysql | Self::Telnet => {
                false
            }
        }
    }
}

/// The address that a hospital person pinned: the gateway dials this and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedAddress {
    /// What was typed: a name, or the address itself.
    pub host: String,
    /// What it stood for when it was pinned.
    pub ip: IpAddr,
    /// The port.
    pub port: u16,
}

/// What may be changed of a target without pinning it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetTerms {
    /// How many approve.
    pub approvals: Approvals,
    /// Whether it may be opened in an emergency.
    pub emergency: bool,
    /// When it may be visited.
    pub hours: Hours,
    /// The longest window of one grant, in minutes.
    pub longest_minutes: u32,
    /// Bytes that one visit may record.
    pub quota_bytes: u64,
    /// Which vendors maintain it.
    pub vendors: NonEmpty<VendorId>,
    /// Whether every session needs an attendant.
    pub attended: bool,
}

/// What is kept of a session's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPolicy {
    /// All bytes, both ways.
    Payload,
    /// Times and sizes only: an accepted risk that stands in the ledger with who accepted it.
    MetadataOnly,
}

/// How many hospital persons must approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvals {
    /// One person other than the requester.
    One,
    /// Two different persons other than the requester.
    Two,
}

/// When a target may be visited, in Japan Standard Time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hours {
    /// At any hour.
    Always,
    /// Inside one of these.
    Only(NonEmpty<Slot>),
}

/// A stretch of one weekday. A stretch over midnight is two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// 0 is Monday.
    pub weekday: u8,
    /// First minute of the day, 0..1440.
    pub from: u16,
    /// The minute after the last, 1..=1440.
    pub to: u16,
}

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First moment.
    pub from: Timestamp,
    /// The moment at which everything under it has ended.
    pub until: Timestamp,
}

impl Window {
    /// Whether `now` lies inside.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// How long it is.
    pub fn length(&self) -> Duration {
        self.until.since(self.from)
    }
}

/// How often a grant may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sessions {
    /// One connection, once.
    Once,
    /// Up to this many connections at the same time, as often as needed inside the window.
    AtOnce(u16),
}

/// 作業種別 (`facts/hospitals.md` §4).
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

/// Whether the work touches patient data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PatientData {
    /// It does not.
    None,
    /// It does: what, and why.
    Touched {
        /// What and why.
        reason: Commitment,
    },
}

/// Whether care is affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CareImpact {
    /// It is not.
    None,
    /// It is: how, and the way back (切戻し).
    Affected {
        /// How care is affected, and how to roll back.
        how: Commitment,
    },
}

/// A file to be handed over during the visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHandover {
    /// Which way.
    pub direction: Handover,
    /// Its name.
    pub name: Commitment,
    /// Its SHA-256, if it is known beforehand.
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

/// What a reviewer says of a visit that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Seen, and in order.
    Accepted,
    /// Seen, and something is asked about it.
    Questioned,
}

/// One person of the night chain, and how long a request waits before it is their turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLink {
    /// An approver of the hospital.
    pub person: PersonId,
    /// Minutes after the request was made.
    pub after_minutes: u16,
}

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EndReason {
    /// The engineer's side closed.
    EngineerClosed,
    /// The target's side closed.
    TargetClosed,
    /// The target could not be reached.
    TargetUnreachable,
    /// The deadline came.
    Deadline,
    /// A hospital person ended it.
    EndedBy(PersonId),
    /// The local operator ended it at the gateway's socket.
    EndedLocally,
    /// A rule saw in it what nobody's work looks like.
    EndedByRule,
    /// The engineer signed out.
    SignedOut,
    /// The site was isolated.
    Isolated,
    /// The vendor was suspended.
    VendorSuspended,
    /// The person was suspended, or their factors were reset.
    PersonSuspended,
    /// The device was suspended.
    DeviceSuspended,
    /// The target was suspended.
    TargetSuspended,
    /// The target's pin was changed.
    TargetPinChanged,
    /// The grant was withdrawn.
    GrantWithdrawn,
    /// The vendor's source list no longer holds the address.
    SourceWithdrawn,
    /// The quota of the visit's recording is used up.
    QuotaUsedUp,
    /// The recording cannot be written: disk full, input/output error, or stalled.
    RecorderFailed,
    /// The ledger cannot be written.
    LedgerUnavailable,
    /// The target asks for an attendant, and nobody came or came back.
    AttendantMissing,
    /// The target showed another host key than the pinned one.
    TargetKeyDiffers,
    /// The target refused the gateway's sign-in.
    TargetRefusedLogin,
    /// The target does not speak TLS, and the hospital pinned a key of it.
    TargetWithoutTls,
    /// Where the gateway is to sign in, at a page or a prompt, no password is asked for, or in a way that it cannot
    /// answer.
    TargetSignInUnknown,
    /// The account for this visit could not be made at the target.
    VisitAccountNotMade,
    /// The account that is to read alone may do more, as the target itself says.
    ReaderCanWrite,
    /// The bytes that the visit may take out of a database or a web console are used up.
    DataUsedUp,
    /// The accepted risk on which the target rests ended, or was withdrawn.
    RiskOver,
    /// The process that read what the target sends ended in the midst of it.
    WorkerCrashed,
    /// The gateway stopped in order.
    GatewayStopped,
    /// The gateway stopped without closing it: found at the next start.
    Interrupted,
}

impl EndReason {
    /// Its id: the key of its sentence in `phrases`, prefixed there with `end-`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::EngineerClosed => "engineer-closed",
            Self::TargetClosed => "target-closed",
            Self::TargetUnreachable => "target-unreachable",
            Self::Deadline => "deadline",
            Self::EndedBy(_) => "ended-by",
            Self::EndedLocally => "ended-locally",
            Self::EndedByRule => "ended-by-rule",
            Self::SignedOut => "signed-out",
            Self::Isolated => "isolated",
            Self::VendorSuspended => "vendor-suspended",
            Self::PersonSuspended => "person-suspended",
            Self::DeviceSuspended => "device-suspended",
            Self::TargetSuspended => "target-suspended",
            Self::TargetPinChanged => "target-pin-changed",
            Self::GrantWithdrawn => "grant-withdrawn",
            Self::SourceWithdrawn => "source-withdrawn",
            Self::QuotaUsedUp => "quota-used-up",
            Self::RecorderFailed => "recorder-failed",
            Self::LedgerUnavailable => "ledger-unavailable",
            Self::AttendantMissing => "attendant-missing",
            Self::TargetKeyDiffers => "target-key-differs",
            Self::TargetRefusedLogin => "target-refused-login",
            Self::TargetWithoutTls => "target-without-tls",
            Self::TargetSignInUnknown => "target-sign-in-unknown",
            Self::VisitAccountNotMade => "visit-account-not-made",
            Self::ReaderCanWrite => "reader-can-write",
            Self::DataUsedUp => "data-used-up",
            Self::RiskOver => "risk-over",
            Self::WorkerCrashed => "worker-crashed",
            Self::GatewayStopped => "gateway-stopped",
            Self::Interrupted => "interrupted",
        }
    }
}
