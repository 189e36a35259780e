//! The rules can fail: each is shown a site that forgets, or a decision that is wrong, and notices.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault is about one kind of entry or command"
)]

use access::*;
use ids::*;

use super::inside::*;
use super::removals::*;
use super::steps::*;
use super::*;

/// What is wrong with the site that is explored.
pub(super) enum Fault {
    /// Nothing.
    None,
    /// In place of entries of this kind, the state folds something else than was told.
    Folds(&'static str, fn(&World, &Entry) -> Vec<Event>),
    /// Commands of this name are allowed with these events, whatever the decision says.
    Allows(&'static str, fn(&World, &Caller, &Command) -> Option<Event>),
    /// Commands of this name are decided on the state as it was then.
    Stale(&'static str, Box<Site>),
}

impl Fault {
    /// What the state folds of an entry.
    pub(super) fn folded(&self, world: &World, entry: &Entry) -> Vec<Event> {
        match self {
            Self::Folds(kind, instead) if entry.event.kind() == *kind => instead(world, entry),
            _ => vec![entry.event.clone()],
        }
    }

    /// The answer to a command, if it is a yes.
    pub(super) fn decided(
        &self,
        world: &World,
        caller: &Caller,
        command: &Command,
    ) -> Option<(Vec<Event>, Outcome)> {
        if let Self::Allows(name, gives) = self
            && command.name() == *name
            && let Some(event) = gives(world, caller, command)
        {
            let channel = matches!(command, Command::OpenChannel { .. });
            let outcome = if channel {
                Outcome::Channel { bytes_left: 0 }
            } else {
                Outcome::Done
            };
            return Some((vec![event], outcome));
        }
        let site = match self {
            Self::Stale(name, then) if command.name() == *name => then,
            _ => &world.site,
        };
        let decided = decide(site, caller, command.clone(), world.now).ok()?;
        Some((decided.events, decided.outcome))
    }
}

/// The debt of the first request, answered by whoever makes the entry.
fn forgiven() -> Event {
    Event::DebtAnswered {
        request: request(1),
        visit: visit(1),
        right: true,
    }
}

fn lifted() -> Event {
    Event::Lifted {
        way: LiftWay::Agree,
        why: None,
    }
}

fn isolation(fault: Fault) {
    explore_with(guarded(), &isolating(), 5, &fault);
}

fn debts(fault: Fault) {
    explore_with(small(Approvals::One, true), &emergencies(), 5, &fault);
}

fn suspensions(fault: Fault) {
    let start = visited(small(Approvals::One, false));
    explore_with(start, &suspending(), 4, &fault);
}

fn attendance(fault: Fault) {
    explore_with(attended_now(), &attending(), 5, &fault);
}

#[test]
#[should_panic(expected = "an isolated site admits nothing")]
fn a_decision_that_does_not_look_at_the_isolation_is_noticed() {
    let start = guarded();
    isolation(Fault::Stale("open_session", Box::new(start.site)));
}

#[test]
#[should_panic(expected = "a site stays isolated until two lifted it")]
fn a_site_that_forgets_its_isolation_is_noticed() {
    isolation(Fault::Folds("isolated", |_, _| vec![]));
}

#[test]
#[should_panic(expected = "a site stays isolated until two lifted it")]
fn a_site_that_takes_one_agreement_for_two_is_noticed() {
    isolation(Fault::Folds("lift_agreed", |_, _| vec![lifted()]));
}

#[test]
#[should_panic(expected = "two lift who were there before")]
fn a_decision_that_lets_one_person_lift_is_noticed() {
    isolation(Fault::Allows("lift", |world, caller, _| {
        let person = matches!(caller.who, Who::Person(_));
        (world.site.isolated() && person).then(lifted)
    }));
}

#[test]
#[should_panic(expected = "two lift who were there before")]
fn a_decision_that_counts_who_came_in_meanwhile_is_noticed() {
    isolation(Fault::Allows("lift", |world, caller, _| {
        let another = |by: &PersonId| caller.who != Who::Person(by.clone());
        let agreed = world.site.isolation()?.agreed.keys().any(another);
        let Who::Person(by) = &caller.who else {
            return None;
        };
        let knows = world.site.person(by).is_some_and(Person::approves);
        (agreed && knows).then(lifted)
    }));
}

#[test]
#[should_panic(expected = "a debt stands until another answered it")]
fn a_site_that_forgets_a_debt_is_noticed() {
    debts(Fault::Folds("emergency_opened", |_, entry| {
        vec![entry.event.clone(), forgiven()]
    }));
}

#[test]
#[should_panic(expected = "a debt stands until another answered it")]
fn a_site_that_forgives_a_debt_with_a_suspension_is_noticed() {
    debts(Fault::Folds("suspended", |world, entry| {
        let owed = world.site.debts().map(|_| forgiven());
        std::iter::once(entry.event.clone()).chain(owed).collect()
    }));
}

#[test]
#[should_panic(expected = "a debt is answered by another person")]
fn a_decision_that_lets_the_opener_pay_is_noticed() {
    debts(Fault::Allows("approve_request", |world, caller, _| {
        let mut owed = world.site.debts();
        let own =
            owed.any(|debt| debt.opened_by.clone().map(Who::Person) == Some(caller.who.clone()));
        own.then(forgiven)
    }));
}

#[test]
#[should_panic(expected = "a debt is answered by another person")]
fn a_decision_that_lets_the_engineer_take_a_debt_back_is_noticed() {
    debts(Fault::Allows("withdraw_request", |world, _, _| {
        world.site.debts().next().map(|_| forgiven())
    }));
}

#[test]
#[should_panic(expected = "a debt blocks what comes after it")]
fn a_decision_that_does_not_look_at_debts_is_noticed() {
    debts(Fault::Allows("request_visit", |world, caller, command| {
        let Command::RequestVisit(asked) = command else {
            return None;
        };
        if !world.site.person_stands(&person(ENGINEER_3)) {
            return None;
        }
        let next = world.site.requests().count() as u64 + 1;
        Some(Event::VisitRequested {
            request: request(next),
            visit: visit(next),
            person: person(ENGINEER_3),
            vendor: vendor(1),
            device: caller.device.clone()?,
            asked: (**asked).clone(),
        })
    }));
}

#[test]
#[should_panic(expected = "what is suspended stays out")]
fn a_decision_that_does_not_look_at_suspensions_is_noticed() {
    let start = visited(small(Approvals::One, false));
    suspensions(Fault::Stale("open_session", Box::new(start.site)));
}

#[test]
#[should_panic(expected = "what was ended does not go on")]
fn a_site_that_forgets_a_suspension_is_noticed() {
    suspensions(Fault::Folds("suspended", |_, _| vec![]));
}

#[test]
#[should_panic(expected = "what is suspended stays out")]
fn a_site_that_takes_a_suspension_back_is_noticed() {
    suspensions(Fault::Folds("suspended", |_, entry| {
        let Event::Suspended { subject, .. } = entry.event.clone() else {
            return vec![];
        };
        vec![entry.event.clone(), Event::Resumed { subject }]
    }));
}

#[test]
#[should_panic(expected = "what was ended does not go on")]
fn a_site_that_forgets_a_withdrawal_is_noticed() {
    suspensions(Fault::Folds("grant_withdrawn", |_, _| vec![]));
}

#[test]
#[should_panic(expected = "what is suspended stays out")]
fn a_decision_that_lets_the_suspended_resume_themselves_is_noticed() {
    suspensions(Fault::Allows("resume", |world, caller, command| {
        let Command::Resume { subject } = command else {
            return None;
        };
        let out = matches!(subject, Subject::Person(id)
            if caller.who == Who::Person(id.clone()) && !world.site.person_stands(id));
        out.then(|| Event::Resumed {
            subject: subject.clone(),
        })
    }));
}

#[test]
#[should_panic(expected = "in a frozen session nothing passes")]
fn a_site_that_forgets_a_pause_is_noticed() {
    attendance(Fault::Folds("session_paused", |_, _| vec![]));
}

#[test]
#[should_panic(expected = "in a frozen session nothing passes")]
fn a_site_that_forgets_that_the_attendant_left_is_noticed() {
    attendance(Fault::Folds("attendance_ended", |_, _| vec![]));
}

#[test]
#[should_panic(expected = "a frozen session opens no channel")]
fn a_decision_that_does_not_look_at_the_pause_is_noticed() {
    let start = small_terms();
    let fault = Fault::Stale("open_channel", Box::new(start.site.clone()));
    explore_with(start, &asking(), 3, &fault);
}

#[test]
#[should_panic(expected = "the terms do not hold")]
fn a_decision_that_allows_what_the_terms_do_not_hold_is_noticed() {
    let fault = Fault::Allows("open_channel", |world, _, command| {
        let Command::OpenChannel { session, ask } = command else {
            return None;
        };
        let download = matches!(ask, ChannelAsk::Scp(Handover::Out));
        download.then(|| Event::ChannelOpened {
            session: session.clone(),
            visit: world.site.session(session).unwrap().visit.clone(),
            channel: ask.id().to_owned(),
        })
    });
    explore_with(small_terms(), &asking(), 2, &fault);
}
