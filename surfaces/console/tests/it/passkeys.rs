//! Passkeys as a browser's pages have them: added, signed in by, touched for exactly one form.

use axum::http::StatusCode;
use serde_json::Value;

use crate::authenticator::{Flaws, Key};
use crate::browser::{Browser, Shown};
use crate::hospital::{Held, Hospital, hospital};

pub(crate) const ORIGIN: &str = "https://desk.handa.test:443";
const BEGUN: &str = "__Host-sekisho-begun";

pub(crate) fn json(shown: &Shown) -> Value {
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    serde_json::from_str(&shown.text).unwrap()
}

/// Signed in by the form, with a passkey added.
pub(crate) async fn with_passkey(hospital: &Hospital, who: &Held) -> (Browser, Key) {
    let mut browser = Browser::signed_in(hospital, who).await;
    let label = [("label", "夜勤の鍵")];
    let options = json(&browser.post(hospital, "/passkeys/add/begin", &label).await);
    let key = Key::new();
    let answer = key.create(&options, ORIGIN, None, &Flaws::default());
    let fields = [("answer", answer.as_str())];
    let added = browser
        .post(hospital, "/passkeys/add/finish", &fields)
        .await;
    let to = json(&added)["to"].as_str().unwrap().to_owned();
    let page = browser.get(hospital, &to).await;
    assert!(page.text.contains("夜勤の鍵"), "{}", page.text);
    (browser, key)
}

/// What is asked of a browser that begins to sign in, and what it keeps.
async fn begun(hospital: &Hospital, browser: &mut Browser, login: &str) -> (Value, String) {
    let shown = browser
        .post(hospital, "/sign-in/passkey/begin", &[("login", login)])
        .await;
    let set = shown.headers["set-cookie"].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "Secure", "SameSite=Strict", "Max-Age=120"] {
        assert!(set.contains(word), "{set}");
    }
    let kept = set.strip_prefix(&format!("{BEGUN}=")).unwrap();
    (json(&shown), kept.split(';').next().unwrap().to_owned())
}

async fn finished(
    hospital: &Hospital,
    browser: &mut Browser,
    kept: &str,
    fields: &[(&str, &str)],
) -> Shown {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let request = browser
        .request("POST", "/sign-in/passkey/finish")
        .header("cookie", format!("{BEGUN}={kept}"))
        .header("origin", format!("https://{}", crate::browser::HOST))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.finish().into());
    browser.send(hospital, request.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_adds_a_passkey_and_signs_in_by_it_to_the_page_they_came_for() {
    let (hospital, people) = hospital();
    let (_, key) = with_passkey(&hospital, &people.suzuki).await;
    let mut browser = Browser::of(&people.suzuki);
    let login = hospital.sign_in_form(&people.suzuki)["login"].clone();
    let (options, kept) = begun(&hospital, &mut browser, login.as_str().unwrap()).await;
    let answer = key.get(&options, ORIGIN, &Flaws::default());
    let fields = [("answer", answer.as_str()), ("next", "/requests/2")];
    let shown = finished(&hospital, &mut browser, &kept, &fields).await;
    assert_eq!(json(&shown)["to"], "/requests/2");
    let page = browser.get(&hospital, "/requests/2").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("name=\"touch\""), "{}", page.text);
    // Nothing else is led to (lesson L5).
    let (options, kept) = begun(&hospital, &mut browser, login.as_str().unwrap()).await;
    let answer = key.get(&options, ORIGIN, &Flaws::default());
    let fields = [("answer", answer.as_str()), ("next", "https://evil.test")];
    let shown = finished(&hospital, &mut browser, &kept, &fields).await;
    assert_eq!(json(&shown)["to"], "/");
}

/// Whoever puts their own sign-in under a victim's browser would read what the victim types.
#[tokio::test(flavor = "multi_thread")]
async fn l4_a_browser_that_did_not_begin_a_sign_in_does_not_finish_it() {
    let (hospital, people) = hospital();
    let (_, key) = with_passkey(&hospital, &people.suzuki).await;
    let login = hospital.sign_in_form(&people.suzuki)["login"].clone();
    let login = login.as_str().unwrap();
    let mut attacker = Browser::of(&people.suzuki);
    let mut victim = Browser::of(&people.suzuki);
    let (options, _) = begun(&hospital, &mut attacker, login).await;
    let (_, victims) = begun(&hospital, &mut victim, login).await;
    let answer = key.get(&options, ORIGIN, &Flaws::default());
    let fields = [("answer", answer.as_str())];
    let shown = finished(&hospital, &mut victim, &victims, &fields).await;
    assert_eq!((shown.status.as_u16(), victim.cookie), (401, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touch_for_one_form_sends_no_other_and_none_twice() {
    let (hospital, people) = hospital();
    let (mut browser, key) = with_passkey(&hospital, &people.suzuki).await;
    let page = browser.get(&hospital, "/requests/2").await;
    assert!(page.text.contains("passkey-"), "its island is on the page");
    let touch = async |browser: &mut Browser, path: &str, fields: &[(&str, &str)]| {
        let act = [fields, &[("touch-path", path)]].concat();
        let options = json(&browser.post(&hospital, "/passkeys/touch", &act).await);
        key.get(&options, ORIGIN, &Flaws::default())
    };
    let approve = "/requests/2/approve";
    let proof = touch(&mut browser, approve, &[]).await;
    for (path, fields) in [
        ("/requests/4/approve", vec![]),
        (approve, vec![("conditions", "何でも")]),
    ] {
        let fields = [fields, vec![("touch", proof.as_str())]].concat();
        let shown = browser.post(&hospital, path, &fields).await;
        assert_eq!(shown.status, 403, "{path}");
    }
    // What was shown for something else is used up.
    let shown = browser.post(&hospital, approve, &[("touch", &proof)]).await;
    assert_eq!(shown.status, 403);
    let proof = touch(&mut browser, approve, &[]).await;
    let shown = browser.post(&hospital, approve, &[("touch", &proof)]).await;
    assert_eq!(
        shown.location(),
        "/requests/2?done=done-approved",
        "{}",
        shown.text
    );
    let again = browser.post(&hospital, approve, &[("touch", &proof)]).await;
    assert_eq!(again.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_in_a_browser_is_told_what_a_passkey_must_be() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.abe).await;
    let label = [("label", "key")];
    let shown = browser.post(&hospital, "/passkeys/add/begin", &label).await;
    assert_eq!(shown.status, 403);
    let told: Value = serde_json::from_str(&shown.text).unwrap();
    let reason = told["reasons"][0].as_str().unwrap();
    assert!(reason.contains("セキュリティキー"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_seen_and_ended_from_another_browser() {
    let (hospital, people) = hospital();
    let mut lost = Browser::signed_in(&hospital, &people.suzuki).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = browser.get(&hospital, "/sign-ins").await;
    let ends: Vec<&str> = page
        .text
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .filter(|path| path.starts_with("/sign-ins/") && path.ends_with("/end"))
        .collect();
    assert!(!ends.is_empty(), "{}", page.text);
    for path in ends {
        let ended = browser.post(&hospital, path, &[]).await;
        assert_eq!(ended.location(), "/sign-ins?done=done-sign-in-ended");
    }
    assert_eq!(lost.get(&hospital, "/requests").await.status, 303);
    assert_eq!(browser.get(&hospital, "/requests").await.status, 200);
}
