//! Isolating a site, and what it takes to lift it.

use ids::{Commitment, PersonId, Timestamp};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::command::LiftWay;
use crate::event::Event;
use crate::incidents::IncidentCause;
use crate::level::LIFT_REASONS_FROM;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Isolation, Person};
use crate::terms::Employer;

impl Asking<'_> {
    /// Isolating never waits: no clock, setup or debt stands in its way.
    pub(super) fn isolate(&self, reason: Commitment) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        match &self.caller.who {
            Who::LocalOperator { .. } | Who::Gateway | Who::Kit => {}
            Who::Person(_) | Who::Invitee(_) => {
                self.keeper(&mut why);
            }
        }
        // Isolating again voids what was agreed about lifting: the way to object to a delay.
        let pending = |isolation: &Isolation| {
            !isolation.agreed.is_empty() || isolation.kit.is_some() || isolation.delay.is_some()
        };
        let new = self.site.isolation.as_ref().is_none_or(pending);
        why.unless(new, Reason::AlreadySo);
        why.settle()?;
        let begun = self.incident_begun(IncidentCause::Isolation);
        let isolated = Event::Isolated { reason };
        Decided::of(begun.into_iter().chain([isolated]).collect(), Outcome::Done)
    }

    pub(super) fn lift(
        &self,
        way: LiftWay,
        reason: Option<Commitment>,
    ) -> Result<Decided, Refusal> {
        // Where the release before reads, too, it is lifted all the same.
        let reason = reason.filter(|_| self.site.level() >= LIFT_REASONS_FROM);
        let mut why = Reasons::default();
        let lifter = self.lifter(way, &mut why);
        let isolation = why.need(self.site.isolation.as_ref(), Reason::NotIsolated);
        let Some(isolation) = isolation else {
            return Err(why.refusal());
        };
        // Who came in, or got new factors, while the site was isolated does not lift it: one
        // person could invite themselves a second one.
        let from_before = lifter.is_none_or(|person| person.since <= isolation.since);
        why.unless(from_before, Reason::SecondPersonNeeded);
        match way {
            LiftWay::Agree => self.agree(lifter, isolation, why, reason),
            LiftWay::WithKit => self.with_kit(lifter, isolation, why, reason),
            LiftWay::AfterDelay => self.after_delay(lifter, isolation, why, reason),
        }
    }

    pub(super) fn lifter(&self, way: LiftWay, why: &mut Reasons) -> Option<&Person> {
        if self.caller.who == Who::Kit {
            why.unless(way == LiftWay::WithKit, Reason::PersonNeeded);
            return None;
        }
        let person = self.person(why)?;
        let may =
            person.approves() || (person.employer == Employer::Custodian && way == LiftWay::Agree);
        why.unless(may, Reason::RoleMissing);
        Some(person)
    }

    fn agree(
        &self,
        lifter: Option<&Person>,
        isolation: &Isolation,
        mut why: Reasons,
        reason: Option<Commitment>,
    ) -> Result<Decided, Refusal> {
        let Some(lifter) = lifter else {
            return Err(why.refusal());
        };
        let with_other = self.agreed_by_another(lifter, isolation, &mut why);
        why.settle()?;
        lift_or_agree(with_other, LiftWay::Agree, reason)
    }

    /// Whether two different persons of the hospital agree with this one, or one and the custodian, or one and the kit.
    pub(super) fn agreed_by_another(
        &self,
        lifter: &Person,
        isolation: &Isolation,
        why: &mut Reasons,
    ) -> bool {
        let others = self.agreed(isolation, &lifter.id);
        let hospital = |person: &&Person| person.employer == Employer::Hospital;
        let with_other = if lifter.employer == Employer::Hospital {
            !others.is_empty() || self.kit_agreed(isolation)
        } else {
            others.iter().any(hospital)
        };
        let already = isolation
            .agreed
            .get(&lifter.id)
            .is_some_and(|at| self.stands(*at));
        why.unless(with_other || !already, Reason::SecondPersonNeeded);
        with_other
    }

    fn with_kit(
        &self,
        lifter: Option<&Person>,
        isolation: &Isolation,
        mut why: Reasons,
        reason: Option<Commitment>,
    ) -> Result<Decided, Refusal> {
        why.unless(self.site.kit_sealed, Reason::SetupIncomplete);
        let agreed = isolation.agreed.keys().any(|id| {
            let nobody = PersonId::new(&self.site.id, 0);
            let standing = self.agreed(isolation, &nobody);
            standing
                .iter()
                .any(|person| person.id == *id && person.approves())
        });
        let kit_alone = lifter.is_none();
        let again = kit_alone && !agreed && self.kit_agreed(isolation);
        why.unless(!again, Reason::SecondPersonNeeded);
        why.settle()?;
        lift_or_agree(!kit_alone || agreed, LiftWay::WithKit, reason)
    }

    /// Others who agreed, whose agreement stands and who still stand themselves.
    fn agreed(&self, isolation: &Isolation, but: &PersonId) -> Vec<&Person> {
        let agreed = isolation
            .agreed
            .iter()
            .filter(|(id, at)| *id != but && self.stands(**at));
        agreed
            .filter_map(|(id, _)| self.site.persons.get(id))
            .filter(|person| self.site.in_standing(person) && person.since <= isolation.since)
            .collect()
    }

    fn kit_agreed(&self, isolation: &Isolation) -> bool {
        isolation.kit.is_some_and(|at| self.stands(at))
    }

    fn stands(&self, agreed: Timestamp) -> bool {
        self.now < agreed.plus(limits::AGREEMENT_LASTS)
    }

    /// Only where there is a single person of the hospital: those who are suspended count, and
    /// those erased since the isolation, so that nobody makes themselves single.
    fn after_delay(
        &self,
        lifter: Option<&Person>,
        isolation: &Isolation,
        mut why: Reasons,
        reason: Option<Commitment>,
    ) -> Result<Decided, Refusal> {
        let people = self.site.persons.values().filter(|person| {
            person.employer == Employer::Hospital
                && person.erased.is_none_or(|at| at >= isolation.since)
        });
        why.unless(people.count() == 1, Reason::SecondPersonNeeded);
        why.unless(!self.site.clock_in_doubt(self.wall), Reason::ClockInDoubt);
        let Some(lifter) = lifter else {
            return Err(why.refusal());
        };
        let running = isolation
            .delay
            .as_ref()
            .filter(|(person, _)| *person == lifter.id);
        let Some((_, until)) = running else {
            why.settle()?;
            let until = self.now.plus(limits::LIFT_DELAY);
            let outcome = Outcome::Lift {
                lifted: false,
                until: Some(until),
            };
            return Decided::one(Event::LiftDelayStarted { until }, outcome);
        };
        why.unless(*until <= self.now, Reason::DelayNotOver { until: *until });
        why.settle()?;
        lift_or_agree(true, LiftWay::AfterDelay, reason)
    }
}

fn lift_or_agree(lifted: bool, way: LiftWay, why: Option<Commitment>) -> Result<Decided, Refusal> {
    let event = if lifted {
        Event::Lifted { way, why }
    } else {
        Event::LiftAgreed { why }
    };
    Decided::one(
        event,
        Outcome::Lift {
            lifted,
            until: None,
        },
    )
}
