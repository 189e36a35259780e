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
