//! Who is let in, and who is told what.

use serde_json::{Value, json};

use crate::hospital::{ASAHI, Held, Hospital, call, hospital};

const SIGN_IN: &str = "/api/v1/sign-in";

async fn attempt(hospital: &Hospital, who: &Held, form: Value) -> (u16, String) {
    let engine = &hospital.engine;
    let said = call(engine, &who.arrival(), None, "POST", SIGN_IN, Some(&form)).await;
    (said.status.as_u16(), said.text)
}

#[tokio::test]
async fn l10_an_unknown_name_a_wrong_factor_and_a_used_code_get_one_answer() {
    let (hospital, people) = hospital();
    hospital.wait(30);
    let right = hospital.sign_in_form(&people.sato);
    let changed = |field: &str, value: &str| {
        let mut form = right.clone();
        form[field] = json!(value);
        form
    };
    let mut answers = Vec::new();
    for form in [
        changed("login", "nobody"),
        changed("login", "\u{0}"),
        changed("passphrase", "not the passphrase of anybody"),
        changed("totp", "000000"),
        json!({"login": "sato", "passphrase": right["passphrase"]}),
    ] {
        answers.push(attempt(&hospital, &people.sato, form).await);
    }
    let (status, _) = attempt(&hospital, &people.sato, right.clone()).await;
    assert_eq!(status, 200);
    answers.push(attempt(&hospital, &people.sato, right).await);
    let first = answers.first().cloned().unwrap();
    assert_eq!(first, (401, r#"{"id":"error-sign-in-failed"}"#.to_owned()));
    assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
}

#[tokio::test]
async fn l16_a_token_is_good_on_its_own_device_and_door_alone() {
    let (hospital, people) = hospital();
    let on = |arrival: &Held, token: &Held| {
        let mut held = arrival.clone();
        held.token = token.token.clone();
        held
    };
    for (arrival, token) in [
        (&people.baba, &people.abe),
        (&people.sato, &people.abe),
        (&people.abe, &people.sato),
    ] {
        let said = hospital
            .ask(&on(arrival, token), "GET", "/api/v1/status", None)
            .await;
        assert_eq!(said.status, 401, "{}", said.text);
    }
    let mut without_device = people.abe.clone();
    without_device.device = None;
    let said = hospital
        .ask(&without_device, "GET", "/api/v1/status", None)
        .await;
    assert_eq!(said.status, 401);
}

#[tokio::test]
async fn l14_a_token_is_worth_what_its_person_is_worth_now() {
    let (hospital, people) = hospital();
    hospital.get(&people.abe, "/api/v1/visits").await;
    let suspend = json!({"reason": "the laptop was lost"});
    hospital
        .post(&people.tanaka, "/api/v1/devices/1/suspend", suspend)
        .await;
    let said = hospital
        .ask(&people.abe, "GET", "/api/v1/visits", None)
        .await;
    assert_eq!(said.status, 403);
    assert_eq!(said.body["reasons"][0]["id"], "reason-device-suspended");
    let mut elsewhere = people.baba.clone();
    elsewhere.source = "192.0.2.99".parse().unwrap();
    let said = hospital
        .ask(&elsewhere, "GET", "/api/v1/visits", None)
        .await;
    assert_eq!(said.body["reasons"][0]["id"], "reason-source-not-listed");
}

#[tokio::test]
async fn l16_signing_out_ends_the_token() {
    let (hospital, people) = hospital();
    hospital
        .post(&people.sato, "/api/v1/sign-out", json!({}))
        .await;
    let said = hospital
        .ask(&people.sato, "GET", "/api/v1/status", None)
        .await;
    assert_eq!(said.status, 401, "{}", said.text);
}

#[tokio::test]
async fn who_signs_in_is_told_who_they_are() {
    let (hospital, people) = hospital();
    hospital.wait(30);
    let form = hospital.sign_in_form(&people.abe);
    let (status, text) = attempt(&hospital, &people.abe, form).await;
    assert_eq!(status, 200, "{text}");
    let me = serde_json::from_str::<Value>(&text).unwrap()["me"].clone();
    assert_eq!(me["name"], "canary-name abe");
    assert_eq!(me["device"], "handa/device-1");
    assert_eq!(me["employer"], json!({"vendor": "handa/vendor-1"}));
    assert_eq!(people.abe.source.to_string(), ASAHI);
}
