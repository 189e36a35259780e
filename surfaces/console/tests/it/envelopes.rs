//! The sheet of an emergency account: printed once, by a second person who touches their passkey, and nowhere
//! else.

use access::{EnvelopeFound, Works};
use serde_json::json;

use crate::authenticator::{Flaws, Key};
use crate::browser::{Browser, Shown};
use crate::hospital::{Hospital, TARGET_PASSWORD, hospital, number, ssh_target};
use crate::passkeys::{ORIGIN, json as said, with_passkey};

/// Posts a form with a touch of this key for exactly it.
async fn touched(
    hospital: &Hospital,
    browser: &mut Browser,
    key: &Key,
    path: &str,
    fields: &[(&str, &str)],
) -> Shown {
    let asked = [fields, &[("touch-path", path)]].concat();
    let options = said(&browser.post(hospital, "/passkeys/touch", &asked).await);
    let proof = key.get(&options, ORIGIN, &Flaws::default());
    let fields = [fields, &[("touch", proof.as_str())]].concat();
    browser.post(hospital, path, &fields).await
}

/// What the gateway does when an envelope was ordered, at a target that does as it is told.
async fn made(hospital: &Hospital) {
    let engine = &hospital.engine;
    assert!(engine.begin_due_rotation().await);
    let job = engine.next_rotation().unwrap();
    engine.end_rotation(&job, Works::New, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn l29_the_sheet_is_printed_once_by_another_person_with_a_passkey_and_no_answer_has_its_secret()
 {
    let (hospital, people) = hospital();
    let added = hospital
        .post(
            &people.tanaka,
            "/api/v1/targets",
            ssh_target("pacs-emergency", false),
        )
        .await;
    let target = number(&added["id"]);
    let api = format!("/api/v1/targets/{target}");
    let password = json!({"password": TARGET_PASSWORD});
    hospital
        .post(&people.tanaka, &format!("{api}/secret"), password)
        .await;
    let page = format!("/setup/targets/{target}");
    let (mut first, first_key) = with_passkey(&hospital, &people.tanaka).await;
    let keep = format!("{page}/emergency-account");
    let fields = [("instructions", "当直医が開けます"), ("days", "365")];
    let kept = touched(&hospital, &mut first, &first_key, &keep, &fields).await;
    assert_eq!(
        kept.location(),
        "/emergency-accounts?done=done-changed",
        "{}",
        kept.text
    );
    let order = format!("{page}/envelope/order");
    let ordered = touched(&hospital, &mut first, &first_key, &order, &[]).await;
    assert_eq!(ordered.status, 303, "{}", ordered.text);
    made(&hospital).await;

    let print = format!("{page}/envelope/print");
    let which = [("number", "1")];
    let own = touched(&hospital, &mut first, &first_key, &print, &which).await;
    assert_eq!(own.status, 403, "whoever ordered it: {}", own.text);
    let (mut second, key) = with_passkey(&hospital, &people.suzuki).await;
    hospital.wait(60);
    let code = hospital.code_now(&people.suzuki);
    let by_code = [("number", "1"), ("code", code.as_str())];
    let refused = second.post(&hospital, &print, &by_code).await;
    assert_eq!(refused.status, 403, "a code does not do");
    let sheet = touched(&hospital, &mut second, &key, &print, &which).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    assert_eq!(sheet.headers["cache-control"], "no-store");
    let secret = sheet
        .text
        .split("<code>")
        .filter_map(|rest| rest.split('<').next())
        .find(|text| text.split('-').count() == 6)
        .expect("the password stands on the sheet")
        .to_owned();
    assert!(sheet.text.contains("当直医が開けます"));
    let again = touched(&hospital, &mut second, &key, &print, &which).await;
    assert_eq!(again.status, 403, "{}", again.text);
    assert!(!again.text.contains(&secret));

    // Nothing else that anybody can ask for has it.
    for path in [
        "/emergency-accounts",
        "/secrets",
        page.as_str(),
        print.as_str(),
        "/",
    ] {
        let shown = second.get(&hospital, path).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(!shown.text.contains(&secret), "{path}");
    }
    for path in [
        "/api/v1/emergency-accounts",
        "/api/v1/secrets",
        "/api/v1/targets",
    ] {
        let answer = hospital.get(&people.suzuki, path).await.to_string();
        assert!(!answer.contains(&secret), "{path}");
    }
    let shown = hospital
        .get(&people.suzuki, "/api/v1/emergency-accounts")
        .await;
    assert_eq!(shown["accounts"][0]["standing"], "sealed", "{shown:#}");

    // Somebody says that it was opened: the number is void, and the list says what to do.
    let seen = format!("{page}/envelope/seen");
    let opened = [("number", "1"), ("found", "opened"), ("why", "停電")];
    let told = touched(&hospital, &mut second, &key, &seen, &opened).await;
    assert_eq!(told.status, 303, "{}", told.text);
    let site = hospital.engine.site();
    let account = site
        .emergency_accounts()
        .next()
        .unwrap()
        .emergency_account
        .clone();
    let used = account.unwrap().envelope.unwrap().used.unwrap();
    assert_eq!(
        (used.found, used.why.as_deref()),
        (EnvelopeFound::Opened, Some("停電"))
    );
    drop(site);
    let list = second.get(&hospital, "/emergency-accounts").await;
    assert!(list.text.contains(&order), "{}", list.text);
}
