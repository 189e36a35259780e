//! The worlds that are explored, and what is done in them.

use std::time::Duration;

use access::*;
use ids::*;

use crate::world::*;

/// The persons of this world.
pub(super) const DOCTOR_1: u64 = 1;
pub(super) const NURSE_2: u64 = 2;
pub(super) const ENGINEER_3: u64 = 3;
pub(super) const ENGINEER_4: u64 = 4;

#[derive(Clone)]
pub(super) enum Step {
    Asks(&'static str, Caller, Box<dyn Ask>),
    Waits(Duration),
}

pub(super) trait Ask: Fn(&World) -> Command + Send + Sync {
    fn boxed(&self) -> Box<dyn Ask>;
}

impl<F: Fn(&World) -> Command + Send + Sync + Clone + 'static> Ask for F {
    fn boxed(&self) -> Box<dyn Ask> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Ask> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

pub(super) fn asks(
    name: &'static str,
    by: Caller,
    command: impl Fn(&World) -> Command + Send + Sync + Clone + 'static,
) -> Step {
    Step::Asks(name, by, Box::new(command))
}

pub(super) fn comes(n: u64) -> Caller {
    Caller {
        device: Some(device(n - 2)),
        ..Caller {
            who: Who::Person(person(n)),
            ..engineer(ITO)
        }
    }
}

pub(super) fn small(approvals: Approvals, sessions_marked: bool) -> World {
    let mut world = World::clinic();
    world.join(Employer::Hospital, Role::Approver);
    let doctor = staff(DOCTOR_1);
    let new = new_vendor("東海医療情報", "203.0.113.0/24", None);
    world.does(&doctor, Command::RegisterVendor(new));
    for _ in 0..2 {
        world.join(Employer::Vendor(vendor(1)), Role::Engineer);
    }
    let emergency = sessions_marked;
    let new = NewTarget {
        approvals,
        emergency,
        ..new_target("billing", "10.1.2.3", 1)
    };
    world.does(&doctor, Command::RegisterTarget(Box::new(new)));
    if emergency {
        world.does(&doctor, chain(&[(NURSE_2, 0), (DOCTOR_1, 30)]));
        world.does(
            &doctor,
            Command::SealEnvelope {
                codes: codes(&[1, 2]),
            },
        );
    }
    world
}

/// The newest id of a kind, so that steps need no parameter.
pub(super) fn last_request(world: &World) -> RequestId {
    request((world.site.requests().count() as u64).max(1))
}

pub(super) fn last_grant(world: &World) -> GrantId {
    let last = world.site.grants().last();
    last.map_or(grant(1), |grant| grant.id.clone())
}

pub(super) fn last_session(world: &World) -> u64 {
    (world.site.sessions().count() as u64).max(1)
}

fn once(world: &World) -> Command {
    let asked = NewVisit {
        sessions: Sessions::Once,
        ..world.visit_to(BILLING, HOUR)
    };
    Command::RequestVisit(Box::new(asked))
}

pub(super) fn visiting() -> Vec<Step> {
    vec![
        asks("3 asks", comes(ENGINEER_3), once),
        asks("3 approves", comes(ENGINEER_3), |w| {
            approve(&last_request(w))
        }),
        asks("1 approves", staff(DOCTOR_1), |w| approve(&last_request(w))),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("2 refuses", staff(NURSE_2), |w| refuse(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("4 opens", comes(ENGINEER_4), |w| Command::OpenSession {
            target: target(BILLING),
            grant: Some(last_grant(w)),
            protocol: Protocol::Tcp,
        }),
        asks("it closes", Caller::gateway(), |w| close(last_session(w))),
        asks("1 withdraws", staff(DOCTOR_1), |w| {
            suspend(Subject::Grant(last_grant(w)))
        }),
        Step::Waits(HOUR),
    ]
}

pub(super) fn extending() -> Vec<Step> {
    vec![
        asks("3 extends", comes(ENGINEER_3), |w| {
            Command::RequestExtension {
                visit: visit(1),
                until: w.site.grant_until(&grant(1)).unwrap_or(w.now).plus(HOUR),
            }
        }),
        asks("3 approves", comes(ENGINEER_3), |w| {
            approve(&last_request(w))
        }),
        asks("2 approves half", staff(NURSE_2), |w| {
            let request = last_request(w);
            let window = w
                .site
                .request(&request)
                .map_or(w.until(HOUR), |request| request.window);
            let narrower = Some(Window {
                until: window.until.minus(MINUTE * 30),
                ..window
            });
            Command::ApproveRequest {
                request,
                conditions: None,
                narrower,
                ssh: None,
                database: None,
                web: None,
                desktop: None,
            }
        }),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("1 withdraws", staff(DOCTOR_1), |w| {
            suspend(Subject::Grant(last_grant(w)))
        }),
        Step::Waits(MINUTE * 30),
    ]
}

pub(super) fn emergencies() -> Vec<Step> {
    vec![
        asks("3 asks", comes(ENGINEER_3), |w| {
            Command::RequestVisit(Box::new(w.visit_to(BILLING, HOUR * 3)))
        }),
        asks("3 by the envelope", comes(ENGINEER_3), |w| {
            envelope(&last_request(w), 1)
        }),
        asks("2 on duty", staff(NURSE_2), |w| duty(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("1 approves", staff(DOCTOR_1), |w| {
            approve(&request(1).max(last_request(w)))
        }),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("1 refuses", staff(DOCTOR_1), |w| refuse(&last_request(w))),
        asks("3 takes back", comes(ENGINEER_3), |w| {
            Command::WithdrawRequest {
                request: last_request(w),
            }
        }),
        asks("1 suspends 3", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(ENGINEER_3)))
        }),
        Step::Waits(HOUR * 2),
    ]
}

pub(super) fn removing() -> Vec<Step> {
    vec![
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("root isolates", local(), |_| isolate()),
        asks("1 lifts", staff(DOCTOR_1), |_| lift(LiftWay::Agree)),
        asks("2 lifts", staff(NURSE_2), |_| lift(LiftWay::Agree)),
        asks("1 waits to lift", staff(DOCTOR_1), |_| {
            lift(LiftWay::AfterDelay)
        }),
        asks("1 suspends 2", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(NURSE_2)))
        }),
        asks("2 suspends the vendor", staff(NURSE_2), |_| {
            suspend(Subject::Vendor(vendor(1)))
        }),
        asks("1 resumes the vendor", staff(DOCTOR_1), {
            let subject = Subject::Vendor(vendor(1));
            move |_| Command::Resume {
                subject: subject.clone(),
            }
        }),
        asks("1 resumes 2", staff(DOCTOR_1), {
            let subject = Subject::Person(person(NURSE_2));
            move |_| Command::Resume {
                subject: subject.clone(),
            }
        }),
        asks("1 resets 2", staff(DOCTOR_1), |w| {
            w.invite_command(InvitationFor::Factors {
                person: person(NURSE_2),
            })
        }),
        asks(
            "2 sets up",
            Caller {
                source: staff(NURSE_2).source,
                ..invitee(5)
            },
            |w| w.accept_command(None).1,
        ),
        Step::Waits(DAY),
    ]
}
