//! What somebody is told who decides at night without knowing every visit so far.

use access::Unusual::{self, *};
use access::{CareImpact, Window};
use ids::RequestId;

use crate::world::*;

fn of(world: &World, request: &RequestId) -> Vec<Unusual> {
    world.site.unusual(world.site.request(request).unwrap())
}

/// A Tuesday at ten in Japan, a fortnight after everybody was enrolled.
fn at_ten(mut world: World) -> World {
    world.later(DAY * 14);
    while world.now.weekday_and_minute_jst() != (1, 600) {
        world.later(MINUTE);
    }
    world
}

/// Asks for one hour, an hour from now.
fn asked(world: &mut World) -> RequestId {
    let mut visit = world.visit_to(BILLING, HOUR);
    visit.window = Window {
        from: world.now.plus(HOUR),
        until: world.now.plus(HOUR * 2),
    };
    visit.care = CareImpact::None;
    world.ask(&engineer(ITO), visit)
}

#[test]
fn a_first_visit_to_a_target_that_nobody_visited_is_unusual() {
    let mut world = at_ten(World::hospital());
    let request = asked(&mut world);
    assert_eq!(of(&world, &request), [FirstVisit, FirstEver, RawTcp]);
}

#[test]
fn what_was_so_last_week_is_not_unusual_today() {
    let mut world = at_ten(World::hospital());
    let first = asked(&mut world);
    world.approve(DOCTOR, &first);
    world.later(HOUR);
    world.does(&engineer(ITO), open(BILLING));
    world.does(&access_gateway(), close(1));
    let mut world = at_ten({
        world.later(DAY);
        world
    });
    world.does(&engineer(ITO), report(1));
    let second = asked(&mut world);
    // What is so at every visit is said at every visit.
    assert_eq!(of(&world, &second), [RawTcp]);
    // One more at six in the evening, at once, and much longer.
    world.later(HOUR * 8);
    let mut longer = world.visit_to(BILLING, HOUR);
    longer.window = Window {
        from: world.now.plus(MINUTE),
        until: world.now.plus(MINUTE * 170),
    };
    longer.care = CareImpact::None;
    asked(&mut world);
    let third = world.ask(&engineer(ITO), longer);
    assert_eq!(
        of(&world, &third),
        [AskedBefore, Longer, AtNight, ShortNotice, RawTcp]
    );
}

#[test]
fn a_device_of_yesterday_and_a_saturday_are_seen() {
    let mut world = World::hospital();
    while world.now.weekday_and_minute_jst() != (5, 600) {
        world.later(MINUTE);
    }
    let request = asked(&mut world);
    let found = of(&world, &request);
    assert!(found.contains(&AtWeekend), "{found:?}");
    let young = world.site.device(&device(1)).unwrap().since.plus(DAY * 7) > world.now;
    assert_eq!(found.contains(&NewDevice), young, "{found:?}");
}

#[test]
fn every_one_has_a_name_of_its_own() {
    let mut names: Vec<&str> = Unusual::ALL.iter().map(|unusual| unusual.id()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Unusual::ALL.len());
}

fn access_gateway() -> access::Caller {
    access::Caller::gateway()
}

#[test]
fn writing_much_data_and_an_open_line_are_seen_at_a_database() {
    use access::{Command, DatabaseTerms, ServerIdentity, USUAL_BYTES_OUT};
    let seen = |terms: DatabaseTerms, server: ServerIdentity| {
        let mut world = upgraded(World::hospital());
        let mut new = database_target("orca", "10.1.2.6", 1);
        let open = matches!(server, ServerIdentity::PlainText { .. });
        new.risk = open.then(|| risk_until(world.now.plus(DAY)));
        new.database.as_mut().unwrap().server = server;
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        let request = world.ask(&engineer(ITO), world.database_visit(Some(terms)));
        let found = of(&world, &request);
        let of_data = [ChangesData, MuchDataOut, PlainText];
        Vec::from_iter(found.into_iter().filter(|one| of_data.contains(one)))
    };
    assert_eq!(seen(reading(USUAL_BYTES_OUT), pinned_server(1)), []);
    let more = DatabaseTerms {
        write: true,
        ..reading(USUAL_BYTES_OUT + 1)
    };
    let open = ServerIdentity::PlainText {
        accepted: "too old for TLS; IT section".into(),
    };
    assert_eq!(seen(more, open), [ChangesData, MuchDataOut, PlainText]);
}
