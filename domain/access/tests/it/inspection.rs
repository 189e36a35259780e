//! The inspection of the log: who signs, for what, and who is told when nobody does.

use std::time::Duration;

use access::*;

use crate::world::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn inspect(until: u64) -> Command {
    Command::InspectLog {
        until,
        sampled: Vec::new(),
        said: word(44),
    }
}

#[test]
fn s1_11_an_inspection_is_signed_once_for_each_entry_by_whoever_keeps_the_site() {
    let mut world = upgraded(World::connected());
    let all = u64::try_from(world.entries.len()).unwrap();
    assert_eq!(
        world.refused(&staff(OPERATOR), inspect(all + 9)),
        [Reason::NotFound]
    );
    let engineers = world.refused(&engineer(ITO), inspect(all));
    assert!(!engineers.is_empty());
    world.does(&staff(OPERATOR), inspect(all));
    assert_eq!(
        world.refused(&staff(NURSE), inspect(all)),
        [Reason::AlreadySo]
    );
    assert_eq!(world.site.inspected_until(), all);
    world.does(&staff(NURSE), inspect(all + 1));
    let made = world.site.inspections();
    assert_eq!((made.len(), made[1].until), (2, all + 1));
    let unknown = Command::InspectLog {
        until: all + 2,
        sampled: vec![visit(999)],
        said: word(45),
    };
    assert_eq!(world.refused(&staff(NURSE), unknown), [Reason::NotFound]);
}

#[test]
fn it_is_due_a_week_after_the_last_one_and_never_before_anybody_was_inside() {
    assert_eq!(World::granted().site.inspection_due(), None);
    let mut world = upgraded(World::connected());
    let opened = world.site.session(&session(1)).unwrap().opened;
    assert_eq!(world.site.inspection_due(), Some(opened.plus(DAY * 7)));
    world.later(DAY * 8);
    world.does(&staff(OPERATOR), inspect(5));
    let signed = world.site.last_at();
    assert_eq!(world.site.inspection_due(), Some(signed.plus(DAY * 7)));
}
