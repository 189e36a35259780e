//! Passkeys: whose opens what, and what is taken away with them.

use access::*;
use ids::*;

use crate::world::*;

const MAKER: u64 = 700;

pub(crate) fn passkey(n: u64, attested: bool) -> NewPasskey {
    NewPasskey {
        id: digest(500 + n),
        door: if attested {
            Door::Engineers
        } else {
            Door::Console
        },
        key: digest(600 + n),
        label: word(50 + n),
        aaguid: "2fc0579f-8113-47ea-b116-bb5a8db9202a".to_owned(),
        attested: attested.then(|| digest(MAKER)),
    }
}

pub(crate) fn trust() -> Command {
    Command::TrustAttestation {
        name: "Keys Ltd.".to_owned(),
        sha256: digest(MAKER),
        certificate: "MIIB".to_owned(),
    }
}

pub(crate) fn distrust() -> Command {
    let name = "Keys Ltd.".to_owned();
    Command::DistrustAttestation { name }
}

/// The hospital, committed to this release, which trusts one maker.
pub(crate) fn trusting() -> World {
    let mut world = upgraded(World::hospital());
    world.does(&staff(OPERATOR), trust());
    world
}

/// Ito without a device: a browser, passphrase and one-time code.
fn in_a_browser() -> Caller {
    Caller {
        factors: BOTH,
        device: None,
        ..engineer(ITO)
    }
}

/// Ito with the passkey that is this device, and nothing else.
fn by_passkey(number: u64) -> Caller {
    Caller {
        factors: Factors {
            passkey: true,
            device: true,
            ..Factors::default()
        },
        device: Some(device(number)),
        ..engineer(ITO)
    }
}

/// Ito's passkey, which is the fifth device, added and confirmed.
fn with_a_passkey() -> World {
    let mut world = trusting();
    let added = world.does(&in_a_browser(), Command::AddPasskey(passkey(1, true)));
    assert_eq!(
        added,
        Outcome::Passkey {
            device: Some(device(5))
        }
    );
    world.confirm(5);
    world
}

#[test]
fn invariant_3_a_browser_opens_a_session_with_an_attested_passkey_and_with_nothing_less() {
    let mut world = with_a_passkey();
    let request = world.ask(&by_passkey(5), world.visit_to(BILLING, HOUR));
    world.approve(NURSE, &request);
    let without = world.refused(&in_a_browser(), open(BILLING));
    assert!(without.contains(&Reason::DeviceUnknown), "{without:?}");
    // The grant names the device: another of theirs is none.
    let other = world.refused(&engineer(ITO), open(BILLING));
    assert!(other.contains(&Reason::NoGrant) || other.contains(&Reason::DeviceNotGranted));
    world.does(&by_passkey(5), open(BILLING));
}

#[test]
fn an_engineers_passkey_waits_for_its_words_like_any_device() {
    let mut world = trusting();
    world.does(&in_a_browser(), Command::AddPasskey(passkey(1, true)));
    let visit = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    let reasons = world.refused(&by_passkey(5), visit.clone());
    assert_eq!(reasons, [Reason::DevicePending]);
    world.confirm(5);
    world.does(&by_passkey(5), visit);
}

#[test]
fn a_passkey_is_two_factors_of_a_hospital_person_and_a_suspended_one_is_none() {
    let alone = Factors {
        passkey: true,
        ..Factors::default()
    };
    assert!(alone.are_two_classes());
    let mut world = trusting();
    let nurse = Caller {
        factors: alone,
        ..staff(NURSE)
    };
    world.does(&staff(NURSE), Command::AddPasskey(passkey(1, false)));
    world.does(
        &nurse,
        Command::RemovePasskey {
            passkey: digest(501),
        },
    );

    let mut world = with_a_passkey();
    let suspend = Command::Suspend {
        subject: Subject::Device(device(5)),
        reason: word(1),
    };
    world.does(&staff(NURSE), suspend);
    let reasons = world.refused(&by_passkey(5), open(BILLING));
    assert!(reasons.contains(&Reason::TwoFactorsNeeded), "{reasons:?}");
    assert!(reasons.contains(&Reason::DeviceSuspended), "{reasons:?}");
}

#[test]
fn a_passkey_is_removed_by_its_owner_and_its_sessions_end() {
    let mut world = with_a_passkey();
    let request = world.ask(&by_passkey(5), world.visit_to(BILLING, HOUR));
    world.approve(NURSE, &request);
    world.does(&by_passkey(5), open(BILLING));
    let remove = Command::RemovePasskey {
        passkey: digest(501),
    };
    for other in [staff(NURSE), engineer(KATO), engineer(OTHER)] {
        assert_eq!(world.refused(&other, remove.clone()), [Reason::NotFound]);
    }
    world.does(&engineer(ITO), remove);
    assert_eq!(world.site.passkeys_of(&person(ITO)).len(), 0);
    assert!(world.site.device(&device(5)).unwrap().suspended.is_some());
    assert_eq!(ended(&world), Some(EndReason::DeviceSuspended));
}

#[test]
fn a_maker_who_is_trusted_no_more_takes_the_devices_with_it() {
    let mut world = with_a_passkey();
    let request = world.ask(&by_passkey(5), world.visit_to(BILLING, HOUR));
    world.approve(NURSE, &request);
    world.does(&by_passkey(5), open(BILLING));
    world.does(&staff(OPERATOR), distrust());
    assert!(world.site.device(&device(5)).unwrap().suspended.is_some());
    assert_eq!(ended(&world), Some(EndReason::DeviceSuspended));
    let again = Command::AddPasskey(passkey(2, true));
    let reasons = world.refused(&in_a_browser(), again);
    assert_eq!(reasons, [Reason::PasskeyNotAttested]);
}

fn ended(world: &World) -> Option<EndReason> {
    world.site.session(&session(1)).unwrap().ended.clone()
}

#[test]
fn whoever_loses_their_factors_or_is_erased_loses_their_passkeys() {
    let factors = InvitationFor::Factors {
        person: person(ITO),
    };
    let mut world = with_a_passkey();
    world.invite(&staff(NURSE), factors);
    assert_eq!(world.site.passkeys_of(&person(ITO)).len(), 0);
    assert!(world.site.device(&device(5)).unwrap().suspended.is_some());

    let mut world = with_a_passkey();
    let erase = Command::ErasePerson {
        person: person(ITO),
    };
    world.does(&staff(NURSE), erase);
    assert_eq!(world.site.passkeys_of(&person(ITO)).len(), 0);
}

#[test]
fn a_person_has_eight_passkeys_at_most_and_an_id_or_key_is_added_once() {
    let mut world = trusting();
    for n in 1..=8 {
        world.does(&staff(NURSE), Command::AddPasskey(passkey(n, false)));
    }
    let ninth = Command::AddPasskey(passkey(9, false));
    let most = Reason::TooMany {
        what: "passkeys".to_owned(),
        most: 8,
    };
    assert_eq!(world.refused(&staff(NURSE), ninth), [most]);
    let known = Command::AddPasskey(passkey(1, false));
    assert_eq!(world.refused(&staff(DOCTOR), known), [Reason::KeyKnown]);
    let same_key = NewPasskey {
        key: world.site.device(&device(1)).unwrap().enrolment.key,
        ..passkey(9, false)
    };
    let known = Command::AddPasskey(same_key);
    assert_eq!(world.refused(&staff(DOCTOR), known), [Reason::KeyKnown]);
}

#[test]
fn a_passkey_is_of_the_door_at_which_its_owner_stands() {
    let world = trusting();
    let elsewhere = NewPasskey {
        door: Door::Engineers,
        ..passkey(1, false)
    };
    let reasons = world.refused(&staff(NURSE), Command::AddPasskey(elsewhere));
    assert_eq!(reasons, [Reason::NotYours]);
}

#[test]
fn a_root_is_trusted_once_and_under_one_name() {
    let mut world = trusting();
    let reasons = world.refused(&staff(OPERATOR), trust());
    assert_eq!(reasons, [Reason::NameTaken, Reason::KeyKnown]);
    world.does(&staff(OPERATOR), distrust());
    assert_eq!(
        world.refused(&staff(OPERATOR), distrust()),
        [Reason::NotFound]
    );
    world.does(&staff(OPERATOR), trust());
    assert_eq!(world.site.attestation_roots().count(), 1);
}

#[test]
fn an_engineer_without_a_device_joins_and_does_nothing_but_add_a_passkey() {
    let mut world = trusting();
    let (employer, roles) = (Employer::Vendor(vendor(1)), NonEmpty::one(Role::Engineer));
    world.invite(&staff(DOCTOR), InvitationFor::Person { employer, roles });
    let Outcome::Person { person, device } = world.accept(None) else {
        panic!("nobody joined")
    };
    assert_eq!(device, None);
    let newcomer = Caller {
        who: Who::Person(person.clone()),
        ..in_a_browser()
    };
    assert!(world.site.sight(&newcomer, world.now).is_err());
    assert_eq!(world.site.oneself(&newcomer, world.now), Ok(person));
    let visit = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    assert_eq!(world.refused(&newcomer, visit), [Reason::DeviceUnknown]);
    world.does(&newcomer, Command::AddPasskey(passkey(3, true)));
}
