//! Taking access away, and giving it back.

use ids::{Commitment, GrantId, PersonId, Timestamp};

use super::asking::{Asking, Reasons, asker};
use super::{Decided, Outcome};
use crate::command::{LiftWay, Subject};
use crate::event::Event;
use crate::incidents::IncidentCause;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::Person;

impl Asking<'_> {
    pub(super) fn suspend(&self, subject: Subject, reason: Commitment) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.may_suspend(&subject, &mut why);
        if let Subject::Grant(grant) = subject {
            return self.withdraw_grant(grant, reason, why);
        }
        if let Some(suspended) = why.need(self.suspended(&subject), Reason::NotFound) {
            why.unless(!suspended, Reason::AlreadySo);
        }
        if let Subject::Person(person) = &subject {
            self.not_the_last(self.site.persons.get(person), &mut why);
        }
        why.settle()?;
        Decided::one(Event::Suspended { subject, reason }, Outcome::Done)
    }

    /// Isolating never waits: no clock, setup or debt stands in its way. What was suspended already is isolated too.
    pub(super) fn isolate_one(
        &self,
        subject: Subject,
        reason: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let suspended = why.need(self.suspended(&subject), Reason::NotFound);
        let new = self.site.isolated_one(&subject).is_none();
        why.unless(new, Reason::AlreadySo);
        let can = !matches!(subject, Subject::Grant(_));
        why.unless(can, Reason::NotFound);
        if let Subject::Person(person) = &subject {
            self.not_the_last(self.site.persons.get(person), &mut why);
        }
        why.settle()?;
        let begun = self.incident_begun(IncidentCause::Isolation);
        let mut events: Vec<Event> = begun.into_iter().collect();
        events.push(Event::IsolatedOne {
            subject: subject.clone(),
            reason,
        });
        if suspended == Some(false) {
            events.push(Event::Suspended { subject, reason });
        }
        Decided::of(events, Outcome::Done)
    }

    /// Two different persons lift it, neither of them the one who is isolated, with a reason each.
    pub(super) fn lift_one(&self, subject: &Subject, said: Commitment) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let lifter = self.lifter(LiftWay::Agree, &mut why);
        let isolation = why.need(self.site.isolated_one(subject), Reason::NotIsolated);
        let (Some(lifter), Some(isolation)) = (lifter, isolation) else {
            return Err(why.refusal());
        };
        let other = !matches!(subject, Subject::Person(person) if *person == lifter.id);
        why.unless(other, Reason::SecondPersonNeeded);
        why.unless(lifter.since <= isolation.since, Reason::SecondPersonNeeded);
        let lifted = self.agreed_by_another(lifter, isolation, &mut why);
        why.settle()?;
        let subject = subject.clone();
        let events = if lifted {
            // Whoever was erased meanwhile stays where they are.
            let erased = matches!(&subject, Subject::Person(person) if self.erased(person));
            let resumed = (!erased).then(|| Event::Resumed {
                subject: subject.clone(),
            });
            let lifted = Event::LiftedOne { subject, why: said };
            std::iter::once(lifted).chain(resumed).collect()
        } else {
            vec![Event::LiftOneAgreed { subject, why: said }]
        };
        let outcome = Outcome::Lift {
            lifted,
            until: None,
        };
        Decided::of(events, outcome)
    }

    fn erased(&self, person: &PersonId) -> bool {
        let known = self.site.persons.get(person);
        known.is_some_and(|known| known.erased.is_some())
    }

    /// The hospital suspends anything; an engineer their own lost device and their own grant.
    fn may_suspend(&self, subject: &Subject, why: &mut Reasons) {
        let own = asker(self.caller).is_some_and(|person| match subject {
            Subject::Device(id) => self
                .site
                .devices
                .get(id)
                .is_some_and(|device| device.person == *person),
            Subject::Grant(id) => self
                .site
                .grants
                .get(id)
                .is_some_and(|grant| grant.terms.person == *person),
            Subject::Vendor(_) | Subject::Person(_) | Subject::Target(_) => false,
        });
        if own {
            self.person(why);
        } else {
            self.keeper(why);
        }
    }

    /// Somebody who can approve, and so resume, must remain.
    pub(super) fn not_the_last(&self, person: Option<&Person>, why: &mut Reasons) {
        let Some(person) = person.filter(|person| person.approves()) else {
            return;
        };
        let remain = self.site.approvers_but(Some(&person.id)) > 0;
        why.unless(remain, Reason::LastOne);
    }

    fn withdraw_grant(
        &self,
        grant: GrantId,
        reason: Commitment,
        mut why: Reasons,
    ) -> Result<Decided, Refusal> {
        let found = why.need(self.site.grants.get(&grant), Reason::NotFound);
        let Some(found) = found else {
            return Err(why.refusal());
        };
        why.unless(found.withdrawn.is_none(), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(
            Event::GrantWithdrawn {
                grant,
                visit,
                reason,
            },
            Outcome::Done,
        )
    }

    pub(super) fn resume(&self, subject: Subject) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let approver = self.approver(&mut why);
        match &subject {
            Subject::Grant(grant) => {
                let found = why.need(self.site.grants.get(grant), Reason::NotFound);
                let withdrawn = found.is_some_and(|grant| grant.withdrawn.is_some());
                why.no(if withdrawn {
                    Reason::GrantWithdrawn
                } else {
                    Reason::AlreadySo
                });
            }
            Subject::Vendor(_) | Subject::Person(_) | Subject::Device(_) | Subject::Target(_) => {
                if let Some(suspended) = why.need(self.suspended(&subject), Reason::NotFound) {
                    why.unless(suspended, Reason::AlreadySo);
                }
                // What was isolated is lifted by two.
                let isolated = self.site.isolated_one(&subject).is_some();
                why.unless(!isolated, Reason::SecondPersonNeeded);
            }
        }
        if let Subject::Person(person) = &subject {
            let other = approver.is_none_or(|approver| approver.id != *person);
            why.unless(other, Reason::SecondPersonNeeded);
            why.unless(!self.erased(person), Reason::PersonSuspended);
        }
        why.settle()?;
        Decided::one(Event::Resumed { subject }, Outcome::Done)
    }

    /// An inspector looks until a day, never for good. Whoever else is there works, and is suspended
    /// when they do no more.
    pub(super) fn limit_person(
        &self,
        person: PersonId,
        until: Timestamp,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.persons.get(&person), Reason::NotFound) {
            why.unless(found.only_inspects(), Reason::RolesNotPossible);
            why.unless(found.erased.is_none(), Reason::PersonSuspended);
            why.unless(found.until != Some(until), Reason::AlreadySo);
        }
        let farthest = self.now.plus(limits::LONGEST_INSPECTION);
        let possible = self.now < until && until <= farthest;
        why.unless(possible, Reason::WindowNotPossible);
        why.settle()?;
        Decided::one(Event::PersonLimited { person, until }, Outcome::Done)
    }

    /// Whether a thing is suspended itself; `None` if there is no such thing.
    fn suspended(&self, subject: &Subject) -> Option<bool> {
        let since = match subject {
            Subject::Vendor(id) => self.site.vendors.get(id)?.suspended,
            Subject::Person(id) => self.site.persons.get(id)?.suspended,
            Subject::Device(id) => self.site.devices.get(id)?.suspended,
            Subject::Target(id) => self.site.targets.get(id)?.suspended,
            Subject::Grant(_) => None,
        };
        Some(since.is_some())
    }
}
