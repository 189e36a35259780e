//! Accounts that are made for single visits at their targets.

use ids::Timestamp;
use serde::{Deserialize, Serialize};

/// How an account is made for each visit at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitAccounts {
    /// The account at the target that makes and removes them. Its secret is set as the target's.
    pub manager: String,
    /// Linux: the groups that each of them is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Chooses whether each visit gets an account of its own at a target. With another managing account than before, the
/// secret that is set counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetVisitAccounts {
    /// How; none: visits enter under the registered accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<VisitAccounts>,
}

/// Accounts for each visit at a target, as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitAccountsShown {
    /// The account that makes and removes them.
    pub manager: String,
    /// Linux: the groups that each of them is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Whether the vault has the managing account's secret.
    pub secret: bool,
    /// The names of those that may be at the target now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<String>,
}

/// Why the account of a visit could not be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountTrouble {
    /// The target does not answer.
    Unreachable,
    /// It shows another key than the pinned one.
    KeyDiffers,
    /// It does not let the managing account in.
    ManagerRefused,
    /// It did not do what was asked.
    NotDone,
    /// An account of that name is there that the gateway did not make.
    NotOurs,
}

impl AccountTrouble {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unreachable => "visit-account-unreachable",
            Self::KeyDiffers => "visit-account-key-differs",
            Self::ManagerRefused => "visit-account-manager-refused",
            Self::NotDone => "visit-account-not-done",
            Self::NotOurs => "visit-account-not-ours",
        }
    }
}

/// The account that was made for a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitAccountShown {
    /// Its name at the target.
    pub name: String,
    /// When it was found to be gone; until then it may be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Timestamp>,
    /// Why it could not be removed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<AccountTrouble>,
}
