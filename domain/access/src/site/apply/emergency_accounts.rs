//! Folding emergency accounts and their envelopes.

use super::*;
use crate::emergency_accounts::{
    EmergencyAccount, EmergencyTerms, Envelope, EnvelopeFound, EnvelopeUsed,
};

impl Folding<'_> {
    pub(super) fn emergency_account_set(
        &self,
        site: &mut Site,
        target: &TargetId,
        terms: Option<&EmergencyTerms>,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        let envelope = known.emergency_account.take();
        let envelope = envelope.and_then(|account| account.envelope);
        known.emergency_account = terms.map(|terms| EmergencyAccount {
            terms: terms.clone(),
            envelope,
        });
        Ok(())
    }

    pub(super) fn envelope_ordered(
        &self,
        site: &mut Site,
        target: &TargetId,
        number: u64,
    ) -> Result<(), ApplyError> {
        site.envelopes = number;
        let known = the!(self, site.targets, target);
        if let Some(account) = &mut known.emergency_account {
            account.envelope = Some(Envelope {
                number,
                ordered: self.at,
                by: self.by.clone(),
                secret: None,
                printed: None,
                looked: None,
                used: None,
            });
        }
        Ok(())
    }

    pub(super) fn envelope_printed(
        &self,
        site: &mut Site,
        target: &TargetId,
    ) -> Result<(), ApplyError> {
        let envelope = self.envelope(site, target)?;
        envelope.printed = Some((self.at, self.by.clone()));
        Ok(())
    }

    pub(super) fn envelope_seen(
        &self,
        site: &mut Site,
        target: &TargetId,
        found: EnvelopeFound,
        why: Option<&str>,
    ) -> Result<(), ApplyError> {
        let envelope = self.envelope(site, target)?;
        if found == EnvelopeFound::Sealed {
            envelope.looked = Some(self.at);
        } else {
            envelope.used = Some(EnvelopeUsed {
                at: self.at,
                by: self.by.clone(),
                found,
                why: why.map(str::to_owned),
            });
        }
        Ok(())
    }

    fn envelope<'s>(
        &self,
        site: &'s mut Site,
        target: &TargetId,
    ) -> Result<&'s mut Envelope, ApplyError> {
        let known = the!(self, site.targets, target);
        let account = known.emergency_account.as_mut();
        account
            .and_then(|account| account.envelope.as_mut())
            .ok_or_else(|| ApplyError::Missing {
                kind: self.kind,
                missing: format!("the envelope of {target}"),
            })
    }
}
