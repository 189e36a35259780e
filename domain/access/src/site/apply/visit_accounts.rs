//! Folding the accounts of visits.

use super::*;
use crate::secrets::SecretStanding;
use crate::visit_accounts::{AccountTrouble, VisitAccount, VisitAccounts};

impl Folding<'_> {
    pub(super) fn visit_accounts_set(
        &self,
        site: &mut Site,
        target: &TargetId,
        accounts: Option<&VisitAccounts>,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        let manager = |of: Option<&VisitAccounts>| of.map(|made_by| made_by.manager.clone());
        // With the account under which the gateway signs in, the secret that it has counts no more.
        if manager(known.visit_accounts.as_ref()) != manager(accounts) {
            known.secret = None;
            known.standing = SecretStanding::default();
        }
        known.visit_accounts = accounts.cloned();
        Ok(())
    }

    pub(super) fn visit_account_begun(
        &self,
        site: &mut Site,
        visit: &VisitId,
        target: &TargetId,
        account: &str,
    ) -> Result<(), ApplyError> {
        the!(self, site.visits, visit).account = Some(VisitAccount {
            target: target.clone(),
            name: account.to_owned(),
            begun: self.at,
            removed: None,
            left: None,
        });
        Ok(())
    }

    pub(super) fn visit_account_ended(
        &self,
        site: &mut Site,
        visit: &VisitId,
        left: Option<AccountTrouble>,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.visits, visit);
        let account = known.account.as_mut().ok_or_else(|| ApplyError::Missing {
            kind: self.kind,
            missing: format!("the account of {visit}"),
        })?;
        match left {
            None => {
                account.removed = Some(self.at);
                account.left = None;
            }
            Some(trouble) => account.left = Some((self.at, trouble)),
        }
        Ok(())
    }
}
