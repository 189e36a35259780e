//! Sessions and where their devices are.

use access::*;
use watch::{Group, Rule};

use crate::ward::{Ward, from};
use crate::world::*;

/// The entry of the session that was opened, changed, under the next number.
fn opened(world: &World, change: impl FnOnce(&mut Event)) -> Event {
    let mut events = world.entries.iter().rev().map(|entry| &entry.event);
    let found = events.find(|event| matches!(event, Event::SessionOpened { .. }));
    let mut event = found.unwrap().clone();
    if let Event::SessionOpened { session: id, .. } = &mut event {
        *id = session(world.site.sessions().count() as u64 + 1);
    }
    change(&mut event);
    event
}

#[test]
fn a_session_that_is_not_the_approved_one_is_told_of_once_and_the_approved_one_is_not() {
    let mut ward = Ward::of(World::connected());
    let same = opened(&ward.world, |_| {});
    assert_eq!(ward.enters(same), []);
    let other = opened(&ward.world, |event| {
        if let Event::SessionOpened { target: there, .. } = event {
            *there = target(RECORDS);
        }
    });
    assert_eq!(ward.enters(other), [Rule::PlanDiffers]);
    let again = opened(&ward.world, |event| {
        if let Event::SessionOpened { address, .. } = event {
            *address = "10.1.2.99:22".parse().unwrap();
        }
    });
    assert_eq!(ward.enters(again), []);
    assert_eq!(ward.seen.last().unwrap().group, Group::Visit(visit(1)));
}

#[test]
fn a_session_on_somebody_elses_device_is_not_the_approved_one() {
    let mut ward = Ward::of(World::connected());
    let other = opened(&ward.world, |event| {
        if let Event::SessionOpened { device: on, .. } = event {
            *on = device(2);
        }
    });
    assert_eq!(ward.enters(other), [Rule::PlanDiffers]);
}

#[test]
fn a_target_with_another_key_is_told_of_once_and_one_that_is_down_is_not() {
    let mut ward = Ward::of(World::connected());
    let close = |reason| Command::CloseSession {
        session: session(1),
        reason,
        sent: 1,
        received: 1,
        data_out: 0,
    };
    let mut down = Ward::of(World::connected());
    let unreachable = close(EndReason::TargetUnreachable);
    assert_eq!(down.does(&Caller::gateway(), unreachable), []);
    let differs = close(EndReason::TargetKeyDiffers);
    assert_eq!(
        ward.does(&Caller::gateway(), differs),
        [Rule::TargetDiffers]
    );
}

#[test]
fn a_device_in_two_places_is_told_of_once_and_one_behind_another_address_of_the_office_is_not() {
    let mut ward = Ward::of(World::connected());
    assert_eq!(ward.signs_in(&from(engineer(ITO), "203.0.113.200")), []);
    // A computer that speaks both families has two addresses at a time.
    let mut sources = vec![prefix("203.0.113.0/24"), prefix("2001:db8:1::/48")];
    sources.push(prefix("198.18.0.0/24"));
    let change = Command::ChangeSources {
        vendor: vendor(1),
        sources: ids::NonEmpty::from_vec(sources).unwrap(),
    };
    assert_eq!(ward.does(&staff(DOCTOR), change), []);
    assert_eq!(ward.signs_in(&from(engineer(ITO), "2001:db8:1::7")), []);
    assert_eq!(ward.signs_in(&from(engineer(KATO), "198.18.0.3")), []);
    let away = from(engineer(ITO), "198.18.0.4");
    ward.world.later(30 * MINUTE);
    assert_eq!(ward.signs_in(&away), [Rule::DeviceInTwoPlaces]);
    assert_eq!(ward.signs_in(&away), []);
}

#[test]
fn whoever_goes_home_and_works_on_there_is_in_one_place_after_the_other() {
    let mut ward = Ward::of(World::granted());
    let sources = vec![prefix("203.0.113.0/24"), prefix("198.18.0.0/24")];
    let change = Command::ChangeSources {
        vendor: vendor(1),
        sources: ids::NonEmpty::from_vec(sources).unwrap(),
    };
    ward.does(&staff(DOCTOR), change);
    assert_eq!(ward.signs_in(&engineer(ITO)), []);
    ward.world.later(40 * MINUTE);
    assert_eq!(ward.signs_in(&from(engineer(ITO), "198.18.0.4")), []);
}
