//! The secrets of targets, as far as anything is said of them: never themselves.

use ids::{TargetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{RotationFailed, RotationTerms, SecretCompromised, SecretKind, SetTargetSecret};

/// Why a secret is weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretWeakness {
    /// A guesser finds it.
    Guessable,
    /// It is on a list of leaked passwords, or of those with which devices are delivered.
    Listed,
    /// Another account has the same one.
    Shared,
    /// It is older than the hospital allows.
    Old,
    /// Its account may do everything on its target.
    Administrator,
}

/// One setting of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSetting {
    /// When.
    pub at: Timestamp,
    /// By whom: a person's id, or `gateway`.
    pub by: String,
    /// Of what kind it is.
    pub kind: SecretKind,
    /// In what it was weak then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<SecretWeakness>,
    /// Why it was set all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

/// The secret of one account of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretShown {
    /// Of which target.
    pub target: TargetId,
    /// The target's name.
    pub name: String,
    /// The account's name on the target.
    pub account: String,
    /// Of a database: whether it is the account that may only read.
    pub reader: bool,
    /// Of what kind it is; absent: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SecretKind>,
    /// When it was set. Absent for one that was set before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Timestamp>,
    /// When a session was last opened under the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Timestamp>,
    /// In what it is weak.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<SecretWeakness>,
    /// The accounts that have the same one: `target (account)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
    /// Why its weakness was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// That others may know it: nobody enters with it until it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised: Option<SecretCompromised>,
    /// Whether the gateway can replace it at its target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_be_rotated: bool,
    /// Since when it is being replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotating: Option<Timestamp>,
    /// When the gateway last replaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Timestamp>,
    /// How the last replacement failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_failed: Option<RotationFailed>,
    /// When the target is asked again which of the two secrets opens it, if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_again: Option<Timestamp>,
    /// Its latest settings, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<SecretSetting>,
}

/// Which weak secrets are refused when they are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedSecrets {
    /// None: they are taken with a warning.
    DangerousNone,
    /// Guessable ones and listed ones.
    Weak,
    /// Those, and whatever another account has too.
    WeakOrShared,
}

/// What the hospital asks of its targets' secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPolicy {
    /// Which weak ones are refused, unless one is accepted with a reason.
    pub refused: RefusedSecrets,
    /// After how many days a secret is too old.
    pub oldest_days: u16,
    /// Accounts that are standing administrators here, beside those that are it everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<String>,
    /// Which ones the gateway replaces by itself; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationTerms>,
}

/// The secrets of all targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// What the hospital asks of them.
    pub policy: SecretPolicy,
    /// When all of them were last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Timestamp>,
    /// The lists of leaked passwords that are there, beside our own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Each of them.
    pub secrets: Vec<SecretShown>,
}

/// Puts a secret into the vault although it is weak. `Debug` hides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptTargetSecret {
    /// The secret.
    pub secret: SetTargetSecret,
    /// Why; it is entered.
    pub reason: String,
}
