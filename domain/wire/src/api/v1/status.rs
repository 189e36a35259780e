//! Signing in and out, and how the site is.

use ids::{DeviceId, Digest, PersonId, SiteId, TargetId, Timestamp, VendorId};
use serde::{Deserialize, Serialize};

use crate::said::Said;
use crate::secret::Secret;

/// It was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {}

/// Something was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// Its whole id.
    pub id: String,
}

/// Proves who one is: two factors of different classes. On the engineers' name the device of the
/// connection is one of them already; the code is asked for as well unless the site decides otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login name.
    pub login: String,
    /// The passphrase.
    pub passphrase: Secret,
    /// The one-time code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Secret>,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// Shown once, kept by the site as a hash.
    pub token: Secret,
    /// When it ends.
    pub until: Timestamp,
    /// Who it is.
    pub me: Me,
}

/// The caller, as the site knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Me {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: Option<String>,
    /// For whom they work.
    pub employer: Employer,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The device of this connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}

/// For whom a person works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Employer {
    /// The hospital.
    Hospital,
    /// A vendor.
    Vendor(VendorId),
    /// Nobody here: the outside custodian.
    Custodian,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 作業者
    Engineer,
    /// 承認者
    Approver,
    /// システム運用担当者
    Operator,
    /// 点検者
    Inspector,
}

/// How the site is. A vendor's engineer sees what concerns them; the rest is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The site.
    pub site: SiteId,
    /// What it is called.
    pub name: String,
    /// The gateway's version.
    pub version: String,
    /// The gateway's clock.
    pub now: Timestamp,
    /// The caller, if signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub me: Option<Me>,
    /// Whether everything is cut, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<Isolation>,
    /// What is isolated by itself; to whoever sees everything of the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub isolated: Vec<IsolatedShown>,
    /// What the setup still lacks; nothing is admitted before it is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setup_missing: Vec<Said>,
    /// The ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerState>,
    /// Live sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_sessions: Option<u64>,
    /// Requests that wait for an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_requests: Option<u64>,
    /// What somebody has to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Said>,
}

/// An isolation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isolation {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Who agreed to lift it.
    pub agreed: Vec<PersonId>,
    /// When it may be lifted after the delay, if one was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_until: Option<Timestamp>,
}

/// Where the ledger stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerState {
    /// Entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Digest,
    /// Time of the last entry.
    pub last_at: Option<Timestamp>,
    /// How many outside witnesses cosigned within the last 7 days.
    pub witnesses: u64,
}

/// One vendor, person, device or target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IsolateOf {
    /// A vendor, with everybody and everything of it.
    Vendor(VendorId),
    /// A person.
    Person(PersonId),
    /// A device.
    Device(DeviceId),
    /// A target.
    Target(TargetId),
}

/// One that is isolated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsolatedShown {
    /// What.
    pub of: IsolateOf,
    /// What it is called, as far as the caller may read that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Why; `None` once erased, and to who is not of the hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who agreed to lift it.
    pub agreed: Vec<PersonId>,
}

/// Ends everything and admits nothing; or everything of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isolate {
    /// Why.
    pub reason: String,
    /// Of what; without it: the whole site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<IsolateOf>,
}

/// Takes part in lifting an isolation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// How.
    pub way: LiftWay,
    /// Why it may be lifted; it is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Of what; without it: the whole site. Of one it needs `agree` and `why`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<IsolateOf>,
}

/// How an isolation is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LiftWay {
    /// The caller agrees; the second person's agreement lifts it.
    Agree,
    /// The caller agrees and shows a signature of the recovery kit.
    WithKit {
        /// A signed note (C2SP) by the kit.
        signature: String,
    },
    /// In a site with one hospital person: starts, and after 24 hours completes, the delay.
    AfterDelay,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// Whether it is lifted now.
    pub lifted: bool,
    /// When the delay is over, if one runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_until: Option<Timestamp>,
}
