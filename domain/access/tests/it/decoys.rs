//! Decoys: nobody visits them, and nobody who was visited becomes one.

use access::*;

use crate::world::*;

pub(crate) fn set_decoy(decoy: Decoy) -> Command {
    Command::SetDecoy { decoy, set: true }
}

fn remove(decoy: Decoy) -> Command {
    Command::SetDecoy { decoy, set: false }
}

#[test]
fn s0_27_a_decoy_is_set_by_whoever_keeps_the_site_and_known_by_its_own_name_alone() {
    let mut world = upgraded(World::hospital());
    let imaging = || Decoy::Target(target(IMAGING));
    let name = || Decoy::Account("hosyu".to_owned());
    world.does(&staff(OPERATOR), set_decoy(imaging()));
    world.does(&staff(OPERATOR), set_decoy(name()));
    assert!(world.site.is_decoy_target(&target(IMAGING)));
    assert!(!world.site.is_decoy_target(&target(BILLING)));
    assert!(world.site.is_decoy_account("hosyu"));
    assert!(!world.site.is_decoy_account("Hosyu"), "compared as keys");
    let again = world.refused(&staff(OPERATOR), set_decoy(imaging()));
    assert_eq!(again, [Reason::AlreadySo]);
    let nowhere = Decoy::Target(target(99));
    let unknown = world.refused(&staff(OPERATOR), set_decoy(nowhere));
    assert!(unknown.contains(&Reason::NotFound), "{unknown:?}");
    let none = world.refused(&engineer(ITO), set_decoy(Decoy::Account("x".to_owned())));
    assert!(none.contains(&Reason::RoleMissing), "{none:?}");
    world.does(&staff(OPERATOR), remove(imaging()));
    assert_eq!(world.site.decoys().len(), 1);
}

#[test]
fn what_was_visited_once_is_no_decoy() {
    let world = upgraded(World::connected());
    let refused = world.refused(&staff(OPERATOR), set_decoy(Decoy::Target(target(BILLING))));
    assert_eq!(refused, [Reason::InUse]);
}

#[test]
fn only_what_is_a_decoy_is_touched() {
    let mut world = upgraded(World::hospital());
    let touch = || {
        Command::Note(GatewayNote::DecoyTouched {
            decoy: Decoy::Account("hosyu".to_owned()),
            person: None,
            device: None,
            source: Source::Unknown,
        })
    };
    assert_eq!(
        world.refused(&Caller::gateway(), touch()),
        [Reason::NotFound]
    );
    let name = Decoy::Account("hosyu".to_owned());
    world.does(&staff(OPERATOR), set_decoy(name));
    world.does(&Caller::gateway(), touch());
}

#[test]
fn s1_9_whoever_is_suspended_outside_a_session_is_suspended_with_every_device_of_theirs() {
    let mut world = upgraded(World::hospital());
    let about = AlertAbout::Person(person(ITO));
    let raise = crate::alerts::raise("decoy-touched", about, RuleAnswer::Suspend);
    world.does(&Caller::gateway(), raise);
    let theirs = || world.site.devices().filter(|one| one.person == person(ITO));
    assert!(theirs().count() > 0);
    assert!(theirs().all(|device| device.suspended.is_some()));
}
