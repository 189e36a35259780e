//! The secrets of targets: who may set one, which ones are refused, what was found of those that are there.

use ids::TargetId;

use super::asking::{Asking, Reasons, too_many};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::command::NewSecret;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::secrets::{SecretFound, SecretPolicy};
use crate::site::Target;
use crate::terms::{SecretKind, TelnetTarget};

/// The level from which entries speak of weakness.
const SPOKEN_FROM: u16 = 2;

impl Asking<'_> {
    pub(super) fn set_target_secret(
        &self,
        target: TargetId,
        secret: SecretKind,
        reader: bool,
        new: NewSecret,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            secret_fits(found, secret, reader, &mut why);
        }
        let NewSecret { mut weak, accepted } = new;
        weak.sort_unstable();
        weak.dedup();
        if let Some(reason) = &accepted {
            why.text(reason, limits::LONGEST_TEXT);
        }
        let policy = &self.site.secret_policy;
        for weakness in weak.iter().filter(|weakness| policy.refuses(**weakness)) {
            why.unless(accepted.is_some(), weakness.reason());
        }
        why.settle()?;
        // Nothing is accepted where there is nothing to accept.
        let accepted = accepted.filter(|_| !weak.is_empty());
        // Before the site is committed to this release nothing is said of what may be taken anyway.
        if self.site.level < SPOKEN_FROM && accepted.is_none() {
            weak.clear();
        }
        let set = Event::TargetSecretSet {
            target,
            secret,
            reader,
            weak,
            accepted,
        };
        Decided::one(set, Outcome::Done)
    }

    /// What a check of all secrets found new. The gateway looks by itself; who keeps the site may ask it to.
    pub(super) fn check_secrets(
        &self,
        found: Vec<SecretFound>,
        whole: bool,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        if self.caller.who == Who::Gateway {
            self.gateway_only(&mut why);
        } else {
            self.keeper(&mut why);
        }
        why.limit(found.len(), limits::MOST_FOUND_AT_ONCE, "secrets");
        let known = |found: &SecretFound| self.site.targets.contains_key(&found.target);
        why.unless(found.iter().all(known), Reason::NotFound);
        why.settle()?;
        Decided::one(Event::SecretsChecked { found, whole }, Outcome::Done)
    }

    pub(super) fn set_secret_policy(&self, policy: SecretPolicy) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let most = limits::LONGEST_SECRET_AGE_DAYS;
        let possible = (1..=most).contains(&policy.oldest_days);
        why.unless(possible, too_many("days", usize::from(most)));
        let names = policy.administrators.len();
        why.limit(names, limits::MOST_ADMINISTRATORS, "administrators");
        for name in &policy.administrators {
            why.text(name, limits::LONGEST_USER);
        }
        if let Some(terms) = &policy.rotation {
            self.rotation_possible(terms, &mut why);
        }
        why.unless(self.site.secret_policy != policy, Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::SecretPolicySet { policy }, Outcome::Done)
    }
}

/// Keys are SSH's; a database has a password for each of its accounts, a web console one secret, a desktop one
/// password, a console by telnet one or none.
fn secret_fits(target: &Target, secret: SecretKind, reader: bool, why: &mut Reasons) {
    match (&target.database, &target.web) {
        (None, Some(web)) => {
            let password = secret.is_password();
            why.unless(password, Reason::PasswordNeeded);
            let fits = web.needs_a_secret() && !reader;
            why.unless(fits, Reason::ProtocolNotGranted);
        }
        (Some(database), _) => {
            let password = secret.is_password();
            why.unless(password, Reason::PasswordNeeded);
            let account = database.account(!reader).is_some();
            let own = reader && target.visit_accounts.is_some();
            why.unless(account && !own, Reason::ReaderMissing);
        }
        (None, None) if target.desktop.is_some() => {
            let password = secret.is_password();
            why.unless(password, Reason::PasswordNeeded);
            why.unless(!reader, Reason::ReaderMissing);
        }
        (None, None) if target.telnet.is_some() => {
            let password = secret.is_password();
            why.unless(password, Reason::PasswordNeeded);
            let account = target.telnet.as_ref().and_then(TelnetTarget::account);
            why.unless(account.is_some() && !reader, Reason::ProtocolNotGranted);
        }
        (None, None) => {
            // A key cannot be typed from paper.
            let password = secret.is_password();
            let typed = password || target.emergency_account.is_none();
            why.unless(typed, Reason::PasswordNeeded);
            // Neither PowerShell nor a device is told a key.
            let by_way = password || target.rotation_way.is_none();
            why.unless(by_way, Reason::RotationWayNeedsPassword);
            let fits = target.ssh.is_some() && !reader;
            why.unless(fits, Reason::ProtocolNotGranted);
        }
    }
}
