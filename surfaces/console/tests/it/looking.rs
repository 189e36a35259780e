//! Looking back at visits, watching sessions and searching, in a browser; and that looking is entered.

use std::time::Duration;

use access::{EndReason, Frozen};
use axum::body::Body;
use console::router;
use engine::Notice;
use http_body_util::BodyExt;
use recording::{ChannelNote, Direction, FileNote, Stream, Terminal, What};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::browser::Browser;
use crate::hospital::{Held, Hospital, People, hospital, number, ssh_session};

const COMMAND: &str = "echo '<script>alert(1)</script>' & reboot";

/// A finished session in which a command was given and a file passed: its number, and its visit's.
pub(crate) async fn finished(hospital: &Hospital, people: &People) -> (u64, u64) {
    let session = ssh_session(hospital, people, "pacs", false).await;
    let permit = session.permit();
    let numbers = (permit.session().number(), permit.visit().number());
    let notes = [
        ChannelNote::Opened {
            channel: 0,
            what: What::Exec {
                command: COMMAND.to_owned(),
            },
            terminal: Some(Terminal {
                term: "xterm".to_owned(),
                columns: 80,
                rows: 24,
            }),
        },
        ChannelNote::File(FileNote {
            channel: 0,
            direction: Direction::FromTarget,
            path: "/var/log/syslog".to_owned(),
            bytes: 7,
            sha256: None,
            whole: false,
        }),
    ];
    for note in &notes {
        session.note(note).unwrap();
    }
    let shown = b"\x1b]0;evil\x07<b>ok</b>\r\n";
    session
        .stream(0, Direction::FromTarget, Stream::Output, shown)
        .unwrap();
    session.close(EndReason::EngineerClosed).await;
    numbers
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// The kinds of the ledger's newest entries.
async fn told(hospital: &Hospital, by: &Held) -> Vec<String> {
    let found = hospital.post(by, "/api/v1/search", json!({})).await;
    let entries = found["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_visit_shows_what_the_ledger_says_and_the_command_line_prints() {
    let (hospital, people) = hospital();
    let (_, visit) = finished(&hospital, &people).await;
    let path = format!("/api/v1/visits/{visit}/report");
    let report = json!({"report": {"done": "交換しました <i>x</i>", "patients": 2}});
    hospital.post(&people.abe, &path, report).await;
    // What `sekisho visit show --json` prints.
    let path = format!("/api/v1/visits/{visit}/story");
    let story = hospital.get(&people.suzuki, &path).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = browser.get(&hospital, &format!("/visits/{visit}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let text = |value: &Value| escaped(value.as_str().unwrap());
    let request = &story["requests"][0];
    let mut shown = vec![
        text(&request["purpose"]),
        text(&request["target_name"]),
        text(&request["by_name"]),
        text(&request["plan_name"]),
        text(&story["approvals"][0]["by_name"]),
        text(&story["reports"][0]["stated"]["done"]),
        text(&story["reports"][0]["sha256"]),
    ];
    let list = |name: &str| story[name].as_array().unwrap().clone();
    shown.extend(list("commands").iter().map(|one| text(&one["text"])));
    shown.extend(list("files").iter().map(|one| text(&one["path"])));
    for said in list("differences") {
        let args = said["args"].as_object().cloned().unwrap_or_default();
        let args: Vec<(String, String)> = args
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let id = said["id"].as_str().unwrap();
        shown.push(escaped(&phrases::say(phrases::Language::Ja, id, &args)));
    }
    for text in &shown {
        assert!(
            page.text.contains(text),
            "the page does not show {text}: {}",
            page.text
        );
    }
    assert_eq!(list("commands").len(), 1);
    assert!(shown.contains(&escaped(COMMAND)));
    // The ledger tells of the same visit: request, approval, session, end, report.
    let found = json!({"visit": format!("handa/visit-{visit}")});
    let found = hospital.post(&people.suzuki, "/api/v1/search", found).await;
    let kinds: Vec<&str> = found["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    for kind in [
        "visit_requested",
        "approval_granted",
        "session_opened",
        "session_closed",
        "report_filed",
    ] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let sessions = list("sessions").len();
    let opened = kinds
        .iter()
        .filter(|kind| **kind == "session_opened")
        .count();
    assert_eq!(sessions, opened);
}

/// Lesson L28: a reviewer's browser is no victim of what an engineer or a target wrote.
#[tokio::test(flavor = "multi_thread")]
async fn l28_nothing_that_was_typed_or_sent_is_markup_on_a_page() {
    let (hospital, people) = hospital();
    let (number, visit) = finished(&hospital, &people).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    open_recording(&hospital, &mut browser, &people.suzuki, number).await;
    for path in [
        format!("/visits/{visit}"),
        format!("/sessions/{number}/replay"),
        "/search?text=script".to_owned(),
    ] {
        let page = browser.get(&hospital, &path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(!page.text.contains("<script>alert"), "{path}");
        assert!(!page.text.contains('\u{1b}'), "{path}");
        assert!(
            page.text.contains("&lt;script&gt;alert(1)"),
            "{path}: {}",
            page.text
        );
    }
}

async fn open_recording(hospital: &Hospital, browser: &mut Browser, who: &Held, number: u64) {
    hospital.wait(30);
    let code = hospital.code_now(who);
    let path = format!("/sessions/{number}/replay");
    let opened = browser.post(hospital, &path, &[("code", &code)]).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
}

/// Lesson L25: a recording opens for who may, by a fresh touch, for that sign-in; and each look is entered.
#[tokio::test(flavor = "multi_thread")]
async fn l25_a_recording_opens_by_a_fresh_touch_and_for_nobody_else() {
    let (hospital, people) = hospital();
    let (number, _) = finished(&hospital, &people).await;
    let path = format!("/sessions/{number}/replay");
    let stream = format!("{path}/stream");
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let closed = browser.get(&hospital, &path).await;
    assert!(
        closed.text.contains("確認コード") && !closed.text.contains("reboot"),
        "{}",
        closed.text
    );
    assert_eq!(browser.get(&hospital, &stream).await.status, 403);
    let wrong = browser.post(&hospital, &path, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 403);
    assert_eq!(browser.get(&hospital, &stream).await.status, 403);
    open_recording(&hospital, &mut browser, &people.suzuki, number).await;
    let open = browser.get(&hospital, &path).await;
    assert!(
        open.text.contains("data-island=\"replay\""),
        "{}",
        open.text
    );
    let played = whole(&hospital, &browser, &stream).await;
    let outputs: Vec<String> = played
        .lines()
        .filter_map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let bytes = line["seen"]["output"]["bytes"].as_str()?.to_owned();
            let bytes = data_encoding::BASE64.decode(bytes.as_bytes()).unwrap();
            Some(String::from_utf8(bytes).unwrap())
        })
        .collect();
    assert_eq!(outputs.concat(), "<b>ok</b>\r\n");
    // Another sign-in of the same person, and another person, begin anew.
    let mut second = Browser::signed_in(&hospital, &people.suzuki).await;
    assert_eq!(second.get(&hospital, &stream).await.status, 403);
    let mut other = Browser::signed_in(&hospital, &people.sato).await;
    assert_eq!(other.get(&hospital, &stream).await.status, 403);
    // The engineer sees no recording, not even with a fresh touch.
    let mut engineer = Browser::signed_in(&hospital, &people.abe).await;
    hospital.wait(30);
    let code = hospital.code_now(&people.abe);
    let _asked = engineer.post(&hospital, &path, &[("code", &code)]).await;
    let refused = engineer.get(&hospital, &stream).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let kinds = told(&hospital, &people.suzuki).await;
    assert!(
        kinds
            .iter()
            .filter(|kind| *kind == "recording_viewed")
            .count()
            >= 2,
        "{kinds:?}"
    );
}

/// A stream that ends by itself, to its end.
async fn whole(hospital: &Hospital, browser: &Browser, path: &str) -> String {
    let request = browser.request("GET", path).body(Body::empty()).unwrap();
    let router = router(hospital.engine.clone(), browser.arrival.clone());
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A stream that goes on: its head, and its body to be read or dropped.
async fn begun(hospital: &Hospital, browser: &Browser, path: &str) -> axum::response::Response {
    let request = browser.request("GET", path).body(Body::empty()).unwrap();
    let router = router(hospital.engine.clone(), browser.arrival.clone());
    router.oneshot(request).await.unwrap()
}

async fn until(what: &str, so: impl Fn() -> bool) {
    let tried = tokio::time::timeout(Duration::from_secs(30), async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(tried.await.is_ok(), "{what}");
}

/// Lesson L23 in a browser: whoever opens the page attends; whoever closes it freezes the session.
#[tokio::test(flavor = "multi_thread")]
async fn l23_who_watches_in_a_browser_attends_and_who_closes_the_page_freezes_the_session() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", true).await;
    let number = session.permit().session().number();
    assert_eq!(session.live().frozen(), Some(Frozen::AwaitingAttendant));
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = browser
        .get(&hospital, &format!("/sessions/{number}/watch"))
        .await;
    assert!(page.text.contains("data-island=\"watch\""), "{}", page.text);
    assert!(page.text.contains("立会いが必要"), "{}", page.text);
    let path = format!("/sessions/{number}/watch/stream");
    let answer = begun(&hospital, &browser, &path).await;
    assert_eq!(answer.status(), 200);
    let watcher = answer.headers()["sekisho-watcher"]
        .to_str()
        .unwrap()
        .to_owned();
    until("it goes on", || session.live().frozen().is_none()).await;
    let here = format!("/sessions/{number}/watch/here");
    let beat = browser
        .post(&hospital, &here, &[("watcher", &watcher)])
        .await;
    assert_eq!(beat.status, 204);
    let mut other = Browser::signed_in(&hospital, &people.sato).await;
    let stranger = other.post(&hospital, &here, &[("watcher", &watcher)]).await;
    assert_eq!(stranger.status, 404, "nobody keeps another's watch alive");
    drop(answer);
    until("it freezes", || {
        session.live().frozen() == Some(Frozen::AwaitingAttendant)
    })
    .await;
    session.close(EndReason::EngineerClosed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_to_the_engineer_is_told_entered_and_bounded() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let number = session.permit().session().number();
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let path = format!("/sessions/{number}/tell");
    let words = "請求は\u{1b}[2J止めないで\nください";
    let said = browser.post(&hospital, &path, &[("words", words)]).await;
    assert_eq!(
        said.location(),
        format!("/sessions/{number}/watch?done=done-told"),
        "{}",
        said.text
    );
    let told_engineer = tokio::time::timeout(Duration::from_secs(30), session.next_notice());
    let heard = told_engineer.await.unwrap();
    assert_eq!(
        heard,
        Notice::Said("請求は[2J止めないで ください".to_owned())
    );
    assert!(
        told(&hospital, &people.suzuki)
            .await
            .contains(&"engineer_told".to_owned())
    );
    let long = "長".repeat(81);
    let refused = browser.post(&hospital, &path, &[("words", &long)]).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let mut inspector = Browser::signed_in(&hospital, &people.inoue).await;
    let refused = inspector.post(&hospital, &path, &[("words", "x")]).await;
    assert_eq!(refused.status, 403, "an inspector reads");
    session.close(EndReason::EngineerClosed).await;
}

/// Lesson L15: what is found is what one may see; of commands, the hospital's people find them.
#[tokio::test(flavor = "multi_thread")]
async fn l15_searching_finds_what_the_searcher_sees_and_nothing_else() {
    let (hospital, people) = hospital();
    let (_, visit) = finished(&hospital, &people).await;
    let ask = async |who: &Held, text: &str| {
        hospital
            .post(who, "/api/v1/search", json!({"text": text}))
            .await
    };
    let found = ask(&people.suzuki, "reboot").await;
    assert_eq!(found["commands"][0]["text"], COMMAND, "{found}");
    let id = number(&found["commands"][0]["visit"]);
    assert_eq!(id, visit.to_string());
    assert_eq!(found["unread"], 0);
    for who in [&people.abe, &people.baba, &people.mori] {
        let found = ask(who, "reboot").await;
        assert_eq!(found["commands"], json!([]), "{found}");
    }
    let purpose = hospital.get(&people.suzuki, "/api/v1/requests/2").await["purpose"].clone();
    let purpose = purpose.as_str().unwrap();
    assert_ne!(ask(&people.suzuki, purpose).await["entries"], json!([]));
    assert_eq!(
        ask(&people.baba, purpose).await["entries"],
        json!([]),
        "another vendor's visit"
    );
    assert_eq!(
        ask(&people.mori, purpose).await["entries"],
        json!([]),
        "no text for the custodian"
    );
    for entry in ask(&people.baba, "").await["entries"].as_array().unwrap() {
        if !entry["visit"].is_null() {
            let visit = number(&entry["visit"]);
            let seen = hospital
                .ask(
                    &people.baba,
                    "GET",
                    &format!("/api/v1/visits/{visit}"),
                    None,
                )
                .await;
            assert_eq!(seen.status, 200, "{entry}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_alive_for_who_is_signed_in_and_no_longer() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let answer = begun(&hospital, &browser, "/live").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    let mut next = async || {
        let frame = tokio::time::timeout(Duration::from_secs(30), body.frame())
            .await
            .unwrap();
        frame.map(|frame| {
            let bytes = frame.unwrap().into_data().unwrap_or_default();
            String::from_utf8(bytes.to_vec()).unwrap()
        })
    };
    assert_eq!(
        next().await.as_deref(),
        Some(": here\n\n"),
        "it begins at once"
    );
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    loop {
        let said = next().await.unwrap();
        if said.starts_with("event: changed") {
            break;
        }
    }
    session.close(EndReason::EngineerClosed).await;
    let _out = browser.post(&hospital, "/sign-out", &[]).await;
    while next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn l30_everything_that_an_inspector_opens_is_an_entry_and_of_others_what_is_personal() {
    let (hospital, people) = hospital();
    let viewed = async || {
        let kinds = told(&hospital, &people.suzuki).await;
        kinds.iter().filter(|kind| *kind == "viewed").count()
    };
    let mut approver = Browser::signed_in(&hospital, &people.suzuki).await;
    let before = viewed().await;
    approver.get(&hospital, "/").await;
    approver.get(&hospital, "/visits").await;
    assert_eq!(
        viewed().await,
        before,
        "a list says nothing that an approver need not know"
    );
    approver.get(&hospital, "/visits/1").await;
    assert_eq!(viewed().await, before + 1);
    approver.get(&hospital, "/visits/1").await;
    assert_eq!(
        viewed().await,
        before + 1,
        "the same page again is the same look"
    );
    let mut inspector = Browser::signed_in(&hospital, &people.inoue).await;
    let before = viewed().await;
    inspector.get(&hospital, "/").await;
    inspector.get(&hospital, "/visits").await;
    inspector.get(&hospital, "/requests/2").await;
    inspector.get(&hospital, "/requests/3").await;
    assert_eq!(viewed().await, before + 4);
    hospital.get(&people.inoue, "/api/v1/visits").await;
    assert_eq!(viewed().await, before + 5, "by the command line too");
    hospital.wait(15 * 60);
    let mut inspector = Browser::signed_in(&hospital, &people.inoue).await;
    inspector.get(&hospital, "/visits").await;
    assert_eq!(viewed().await, before + 6, "later it is another look");
}

#[tokio::test(flavor = "multi_thread")]
async fn l14_an_inspectors_sign_in_is_worth_nothing_after_their_time() {
    let (hospital, people) = hospital();
    let people_now = hospital.get(&people.suzuki, "/api/v1/persons").await;
    let inspector = people_now
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["roles"] == json!(["inspector"]) && person["employer"] == "hospital")
        .unwrap();
    assert!(
        inspector["until"].is_i64(),
        "joined with an end: {inspector}"
    );
    let id = number(&inspector["id"]);
    let until = hospital.now() + 3_600_000;
    let path = format!("/api/v1/persons/{id}/limit");
    hospital
        .post(&people.sato, &path, json!({"until": until}))
        .await;
    let mut browser = Browser::signed_in(&hospital, &people.inoue).await;
    assert_eq!(browser.get(&hospital, "/visits").await.status, 200);
    hospital.wait(3600);
    assert_eq!(
        browser.get(&hospital, "/visits").await.status,
        303,
        "sign in again"
    );
    let api = hospital
        .ask(&people.inoue, "GET", "/api/v1/visits", None)
        .await;
    assert_eq!(api.status, 401);
    hospital.wait(30);
    let form = hospital.sign_in_form(&people.inoue);
    let refused = hospital
        .ask(&people.inoue, "POST", "/api/v1/sign-in", Some(form))
        .await;
    assert_eq!(refused.status, 401);
}

/// Lesson L28, for what a database was asked and what it answered.
#[tokio::test(flavor = "multi_thread")]
async fn l28_the_statements_of_a_session_are_listed_with_their_answers_as_text() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let number = session.permit().session().number();
    let notes = [
        r#"{"opened":{"channel":0,"what":{"database":{"database":"orca","account":"reads","typed":"arai","application":"psql"}},"terminal":null}}"#,
        r#"{"statement":{"channel":0,"number":0,"how":"text","text":"select '<script>alert(1)</script>'","whole":true}}"#,
        r#"{"statement_ended":{"channel":0,"number":0,"tags":["SELECT 1"],"rows":1,"bytes_out":29,"bytes_in":0,"millis":7,"outcome":"done"}}"#,
        r#"{"statement":{"channel":0,"number":1,"how":"prepared","text":"select $1","whole":true,"parameters":["x"]}}"#,
        r#"{"statement_ended":{"channel":0,"number":1,"rows":0,"bytes_out":0,"bytes_in":0,"millis":1,"outcome":{"failed":{"code":"42601","message":"<b>no</b>"}}}}"#,
    ];
    for note in notes {
        let note = ChannelNote::decode(note.as_bytes()).unwrap();
        session.note(&note).unwrap();
    }
    session.close(EndReason::EngineerClosed).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    open_recording(&hospital, &mut browser, &people.suzuki, number).await;
    let path = format!("/sessions/{number}/replay");
    let page = browser.get(&hospital, &path).await.text;
    for shown in [
        "orca=&gt; select '&lt;script&gt;alert(1)&lt;/script&gt;'",
        "SELECT 1 · 29 B · 7 ms",
        "select $1 -- $1 = 'x'",
        "42601 &lt;b&gt;no&lt;/b&gt;",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("<script>alert") && !page.contains("<b>no"));
}
