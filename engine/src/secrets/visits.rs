//! Accounts of visits: which one is to be made or removed at its target, and the secrets that they have, which
//! exist in memory alone. Who speaks with the target is not here.
//!
//! The ledger says which accounts may be at a target. After a crash nobody knows their secrets any more: the
//! next session of the visit gives its account another one, or the account is removed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{
    AccountTrouble, Command, EndReason, Protocol, Reason, Refusal, Target, VisitAccountEntry,
};
use ids::{TargetId, Timestamp, VisitId};
use login::Identity;
use tokio::sync::OwnedMutexGuard;
use zeroize::Zeroizing;

use super::made::password;
use super::rotating::RotatedAccount;
use super::{Account, SecretMissing, TargetSecret, reference};
use crate::live::lock;
use crate::{Engine, OpenedSession};

/// How long after a try to remove an account the next one comes.
const NEXT_AFTER: Duration = Duration::from_secs(60);

/// What the engine holds of visits' accounts while it runs.
#[derive(Default)]
pub(crate) struct Visits {
    /// Each under its own lock: one that is being made is not removed meanwhile, nor made twice.
    made: Mutex<BTreeMap<VisitId, Arc<tokio::sync::Mutex<()>>>>,
    secrets: Mutex<BTreeMap<VisitId, Made>>,
    /// When it was last tried to remove one.
    tried: Mutex<BTreeMap<VisitId, Timestamp>>,
    wanted: tokio::sync::Notify,
}

/// An account that is at its target.
struct Made {
    secret: Zeroizing<String>,
    until: Timestamp,
}

impl Visits {
    async fn alone(&self, visit: &VisitId) -> OwnedMutexGuard<()> {
        let own = Arc::clone(lock(&self.made).entry(visit.clone()).or_default());
        own.lock_owned().await
    }

    /// A session is over, or could not begin: an account may be needed no more.
    pub(crate) fn look(&self) {
        self.wanted.notify_one();
    }
}

/// How the manager of a target's accounts signs in. It has no `Debug`: it holds a secret.
pub struct AccountManager {
    /// The pinned address: this one is dialled and no other.
    pub address: SocketAddr,
    /// Under which account, and by what the target is known.
    pub account: RotatedAccount,
    /// Its secret, from the vault.
    pub secret: TargetSecret,
}

/// An account that is to be made for a visit. It has no `Debug`: it holds secrets.
pub struct AccountToMake {
    visit: VisitId,
    /// Which, and with which rights.
    pub account: VisitAccountEntry,
    /// Until when the target itself lets it in.
    pub until: Timestamp,
    /// Its number among the site's visits.
    pub number: u64,
    /// By whom it is made.
    pub manager: AccountManager,
    /// Its secret: nobody has it but this process.
    pub secret: Zeroizing<String>,
    _alone: OwnedMutexGuard<()>,
}

/// An account that is to be removed. It has no `Debug`: it holds a secret.
pub struct AccountToRemove {
    /// Of which visit.
    pub visit: VisitId,
    /// At which target.
    pub target: TargetId,
    /// Which.
    pub account: VisitAccountEntry,
    /// By whom it is removed.
    pub manager: AccountManager,
    _alone: OwnedMutexGuard<()>,
}

impl OpenedSession {
    /// What is to be made at the target before this session enters it; `None` if visits have no accounts of
    /// their own there, or this one's is there already.
    ///
    /// # Errors
    /// How the session ends, if its manager's secret is missing, or there is no randomness.
    pub async fn account_to_make(&self) -> Result<Option<AccountToMake>, EndReason> {
        let permit = self.permit();
        let Some(account) = permit.account() else {
            return Ok(None);
        };
        let visits = &self.engine().inner.secrets.visits;
        let alone = visits.alone(permit.visit()).await;
        let known = lock(&visits.secrets)
            .get(permit.visit())
            .map(|made| (made.secret.clone(), made.until));
        let secret = match known {
            Some((_, until)) if until >= permit.until() => return Ok(None),
            Some((secret, _)) => secret,
            None => password().ok_or(EndReason::Interrupted)?,
        };
        let manager = self.engine().manager_of(permit.target());
        Ok(Some(AccountToMake {
            visit: permit.visit().clone(),
            account: account.clone(),
            until: permit.until(),
            number: permit.visit().number(),
            manager: manager.ok_or(EndReason::TargetRefusedLogin)?,
            secret,
            _alone: alone,
        }))
    }

    /// It is there: sessions of the visit enter under it.
    pub fn account_made(&self, made: AccountToMake) {
        let visits = &self.engine().inner.secrets.visits;
        let known = Made {
            secret: made.secret,
            until: made.until,
        };
        lock(&visits.secrets).insert(made.visit, known);
    }

    /// The secret of the visit's account.
    pub(super) fn visit_secret(&self) -> Result<TargetSecret, SecretMissing> {
        let visits = &self.engine().inner.secrets.visits;
        let made = lock(&visits.secrets);
        let made = made.get(self.permit().visit()).ok_or(SecretMissing)?;
        Ok(TargetSecret::Password(made.secret.clone()))
    }
}

impl Engine {
    /// The next account that is needed no more, if none was tried within a minute.
    pub async fn account_to_remove(&self) -> Option<AccountToRemove> {
        let inner = &self.inner;
        let visits = &inner.secrets.visits;
        let (visit, target, account) = {
            let now = inner.clock.now();
            let mut tried = lock(&visits.tried);
            let site = inner.site();
            let mut due = site.accounts_to_remove(now);
            let found = due.find_map(|visit| {
                let last = tried.get(&visit.id);
                if last.is_some_and(|last| now < last.plus(NEXT_AFTER)) {
                    return None;
                }
                let (target, account) = site.account_of(visit)?;
                Some((visit.id.clone(), target.id.clone(), account))
            })?;
            tried.insert(found.0.clone(), now);
            found
        };
        let alone = visits.alone(&visit).await;
        // A session may have opened while this waited for its turn.
        let still = {
            let site = inner.site();
            let mut due = site.accounts_to_remove(inner.clock.now());
            due.any(|found| found.id == visit)
        };
        if !still {
            return None;
        }
        let Some(manager) = self.manager_of(&target) else {
            tracing::error!(%target, "the vault does not have the secret of the account that removes others");
            return None;
        };
        Some(AccountToRemove {
            visit,
            target,
            account,
            manager,
            _alone: alone,
        })
    }

    /// Waits until an account may have to be removed, or for as long as this.
    pub async fn account_removal_wanted(&self, within: Duration) {
        let wanted = self.inner.secrets.visits.wanted.notified();
        let _either = tokio::time::timeout(within, wanted).await;
    }

    /// Enters that the account is gone, or why it is not. A session of the visit that opened meanwhile makes it
    /// anew: then nothing is entered.
    ///
    /// # Errors
    /// If it could not be entered: it is tried again.
    pub async fn account_removed(
        &self,
        removed: AccountToRemove,
        left: Option<AccountTrouble>,
    ) -> Result<(), Refusal> {
        let visits = &self.inner.secrets.visits;
        if left.is_none() {
            // Whoever opens now finds none, and has one made.
            lock(&visits.secrets).remove(&removed.visit);
        }
        let command = Command::EndVisitAccount {
            visit: removed.visit.clone(),
            left,
        };
        let by = Identity::gateway();
        if left.is_some() && self.ahead_of(&by, &command).is_none() {
            // It is known already that it is still there.
            return Ok(());
        }
        let entered = self.submit(&by, command).await.map(drop);
        match entered {
            Ok(()) if left.is_none() => {
                lock(&visits.tried).remove(&removed.visit);
                Ok(())
            }
            Err(refusal) if refusal.reasons == [Reason::SecretInUse] => Ok(()),
            entered => entered,
        }
    }

    fn manager_of(&self, target: &TargetId) -> Option<AccountManager> {
        let inner = &self.inner;
        let number = inner.current_secret(target, Account::Main);
        let secret = inner.kept(&reference(target, (Account::Main, number)))?;
        let site = inner.site();
        let found = site.target(target)?;
        found.secret?;
        Some(AccountManager {
            address: SocketAddr::new(found.address.ip, found.address.port),
            account: manager(found)?,
            secret,
        })
    }
}

/// Under which account accounts are made, and by what the target is known.
pub(super) fn manager(target: &Target) -> Option<RotatedAccount> {
    let user = target.visit_accounts.as_ref()?.manager.clone();
    match target.protocol {
        Protocol::Ssh => {
            let mut known = target.ssh.clone()?;
            known.user = user;
            Some(RotatedAccount::Ssh(known, None))
        }
        Protocol::Postgres => Some(RotatedAccount::Postgres {
            user,
            server: target.database.as_ref()?.server.clone(),
        }),
        Protocol::Mysql
        | Protocol::Tcp
        | Protocol::Http
        | Protocol::Vnc
        | Protocol::Rdp
        | Protocol::Telnet => None,
    }
}
