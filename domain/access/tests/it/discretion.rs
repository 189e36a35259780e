//! What a refusal tells to whom it is not for (lesson L15).

use access::*;

use crate::world::*;

/// A session of Ito's in every state, another vendor's engineer, and a session that there is not.
#[test]
fn l15_an_engineer_does_not_learn_of_others_sessions_by_ending_or_closing_them() {
    let stranger = engineer(OTHER);
    let open = World::connected();
    let end = |n| Command::EndSession {
        session: session(n),
    };
    let mut ended = open.clone();
    ended.does(&staff(NURSE), end(1));
    let mut closed = open.clone();
    closed.does(&Caller::gateway(), close(1));
    for world in [open, ended, closed] {
        for (known, unknown) in [(end(1), end(99)), (close(1), close(99))] {
            assert_eq!(
                world.refused(&stranger, known),
                world.refused(&stranger, unknown)
            );
        }
    }
}

#[test]
fn l15_an_engineer_does_not_learn_of_visits_by_noting_something_of_them() {
    let world = World::connected();
    let note = |n| {
        Command::Note(GatewayNote::ReceiptIssued {
            by: Who::Gateway,
            visit: visit(n),
        })
    };
    let stranger = engineer(OTHER);
    assert_eq!(world.refused(&stranger, note(99)), [Reason::RoleMissing]);
    assert_eq!(world.refused(&stranger, note(1)), [Reason::RoleMissing]);
}

/// How many people the hospital has, and whether its clock is right, is its own affair.
#[test]
fn l15_an_engineer_learns_nothing_of_the_hospital_by_lifting() {
    let mut world = World::hospital();
    let ways = [LiftWay::Agree, LiftWay::WithKit, LiftWay::AfterDelay];
    for _ in 0..2 {
        for way in ways {
            let refused = world.refused(&engineer(ITO), lift(way));
            assert_eq!(refused, [Reason::RoleMissing]);
        }
        let _isolated = world.tries(&local(), isolate());
    }
}

/// A sign-in of nobody's is told that, and nothing of what was asked for.
#[test]
fn l15_a_person_who_is_not_known_learns_nothing_of_things() {
    let world = World::connected();
    for command in [
        approve(&ids::RequestId::new(&handa(), 1)),
        report(1),
        leave(),
        attend(),
        open(BILLING),
        suspend(Subject::Person(person(ITO))),
    ] {
        let refused = world.refused(&staff(99), command);
        assert_eq!(refused, [Reason::NotFound]);
    }
}
