//! Who joins in a browser brings no device.

use access::*;
use ids::*;

use crate::world::*;

/// Ito's vendor gets one more engineer, who accepts without a device.
fn without_a_device() -> (World, Caller) {
    let mut world = World::hospital();
    let (employer, roles) = (Employer::Vendor(vendor(1)), NonEmpty::one(Role::Engineer));
    world.invite(&staff(DOCTOR), InvitationFor::Person { employer, roles });
    let joined = world.accept(None);
    let Outcome::Person {
        person,
        device: None,
    } = joined
    else {
        panic!("{joined:?}")
    };
    let caller = Caller {
        who: Who::Person(person),
        factors: Factors {
            passphrase: true,
            totp: true,
            device: false,
            passkey: false,
        },
        device: None,
        ..engineer(ITO)
    };
    (world, caller)
}

#[test]
fn l13_an_engineer_who_joined_in_a_browser_may_do_nothing_before_a_device_is_confirmed() {
    let (mut world, newcomer) = without_a_device();
    let sees = world.site.sight(&newcomer, world.now).unwrap_err();
    assert_eq!(sees.reasons, [Reason::DeviceUnknown]);
    let asks = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    assert!(
        world
            .refused(&newcomer, asks)
            .contains(&Reason::DeviceUnknown)
    );
    // A colleague's device is not theirs.
    let borrowed = Caller {
        device: engineer(ITO).device,
        factors: engineer(ITO).factors,
        ..newcomer.clone()
    };
    let sees = world.site.sight(&borrowed, world.now).unwrap_err();
    assert_eq!(sees.reasons, [Reason::DeviceUnknown]);

    let Who::Person(person) = newcomer.who.clone() else {
        panic!("{newcomer:?}")
    };
    world.invite(&staff(DOCTOR), InvitationFor::Device { person });
    let number = u64::try_from(world.site.devices().count()).unwrap() + 1;
    world.accept(Some(enrolment(number)));
    let own = Caller {
        device: Some(device(number)),
        factors: engineer(ITO).factors,
        ..newcomer
    };
    let sees = world.site.sight(&own, world.now).unwrap_err();
    assert_eq!(sees.reasons, [Reason::DevicePending]);
    world.confirm(number);
    assert!(world.site.sight(&own, world.now).is_ok());
}
