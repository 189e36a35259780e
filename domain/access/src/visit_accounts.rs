//! An account for each visit: made at the target when the visit's first session opens, removed when none can
//! open any more. The gateway makes it with a managing account, whose secret alone lies in the vault.
//!
//! That one was begun is an entry of the same moment as the session's: whoever comes after a crash knows
//! which name to look for, and removes it.

use ids::{TargetId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::site::{Site, Target, Visit};
use crate::terms::{Protocol, Sessions};

/// How the accounts of visits are made at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitAccounts {
    /// The account that makes and removes them. It may do that, and nobody visits under it.
    pub manager: String,
    /// Linux: the groups that each of them is in, from which it has its rights; sudo too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// The account of one visit, as a permit hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitAccountEntry {
    /// Its name: the visit's number, and nothing of a person.
    pub name: String,
    /// What stands beside it at the target, by which it is known to be ours.
    pub mark: String,
    /// How it is made.
    pub made_by: VisitAccounts,
    /// Of a database: the registered role whose rights it has, and which owns what it makes.
    pub role: Option<String>,
    /// Of a database: whether it only reads.
    pub reads_only: bool,
}

/// What was wrong with the account of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountTrouble {
    /// The target does not answer, or speaks otherwise than expected.
    Unreachable,
    /// It shows another key than the pinned one: nothing was said to it.
    KeyDiffers,
    /// It does not let the managing account in.
    ManagerRefused,
    /// It did not do what was asked: the managing account may not, or something is in the way.
    NotDone,
    /// An account of that name is there that the gateway did not make. It was left alone.
    NotOurs,
}

impl AccountTrouble {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unreachable,
        Self::KeyDiffers,
        Self::ManagerRefused,
        Self::NotDone,
        Self::NotOurs,
    ];

    /// Its name, in sentences' ids: `visit-account-…`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::KeyDiffers => "key-differs",
            Self::ManagerRefused => "manager-refused",
            Self::NotDone => "not-done",
            Self::NotOurs => "not-ours",
        }
    }
}

/// The account of a visit, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitAccount {
    /// At which target.
    pub target: TargetId,
    /// Its name there.
    pub name: String,
    /// When it was begun last.
    pub begun: Timestamp,
    /// When the gateway found it gone from the target; until then it may be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Timestamp>,
    /// Why it could not be removed, since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<(Timestamp, AccountTrouble)>,
}

/// The name of a visit's account.
pub(crate) fn name_of(visit: &VisitId) -> String {
    format!("sk-v{}", visit.number())
}

impl VisitAccountEntry {
    pub(crate) fn of(visit: &VisitId, target: &Target, writes: bool) -> Option<Self> {
        let made_by = target.visit_accounts.clone()?;
        let database = target.database.as_ref();
        Some(Self {
            name: name_of(visit),
            mark: format!("sekisho {visit}"),
            made_by,
            role: database.and_then(|known| known.account(writes).map(str::to_owned)),
            reads_only: database.is_some() && !writes,
        })
    }
}

impl Target {
    /// Whether the gateway can make an account for each visit there.
    pub fn can_have_visit_accounts(&self) -> bool {
        match self.protocol {
            Protocol::Ssh => self.ssh.is_some(),
            Protocol::Postgres => self.database.is_some(),
            Protocol::Mysql
            | Protocol::Http
            | Protocol::Tcp
            | Protocol::Vnc
            | Protocol::Rdp
            | Protocol::Telnet => false,
        }
    }
}

impl Visit {
    /// Its account, if that may be at the target.
    pub fn account_standing(&self) -> Option<&VisitAccount> {
        self.account
            .as_ref()
            .filter(|account| account.removed.is_none())
    }
}

impl Site {
    /// The visits whose account may be at this target.
    pub fn accounts_at<'a>(&'a self, target: &'a TargetId) -> impl Iterator<Item = &'a Visit> {
        self.visits.values().filter(move |visit| {
            visit
                .account_standing()
                .is_some_and(|account| &account.target == target)
        })
    }

    /// The visits whose account may be at its target, and is needed no more.
    pub fn accounts_to_remove(&self, now: Timestamp) -> impl Iterator<Item = &Visit> {
        self.visits
            .values()
            .filter(move |visit| visit.account_standing().is_some() && !self.may_open(visit, now))
    }

    /// The account of a visit and its target, as it would be made now.
    pub fn account_of(&self, visit: &Visit) -> Option<(&Target, VisitAccountEntry)> {
        let account = visit.account_standing()?;
        let target = self.targets.get(&account.target)?;
        let grant = self.grants.get(visit.grant.as_ref()?)?;
        let database = grant.terms.database.as_ref();
        let writes = database.is_none_or(|terms| terms.write);
        Some((target, VisitAccountEntry::of(&visit.id, target, writes)?))
    }

    /// Whether a session of this visit is open, or one could still open under its grant.
    pub(crate) fn may_open(&self, visit: &Visit, now: Timestamp) -> bool {
        let mut live = self.live_sessions();
        if live.any(|session| session.visit == visit.id) {
            return true;
        }
        let grant = visit.grant.as_ref().and_then(|id| self.grants.get(id));
        grant.is_some_and(|grant| {
            let used_up = grant.terms.sessions == Sessions::Once && grant.opened > 0;
            let over = grant.withdrawn.is_some() || self.effective_until(grant) <= now;
            !used_up && !over && !self.isolated()
        })
    }
}
