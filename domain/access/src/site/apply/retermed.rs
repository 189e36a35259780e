//! Folding the terms of a target that were changed.

use super::*;

impl Target {
    /// Whether the vault lacks a secret with which a visit to it signs in.
    pub fn lacks_a_secret(&self) -> bool {
        let reads = self
            .database
            .as_ref()
            .is_some_and(|known| known.reader.is_some());
        let web = self.web.as_ref().is_some_and(WebTarget::needs_a_secret);
        let desktop = self.desktop.is_some();
        let telnet = self.telnet.as_ref().and_then(TelnetTarget::account);
        let others = web || desktop || telnet.is_some();
        let understood = self.ssh.is_some() || self.database.is_some() || others;
        (understood && self.secret.is_none()) || (reads && self.reader_secrets == 0)
    }

    /// By what the server is known, of a database, a web console or a desktop.
    pub fn server(&self) -> Option<&ServerIdentity> {
        let database = self.database.as_ref().map(|known| &known.server);
        let web = self.web.as_ref().map(|known| &known.server);
        let desktop = self.desktop.as_ref().map(|known| &known.server);
        database.or(web).or(desktop)
    }

    pub(super) fn server_mut(&mut self) -> Option<&mut ServerIdentity> {
        let database = self.database.as_mut().map(|known| &mut known.server);
        let web = self.web.as_mut().map(|known| &mut known.server);
        let desktop = self.desktop.as_mut().map(|known| &mut known.server);
        database.or(web).or(desktop)
    }

    /// What can be changed of it without pinning it anew.
    pub fn terms(&self) -> TargetTerms {
        TargetTerms {
            approvals: self.approvals,
            emergency: self.emergency,
            hours: self.hours.clone(),
            longest_minutes: self.longest_minutes,
            quota_bytes: self.quota_bytes,
            vendors: self.vendors.clone(),
            attended: self.attended,
        }
    }
}

impl Folding<'_> {
    /// The hours hold at once for everything that runs, because they are asked on every entry. A vendor
    /// that is listed no longer loses its grants here, for good. The rest counts from the next request on:
    /// a grant keeps what it was granted with.
    pub(super) fn retermed(
        &self,
        site: &mut Site,
        target: &TargetId,
        terms: &TargetTerms,
    ) -> Result<(), ApplyError> {
        let changed = the!(self, site.targets, target);
        let TargetTerms {
            approvals,
            emergency,
            hours,
            longest_minutes,
            quota_bytes,
            vendors,
            attended,
        } = terms.clone();
        (changed.approvals, changed.emergency) = (approvals, emergency);
        (changed.hours, changed.attended) = (hours, attended);
        (changed.longest_minutes, changed.quota_bytes) = (longest_minutes, quota_bytes);
        changed.vendors = vendors;
        let changed = changed.clone();
        let lost: BTreeSet<GrantId> = site
            .grants
            .values()
            .filter(|grant| grant.terms.target == *target)
            .filter(|grant| {
                let visit = site.visits.get(&grant.visit);
                visit.is_none_or(|visit| !site.maintains(&visit.vendor, &changed))
            })
            .map(|grant| grant.id.clone())
            .collect();
        site.withdraw_grants(&EndReason::GrantWithdrawn, |grant| lost.contains(&grant.id));
        site.end_sessions(&EndReason::GrantWithdrawn, |session| {
            lost.contains(&session.grant)
        });
        Ok(())
    }
}
