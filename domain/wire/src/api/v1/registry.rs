//! Vendors, persons, devices, targets, the night chain.

use ids::{DeviceId, Digest, InvitationId, NonEmpty, PersonId, TargetId, Timestamp, VendorId};
use serde::{Deserialize, Serialize};

use super::database::{DatabaseShown, DatabaseTarget};
use super::desktop::{DesktopShown, DesktopTarget};
use super::risks::{AcceptRisk, RiskShown};
use super::rotation_way::RotationWay;
use super::ssh::{SshShown, SshTarget};
use super::status::{Employer, Role};
use super::telnet::{TelnetShown, TelnetTarget};
use super::visit_accounts::VisitAccountsShown;
use super::web::{WebShown, WebTarget};
use crate::secret::Secret;
use crate::session::Recording;

/// Suspends something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// Why.
    pub reason: String,
}

/// One network that a vendor connects from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePrefix {
    /// In CIDR form, for example `203.0.113.0/24`.
    pub net: String,
    /// For one wider than /16 (IPv4) or /32 (IPv6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<WideException>,
}

/// A signed exception for a wide prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WideException {
    /// Why it is accepted.
    pub reason: String,
    /// When it ends, at most 90 days ahead.
    pub until: Timestamp,
}

/// Registers a maintenance company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddVendor {
    /// The company's name.
    pub name: String,
    /// For a sub-contractor: of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<VendorId>,
    /// Where its engineers connect from.
    pub sources: NonEmpty<SourcePrefix>,
    /// The number that is called back before an emergency code is used.
    pub phone: String,
}

/// Replaces a vendor's sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSources {
    /// The new list.
    pub sources: NonEmpty<SourcePrefix>,
}

/// A maintenance company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Its id.
    pub id: VendorId,
    /// Its name.
    pub name: String,
    /// For a sub-contractor: of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<VendorId>,
    /// Where its engineers connect from.
    pub sources: Vec<SourcePrefix>,
    /// When that was last confirmed.
    pub sources_confirmed_at: Timestamp,
    /// The number that is called back; `None` if it was erased.
    pub phone: Option<String>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// An emergency opening that still waits for its approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt_since: Option<Timestamp>,
}

/// Invites somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// To what.
    pub purpose: InviteTo,
    /// How long it is good for, in minutes; without it, the site's longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_minutes: Option<u32>,
}

/// What somebody is invited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InviteTo {
    /// To be a person of the site.
    Person {
        /// For whom they work.
        employer: Employer,
        /// What they may do.
        roles: NonEmpty<Role>,
    },
    /// To enrol one more device.
    Device {
        /// Whose.
        person: PersonId,
    },
    /// To set up new factors.
    Factors {
        /// Whose.
        person: PersonId,
    },
}

/// An open invitation, as everybody of the hospital sees it. Its secret is shown to nobody again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who made it; absent: the gateway or the recovery kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// For a further device or new factors: whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Whether it gives new factors.
    pub factors: bool,
    /// From when it works.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// An invitation, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invited {
    /// Its id.
    pub invitation: InvitationId,
    /// The text to hand over: [`crate::Invitation`].
    pub text: Secret,
    /// The same as a link for a browser: [`crate::Invitation::link`].
    pub link: Secret,
    /// When it ends.
    pub until: Timestamp,
}

/// A natural person. Personal values are `None` once erased, or where the caller may not see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// For whom they work.
    pub employer: Employer,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Whether they are suspended.
    pub suspended: bool,
    /// Whether their factors were reset and are not set up again.
    pub factors_missing: bool,
    /// Whether their personal values were erased.
    pub erased: bool,
    /// Until when they may look, for an inspector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Their devices.
    pub devices: Vec<DeviceId>,
}

/// Sets until when an inspector may look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Until when: a quarter ahead at the farthest.
    pub until: Timestamp,
}

/// An engineer's computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// SHA-256 of its public key.
    pub key: Digest,
    /// What its owner calls it.
    pub label: Option<String>,
    /// How it stands.
    pub state: DeviceState,
    /// The words to compare by phone, in their order, while it is pending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Its words have not been compared.
    Pending,
    /// It may be used.
    Confirmed,
    /// It is suspended.
    Suspended,
}

/// States that a device's words were compared by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmDevice {
    /// What was heard.
    pub words: Vec<String>,
}

/// Where a target is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// A name, or the address itself.
    pub host: String,
    /// What it stands for: this is dialled. Without it in a request, `host` must be an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<std::net::IpAddr>,
    /// The port.
    pub port: u16,
}

/// What is spoken to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Raw TCP.
    Tcp,
    /// SSH, terminated and understood by the gateway.
    Ssh,
    /// PostgreSQL, terminated and understood by the gateway.
    Postgres,
    /// MySQL or MariaDB, terminated and understood by the gateway.
    Mysql,
    /// HTTP/1.1 of a web console, terminated and understood by the gateway.
    Http,
    /// A desktop over VNC, terminated and understood by the gateway.
    Vnc,
    /// A desktop over RDP, terminated and understood by the gateway.
    Rdp,
    /// A console by telnet, terminated and understood by the gateway. The engineer's side is SSH.
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
}

/// How many hospital persons must approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvals {
    /// One other than the requester.
    One,
    /// Two different ones.
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

/// A stretch of one weekday.
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

/// Registers a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddTarget {
    /// A short name, typed by engineers.
    pub name: String,
    /// What is spoken to it.
    pub protocol: Protocol,
    /// Where it is.
    pub address: Address,
    /// What is kept of its sessions.
    pub recording: Recording,
    /// How many must approve.
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
    /// For SSH, and only for SSH: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTarget>,
    /// For a database, and only for a database: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTarget>,
    /// For a web console, and only for one: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTarget>,
    /// For a desktop, and only for a desktop: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTarget>,
    /// For a console by telnet, and only for one: how it is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telnet: Option<TelnetTarget>,
    /// Whether every session needs an attendant (立会い).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attended: bool,
    /// The risk that is accepted with it, where it rests on one: raw TCP, a server without encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<AcceptRisk>,
}

/// When, how long, by whom and with how many approvals a target may be visited. All of it is replaced:
/// hours and vendors hold at once, a grant keeps the rest as it was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetTerms {
    /// How many must approve.
    pub approvals: Approvals,
    /// Whether it may be opened in an emergency.
    pub emergency: bool,
    /// When it may be visited.
    pub hours: Hours,
    /// The longest window of one grant, in minutes.
    pub longest_minutes: u32,
    /// Bytes that one visit may record.
    pub quota_bytes: u64,
    /// Which vendors maintain it: one that is left out loses its grants, and its sessions end.
    pub vendors: NonEmpty<VendorId>,
    /// Whether every session needs an attendant (立会い).
    pub attended: bool,
}

/// Pins another address to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinTarget {
    /// The new address.
    pub address: Address,
}

/// One service of an asset. An engineer sees the name, the protocol, the hours
/// and whether it is attended; the rest is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Its short name.
    pub name: String,
    /// What is spoken to it.
    pub protocol: Protocol,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// What is kept of its sessions.
    pub recording: Recording,
    /// How many must approve.
    pub approvals: Approvals,
    /// Whether it may be opened in an emergency.
    pub emergency: bool,
    /// When it may be visited.
    pub hours: Hours,
    /// The longest window of one grant, in minutes.
    pub longest_minutes: u32,
    /// Bytes that one visit may record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
    /// Which vendors maintain it, as far as the caller may see.
    pub vendors: Vec<VendorId>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// For SSH: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshShown>,
    /// For a database: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseShown>,
    /// For a web console: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebShown>,
    /// For a desktop: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopShown>,
    /// For a console by telnet: how it is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telnet: Option<TelnetShown>,
    /// An account for each visit there, if the hospital chose that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_accounts: Option<VisitAccountsShown>,
    /// Whether the gateway can make an account for each visit there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_have_visit_accounts: bool,
    /// How its password is replaced there, if the hospital chose that; else by the commands of Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_way: Option<RotationWay>,
    /// Whether another way than the commands of Linux can be chosen for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_have_rotation_way: bool,
    /// For a database, to everybody who sees it: whether a visit can be one that only reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub readable: bool,
    /// Whether every session needs an attendant (立会い).
    #[serde(default)]
    pub attended: bool,
    /// The risk on which it rests, if it does; for the hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskShown>,
}

/// Sets who is asked at night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetNightChain {
    /// First link first.
    pub chain: NonEmpty<ChainLink>,
}

/// One person of the night chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLink {
    /// An approver of the hospital.
    pub person: PersonId,
    /// Minutes after the request was made.
    pub after_minutes: u16,
}

/// A new set of emergency codes, shown once, to be printed and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Each opens one emergency.
    pub codes: Vec<Secret>,
}
