//! What is known of a target's secret without the secret: when it was set and by whom, and of what kind
//! its weakness is. The engine, which sees a secret for the moment in which it is judged, says the kind;
//! nothing in an entry helps anybody to guess (invariant 8).

use ids::{TargetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::limits;
use crate::reason::Reason;
use crate::rotation::{Compromise, Rotation, RotationFailed, RotationTerms};
use crate::site::{Site, Target};
use crate::terms::{DesktopTarget, SecretKind, TelnetTarget, WebTarget};

/// Why a secret is weak in itself: only whoever sees it can say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretWeakness {
    /// A guesser finds it: names of the site, words, years, neighbouring keys, or simply short.
    Guessable,
    /// It stands on a list of passwords that are tried first: leaked ones, and those with which devices
    /// are delivered.
    Listed,
    /// Another account has the same one.
    Shared,
}

impl SecretWeakness {
    /// Why a secret with it is refused.
    pub fn reason(self) -> Reason {
        match self {
            Self::Guessable => Reason::SecretGuessable,
            Self::Listed => Reason::SecretListed,
            Self::Shared => Reason::SecretShared,
        }
    }
}

/// What a check found of one secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretFound {
    /// Of which target.
    pub target: TargetId,
    /// Of a database: whether of the account that only reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reader: bool,
    /// In what it is weak; empty: in nothing, any more.
    pub weak: Vec<SecretWeakness>,
}

/// Which weak secrets are refused. The others are kept and found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedSecrets {
    /// None: a secret by which three hospitals were entered is taken with a warning.
    DangerousNone,
    /// Guessable ones and listed ones.
    #[default]
    Weak,
    /// Those, and whatever another account has too.
    WeakOrShared,
}

/// What the hospital asks of its targets' secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPolicy {
    /// Which weak ones are refused, unless somebody accepts one with a reason.
    pub refused: RefusedSecrets,
    /// After how many days a secret is too old.
    pub oldest_days: u16,
    /// Accounts that are standing administrators here, beside those that are it everywhere.
    pub administrators: Vec<String>,
    /// Which ones the gateway replaces by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationTerms>,
}

impl Default for SecretPolicy {
    fn default() -> Self {
        Self {
            refused: RefusedSecrets::default(),
            oldest_days: limits::SECRET_OLD_AFTER_DAYS,
            administrators: Vec::new(),
            rotation: None,
        }
    }
}

/// Accounts that may do everything, by the names under which systems come; in lower case.
const ADMINISTRATORS: [&str; 12] = [
    "root",
    "administrator",
    "admin",
    "postgres",
    "sa",
    "sys",
    "system",
    "sysadmin",
    "superuser",
    "supervisor",
    "enable",
    "toor",
];

impl SecretPolicy {
    /// Whether nobody has set another one.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a secret with this weakness is refused.
    pub fn refuses(&self, weakness: SecretWeakness) -> bool {
        match self.refused {
            RefusedSecrets::DangerousNone => false,
            RefusedSecrets::Weak => weakness != SecretWeakness::Shared,
            RefusedSecrets::WeakOrShared => true,
        }
    }

    /// Whether an account may do everything on its target, as far as its name says. A domain before the
    /// name, as Windows writes it, changes nothing.
    pub fn is_administrator(&self, account: &str) -> bool {
        let name = account.rsplit('\\').next().unwrap_or(account);
        let name = name.split('@').next().unwrap_or(name).to_lowercase();
        ADMINISTRATORS.contains(&name.as_str())
            || self
                .administrators
                .iter()
                .any(|declared| declared.to_lowercase() == name)
    }
}

/// One setting of a secret, as the story of the secret tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSetting {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// Of what kind it is.
    pub kind: SecretKind,
    /// In what it was weak then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<SecretWeakness>,
    /// Why it was set all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

/// What is known of the secret of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretStanding {
    /// The latest settings, the last one that of the secret that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SecretSetting>,
    /// In what it is weak, as far as it was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<SecretWeakness>,
    /// That others may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised: Option<Compromise>,
    /// That it is being replaced at its target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotating: Option<Rotation>,
    /// How the last replacement failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<RotationFailed>,
    /// When the gateway last replaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Timestamp>,
}

impl SecretStanding {
    /// Whether nothing is known of it.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Why its weakness was accepted, if it was.
    pub fn accepted(&self) -> Option<&str> {
        self.settings.last()?.accepted.as_deref()
    }

    /// When it was set.
    pub fn set_at(&self) -> Option<Timestamp> {
        self.settings.last().map(|setting| setting.at)
    }

    /// Another secret takes the place of the last one, and of one that was on its way.
    pub(crate) fn enter(&mut self, setting: SecretSetting) {
        self.compromised = None;
        self.rotating = None;
        self.failed = None;
        self.weak.clone_from(&setting.weak);
        self.settings.push(setting);
        if self.settings.len() > limits::SETTINGS_KEPT {
            self.settings.remove(0);
        }
    }
}

/// The secret of one account of a target, as it stands.
#[derive(Debug, Clone, Copy)]
pub struct AccountSecret<'a> {
    /// Of which target.
    pub target: &'a Target,
    /// Of a database: whether of the account that only reads.
    pub reader: bool,
    /// The account's name on the target.
    pub account: &'a str,
    /// What is known of it.
    pub standing: &'a SecretStanding,
}

impl Target {
    /// The accounts under which the gateway signs in there.
    pub fn accounts(&self) -> impl Iterator<Item = AccountSecret<'_>> {
        let manager = self.visit_accounts.as_ref();
        let main = match (&self.ssh, &self.database) {
            // With an account for each visit the gateway itself signs in as their manager alone.
            _ if manager.is_some() => manager.map(|made_by| made_by.manager.as_str()),
            (Some(ssh), _) => Some(ssh.user.as_str()),
            (None, Some(database)) => database.account(true),
            (None, None) => {
                let web = self.web.as_ref().and_then(WebTarget::account);
                let telnet = || self.telnet.as_ref().and_then(TelnetTarget::account);
                let desktop = || self.desktop.as_ref().map(DesktopTarget::account);
                web.or_else(telnet).or_else(desktop)
            }
        };
        let database = self.database.as_ref().filter(|_| manager.is_none());
        let reader = database.and_then(|database| database.account(false));
        let of = |reader, account, standing| AccountSecret {
            target: self,
            reader,
            account,
            standing,
        };
        let main = main.map(|account| of(false, account, &self.standing));
        let reader = reader.map(|account| of(true, account, &self.reader_standing));
        main.into_iter().chain(reader)
    }

    /// What is known of one account's secret.
    pub(crate) fn standing_mut(&mut self, reader: bool) -> &mut SecretStanding {
        if reader {
            &mut self.reader_standing
        } else {
            &mut self.standing
        }
    }
}

impl AccountSecret<'_> {
    /// Whether it is older than the policy allows.
    pub fn is_old(&self, policy: &SecretPolicy, now: Timestamp) -> bool {
        let age = std::time::Duration::from_secs(u64::from(policy.oldest_days) * 24 * 60 * 60);
        self.standing
            .set_at()
            .is_some_and(|set| set.plus(age) <= now)
    }
}

impl Site {
    /// What the hospital asks of its targets' secrets.
    pub fn secret_policy(&self) -> &SecretPolicy {
        &self.secret_policy
    }

    /// When all secrets were looked at for the last time.
    pub fn secrets_checked(&self) -> Option<Timestamp> {
        self.secrets_checked
    }

    /// The accounts of all targets, each with what is known of its secret.
    pub fn account_secrets(&self) -> impl Iterator<Item = AccountSecret<'_>> {
        self.targets.values().flat_map(Target::accounts)
    }
}
