//! Accounts of visits: how they may be made at a target, which one a session enters under, when one is gone.

use ids::{TargetId, VisitId};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Grant, Target};
use crate::visit_accounts::{AccountTrouble, VisitAccountEntry, VisitAccounts, name_of};

impl Asking<'_> {
    /// Never while an account may be at the target: whoever is to remove it must stay known.
    pub(super) fn set_visit_accounts(
        &self,
        target: TargetId,
        accounts: Option<VisitAccounts>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            // Neither Windows nor a device has them.
            let possible = found.can_have_visit_accounts()
                && found.emergency_account.is_none()
                && found.rotation_way.is_none();
            why.unless(possible, Reason::VisitAccountsNotPossible);
            why.unless(found.visit_accounts != accounts, Reason::AlreadySo);
            let under_way = found.standing.rotating.is_some();
            why.unless(!under_way, Reason::SecretRotating);
            if let Some(accounts) = &accounts {
                accounts_possible(found, accounts, &mut why);
            }
        }
        let standing = self.site.accounts_at(&target).next().is_some();
        why.unless(!standing, Reason::VisitAccountStands);
        let mut live = self.site.live_sessions();
        let open = live.any(|session| session.target == target);
        why.unless(!open, Reason::SecretInUse);
        why.settle()?;
        Decided::one(Event::VisitAccountsSet { target, accounts }, Outcome::Done)
    }

    /// Not while a session of the visit is open, or can still open: it would lose its account.
    pub(super) fn end_visit_account(
        &self,
        visit: VisitId,
        left: Option<AccountTrouble>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        let found = why.need(self.site.visits.get(&visit), Reason::NotFound);
        let standing = found.and_then(|found| found.account_standing());
        let account = why.need(standing, Reason::AlreadySo);
        let (Some(found), Some(account)) = (found, account) else {
            return Err(why.refusal());
        };
        let needed = self.site.may_open(found, self.now);
        why.unless(!needed, Reason::SecretInUse);
        // That it is still there is said once.
        let said = account.left.map(|(_, trouble)| trouble);
        why.unless(left.is_none() || left != said, Reason::AlreadySo);
        why.settle()?;
        let ended = Event::VisitAccountEnded {
            target: account.target.clone(),
            account: account.name.clone(),
            visit,
            left,
        };
        Decided::one(ended, Outcome::Done)
    }

    /// The account under which a session of this grant enters, if visits have their own there.
    pub(super) fn visit_account(
        &self,
        grant: &Grant,
        target: &Target,
    ) -> Option<VisitAccountEntry> {
        let database = grant.terms.database.as_ref();
        let writes = database.is_none_or(|terms| terms.write);
        VisitAccountEntry::of(&grant.visit, target, writes)
    }

    /// What is entered with the session: that the account may be at the target from now on.
    pub(super) fn account_begun(&self, grant: &Grant, target: &Target) -> Option<Event> {
        target.visit_accounts.as_ref()?;
        let visit = self.site.visits.get(&grant.visit)?;
        let stands = visit.account_standing().is_some();
        (!stands).then(|| Event::VisitAccountBegun {
            visit: visit.id.clone(),
            target: target.id.clone(),
            account: name_of(&visit.id),
        })
    }
}

/// Names as Linux has them: what a command reads as one word.
fn is_group(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let fits = |sign: char| {
        sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '_' | '-')
    };
    begins && name.chars().all(fits) && name.len() <= limits::LONGEST_GROUP
}

fn accounts_possible(target: &Target, accounts: &VisitAccounts, why: &mut Reasons) {
    why.text(&accounts.manager, limits::LONGEST_USER);
    why.limit(accounts.groups.len(), limits::MOST_GROUPS, "groups");
    let groups = accounts.groups.iter().all(|name| is_group(name));
    why.unless(groups, Reason::VisitAccountsNotPossible);
    if let Some(database) = &target.database {
        why.unless(accounts.groups.is_empty(), Reason::VisitAccountsNotPossible);
        // Whoever has the manager's rights could make accounts, too.
        let apart = database.user != accounts.manager
            && database.reader.as_deref() != Some(accounts.manager.as_str());
        why.unless(apart, Reason::VisitAccountsNotPossible);
    }
}
