//! Accepting risks: who may, for how long, and that nothing goes on without (decision 0048).

use ids::TargetId;

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::risks::{NewRisk, RiskKind};
use crate::site::Target;

impl Asking<'_> {
    /// Accepts the risk of a target, or renews that.
    pub(super) fn accept_risk(&self, target: TargetId, risk: NewRisk) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let found = why.need(self.site.targets.get(&target), Reason::NotFound);
        let kind = found.and_then(|found| why.need(found.rests_on(), Reason::RiskNotPossible));
        self.risk_possible(&risk, &mut why);
        let Some(risk_kind) = kind else {
            return Err(why.refusal());
        };
        why.settle()?;
        let accepted = Event::RiskAccepted {
            target,
            risk_kind,
            risk,
        };
        Decided::one(accepted, Outcome::Done)
    }

    /// Takes it back at any time: taking away never waits for a reason of the state's.
    pub(super) fn withdraw_risk(
        &self,
        target: TargetId,
        reason: String,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.text(&reason, limits::LONGEST_TEXT);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            let risk = why.need(found.accepted_risk(), Reason::RiskNotPossible);
            let again = risk.is_some_and(|risk| risk.withdrawn.is_some());
            why.unless(!again, Reason::AlreadySo);
        }
        why.settle()?;
        let withdrawn = Event::RiskWithdrawn {
            target,
            why: reason,
        };
        Decided::one(withdrawn, Outcome::Done)
    }

    /// What rests on a risk is registered or pinned together with it. A ledger that cannot name an owner yet is
    /// not asked for one.
    pub(super) fn risk_fits(
        &self,
        (name, kind): (&str, Option<RiskKind>),
        risk: Option<&NewRisk>,
        why: &mut Reasons,
    ) {
        match (kind, risk) {
            (None, Some(_)) => why.no(Reason::RiskNotPossible),
            (Some(_), None) if self.site.names_risks() => why.no(Reason::RiskNotAccepted {
                target: name.to_owned(),
            }),
            (_, Some(risk)) => self.risk_possible(risk, why),
            (_, None) => {}
        }
    }

    /// Whether a target may be entered as far as its accepted risk goes.
    pub(super) fn risk_holds(&self, target: &Target, why: &mut Reasons) {
        why.maybe(self.site.risk_until(target, self.now).err());
    }

    fn risk_possible(&self, risk: &NewRisk, why: &mut Reasons) {
        why.text(&risk.reason, limits::LONGEST_TEXT);
        let farthest = self.now.plus(limits::RISK_LASTS);
        let possible =
            self.now < risk.until && risk.until <= farthest && self.site.can_own_risk(&risk.owner);
        why.unless(possible, Reason::RiskNotPossible);
    }
}
