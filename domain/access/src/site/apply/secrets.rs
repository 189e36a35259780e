//! Folding what is known of the targets' secrets.

use super::*;

impl Folding<'_> {
    /// The vault has another secret for an account.
    pub(super) fn secret_set(
        &self,
        site: &mut Site,
        (target, reader): (&TargetId, bool),
        set: SecretSetting,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        let count = if reader {
            &mut known.reader_secrets
        } else {
            known.secret = Some(set.kind);
            &mut known.secrets
        };
        *count = count.saturating_add(1);
        known.standing_mut(reader).enter(set);
        Ok(())
    }

    /// A setting of a secret, by whoever the entry is of.
    pub(super) fn setting(&self, kind: SecretKind) -> SecretSetting {
        SecretSetting {
            at: self.at,
            by: self.by.clone(),
            kind,
            weak: Vec::new(),
            accepted: None,
        }
    }

    pub(super) fn secrets_checked(
        &self,
        site: &mut Site,
        found: &[SecretFound],
        whole: bool,
    ) -> Result<(), ApplyError> {
        for one in found {
            let known = the!(self, site.targets, &one.target);
            known.standing_mut(one.reader).weak.clone_from(&one.weak);
        }
        if whole {
            site.secrets_checked = Some(self.at);
        }
        Ok(())
    }
}
