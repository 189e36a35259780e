//! Isolation and its lifting (invariant 15), the setup, the kit and invitations.

use access::*;
use ids::*;

use crate::world::*;

/// Invariant 15: nothing stands in the way of taking access away.
#[test]
fn isolating_and_ending_wait_for_nothing() {
    let mut world = World::connected();
    world.does(
        &Caller::gateway(),
        Command::Note(GatewayNote::ClockDoubted { witness: None }),
    );
    world.now = Timestamp::from_seconds(0);
    for who in [staff(NURSE), local()] {
        assert!(
            decide(
                &world.site,
                &who,
                Command::EndSession {
                    session: session(1)
                },
                world.now
            )
            .is_ok()
        );
        assert!(decide(&world.site, &who, isolate(), world.now).is_ok());
    }
    assert!(
        decide(
            &world.site,
            &staff(NURSE),
            suspend(Subject::Vendor(vendor(1))),
            world.now
        )
        .is_ok()
    );
}

#[test]
fn isolating_again_voids_what_was_agreed_about_lifting() {
    let mut world = World::hospital();
    world.does(&staff(NURSE), isolate());
    world.does(&staff(NURSE), lift(LiftWay::Agree));
    world.does(&local(), isolate());
    let lifted = world.does(&staff(DOCTOR), lift(LiftWay::Agree));
    assert_eq!(
        lifted,
        Outcome::Lift {
            lifted: false,
            until: None
        }
    );
}

#[test]
fn an_isolation_is_lifted_by_two_of_the_hospital_or_one_and_the_custodian_or_one_and_the_kit() {
    let pairs = [
        [
            (staff(NURSE), LiftWay::Agree),
            (staff(DOCTOR), LiftWay::Agree),
        ],
        [
            (staff(NURSE), LiftWay::Agree),
            (staff(CUSTODIAN), LiftWay::Agree),
        ],
        [
            (staff(CUSTODIAN), LiftWay::Agree),
            (staff(NURSE), LiftWay::Agree),
        ],
        [(kit(), LiftWay::WithKit), (staff(NURSE), LiftWay::Agree)],
        [(staff(NURSE), LiftWay::Agree), (kit(), LiftWay::WithKit)],
    ];
    for [(first, way), (second, other)] in pairs {
        let mut world = World::hospital();
        world.does(&staff(DOCTOR), Command::SealKit);
        world.does(&local(), isolate());
        world.does(&first, lift(way));
        assert!(world.site.isolated());
        world.does(&second, lift(other));
        assert!(!world.site.isolated());
    }
    let mut world = World::hospital();
    world.does(&local(), isolate());
    let no_kit = world.refused(&staff(NURSE), lift(LiftWay::WithKit));
    assert_eq!(
        no_kit,
        [Reason::SetupIncomplete],
        "a kit that was never sealed lifts nothing"
    );
    world.does(&staff(DOCTOR), Command::SealKit);
    world.does(&staff(NURSE), lift(LiftWay::WithKit));
    assert!(!world.site.isolated());
}

#[test]
fn who_came_in_during_an_isolation_does_not_lift_it() {
    let mut world = World::hospital();
    world.does(&local(), isolate());
    world.later(MINUTE);
    world.invite(
        &staff(DOCTOR),
        InvitationFor::Factors {
            person: person(NURSE),
        },
    );
    world.accept(None);
    world.does(&staff(DOCTOR), lift(LiftWay::Agree));
    assert_eq!(
        world.refused(&staff(NURSE), lift(LiftWay::Agree)),
        [Reason::SecondPersonNeeded]
    );
}

/// A clock that is a little behind the ledger gives its moment to every entry: the order counts.
#[test]
fn who_came_in_at_the_moment_of_an_isolation_does_not_lift_it() {
    let mut world = World::hospital();
    world.does(&local(), isolate());
    let (employer, roles) = (Employer::Hospital, NonEmpty::one(Role::Approver));
    world.invite(&staff(DOCTOR), InvitationFor::Person { employer, roles });
    world.accept(None);
    let person = person(NURSE);
    world.invite(&staff(DOCTOR), InvitationFor::Factors { person });
    world.accept(None);
    world.does(&staff(DOCTOR), lift(LiftWay::Agree));
    for newcomer in [10, NURSE] {
        assert_eq!(
            world.refused(&staff(newcomer), lift(LiftWay::Agree)),
            [Reason::SecondPersonNeeded]
        );
    }
    // Who was there lifts it, and who came in counts for the next one.
    world.does(&staff(CUSTODIAN), lift(LiftWay::Agree));
    world.later(SECOND);
    world.does(&local(), isolate());
    for approver in [10, NURSE] {
        world.does(&staff(approver), lift(LiftWay::Agree));
    }
    assert!(!world.site.isolated());
}

#[test]
fn a_clinic_with_one_doctor_lifts_after_a_day_and_only_it() {
    let mut world = World::clinic();
    world.does(&local(), isolate());
    let started = world.does(&staff(DOCTOR), lift(LiftWay::AfterDelay));
    let until = Some(world.now.plus(DAY));
    assert_eq!(
        started,
        Outcome::Lift {
            lifted: false,
            until
        }
    );
    world.later(DAY);
    world.does(&staff(DOCTOR), lift(LiftWay::AfterDelay));
    assert!(!world.site.isolated());

    let mut world = World::hospital();
    world.does(&local(), isolate());
    for n in [NURSE, OPERATOR, INSPECTOR] {
        world.does(&staff(DOCTOR), suspend(Subject::Person(person(n))));
        world.does(&staff(DOCTOR), Command::ErasePerson { person: person(n) });
    }
    let made_single = world.refused(&staff(DOCTOR), lift(LiftWay::AfterDelay));
    assert_eq!(made_single, [Reason::SecondPersonNeeded]);
}

#[test]
fn a_setup_is_complete_with_a_second_approver_a_custodian_or_a_sealed_kit() {
    let mut second = World::clinic();
    assert!(!second.site.setup_complete());
    second.join(Employer::Hospital, Role::Inspector);
    assert!(
        !second.site.setup_complete(),
        "a second person who cannot approve is not one"
    );
    second.join(Employer::Hospital, Role::Approver);
    assert!(second.site.setup_complete());
    let mut custodian = World::clinic();
    custodian.join(Employer::Custodian, Role::Inspector);
    assert!(custodian.site.setup_complete());
    let mut sealed = World::clinic();
    sealed.does(&kit(), Command::SealKit);
    assert!(sealed.site.setup_complete());
}

#[test]
fn the_kit_resets_factors_after_a_day_with_time_to_object() {
    let mut world = World::clinic();
    let factors = InvitationFor::Factors {
        person: person(DOCTOR),
    };
    let until = world.now.plus(DAY * 2);
    let secret = digest(902);
    world.does(
        &kit(),
        Command::Invite {
            purpose: factors,
            secret,
            until,
        },
    );
    let (caller, command) = world.accept_command(None);
    let reasons = world.refused(&caller, command.clone());
    assert_eq!(
        reasons,
        [Reason::DelayNotOver {
            until: world.now.plus(DAY)
        }]
    );
    // The old factors hold until then: whoever stole the kit can be stopped with them.
    let objection = Command::WithdrawInvitation {
        invitation: invitation(2),
    };
    assert!(decide(&world.site, &staff(DOCTOR), objection, world.now).is_ok());
    world.later(DAY);
    world.does(&caller, command);
    assert!(world.site.person_stands(&person(DOCTOR)));
}

#[test]
fn five_wrong_tries_end_an_invitation() {
    let mut world = World::founded();
    world.invite(&Caller::gateway(), InvitationFor::FirstPerson);
    let (caller, right) = world.accept_command(None);
    let Command::AcceptInvitation {
        invitation,
        name,
        contact,
        ..
    } = right.clone()
    else {
        panic!()
    };
    let secret = digest(1);
    let wrong = Command::AcceptInvitation {
        invitation: invitation.clone(),
        secret,
        name,
        contact,
        device: None,
    };
    for _ in 0..limits::MOST_TRIES {
        assert_eq!(
            world.refused(&caller, wrong.clone()),
            [Reason::InvitationInvalid]
        );
        let note = GatewayNote::InvitationMissed {
            invitation: invitation.clone(),
        };
        world.does(&Caller::gateway(), Command::Note(note));
    }
    assert_eq!(world.refused(&caller, right), [Reason::InvitationInvalid]);
}

pub(crate) fn isolate_one(subject: Subject) -> Command {
    Command::IsolateOne {
        subject,
        reason: word(70),
    }
}

pub(crate) fn lift_one(subject: Subject) -> Command {
    Command::LiftOne {
        subject,
        why: word(71),
    }
}

fn awaits_another() -> Outcome {
    Outcome::Lift {
        lifted: false,
        until: None,
    }
}

fn is_lifted() -> Outcome {
    Outcome::Lift {
        lifted: true,
        until: None,
    }
}

#[test]
fn one_that_is_isolated_loses_its_sessions_alone_and_an_incident_begins() {
    for subject in [
        Subject::Vendor(vendor(1)),
        Subject::Person(person(ITO)),
        Subject::Device(device(1)),
        Subject::Target(target(BILLING)),
    ] {
        let mut world = upgraded(World::connected());
        world.does(&staff(NURSE), isolate_one(subject.clone()));
        let ended = world.site.session(&session(1)).unwrap().ended.is_some();
        assert!(ended, "{subject:?}");
        assert!(!world.site.isolated());
        assert_eq!(world.site.incidents().count(), 1);
        let again = world.refused(&staff(DOCTOR), isolate_one(subject));
        assert_eq!(again, [Reason::AlreadySo]);
    }
    let mut world = upgraded(World::connected());
    let other = Subject::Vendor(vendor(2));
    world.does(&staff(NURSE), isolate_one(other));
    assert_eq!(world.site.live_sessions().count(), 1);
}

#[test]
fn two_persons_lift_the_isolation_of_one_and_nobody_resumes_it_alone() {
    let mut world = upgraded(World::connected());
    let subject = Subject::Target(target(BILLING));
    // Suspended by one, then isolated by another: it is two persons' to lift from then on.
    world.does(&staff(DOCTOR), suspend(subject.clone()));
    world.does(&staff(NURSE), isolate_one(subject.clone()));
    let resume = Command::Resume {
        subject: subject.clone(),
    };
    let alone = world.refused(&staff(DOCTOR), resume);
    assert_eq!(alone, [Reason::SecondPersonNeeded]);
    let first = world.does(&staff(DOCTOR), lift_one(subject.clone()));
    assert_eq!(first, awaits_another());
    let twice = world.refused(&staff(DOCTOR), lift_one(subject.clone()));
    assert_eq!(twice, [Reason::SecondPersonNeeded]);
    assert!(
        world
            .site
            .target(&target(BILLING))
            .unwrap()
            .suspended
            .is_some()
    );
    let second = world.does(&staff(NURSE), lift_one(subject.clone()));
    assert_eq!(second, is_lifted());
    assert!(
        world
            .site
            .target(&target(BILLING))
            .unwrap()
            .suspended
            .is_none()
    );
    assert_eq!(world.site.isolated_ones(), []);
    let gone = world.refused(&staff(NURSE), lift_one(subject));
    assert_eq!(gone, [Reason::NotIsolated]);
}

#[test]
fn who_is_isolated_does_not_agree_and_one_with_the_custodian_may() {
    let mut world = upgraded(World::hospital());
    let subject = Subject::Person(person(NURSE));
    world.does(&staff(DOCTOR), isolate_one(subject.clone()));
    let own = world.refused(&staff(NURSE), lift_one(subject.clone()));
    assert!(own.contains(&Reason::SecondPersonNeeded), "{own:?}");
    for nobody in [staff(OPERATOR), engineer(ITO), local()] {
        let refused = world.refused(&nobody, lift_one(subject.clone()));
        assert!(!refused.is_empty());
    }
    world.does(&staff(CUSTODIAN), lift_one(subject.clone()));
    let lifted = world.does(&staff(DOCTOR), lift_one(subject));
    assert_eq!(lifted, is_lifted());
}

#[test]
fn an_agreement_about_one_is_over_after_its_time_and_is_no_other_ones() {
    let mut world = upgraded(World::hospital());
    let (one, other) = (Subject::Vendor(vendor(1)), Subject::Vendor(vendor(2)));
    world.does(&staff(DOCTOR), isolate_one(one.clone()));
    world.does(&staff(DOCTOR), isolate_one(other.clone()));
    world.does(&staff(DOCTOR), lift_one(one.clone()));
    assert_eq!(world.does(&staff(NURSE), lift_one(other)), awaits_another());
    world.now = world.now.plus(limits::AGREEMENT_LASTS);
    assert_eq!(world.does(&staff(NURSE), lift_one(one)), awaits_another());
}

#[test]
fn the_last_approver_and_a_grant_are_not_isolated() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), suspend(Subject::Person(person(NURSE))));
    let last = world.refused(
        &staff(OPERATOR),
        isolate_one(Subject::Person(person(DOCTOR))),
    );
    assert_eq!(last, [Reason::LastOne]);
    let nothing = world.refused(&staff(OPERATOR), isolate_one(Subject::Target(target(999))));
    assert_eq!(nothing, [Reason::NotFound]);
}
