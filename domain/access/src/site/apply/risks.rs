//! Folding accepted risks.

use super::*;
use crate::risks::{NewRisk, Risk, RiskKind};

impl Folding<'_> {
    /// What was accepted, by whom and when.
    pub(super) fn accepted(&self, kind: RiskKind, risk: &NewRisk) -> Risk {
        Risk {
            kind,
            reason: risk.reason.clone(),
            owner: Some(risk.owner.clone()),
            until: risk.until,
            by: self.by.clone(),
            at: self.at,
            withdrawn: None,
        }
    }

    /// What was registered or pinned before an owner and an end were asked for: nobody's, for a quarter of a year.
    pub(super) fn unowned(&self, target: &Target) -> Option<Risk> {
        let reason = match target.server() {
            Some(ServerIdentity::PlainText { accepted }) => accepted.clone(),
            Some(ServerIdentity::Tls { .. } | ServerIdentity::OldTls { .. }) | None => {
                String::new()
            }
        };
        Some(Risk {
            kind: target.rests_on()?,
            reason,
            owner: None,
            until: self.at.plus(limits::UNOWNED_RISK_LASTS),
            by: self.by.clone(),
            at: self.at,
            withdrawn: None,
        })
    }

    pub(super) fn risk_accepted(
        &self,
        site: &mut Site,
        target: &TargetId,
        (kind, risk): (RiskKind, &NewRisk),
    ) -> Result<(), ApplyError> {
        the!(self, site.targets, target).risk = Some(self.accepted(kind, risk));
        Ok(())
    }

    pub(super) fn risk_withdrawn(
        &self,
        site: &mut Site,
        target: &TargetId,
        why: &str,
    ) -> Result<(), ApplyError> {
        let known = the!(self, site.targets, target);
        if let Some(risk) = &mut known.risk {
            risk.withdrawn = Some((self.at, why.to_owned()));
        }
        site.end_sessions(&EndReason::RiskOver, |s| s.target == *target);
        Ok(())
    }

    /// From here on owners can be named: who has none gets the time to name one.
    pub(super) fn owners_asked_for(&self, site: &mut Site) {
        for target in site.targets.values_mut() {
            if let Some(risk) = target.risk.as_mut().filter(|risk| risk.owner.is_none()) {
                risk.until = risk.until.max(self.at.plus(limits::UNOWNED_RISK_LASTS));
            }
        }
    }
}
