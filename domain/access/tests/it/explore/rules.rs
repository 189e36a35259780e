//! What holds of every step, written here again from what the state says before and after it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each rule names the asks that it is about"
)]

use std::collections::BTreeSet;

use access::*;
use ids::*;

use super::steps::{DOCTOR_1, NURSE_2};
use crate::world::*;

/// What holds of a command that was answered with yes.
pub(super) fn asked(
    world: &World,
    (caller, name): (&Caller, &str),
    asked: &Command,
    outcome: &Outcome,
) {
    if !matches!(asked, Command::LeaveSession { .. }) {
        suspended_stays_out(world, caller, name);
    }
    if let Outcome::Channel { bytes_left } = outcome {
        a_channel_is_granted_and_nothing_is_frozen(world, caller, asked, *bytes_left);
    }
    given_back_by_persons(caller, asked);
    if let Outcome::Opened(permit) = outcome {
        a_session_has_a_live_grant(world, caller, permit);
    }
}

fn suspended_stays_out(world: &World, caller: &Caller, name: &str) {
    if let Who::Person(id) = &caller.who {
        let person = world.site.person(id).unwrap();
        let stands =
            person.suspended.is_none() && person.erased.is_none() && person.reset.is_none();
        assert!(stands, "a suspended person acted: {name}");
        if let Employer::Vendor(vendor) = &person.employer {
            assert!(
                world.site.vendor(vendor).unwrap().suspended.is_none(),
                "{name}"
            );
        }
    }
}

/// What opens inside a session was granted, is its owner's, and finds nothing frozen.
fn a_channel_is_granted_and_nothing_is_frozen(
    world: &World,
    caller: &Caller,
    asked: &Command,
    bytes_left: u64,
) {
    let Command::OpenChannel { session, ask } = asked else {
        panic!("{asked:?}")
    };
    let site = &world.site;
    let session = site.session(session).unwrap();
    assert_eq!(caller.who, Who::Person(session.person.clone()));
    assert!(session.paused.is_none(), "nothing opens while paused");
    let attended = session.attendants.iter().any(|id| site.person_stands(id));
    assert!(attended || !session.attended, "nothing opens unattended");
    assert!(site.still_permitted(&session.id, world.now).is_ok());
    let terms = site.grant(&session.grant).unwrap().terms.ssh.as_ref();
    let visit = site.visit(&session.visit).unwrap();
    let most = match ask {
        ChannelAsk::File { direction, .. } => match terms.unwrap().files(*direction) {
            Files::Yes { most_bytes, .. } => most_bytes - visit.files_passed(*direction),
            Files::No => panic!("{ask:?} was not granted"),
        },
        _ => 0,
    };
    assert_eq!(bytes_left, most);
}

/// Attending and continuing give access: only signed-in persons of the hospital do it.
fn given_back_by_persons(caller: &Caller, asked: &Command) {
    if matches!(
        asked,
        Command::Attend { .. } | Command::ContinueSession { .. }
    ) {
        let hospital = [DOCTOR_1, NURSE_2].map(|n| Who::Person(person(n)));
        assert!(hospital.contains(&caller.who));
    }
}

/// No session without a live grant, approved by another person of the hospital, or an emergency
/// whose debt stands or was paid.
fn a_session_has_a_live_grant(world: &World, caller: &Caller, permit: &Permit) {
    let site = &world.site;
    assert!(!site.isolated(), "an isolated site admits nothing");
    assert_eq!(caller.who, Who::Person(permit.person().clone()));
    assert_eq!(caller.device.as_ref(), Some(permit.device()));
    let grant = site.grant(permit.grant()).unwrap();
    assert_eq!(
        (&grant.terms.person, &grant.terms.device),
        (permit.person(), permit.device())
    );
    assert_eq!(
        (&grant.terms.target, grant.withdrawn.as_ref()),
        (permit.target(), None)
    );
    assert!(grant.terms.window.from <= world.now && world.now < permit.until());
    assert!(permit.until() <= longest(site, grant));
    if grant.terms.sessions == Sessions::Once {
        assert_eq!(grant.opened, 0, "a one-use grant is used once");
    }
    let request = site
        .request(&RequestId::new(site.id(), grant.id.number()))
        .unwrap();
    let others: BTreeSet<&PersonId> = request.approvals.iter().map(|given| &given.by).collect();
    assert!(!others.contains(permit.person()));
    for other in &others {
        assert_eq!(site.person(other).unwrap().employer, Employer::Hospital);
    }
    let needed = match site.target(permit.target()).unwrap().approvals {
        Approvals::One => 1,
        Approvals::Two => 2,
    };
    let in_debt = site.debts().any(|debt| debt.request == request.id);
    assert!(others.len() >= needed || in_debt || grant.emergency);
    let owed = site.debts().any(|debt| debt.visit != grant.visit);
    assert!(!owed, "a debt blocks the vendor's other visits");
}

/// The end of a grant and of the extensions that were approved for it, and never more.
fn longest(site: &Site, grant: &Grant) -> Timestamp {
    let extensions = site
        .grants()
        .filter(|other| other.extends.as_ref() == Some(&grant.id));
    let held = extensions.filter(|other| other.withdrawn.is_none());
    held.map(|other| other.terms.window.until)
        .fold(grant.terms.window.until, Timestamp::max)
}

/// What holds of every step.
pub(super) fn holds(before: &World, after: &World) {
    grants_never_widen(&before.site, &after.site);
    debts_never_disappear(before, after);
    for session in after.site.sessions() {
        no_session_survives_its_terms(after, session);
        who_attends_stands(after, session);
        let earlier = before.site.session(&session.id);
        let revived =
            earlier.is_some_and(|earlier| earlier.ended.is_some()) && session.ended.is_none();
        assert!(!revived, "an ended session stays ended");
        let permitted = |world: &World| world.site.still_permitted(&session.id, world.now).is_ok();
        let revived = earlier.is_some() && !permitted(before) && permitted(after);
        assert!(
            !revived,
            "what was no longer permitted is not permitted again"
        );
    }
}

fn grants_never_widen(before: &Site, after: &Site) {
    for grant in before.grants() {
        let later = after.grant(&grant.id).unwrap();
        assert_eq!(later.terms, grant.terms, "a grant's terms never change");
        assert!(grant.withdrawn.is_none() || later.withdrawn.is_some());
    }
    for grant in after.grants() {
        let request = after
            .request(&RequestId::new(after.id(), grant.id.number()))
            .unwrap();
        if let Asked::Visit(asked) = &request.asked {
            let narrowed = match (&grant.terms.ssh, &asked.ssh) {
                (Some(granted), Some(asked)) => granted.within(asked),
                (granted, None) => granted.is_none(),
                (None, Some(_)) => false,
            };
            assert!(narrowed, "terms for SSH never widen");
            let window = grant.terms.window;
            assert!(asked.window.from <= window.from && window.until <= asked.window.until);
            assert_eq!(
                (&asked.target, asked.sessions),
                (&grant.terms.target, grant.terms.sessions)
            );
        }
        if grant.emergency {
            assert!(grant.terms.window.until <= grant.at.plus(HOUR * 2));
        }
    }
}

fn debts_never_disappear(before: &World, after: &World) {
    let left: BTreeSet<&RequestId> = after.site.debts().map(|debt| &debt.request).collect();
    for debt in before
        .site
        .debts()
        .filter(|debt| !left.contains(&debt.request))
    {
        let answer = after.entries.last().unwrap();
        assert!(matches!(answer.event, Event::DebtAnswered { .. }));
        let Who::Person(by) = &answer.by.who else {
            panic!("a debt is answered by a person")
        };
        let person = before.site.person(by).unwrap();
        assert!(person.employer == Employer::Hospital && debt.opened_by.as_ref() != Some(by));
    }
}

fn no_session_survives_its_terms(world: &World, session: &Session) {
    let site = &world.site;
    let Ok(until) = site.still_permitted(&session.id, world.now) else {
        return;
    };
    let grant = site.grant(&session.grant).unwrap();
    assert!(world.now < until && until <= longest(site, grant));
    assert!(!site.isolated() && grant.withdrawn.is_none() && session.closed.is_none());
    assert!(site.person(&session.person).unwrap().suspended.is_none());
    assert!(site.device(&session.device).unwrap().suspended.is_none());
    assert!(site.target(&session.target).unwrap().suspended.is_none());
    assert!(site.vendors().all(|vendor| vendor.suspended.is_none()));
}

/// Who attends may act, and a session that needs somebody lives at most ten minutes without.
fn who_attends_stands(world: &World, session: &Session) {
    if session.closed.is_some() || session.ended.is_some() {
        return;
    }
    let site = &world.site;
    assert!(session.attendants.iter().all(|id| site.person_stands(id)));
    let alone = session.attended && session.attendants.is_empty();
    assert_eq!(
        site.frozen(session).is_some(),
        alone || session.paused.is_some()
    );
    let (since, before) = session.unattended;
    let grace = if before { MINUTE * 2 } else { MINUTE * 10 };
    if alone && since.plus(grace) <= world.now {
        assert!(site.still_permitted(&session.id, world.now).is_err());
    }
    let visit = site.visit(&session.visit).unwrap();
    assert!(visit.files_in <= 1000 && visit.files_out <= 1000);
}
