//! What each entry makes of what stood before it.

use std::collections::BTreeSet;

use access::{Employer, EndReason, Entry, Event, Role, Subject, Who};
use ids::{PersonId, Timestamp};

use super::{Answer, Debt, Grant, Model, Moment, Person, Request, Session, Target, needed};

impl Model {
    /// Hears entries in their order: `wall` and `now` are the moment at which they became durable.
    pub(crate) fn hear(&mut self, bytes: Vec<u8>, wall: Timestamp, now: Moment) {
        let value = ledger::canonical::decode(&bytes).unwrap();
        let entry = Entry::from_value(value).unwrap();
        self.hear_entry(&entry, wall, now);
        self.entries.push(bytes);
        self.read.push(entry);
    }

    pub(crate) fn hear_entry(&mut self, entry: &Entry, wall: Timestamp, now: Moment) {
        let number = self.read.len();
        let decreases = self.last.is_some_and(|last| entry.at < last);
        self.check(!decreases, || {
            format!("the time of entry {number} is before the last")
        });
        self.behind = self
            .last
            .is_some_and(|last| wall.as_millis() + 1000 < last.as_millis());
        self.last = Some(entry.at);
        if let Some(part) = &entry.part {
            let next = self.parts.entry(part.visit.clone()).or_default();
            let follows = part.n == *next;
            *next += 1;
            let visit = &part.visit;
            self.check(follows, || {
                format!("entry {number} does not continue the story of {visit}")
            });
        }
        let by = match &entry.by.who {
            Who::Person(person) => Some(person.clone()),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        };
        self.setting(&entry.event);
        self.asked(entry, by.as_ref());
        self.removed(entry, by.as_ref());
        self.inside(entry, (wall, now));
        self.deadlines(wall, now);
    }

    /// Who and what there is.
    fn setting(&mut self, event: &Event) {
        if let Event::VendorRegistered { vendor, .. } = event {
            self.vendors.insert(vendor.clone());
        }
        if let Event::PersonJoined {
            person,
            employer,
            roles,
            ..
        } = event
        {
            let vendor = match employer {
                Employer::Vendor(vendor) => Some(vendor.clone()),
                Employer::Hospital | Employer::Custodian => None,
            };
            let of_the_hospital = *employer == Employer::Hospital;
            let approves = of_the_hospital && roles.iter().any(|role| *role == Role::Approver);
            self.persons
                .insert(person.clone(), Person { vendor, approves });
        }
        if let Event::DeviceEnrolled { device, person, .. } = event {
            self.devices.insert(device.clone(), (person.clone(), false));
        }
        if let Event::DeviceConfirmed { device } = event
            && let Some((_, confirmed)) = self.devices.get_mut(device)
        {
            *confirmed = true;
        }
        if let Event::TargetRegistered {
            target,
            approvals,
            vendors,
            attended,
            emergency,
            ..
        } = event
        {
            let known = Target {
                vendors: vendors.as_slice().to_vec(),
                needs: needed(*approvals),
                attended: *attended,
                emergency: *emergency,
            };
            self.targets.insert(target.clone(), known);
        }
    }

    /// Requests and their answers.
    fn asked(&mut self, entry: &Entry, by: Option<&PersonId>) {
        match &entry.event {
            Event::VisitRequested {
                request,
                visit,
                person,
                vendor,
                device,
                asked,
            } => {
                self.check(by == Some(person), || {
                    format!("{request} was asked for by another")
                });
                self.check(self.stands(person), || {
                    format!("{person} asks, and is suspended")
                });
                let new = Request {
                    visit: visit.clone(),
                    person: person.clone(),
                    vendor: vendor.clone(),
                    device: device.clone(),
                    target: asked.target.clone(),
                    sessions: asked.sessions,
                    window: (asked.window.from, asked.window.until),
                    extends: None,
                    approved: BTreeSet::new(),
                    answer: Answer::Waits,
                };
                self.requests.insert(request.clone(), new);
            }
            Event::ExtensionRequested {
                request,
                grant,
                window,
                ..
            } => {
                let base = self.grants[grant].clone();
                let new = Request {
                    visit: base.visit,
                    person: base.person,
                    vendor: base.vendor,
                    device: base.device,
                    target: base.target,
                    sessions: base.sessions,
                    window: (window.from, window.until),
                    extends: Some(grant.clone()),
                    approved: BTreeSet::new(),
                    answer: Answer::Waits,
                };
                self.requests.insert(request.clone(), new);
            }
            Event::RequestWithdrawn { request, .. } => {
                self.requests.get_mut(request).unwrap().answer = Answer::Gone;
            }
            Event::RequestRefused { request, .. } => self.refused(request, by),
            Event::ApprovalGiven { request, .. } => self.approval_given(request, by),
            Event::ApprovalGranted { request, .. } | Event::EmergencyOpened { request, .. } => {
                self.granted(request, entry, by);
            }
            Event::DebtAnswered { request, right, .. } => {
                let debt = self.debts.remove(request);
                let answered = debt.is_some_and(|debt| {
                    let by_opener = |person: &PersonId| debt.opener.as_ref() == Some(person);
                    let paid = debt.approved.len() >= debt.needs;
                    (paid || !right) && !debt.approved.iter().any(by_opener)
                });
                self.check(answered, || {
                    format!("the debt of {request} was struck out unpaid")
                });
            }
            _ => {}
        }
    }

    /// A no; to an emergency: it was not right, said by another than who opened it.
    fn refused(&mut self, request: &ids::RequestId, by: Option<&PersonId>) {
        let approves = by
            .and_then(|by| self.persons.get(by))
            .is_some_and(|p| p.approves);
        self.check(approves, || format!("{request} was refused by {by:?}"));
        let Some(debt) = self.debts.get(request) else {
            self.requests.get_mut(request).unwrap().answer = Answer::Gone;
            return;
        };
        let own = debt.opener.as_ref() == by;
        self.check(!own, || {
            format!("{by:?} judges their own opening of {request}")
        });
        let grant = ids::GrantId::new(request.site(), request.number());
        self.grants.get_mut(&grant).unwrap().withdrawn = true;
    }

    fn approval_given(&mut self, request: &ids::RequestId, by: Option<&PersonId>) {
        let Some(by) = by.cloned() else {
            return self.find(format!("{request} was approved by nobody"));
        };
        let approves = self.persons.get(&by).is_some_and(|person| person.approves);
        self.check(approves && self.stands(&by), || {
            format!("{by} approves {request} and may not")
        });
        let found = self.requests.get_mut(request).unwrap();
        let own = found.person == by;
        let debt = self.debts.get_mut(request);
        let again = match debt {
            Some(debt) => !debt.approved.insert(by.clone()),
            None => !found.approved.insert(by.clone()),
        };
        self.check(!own, || format!("{by} approves their own {request}"));
        self.check(!again, || format!("{by} approves {request} twice"));
    }

    fn granted(&mut self, request: &ids::RequestId, entry: &Entry, by: Option<&PersonId>) {
        let (Event::ApprovalGranted { grant, terms, .. }
        | Event::EmergencyOpened { grant, terms, .. }) = &entry.event
        else {
            return;
        };
        let emergency = matches!(entry.event, Event::EmergencyOpened { .. });
        let asked = self.requests[request].clone();
        let target = self.targets[&asked.target].clone();
        let inside = asked.window.0 <= terms.window.from && terms.window.until <= asked.window.1;
        self.check(inside, || format!("{grant} is wider than what was asked"));
        let same = terms.person == asked.person
            && terms.device == asked.device
            && terms.target == asked.target
            && terms.sessions == asked.sessions;
        self.check(same, || {
            format!("{grant} is of something else than {request}")
        });
        self.check(asked.answer == Answer::Waits, || {
            format!("{request} was answered already")
        });
        self.check(self.isolated.is_none(), || {
            format!("{grant} was given on an isolated site")
        });
        let enough = emergency || asked.approved.len() >= target.needs;
        self.check(enough, || format!("{grant} has too few approvals"));
        let owing = self.debts.values().any(|debt| debt.vendor == asked.vendor);
        self.check(!owing, || format!("{grant} was given to a vendor in debt"));
        if emergency {
            self.check(target.emergency, || {
                format!("{grant}: no emergencies there")
            });
            let long = terms.window.until.since(entry.at) > std::time::Duration::from_secs(7200);
            self.check(!long, || {
                format!("{grant} is an emergency of more than two hours")
            });
            let debt = Debt {
                vendor: asked.vendor.clone(),
                visit: asked.visit.clone(),
                opener: by.cloned(),
                // The duty person is one of two; with one, another still has to say that it was right.
                needs: target.needs.saturating_sub(1).max(1),
                approved: BTreeSet::new(),
            };
            self.debts.insert(request.clone(), debt);
        }
        self.requests.get_mut(request).unwrap().answer = Answer::Given;
        let given = Grant {
            visit: asked.visit,
            person: asked.person,
            vendor: asked.vendor,
            device: asked.device,
            target: asked.target,
            sessions: asked.sessions,
            window: (terms.window.from, terms.window.until),
            extends: asked.extends,
            withdrawn: false,
            used: 0,
        };
        self.grants.insert(grant.clone(), given);
    }

    /// What was taken away, and given back.
    fn removed(&mut self, entry: &Entry, by: Option<&PersonId>) {
        match &entry.event {
            Event::Suspended { subject, .. } => self.suspended.push(subject.clone()),
            Event::Resumed { subject } => {
                let approver = by
                    .and_then(|by| self.persons.get(by))
                    .is_some_and(|p| p.approves);
                let own = matches!((subject, by), (Subject::Person(of), Some(by)) if of == by);
                self.check(approver && !own, || {
                    format!("{subject:?} was resumed by {by:?}")
                });
                self.suspended.retain(|out| out != subject);
            }
            Event::GrantWithdrawn { grant, .. } => {
                self.grants.get_mut(grant).unwrap().withdrawn = true;
            }
            Event::Isolated { .. } => self.isolated = Some(BTreeSet::new()),
            Event::LiftAgreed { .. } => {
                if let (Some(agreed), Some(by)) = (&mut self.isolated, by) {
                    agreed.insert(by.clone());
                }
            }
            Event::Lifted { .. } => {
                let agreed = self.isolated.take().unwrap_or_default();
                let others = agreed.iter().filter(|agreed| Some(*agreed) != by);
                let two = by.is_some() && others.count() > 0;
                self.check(two, || {
                    format!("the isolation was lifted by {by:?} and {agreed:?}")
                });
                self.isolated_in_memory = false;
            }
            Event::GatewayStarted { .. } => self.outlive(entry.at),
            Event::ClockDoubted { .. } => self.doubted = true,
            Event::ClockConfirmed { .. } => self.doubted = false,
            _ => {}
        }
    }

    /// A new life: what was open was cut, if nothing had taken it away before.
    fn outlive(&mut self, at: Timestamp) {
        for id in self.open() {
            let gone = self.must_go(&id, at, 0).is_some();
            let session = self.sessions.get_mut(&id).unwrap();
            session.outlived = true;
            session.cut = !gone;
        }
    }

    /// Sessions.
    fn inside(&mut self, entry: &Entry, (wall, now): (Timestamp, Moment)) {
        match &entry.event {
            Event::SessionOpened {
                session,
                grant,
                person,
                device,
                target,
                until,
                ..
            } => {
                for against in self.against(grant, entry.at) {
                    self.find(format!("{session} was admitted: {against}"));
                }
                let longest = self.until(grant);
                self.check(*until <= longest, || {
                    format!("{session} is permitted too long")
                });
                let of = &self.grants[grant];
                let same = of.person == *person && of.device == *device && of.target == *target;
                self.check(same, || format!("{session} is not what {grant} allows"));
                let known = self.sessions.contains_key(session);
                self.check(!known, || format!("{session} began twice"));
                self.grants.get_mut(grant).unwrap().used += 1;
                let gone_at = now + u64::try_from(until.since(wall).as_millis()).unwrap_or(0);
                let new = Session {
                    grant: grant.clone(),
                    person: person.clone(),
                    device: device.clone(),
                    target: target.clone(),
                    closed: None,
                    ended: false,
                    cut: false,
                    outlived: false,
                    closed_at: 0,
                    paused: false,
                    attendants: BTreeSet::new(),
                    until: *until,
                    gone_at,
                };
                self.sessions.insert(session.clone(), new);
            }
            Event::SessionClosed {
                session, reason, ..
            } => {
                let found = self.sessions.get_mut(session).unwrap();
                let twice = found.closed.replace(reason.id().to_owned()).is_some();
                found.closed_at = now;
                let as_cut = !found.cut || *reason == EndReason::Interrupted;
                self.check(!twice, || format!("{session} was closed twice"));
                self.check(as_cut, || {
                    format!("{session} was cut, and is told as {reason:?}")
                });
            }
            Event::SessionEnded { session, .. } => {
                self.sessions.get_mut(session).unwrap().ended = true;
            }
            Event::SessionPaused { session, .. } => {
                self.sessions.get_mut(session).unwrap().paused = true;
            }
            Event::SessionContinued { session, .. } => {
                self.sessions.get_mut(session).unwrap().paused = false;
                self.told_paused.remove(session);
            }
            Event::AttendanceBegan {
                session, person, ..
            } => {
                let of_the_hospital = self.persons.get(person).is_some_and(|p| p.vendor.is_none());
                self.check(of_the_hospital, || format!("{person} attends {session}"));
                let found = self.sessions.get_mut(session).unwrap();
                found.attendants.insert(person.clone());
            }
            Event::AttendanceEnded {
                session, person, ..
            } => {
                let found = self.sessions.get_mut(session).unwrap();
                found.attendants.remove(person);
            }
            _ => {}
        }
    }
}
