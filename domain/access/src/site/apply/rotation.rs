//! Folding that secrets are known to others, and how they are replaced.

use super::*;
use crate::rotation::{
    Compromise, Rotation, RotationCause, RotationFailed, RotationFailure, Works,
};
use crate::rotation_way::RotationWay;

impl Folding<'_> {
    pub(super) fn secret_compromised(
        &self,
        site: &mut Site,
        (target, reader): (&TargetId, bool),
        why: &str,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        known.standing_mut(reader).compromised = Some(Compromise {
            at: self.at,
            by: self.by.clone(),
            why: why.to_owned(),
        });
        Ok(())
    }

    pub(super) fn rotation_begun(
        &self,
        site: &mut Site,
        (target, reader): (&TargetId, bool),
        cause: RotationCause,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        known.standing_mut(reader).rotating = Some(Rotation {
            begun: self.at,
            cause,
            open: None,
            doubted: None,
        });
        Ok(())
    }

    pub(super) fn rotation_way_set(
        &self,
        site: &mut Site,
        target: &TargetId,
        way: Option<&RotationWay>,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        known.rotation_way = way.cloned();
        let rotating = known.standing.rotating.as_mut();
        if let Some(open) = rotating.and_then(|rotating| rotating.open.as_mut()) {
            // Whoever mended it does not wait for an hour.
            *open = self.at;
        }
        Ok(())
    }

    pub(super) fn rotation_ended(
        &self,
        site: &mut Site,
        (target, reader): (&TargetId, bool),
        works: Works,
        failed: Option<RotationFailure>,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        let kind = known.secret_of(reader).unwrap_or(SecretKind::Password);
        if works == Works::New {
            self.secret_set(site, (target, reader), self.setting(kind))?;
        }
        let known = the!(self, site.targets, target);
        let standing = known.standing_mut(reader);
        match works {
            Works::New => standing.rotated = Some(self.at),
            Works::Old => standing.rotating = None,
            Works::NotKnown => {
                let doubted = failed.is_some_and(RotationFailure::is_doubt);
                if let Some(rotating) = &mut standing.rotating {
                    rotating.open.get_or_insert(self.at);
                    if doubted && rotating.doubted.is_none() {
                        rotating.doubted = Some(self.at);
                        // However long it was not known before: some minutes after a doubt it is settled.
                        rotating.open = Some(self.at);
                    } else if failed == Some(RotationFailure::NotSaved) {
                        // The new one opened it: if the old one does again, that is found anew.
                        rotating.doubted = None;
                    }
                }
            }
        }
        if let (Works::New, Some(account)) = (works, &mut known.emergency_account)
            && let Some(envelope) = account.envelope.as_mut().filter(|own| own.secret.is_none())
        {
            envelope.secret = Some(known.secrets);
        }
        let standing = known.standing_mut(reader);
        standing.failed = failed.map(|why| RotationFailed {
            at: self.at,
            why,
            works,
        });
        Ok(())
    }
}
