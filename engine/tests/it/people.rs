//! Joining, signing in, erasing.

use std::time::Duration;

use access::{Door, Employer, Role};
use engine::SignInFailed;

use crate::hospital::{Hospital, LAN, passphrase};

#[test]
fn l13_a_new_site_has_no_account_and_its_setup_code_works_once() {
    let hospital = Hospital::founded();
    assert_eq!(hospital.engine.site().persons().count(), 0);
    let clerk = hospital.set_up();
    assert_eq!(hospital.engine.site().persons().count(), 1);
    assert_eq!(clerk.id.number(), 1);
    assert!(!hospital.engine.admitted().joining, "the code is used up");
}

#[test]
fn l10_a_code_is_used_once_also_across_a_restart() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let code = clerk.code(hospital.engine.now());
    let sign_in = |hospital: &Hospital| {
        let connection = hospital.connection(&clerk);
        let pass = passphrase("clerk");
        hospital
            .run(hospital.engine.sign_in(&connection, "clerk", &pass, &code))
            .map(|_| ())
    };
    assert_eq!(sign_in(&hospital), Ok(()));
    assert_eq!(sign_in(&hospital), Err(SignInFailed));
    let hospital = hospital.restarted();
    assert_eq!(sign_in(&hospital), Err(SignInFailed));
}

#[test]
fn l12_a_login_name_is_one_name_in_every_width_and_case() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let code = clerk.code(hospital.engine.now());
    let connection = hospital.connection(&clerk);
    let pass = passphrase("clerk");
    hospital
        .run(
            hospital
                .engine
                .sign_in(&connection, "ＣＬＥＲＫ", &pass, &code),
        )
        .unwrap();
}

#[test]
fn the_sixth_wrong_attempt_locks_and_says_nothing_else() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let connection = hospital.connection(&clerk);
    for _ in 0..5 {
        let tried =
            hospital
                .engine
                .sign_in(&connection, "clerk", "wrong wrong wrong wrong", "000000");
        assert_eq!(hospital.run(tried).map(|_| ()), Err(SignInFailed));
    }
    let code = clerk.code(hospital.engine.now());
    let pass = passphrase("clerk");
    let tried = hospital.engine.sign_in(&connection, "clerk", &pass, &code);
    assert_eq!(hospital.run(tried).map(|_| ()), Err(SignInFailed));
    let hospital = hospital.restarted();
    let tried = hospital.engine.sign_in(&connection, "clerk", &pass, &code);
    assert_eq!(
        hospital.run(tried).map(|_| ()),
        Err(SignInFailed),
        "a restart forgets no failure"
    );
}

#[test]
fn erasing_a_person_removes_their_values_and_leaves_every_proof() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let identity = hospital.signed_in(&mut clerk);
    let invitation = hospital.invite(&identity, Employer::Hospital, Role::Approver);
    let second = hospital.join(&invitation, "suzuki", Door::Console, LAN, false);
    let name = hospital.engine.site().person(&second.id).unwrap().name;
    assert_eq!(
        hospital.engine.text_of(&name).as_deref(),
        Some("名前 suzuki")
    );
    hospital
        .run(hospital.engine.erase_person(&identity, &second.id))
        .unwrap();
    assert_eq!(hospital.engine.text_of(&name), None);
    let files = hospital
        .run(hospital.engine.export_ledger(&identity))
        .unwrap();
    let trust = ledger::Trust {
        site: hospital
            .engine
            .site()
            .founding()
            .unwrap()
            .site_vkey
            .parse()
            .unwrap(),
        witnesses: Vec::new(),
    };
    let read = |path: &str| {
        files
            .iter()
            .find(|(name, _)| name == path)
            .map(|(_, bytes)| bytes.clone())
    };
    ledger::export::verify(read, &trust).unwrap();
    let restarted = hospital.restarted();
    assert_eq!(restarted.engine.text_of(&name), None);
}
