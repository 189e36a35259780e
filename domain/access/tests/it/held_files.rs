//! Files in quarantine: numbers, who answers for them, and who says that they are deleted.

use access::*;

use crate::world::*;

fn waiting() -> World {
    let mut world = upgraded(World::connected());
    world.does(&Caller::gateway(), Command::Note(judged(FileVerdict::Held)));
    world
}

#[test]
fn a_file_waits_under_a_number_until_one_person_of_the_hospital_answers() {
    let mut world = waiting();
    let second = world.does(&Caller::gateway(), Command::Note(judged(FileVerdict::Held)));
    assert_eq!(second, Outcome::File { number: 2 });
    world.does(&staff(DOCTOR), release(1, true));
    world.does(&staff(NURSE), release(2, false));
    for file in [1, 2] {
        let again = world.refused(&staff(NURSE), release(file, true));
        assert_eq!(again, [Reason::AlreadySo]);
    }
    let visit = world.site.visit(&visit(1)).unwrap();
    let answers: Vec<_> = visit
        .held
        .values()
        .filter_map(|file| file.answer.clone())
        .collect();
    assert_eq!(answers.len(), 2);
    assert!(answers[0].released && !answers[1].released);
    assert_eq!((&answers[0].by, visit.judged), (&person(DOCTOR), 2));
}

/// Whoever brings a file does not let it pass.
#[test]
fn l19_nobody_of_the_vendor_answers_for_a_file() {
    let world = waiting();
    let refused = world.refused(&engineer(ITO), release(1, true));
    assert!(refused.contains(&Reason::RoleMissing), "{refused:?}");
}

#[test]
fn what_was_stopped_is_nothing_that_anybody_lets_pass() {
    let mut world = upgraded(World::connected());
    world.does(
        &Caller::gateway(),
        Command::Note(judged(FileVerdict::Stopped)),
    );
    let refused = world.refused(&staff(DOCTOR), release(1, true));
    assert_eq!(refused, [Reason::NotFound]);
}

#[test]
fn after_the_visit_nothing_is_let_pass_and_what_waits_may_still_be_refused() {
    let mut world = waiting();
    world.does(&Caller::gateway(), close(1));
    world.later(HOUR * 30);
    let refused = world.refused(&staff(DOCTOR), release(1, true));
    assert_eq!(refused, [Reason::NoGrant]);
    world.does(&staff(DOCTOR), release(1, false));
}

#[test]
fn the_vendor_confirms_the_deletion_of_what_went_out_and_of_nothing_else() {
    let mut world = upgraded(World::connected());
    let confirm = || Command::Files(FileCommand::ConfirmDeletion { visit: visit(1) });
    assert_eq!(world.refused(&engineer(ITO), confirm()), [Reason::NotFound]);
    world.does(&Caller::gateway(), handed_over(Handover::Out, 9));
    world.does(&engineer(ITO), confirm());
    let refused = world.refused(&staff(DOCTOR), confirm());
    assert!(!refused.is_empty());
    let visit = world.site.visit(&visit(1)).unwrap();
    assert_eq!(visit.deletions, [(person(ITO), world.now)]);
}
