//! Accounts that are made for single visits at their targets.

use access::Command;
use ids::TargetId;
use wire::api::v1::{self, Done, SetVisitAccounts, VisitAccountShown, VisitAccountsShown};

use super::done;
use crate::answer::Answer;
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};

pub(super) fn shown(site: &access::Site, target: &access::Target) -> Option<VisitAccountsShown> {
    let made_by = target.visit_accounts.as_ref()?;
    let standing = site.accounts_at(&target.id);
    let names = standing.filter_map(|visit| Some(visit.account_standing()?.name.clone()));
    Some(VisitAccountsShown {
        manager: made_by.manager.clone(),
        groups: made_by.groups.clone(),
        secret: target.secret.is_some(),
        standing: names.collect(),
    })
}

pub(super) fn of_visit(account: &access::VisitAccount) -> VisitAccountShown {
    VisitAccountShown {
        name: account.name.clone(),
        removed: account.removed,
        left: account.left.map(|(_, why)| trouble(why)),
    }
}

fn trouble(why: access::AccountTrouble) -> v1::AccountTrouble {
    match why {
        access::AccountTrouble::Unreachable => v1::AccountTrouble::Unreachable,
        access::AccountTrouble::KeyDiffers => v1::AccountTrouble::KeyDiffers,
        access::AccountTrouble::ManagerRefused => v1::AccountTrouble::ManagerRefused,
        access::AccountTrouble::NotDone => v1::AccountTrouble::NotDone,
        access::AccountTrouble::NotOurs => v1::AccountTrouble::NotOurs,
    }
}

pub(crate) async fn set(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<SetVisitAccounts>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let accounts = form.accounts.map(|accounts| access::VisitAccounts {
        manager: accounts.manager,
        groups: accounts.groups,
    });
    let command = Command::SetVisitAccounts { target, accounts };
    let set = asker.submit(command).await;
    asker.about(&thing, set)?;
    done()
}
