//! An account for each visit: made at the target before its first session enters, removed when none can open any
//! more. The engine says which and keeps their secrets; here is spoken with the target, as its managing account.
//!
//! As with replacing secrets, the target's end of SSH is that of a worker of its own (decision 0053), and a database is spoken with here
//! (decision 0043): fixed questions, short answers.

use std::sync::Arc;
use std::time::Duration;

use access::{AccountTrouble, EndReason};
use engine::{
    AccountManager, AccountToMake, AccountToRemove, Engine, OpenedSession, RotatedAccount,
};
use tokio::time::timeout;

use crate::databases::NotEntered;
use crate::rotation::{ENTER_WITHIN, Shut, dialled, entry, password};
use crate::workers::Workers;
use crate::{postgres, ssh as by_ssh};

/// How often it is looked whether an account is needed no more: that a window is over, nobody says.
const LOOK: Duration = Duration::from_secs(15);

/// How long it may take to remove one: its processes end first, and what it made gets another owner.
const REMOVE_WITHIN: Duration = Duration::from_secs(90);

/// Why an account was not made, or not removed.
pub(crate) struct Trouble(pub(crate) AccountTrouble);

impl From<Shut> for Trouble {
    fn from(cause: Shut) -> Self {
        Self(match cause {
            Shut::Refused | Shut::WayNotOffered => AccountTrouble::ManagerRefused,
            Shut::KeyDiffers => AccountTrouble::KeyDiffers,
            Shut::Unreachable => AccountTrouble::Unreachable,
        })
    }
}

impl From<NotEntered> for Trouble {
    fn from(cause: NotEntered) -> Self {
        Shut::from(cause).into()
    }
}

/// Removes the accounts that are needed no more, one at a time, for as long as the gateway runs.
pub async fn run(engine: Engine, workers: Arc<Workers>) {
    loop {
        match engine.account_to_remove().await {
            Some(account) => remove(&engine, &workers, account).await,
            None => engine.account_removal_wanted(LOOK).await,
        }
    }
}

/// Has the account made under which this session enters, where visits have their own. To be done before the
/// target is dialled for the session.
///
/// # Errors
/// How the session ends.
pub async fn made(workers: &Workers, opened: &OpenedSession) -> Result<(), EndReason> {
    let Some(account) = opened.account_to_make().await? else {
        return Ok(());
    };
    let making = timeout(ENTER_WITHIN, make(workers, &account));
    let unreachable = Trouble(AccountTrouble::Unreachable);
    if let Err(Trouble(why)) = making.await.unwrap_or(Err(unreachable)) {
        let session = opened.permit().session();
        tracing::warn!(why = why.id(), %session, "the account of a visit was not made");
        return Err(match why {
            AccountTrouble::Unreachable => EndReason::TargetUnreachable,
            AccountTrouble::KeyDiffers => EndReason::TargetKeyDiffers,
            AccountTrouble::ManagerRefused | AccountTrouble::NotDone | AccountTrouble::NotOurs => {
                EndReason::VisitAccountNotMade
            }
        });
    }
    opened.account_made(account);
    Ok(())
}

/// Removes one, and has that entered.
pub async fn remove(engine: &Engine, workers: &Workers, account: AccountToRemove) {
    let removing = timeout(REMOVE_WITHIN, gone(workers, &account));
    let unreachable = Trouble(AccountTrouble::Unreachable);
    let left = removing.await.unwrap_or(Err(unreachable)).err();
    let left = left.map(|Trouble(why)| why);
    let (target, name) = (account.target.clone(), account.account.name.clone());
    if let Some(why) = left {
        tracing::warn!(why = why.id(), %target, name, "the account of a visit was not removed");
    }
    if let Err(refusal) = engine.account_removed(account, left).await {
        tracing::error!(%refusal, %target, name, "how an account was removed could not be entered");
    }
}

async fn make(workers: &Workers, wanted: &AccountToMake) -> Result<(), Trouble> {
    let AccountManager {
        address,
        account,
        secret,
    } = &wanted.manager;
    let stream = dialled(*address).await?;
    match account {
        RotatedAccount::Ssh(manager, _) => {
            let reached = by_ssh::rotating::reach(workers, stream, manager, secret).await;
            let reached = reached.map_err(|end| Shut::of(&end))?;
            by_ssh::visit_accounts::make(&reached, wanted).await
        }
        RotatedAccount::Postgres { user, server } => {
            let entry = entry(user, server);
            let making = postgres::visit_accounts::make(stream, &entry, password(secret)?, wanted);
            making.await
        }
        RotatedAccount::Mysql { .. } => Err(Trouble(AccountTrouble::NotDone)),
    }
}

async fn gone(workers: &Workers, left: &AccountToRemove) -> Result<(), Trouble> {
    let AccountManager {
        address,
        account,
        secret,
    } = &left.manager;
    let wanted = &left.account;
    match account {
        RotatedAccount::Ssh(manager, _) => {
            let stream = dialled(*address).await?;
            let reached = by_ssh::rotating::reach(workers, stream, manager, secret).await;
            let reached = reached.map_err(|end| Shut::of(&end))?;
            by_ssh::visit_accounts::remove(&reached, wanted, left.visit.number()).await
        }
        RotatedAccount::Postgres { user, server } => {
            let entry = entry(user, server);
            let dial = || dialled(*address);
            postgres::visit_accounts::remove(&entry, &password(secret)?, wanted, dial).await
        }
        RotatedAccount::Mysql { .. } => Err(Trouble(AccountTrouble::NotDone)),
    }
}
