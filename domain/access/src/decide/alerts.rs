//! Raising alerts with what is done at once, and settling them.

use std::time::Duration;

use ids::{Commitment, DeviceId, PersonId, SessionId, Timestamp};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::alerts::{AlertAbout, AlertCommand, AlertVerdict, Evidence, RuleAnswer, Seen};
use crate::command::Subject;
use crate::event::Event;
use crate::incidents::IncidentCause;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Grant, Session};
use crate::terms::EndReason;

impl Asking<'_> {
    pub(super) fn alerts(&self, command: AlertCommand) -> Result<Decided, Refusal> {
        match command {
            AlertCommand::Raise {
                rule,
                about,
                evidence,
                answer,
                reason,
            } => self.raise_alert(rule, about, evidence, (answer, reason)),
            AlertCommand::Settle {
                alert,
                verdict,
                why,
            } => self.settle_alert(alert, verdict, why),
            AlertCommand::Answer { rule, answer } => self.answer_rule(rule, answer),
        }
    }

    /// What is done at once is decided with the alert, by its authority alone, and in the same breath: there is no
    /// alert whose answer was forgotten, and the gateway suspends nobody without one.
    fn raise_alert(
        &self,
        rule: String,
        about: AlertAbout,
        evidence: Evidence,
        (answer, reason): (RuleAnswer, Commitment),
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        why.text(&rule, limits::LONGEST_RULE);
        let known = match &about {
            AlertAbout::Visit(visit) => self.site.visits.contains_key(visit),
            AlertAbout::Person(person) => self.site.persons.contains_key(person),
            AlertAbout::Device(device) => self.site.devices.contains_key(device),
            AlertAbout::Target(target) => self.site.targets.contains_key(target),
            AlertAbout::Log(device) => {
                why.text(device, limits::LONGEST_NAME);
                true
            }
            AlertAbout::Site => true,
        };
        why.unless(known, Reason::NotFound);
        let seen = Seen {
            evidence: &evidence,
            recorded: self.recorded(&evidence),
        };
        let said = self.site.alerts.was_said(&rule, &about, &seen);
        why.unless(!said, Reason::AlreadySo);
        why.settle()?;
        let done = match answer {
            RuleAnswer::Tell => Vec::new(),
            RuleAnswer::Pause => self.paused(&about),
            RuleAnswer::End => self.ended(&about),
            RuleAnswer::Suspend => {
                let mut done = self.suspended_for(&about, reason);
                done.extend(self.ended(&about));
                done
            }
            RuleAnswer::Isolate => {
                let isolated = self.site.isolation.is_some();
                let isolate = (!isolated).then_some(Event::Isolated { reason });
                isolate.into_iter().collect()
            }
        };
        let open = self.site.alerts.open_about(&about);
        // What was let go on, and is done again, is stopped again; of anything else one has told.
        if done.is_empty() && open.is_some_and(|open| open.has(&rule)) {
            return Err(Refusal {
                reasons: vec![Reason::AlreadySo],
            });
        }
        let next = self.site.alerts.raised.saturating_add(1);
        let alert = open.map_or(next, |open| open.number);
        let begun = self.incident_begun(IncidentCause::Alert(alert));
        let mut events: Vec<Event> = begun.into_iter().collect();
        events.push(Event::AlertRaised {
            alert,
            rule,
            about,
            evidence,
            answer,
        });
        events.extend(done);
        Decided::of(events, Outcome::Done)
    }

    fn recorded(&self, evidence: &Evidence) -> Option<Timestamp> {
        match evidence {
            Evidence::Entry(_) => None,
            Evidence::Recording { session, at_millis } => {
                let session = self.site.sessions.get(session)?;
                Some(session.opened.plus(Duration::from_millis(*at_millis)))
            }
        }
    }

    /// What a rule has stopped is not begun anew, in the same visit or by the same person, until somebody of the hospital
    /// has said what it was: otherwise whoever is paused opens another session, and the rule has told already.
    pub(super) fn no_alert(&self, grant: &Grant, person: &PersonId, why: &mut Reasons) {
        let visit = AlertAbout::Visit(grant.visit.clone());
        let device = self.caller.device.clone().map(AlertAbout::Device);
        let about = [
            Some(visit),
            Some(AlertAbout::Person(person.clone())),
            device,
        ];
        let stopped = about.iter().flatten().any(|about| {
            let open = self.site.alerts.open_about(about);
            open.is_some_and(|alert| alert.answered() >= RuleAnswer::Pause)
        });
        why.unless(!stopped, Reason::AlertOpen);
    }

    fn concerned(&self, about: &AlertAbout) -> Vec<&Session> {
        let live = self.site.live_sessions();
        let concerned = live.filter(|session| {
            let ending = session.ended.is_some() || session.closed.is_some();
            let concerned = match about {
                AlertAbout::Visit(visit) => session.visit == *visit,
                AlertAbout::Person(person) => session.person == *person,
                AlertAbout::Device(device) => session.device == *device,
                AlertAbout::Target(target) => session.target == *target,
                // Where it was seen is no target of any session.
                AlertAbout::Log(_) => false,
                AlertAbout::Site => true,
            };
            concerned && !ending
        });
        concerned.collect()
    }

    fn paused(&self, about: &AlertAbout) -> Vec<Event> {
        let running = self.concerned(about).into_iter();
        let running = running.filter(|session| session.paused.is_none());
        let paused = running.map(|session| Event::SessionPaused {
            session: session.id.clone(),
            visit: session.visit.clone(),
        });
        paused.collect()
    }

    fn ended(&self, about: &AlertAbout) -> Vec<Event> {
        let running = self.concerned(about).into_iter();
        let ended = running.map(|session| Event::SessionEnded {
            session: session.id.clone(),
            visit: session.visit.clone(),
            reason: EndReason::EndedByRule,
        });
        ended.collect()
    }

    /// Whoever is concerned and their devices. The last approver stays: somebody has to be able to resume.
    fn suspended_for(&self, about: &AlertAbout, reason: Commitment) -> Vec<Event> {
        let (mut persons, mut devices) = self.behind(about);
        persons.retain(|id| {
            let mut last = Reasons::default();
            let found = self.site.persons.get(id);
            self.not_the_last(found, &mut last);
            last.settle().is_ok() && found.is_some_and(|person| person.suspended.is_none())
        });
        devices.retain(|id| {
            let found = self.site.devices.get(id);
            found.is_some_and(|device| device.suspended.is_none())
        });
        let persons = persons.into_iter().map(Subject::Person);
        let devices = devices.into_iter().map(Subject::Device);
        let suspended = persons
            .chain(devices)
            .map(|subject| Event::Suspended { subject, reason });
        suspended.collect()
    }

    fn behind(&self, about: &AlertAbout) -> (Vec<PersonId>, Vec<DeviceId>) {
        let (mut persons, mut devices) = match about {
            AlertAbout::Person(person) => {
                let theirs = self.site.devices.values();
                let theirs = theirs.filter(|device| device.person == *person);
                (
                    vec![person.clone()],
                    theirs.map(|device| device.id.clone()).collect(),
                )
            }
            AlertAbout::Device(device) => {
                let owner = self.site.devices.get(device);
                let owner = owner.map(|device| device.person.clone());
                (owner.into_iter().collect(), vec![device.clone()])
            }
            AlertAbout::Visit(_)
            | AlertAbout::Target(_)
            | AlertAbout::Log(_)
            | AlertAbout::Site => Default::default(),
        };
        if !matches!(about, AlertAbout::Site) {
            for session in self.concerned(about) {
                persons.push(session.person.clone());
                devices.push(session.device.clone());
            }
        }
        // Whose visit it is, when no session is open any more.
        if let AlertAbout::Visit(visit) = about {
            let sessions = self.site.sessions.values();
            let over = sessions.filter(|session| session.visit == *visit && persons.is_empty());
            let over: Vec<&Session> = over.collect();
            persons.extend(over.iter().map(|session| session.person.clone()));
            devices.extend(over.iter().map(|session| session.device.clone()));
        }
        persons.sort();
        persons.dedup();
        devices.sort();
        devices.dedup();
        (persons, devices)
    }

    fn settle_alert(
        &self,
        alert: u64,
        verdict: AlertVerdict,
        said: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.alerts.kept.get(&alert), Reason::NotFound) {
            why.unless(found.settled.is_none(), Reason::AlreadySo);
        }
        why.settle()?;
        let settled = Event::AlertSettled {
            alert,
            verdict,
            why: said,
        };
        let nothing = verdict == AlertVerdict::Ordinary;
        let over = nothing.then(|| self.incident_was_nothing(alert)).flatten();
        let events = [settled].into_iter().chain(over);
        Decided::of(events.collect(), Outcome::Done)
    }

    fn answer_rule(&self, rule: String, answer: Option<RuleAnswer>) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.text(&rule, limits::LONGEST_RULE);
        let chosen = &self.site.alerts.answers;
        why.limit(chosen.len(), limits::MOST_RULES, "rules");
        why.unless(self.site.rule_answer(&rule) != answer, Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::RuleAnswerSet { rule, answer }, Outcome::Done)
    }
}

impl crate::site::Site {
    /// The sessions that an answer to a rule about this would stop.
    pub fn concerned(&self, about: &AlertAbout) -> Vec<SessionId> {
        let caller = crate::caller::Caller::gateway();
        let asking = Asking::new(self, &caller, self.last_at());
        let concerned = asking.concerned(about).into_iter();
        concerned.map(|session| session.id.clone()).collect()
    }
}
