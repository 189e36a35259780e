use super::*;
use crate::identity::ProvedDevice;
use access::Who;
use ids::SiteId;

const PROGRAM: Holder = Holder::Program;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

fn person(number: u64) -> PersonId {
    PersonId::new(&"handa".parse::<SiteId>().unwrap(), number)
}

fn device(number: u64, owner: u64) -> Option<ProvedDevice> {
    let id = DeviceId::new(&"handa".parse::<SiteId>().unwrap(), number);
    Some(ProvedDevice {
        id,
        owner: person(owner),
    })
}

fn on(device: Option<ProvedDevice>) -> Connection {
    let source = Source::Address("192.0.2.7".parse().unwrap());
    Connection {
        device,
        source,
        door: Door::Engineers,
    }
}

fn signed_in() -> SignIn {
    let connection = on(device(4, 3));
    SignIn {
        person: person(3),
        certificate: connection.device.map(|device| device.id),
        passkey: None,
        source: connection.source,
        door: connection.door,
        at: at(0),
    }
}

#[test]
fn a_token_and_its_record_prove_the_person_again() {
    let tokens = Tokens::new(&[1; 32]);
    let issued = tokens.issue(&signed_in(), PROGRAM).unwrap();
    assert_eq!(
        tokens.digest(issued.token.as_str(), PROGRAM),
        Ok(issued.digest)
    );
    let identity = tokens
        .redeem(
            issued.token.as_str(),
            PROGRAM,
            &issued.record,
            &on(device(4, 3)),
            at(60),
        )
        .unwrap();
    assert_eq!(identity.caller().who, Who::Person(person(3)));
    assert!(identity.caller().factors.are_two_classes() && identity.caller().factors.device);
}

#[test]
fn a_token_is_worth_nothing_on_another_device_or_through_another_door() {
    let tokens = Tokens::new(&[1; 32]);
    let issued = tokens.issue(&signed_in(), PROGRAM).unwrap();
    let redeem = |connection: &Connection| {
        tokens.redeem(
            issued.token.as_str(),
            PROGRAM,
            &issued.record,
            connection,
            at(60),
        )
    };
    for other in [device(5, 3), device(4, 9), None] {
        assert_eq!(redeem(&on(other)), Err(TokenRefused::OtherDevice));
    }
    let console = Connection {
        door: Door::Console,
        ..on(device(4, 3))
    };
    assert_eq!(redeem(&console), Err(TokenRefused::OtherDoor));
}

#[test]
fn a_sign_in_ends_with_the_shift() {
    let tokens = Tokens::new(&[1; 32]);
    let issued = tokens.issue(&signed_in(), PROGRAM).unwrap();
    let redeem = |now| {
        tokens.redeem(
            issued.token.as_str(),
            PROGRAM,
            &issued.record,
            &on(device(4, 3)),
            now,
        )
    };
    assert!(redeem(at(8 * 3600 - 1)).is_ok());
    assert_eq!(redeem(at(8 * 3600)), Err(TokenRefused::Ended));
    assert_eq!(redeem(at(-1)), Err(TokenRefused::NotYet));
}

#[test]
fn whoever_writes_the_store_can_make_no_sign_in() {
    let tokens = Tokens::new(&[1; 32]);
    let (one, two) = (
        tokens.issue(&signed_in(), PROGRAM).unwrap(),
        tokens.issue(&signed_in(), PROGRAM).unwrap(),
    );
    let redeem = |record: &str| {
        tokens.redeem(
            one.token.as_str(),
            PROGRAM,
            record,
            &on(device(4, 3)),
            at(60),
        )
    };
    let edited = one.record.replace("person-3", "person-1");
    assert_ne!(edited, one.record);
    for forged in [edited.as_str(), &two.record, "", "{}", &"[".repeat(10_000)] {
        assert_eq!(redeem(forged), Err(TokenRefused::Forged));
    }
    let other = Tokens::new(&[2; 32]);
    assert_ne!(other.digest(one.token.as_str(), PROGRAM), Ok(one.digest));
}

#[test]
fn l15_a_cookie_is_no_programs_token_and_the_other_way_round() {
    let tokens = Tokens::new(&[1; 32]);
    for (made, shown) in [(Holder::Browser, PROGRAM), (PROGRAM, Holder::Browser)] {
        let issued = tokens.issue(&signed_in(), made).unwrap();
        let redeem = |token: &str, holder| {
            tokens.redeem(token, holder, &issued.record, &on(device(4, 3)), at(60))
        };
        assert!(redeem(issued.token.as_str(), made).is_ok());
        assert!(redeem(issued.token.as_str(), shown).is_err());
        // Also if somebody gives it the other's beginning.
        let secret = issued.token.as_str().strip_prefix(made.prefix()).unwrap();
        let disguised = format!("{}{secret}", shown.prefix());
        assert_eq!(redeem(&disguised, shown), Err(TokenRefused::Forged));
    }
}

#[test]
fn a_sign_in_by_passkey_is_one_again_with_its_device() {
    let tokens = Tokens::new(&[1; 32]);
    let key = Digest([7; 32]);
    let own = device(9, 3).map(|device| device.id);
    let by_passkey = SignIn {
        certificate: None,
        passkey: Some((key, own.clone())),
        ..signed_in()
    };
    let issued = tokens.issue(&by_passkey, Holder::Browser).unwrap();
    let identity = tokens
        .redeem(
            issued.token.as_str(),
            Holder::Browser,
            &issued.record,
            &on(None),
            at(60),
        )
        .unwrap();
    let caller = identity.caller();
    assert_eq!(
        (caller.device.clone(), identity.passkey()),
        (own, Some(key))
    );
    assert!(caller.factors.passkey && caller.factors.device);
    assert!(!caller.factors.passphrase && !caller.factors.totp);
    assert_eq!(identity.since(), Some(at(0)));
}

#[test]
fn l10_decoys_stay_the_same_for_a_name_and_differ_between_names_and_sites() {
    let (one, other) = (Tokens::new(&[1; 32]), Tokens::new(&[2; 32]));
    assert_eq!(one.decoys("sato"), one.decoys("sato"));
    assert_ne!(one.decoys("sato"), one.decoys("ito"));
    assert_ne!(one.decoys("sato"), other.decoys("sato"));
    for name in 0..100 {
        let ids = one.decoys(&name.to_string());
        assert!((1..=2).contains(&ids.len()));
        assert!(ids.iter().all(|id| (16..=64).contains(&id.len())));
    }
}

#[test]
fn l29_neither_the_record_nor_debug_shows_the_token() {
    let tokens = Tokens::new(&[1; 32]);
    let issued = tokens.issue(&signed_in(), PROGRAM).unwrap();
    let secret = issued.token.as_str().strip_prefix(PREFIX).unwrap();
    assert!(!issued.record.contains(secret));
    assert!(!format!("{issued:?} {tokens:?}").contains(secret));
}

proptest::proptest! {
    #[test]
    fn any_text_may_be_sent_as_a_token(text in "\\PC{0,100}", record in "\\PC{0,100}") {
        let tokens = Tokens::new(&[1; 32]);
        proptest::prop_assert!(tokens.redeem(&text, PROGRAM, &record, &on(None), at(0)).is_err());
    }
}
