//! Sign-ins and passkeys, in the browsers that have them.

use acceptance::Hospital;
use acceptance::browser::{Browser, approver};

#[test]
fn l16_a_sign_in_ends_from_another_device_and_a_touch_serves_one_act_once() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let night = approver(&hospital, "ito", "伊藤 夜子", "127.0.2.3");
    Browser::before(&hospital)
        .with("night", &night)
        .answers("request", |_| {
            hospital.request(&crew.engineer, &crew.target, &[]).json()
        })
        .tells(&["sign-ins"]);
}

#[test]
fn an_engineer_gets_in_by_a_key_that_its_maker_attests_and_the_hospital_has_confirmed() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    Browser::before(&hospital)
        .with("engineer", &crew.engineer)
        .tells(&["keys"]);
}

#[test]
fn a_maker_is_trusted_and_distrusted_at_the_command_line_as_on_the_page() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let pem = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/browser/lib/chromiums-attestation.pem"
    );
    let add = ["attestation-root", "add", "Chromium", pem];
    hospital.clerk.tries(add).expect(0);
    let listed = hospital.clerk.asks(["attestation-root", "list"]);
    assert_eq!(listed[0]["name"], "Chromium");
    let trusted = hospital.events("attestation_trusted");
    assert_eq!(trusted[0]["event"]["sha256"], listed[0]["sha256"]);
    // To a firm's engineer it is neither shown nor allowed.
    let theirs = crew.engineer.asks(["attestation-root", "list"]);
    assert_eq!(theirs, serde_json::json!([]));
    assert_ne!(crew.engineer.tries(add).code, 0);
    let remove = ["attestation-root", "remove", "Chromium"];
    hospital.clerk.tries(remove).expect(0);
    let none = hospital.clerk.asks(["attestation-root", "list"]);
    assert_eq!(none, serde_json::json!([]));
}
