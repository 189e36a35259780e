//! Who looks, until when, and what is said to an engineer meanwhile.

use access::*;

use crate::world::*;

fn upgraded(mut world: World) -> World {
    world.does(&staff(DOCTOR), Command::UpgradeSite);
    world
}

fn told(world: &World) -> Vec<Reason> {
    world.refused(&staff(NURSE), tell_engineer())
}

#[test]
fn l24_no_more_words_reach_an_engineer_than_a_talk_has() {
    let mut world = upgraded(World::in_ssh(all_terms(), false));
    for _ in 0..limits::MOST_WORDS {
        world.does(&staff(NURSE), tell_engineer());
    }
    let too_many = vec![Reason::TooMany {
        what: "words".into(),
        most: u32::try_from(limits::MOST_WORDS).unwrap(),
    }];
    assert_eq!(told(&world), too_many);
    assert_eq!(
        world.refused(&staff(OPERATOR), tell_engineer()),
        too_many,
        "counted by the session, not by who speaks"
    );
    world.later(limits::WORDS_WITHIN);
    world.does(&staff(NURSE), tell_engineer());
    let kept = world.site.session(&session(1)).unwrap().told.len();
    assert!(kept <= limits::MOST_WORDS, "{kept}");
}

#[test]
fn nobody_speaks_into_a_session_that_is_over() {
    let mut world = upgraded(World::in_ssh(all_terms(), false));
    world.does(&Caller::gateway(), close(1));
    assert_eq!(told(&world), vec![Reason::NotFound]);
}

#[test]
fn a_word_is_an_entry_of_its_visit() {
    let mut world = upgraded(World::in_ssh(all_terms(), false));
    world.does(&staff(NURSE), tell_engineer());
    let entry = world.entries.last().unwrap();
    assert_eq!(entry.by.who, Who::Person(person(NURSE)));
    assert_eq!(entry.part.as_ref().unwrap().visit, visit(1));
}

#[test]
fn l14_an_inspector_whose_time_is_over_sees_nothing_any_more() {
    let mut world = upgraded(World::hospital());
    let until = world.now.plus(DAY);
    world.does(&staff(OPERATOR), limit(INSPECTOR, until));
    let inspector = staff(INSPECTOR);
    assert!(world.site.sight(&inspector, world.now).is_ok());
    assert!(world.site.person_has_time(&person(INSPECTOR), world.now));
    world.later(DAY);
    let refused = world.site.sight(&inspector, world.now).unwrap_err();
    assert_eq!(refused.reasons, vec![Reason::PersonTimeOver { until }]);
    assert!(!world.site.person_has_time(&person(INSPECTOR), world.now));
    let longer = world.now.plus(DAY);
    world.does(&staff(OPERATOR), limit(INSPECTOR, longer));
    assert!(world.site.sight(&inspector, world.now).is_ok());
}

#[test]
fn an_inspector_looks_a_quarter_at_the_longest() {
    let world = upgraded(World::hospital());
    let now = world.now;
    for until in [now, now.plus(limits::LONGEST_INSPECTION + DAY)] {
        let refused = world.refused(&staff(OPERATOR), limit(INSPECTOR, until));
        assert_eq!(refused, vec![Reason::WindowNotPossible]);
    }
    let approver = world.refused(&staff(OPERATOR), limit(NURSE, now.plus(DAY)));
    assert_eq!(approver, vec![Reason::RolesNotPossible]);
}

#[test]
fn whoever_joins_as_an_inspector_has_an_end_from_the_first_moment() {
    let mut world = upgraded(World::hospital());
    let purpose = InvitationFor::Person {
        employer: Employer::Hospital,
        roles: ids::NonEmpty::one(Role::Inspector),
    };
    world.invite(&staff(DOCTOR), purpose);
    let Outcome::Person { person, .. } = world.accept(None) else {
        panic!()
    };
    let joined = world.site.person(&person).unwrap();
    assert_eq!(
        joined.until,
        Some(world.now.plus(limits::INSPECTION_LASTS)),
        "the default"
    );
}
