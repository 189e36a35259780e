//! Reviewing visits and signing for them: by whom, when, and of what.

use access::Verdict::{Accepted, Questioned};
use access::*;

use crate::world::*;

fn supplement() -> Command {
    Command::FileReport {
        visit: visit(1),
        report: digest(78),
        name: word(8),
    }
}

fn waits(world: &World) -> bool {
    let visit = world.site.visit(&visit(1)).unwrap();
    world.site.awaits_review(visit, world.now)
}

fn verdicts(world: &World) -> Vec<(ids::PersonId, Verdict)> {
    let visit = world.site.visit(&visit(1)).unwrap();
    let reviews = visit.reviews.iter();
    reviews
        .map(|review| (review.by.clone(), review.verdict))
        .collect()
}

#[test]
fn a_reported_visit_waits_until_an_approver_signs_and_the_entry_is_its_own() {
    let mut world = World::reported();
    assert!(waits(&world));
    world.does(&staff(NURSE), review(1, Accepted, true, None));
    assert!(!waits(&world));
    let entry = world.entries.last().unwrap();
    assert_eq!(entry.event.kind(), "visit_reviewed");
    assert_eq!(entry.by.who, Who::Person(person(NURSE)));
    assert_eq!(entry.part.as_ref().unwrap().visit, visit(1), "for receipts");
    let signed = &world.site.visit(&visit(1)).unwrap().reviews[0];
    assert_eq!((signed.report, signed.at), (Some(digest(77)), world.now));
}

#[test]
fn a_visit_is_not_signed_while_somebody_is_inside_or_may_still_come() {
    let mut world = upgraded(World::connected());
    let sign = || review(1, Accepted, false, Some(1));
    let not_over = vec![Reason::VisitNotOver];
    assert_eq!(world.refused(&staff(NURSE), sign()), not_over);
    world.does(&Caller::gateway(), close(1));
    assert_eq!(world.refused(&staff(NURSE), sign()), not_over);
    world.later(HOUR);
    world.does(&staff(NURSE), sign());
}

#[test]
fn a_report_ends_a_visit_before_its_time_but_not_one_in_which_somebody_is() {
    let mut world = upgraded(World::connected());
    world.does(&engineer(ITO), report(1));
    let sign = || review(1, Accepted, true, None);
    assert_eq!(
        world.refused(&staff(NURSE), sign()),
        vec![Reason::VisitNotOver]
    );
    assert!(!waits(&world));
    world.does(&Caller::gateway(), close(1));
    assert!(waits(&world));
    world.does(&staff(NURSE), sign());
}

#[test]
fn without_a_report_the_reviewer_says_why() {
    let mut world = upgraded(World::connected());
    world.does(&Caller::gateway(), close(1));
    world.later(HOUR);
    assert!(!waits(&world), "it waits for the report first");
    let bare = world.refused(&staff(NURSE), review(1, Accepted, false, None));
    assert_eq!(bare, vec![Reason::NoteNeeded]);
    world.does(&staff(NURSE), review(1, Accepted, false, Some(1)));
}

#[test]
fn a_visit_to_which_nobody_came_is_signed_without_a_word() {
    let mut world = upgraded(World::granted());
    world.later(HOUR);
    world.does(&staff(NURSE), review(1, Accepted, false, None));
}

#[test]
fn a_visit_that_nobody_allowed_is_not_reviewed() {
    let mut world = upgraded(World::hospital());
    world.ask(&engineer(ITO), world.visit_to(BILLING, HOUR));
    world.later(DAY);
    let refused = world.refused(&staff(NURSE), review(1, Accepted, false, None));
    assert_eq!(refused, vec![Reason::NoGrant]);
}

#[test]
fn a_question_waits_for_the_engineer_and_a_supplement_is_reviewed_again() {
    let mut world = World::reported();
    world.does(&staff(NURSE), review(1, Questioned, true, Some(1)));
    assert!(!waits(&world), "the engineer is asked");
    world.does(&engineer(ITO), supplement());
    assert!(waits(&world));
    let unread = world.refused(&staff(NURSE), review(1, Accepted, true, None));
    assert_eq!(unread, vec![Reason::ReportNotRead]);
    let read = Command::ReviewVisit {
        visit: visit(1),
        verdict: Accepted,
        report: Some(digest(78)),
        note: None,
    };
    world.does(&staff(NURSE), read);
    assert!(!waits(&world));
    let nurse = person(NURSE);
    assert_eq!(
        verdicts(&world),
        [(nurse.clone(), Questioned), (nurse, Accepted)]
    );
}

#[test]
fn a_second_person_adds_to_the_first_and_nobody_signs_the_same_twice() {
    let mut world = World::reported();
    world.does(&staff(NURSE), review(1, Accepted, true, None));
    let again = world.refused(&staff(NURSE), review(1, Accepted, true, None));
    assert_eq!(again, vec![Reason::AlreadySo]);
    world.does(&staff(DOCTOR), review(1, Questioned, true, Some(1)));
    world.does(&staff(DOCTOR), review(1, Accepted, true, None));
    let expected = [
        (person(NURSE), Accepted),
        (person(DOCTOR), Questioned),
        (person(DOCTOR), Accepted),
    ];
    assert_eq!(verdicts(&world), expected);
}

#[test]
fn l24_a_visit_has_so_many_reviews_and_no_more() {
    let mut world = World::reported();
    for _ in 0..limits::MOST_REVIEWS {
        world.does(&staff(NURSE), review(1, Questioned, true, Some(1)));
    }
    let refused = world.refused(&staff(NURSE), review(1, Questioned, true, Some(1)));
    let most = u32::try_from(limits::MOST_REVIEWS).unwrap();
    let what = "reviews".to_owned();
    assert_eq!(refused, vec![Reason::TooMany { what, most }]);
}

#[test]
fn the_vendor_and_whoever_only_looks_do_not_sign() {
    let world = World::reported();
    let sign = || review(1, Accepted, true, None);
    for engineer in [engineer(ITO), engineer(KATO)] {
        assert!(
            world
                .refused(&engineer, sign())
                .contains(&Reason::NotOfTheHospital)
        );
    }
    assert!(
        world
            .refused(&staff(CUSTODIAN), sign())
            .contains(&Reason::NotOfTheHospital)
    );
    for n in [INSPECTOR, OPERATOR] {
        assert_eq!(world.refused(&staff(n), sign()), vec![Reason::RoleMissing]);
    }
    assert_eq!(
        world.refused(&local(), sign()),
        vec![Reason::PersonNeeded],
        "root is not a person"
    );
}

#[test]
fn before_the_site_is_committed_to_this_release_nothing_is_signed_and_nothing_waits() {
    let mut world = World::connected();
    world.does(&Caller::gateway(), close(1));
    world.does(&engineer(ITO), report(1));
    assert!(!waits(&world));
    let refused = world.refused(&staff(NURSE), review(1, Accepted, true, None));
    assert_eq!(refused, vec![Reason::NotUpgraded]);
}
