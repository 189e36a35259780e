//! Folding alerts.

use super::*;
use crate::alerts::{Alert, AlertAbout, AlertVerdict, Evidence, RuleAnswer, Settled, Sign};

impl Folding<'_> {
    pub(super) fn alert_raised(
        &self,
        site: &mut Site,
        (alert, rule): (u64, &str),
        about: &AlertAbout,
        (evidence, answer): (&Evidence, RuleAnswer),
    ) {
        let alerts = &mut site.alerts;
        alerts.raised = alerts.raised.max(alert);
        let known = alerts.kept.entry(alert).or_insert_with(|| Alert {
            number: alert,
            about: about.clone(),
            since: self.at,
            signs: Vec::new(),
            settled: None,
        });
        if known.signs.len() >= limits::MOST_SIGNS {
            known.signs.pop();
        }
        known.signs.push(Sign {
            rule: rule.to_owned(),
            at: self.at,
            evidence: evidence.clone(),
            answer,
        });
        alerts.forget_old();
    }

    pub(super) fn alert_settled(
        &self,
        site: &mut Site,
        alert: u64,
        verdict: AlertVerdict,
        why: Commitment,
    ) -> Result<(), ApplyError> {
        let until = site.entries;
        let known = the!(self, site.alerts.kept, &alert);
        known.settled = Some(Settled {
            at: self.at,
            by: self.by.clone(),
            until,
            verdict,
            why,
        });
        Ok(())
    }
}
