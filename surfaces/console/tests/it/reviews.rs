//! Reviewing visits and signing for them: on the page, by the API, and in what stands of it afterwards.

use ledger::receipt::Receipt;
use serde_json::{Value, json};

use crate::browser::{Browser, Shown};
use crate::hospital::{Held, Hospital, People, hospital, open_session};
use crate::looking::finished;

const QUESTION: &str = "なぜ再起動したのですか <b>?</b>";

/// A visit that is over, with its report: its number, and the report's digest.
async fn reported(hospital: &Hospital, people: &People) -> (u64, String) {
    let (_, visit) = finished(hospital, people).await;
    let digest = report(hospital, people, visit, "交換しました").await;
    (visit, digest)
}

async fn report(hospital: &Hospital, people: &People, visit: u64, done: &str) -> String {
    let path = format!("/api/v1/visits/{visit}/report");
    let form = json!({"report": {"done": done}});
    hospital.post(&people.abe, &path, form).await;
    let path = format!("/api/v1/visits/{visit}");
    let shown = hospital.get(&people.suzuki, &path).await;
    shown["report"].as_str().unwrap().to_owned()
}

async fn signs(
    hospital: &Hospital,
    browser: &mut Browser,
    who: &Held,
    visit: u64,
    fields: &[(&str, &str)],
) -> Shown {
    hospital.wait(30);
    let code = hospital.code_now(who);
    let fields = [fields, &[("code", code.as_str())]].concat();
    let path = format!("/visits/{visit}/review");
    browser.post(hospital, &path, &fields).await
}

async fn reviews(hospital: &Hospital, by: &Held, visit: u64) -> Value {
    hospital.get(by, &format!("/api/v1/visits/{visit}")).await["reviews"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_signs_on_the_page_and_page_ledger_and_receipt_say_so() {
    let (hospital, people) = hospital();
    let (visit, digest) = reported(&hospital, &people).await;
    let path = format!("/visits/{visit}");
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let home = browser.get(&hospital, "/").await;
    let link = format!("href=\"{path}#review\"");
    assert!(home.text.contains(&link), "{}", home.text);
    let before = browser.get(&hospital, &path).await;
    assert!(
        before.text.contains("まだ確認されていません"),
        "{}",
        before.text
    );
    let fields = [("verdict", "accepted"), ("report", digest.as_str())];
    let untouched = browser
        .post(&hospital, &format!("{path}/review"), &fields)
        .await;
    assert_eq!(untouched.status, 403, "a signature needs a fresh proof");
    let signed = signs(&hospital, &mut browser, &people.suzuki, visit, &fields).await;
    assert_eq!(
        signed.location(),
        format!("{path}?done=done-reviewed"),
        "{}",
        signed.text
    );
    let told = reviews(&hospital, &people.suzuki, visit).await;
    assert_eq!(told[0]["by_name"], "canary-name suzuki");
    assert_eq!(told[0]["verdict"], "accepted");
    assert_eq!(told[0]["report"], digest.as_str());
    let page = browser.get(&hospital, &path).await;
    for said in [
        "canary-name suzuki",
        "確認して署名",
        "確認済み",
        digest.as_str(),
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let home = browser.get(&hospital, "/").await;
    assert!(!home.text.contains(&link), "it waits no more");
    let again = signs(&hospital, &mut browser, &people.suzuki, visit, &fields).await;
    assert_eq!(again.status, 403, "{}", again.text);
    let path = format!("/api/v1/visits/{visit}/receipt");
    let receipt = hospital.ask(&people.suzuki, "GET", &path, None).await;
    let receipt = Receipt::decode(receipt.text.as_bytes()).unwrap();
    let carried = receipt.entries.iter().filter(|entry| {
        let entry = String::from_utf8_lossy(&entry.bytes.0);
        entry.contains("\"kind\":\"visit_reviewed\"")
    });
    assert_eq!(carried.count(), 1, "the receipt carries the signature");
    let found = json!({"visit": format!("handa/visit-{visit}")});
    let found = hospital.post(&people.suzuki, "/api/v1/search", found).await;
    let reviewed = found["entries"].as_array().unwrap().iter();
    let reviewed = reviewed.filter(|entry| entry["kind"] == "visit_reviewed");
    assert_eq!(reviewed.count(), 1, "signed twice, entered once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_stands_before_the_engineer_until_a_supplement_answers_it() {
    let (hospital, people) = hospital();
    let (visit, digest) = reported(&hospital, &people).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let bare = [("verdict", "questioned"), ("report", digest.as_str())];
    let unsaid = signs(&hospital, &mut browser, &people.suzuki, visit, &bare).await;
    assert_eq!(unsaid.status, 403, "{}", unsaid.text);
    let asked = [bare[0], bare[1], ("note", QUESTION)];
    let asked = signs(&hospital, &mut browser, &people.suzuki, visit, &asked).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let path = format!("/visits/{visit}/report");
    let form = abe.get(&hospital, &path).await;
    let said = "なぜ再起動したのですか &lt;b&gt;?";
    assert!(form.text.contains(said), "{}", form.text);
    let told = reviews(&hospital, &people.abe, visit).await;
    assert_eq!(
        told[0]["by_name"],
        Value::Null,
        "no names of the hospital's"
    );
    assert_eq!(told[0]["note"], QUESTION);
    let supplement = report(&hospital, &people, visit, "停電のためです").await;
    let form = abe.get(&hospital, &path).await;
    assert!(!form.text.contains(said), "{}", form.text);
    let earlier = [("verdict", "accepted"), ("report", digest.as_str())];
    let stale = signs(&hospital, &mut browser, &people.suzuki, visit, &earlier).await;
    assert_eq!(stale.status, 403, "what was not read is not signed");
    let read = [("verdict", "accepted"), ("report", supplement.as_str())];
    let signed = signs(&hospital, &mut browser, &people.suzuki, visit, &read).await;
    assert_eq!(signed.status, 303, "{}", signed.text);
    let told = reviews(&hospital, &people.suzuki, visit).await;
    assert_eq!(told.as_array().unwrap().len(), 2, "added, not replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_while_somebody_is_inside_and_the_page_offers_no_button() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = browser.get(&hospital, "/visits/1").await;
    assert!(!page.text.contains("/visits/1/review"), "{}", page.text);
    let fields = [("verdict", "accepted"), ("note", "x")];
    let signed = signs(&hospital, &mut browser, &people.suzuki, 1, &fields).await;
    assert_eq!(signed.status, 403);
    assert!(
        signed.text.contains("まだ終わっていません"),
        "{}",
        signed.text
    );
    session.close(access::EndReason::EngineerClosed).await;
}
