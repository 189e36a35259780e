//! The errand as people see it through the API.

use serde_json::json;

use crate::hospital::{CONTACT, PURPOSE, call, hospital, open_session};
use console::Arrival;

#[tokio::test(flavor = "multi_thread")]
async fn the_hospital_reads_what_the_engineer_asked_for() {
    let (hospital, people) = hospital();
    for who in [&people.suzuki, &people.abe] {
        let request = hospital.get(who, "/api/v1/requests/1").await;
        assert_eq!(request["purpose"], PURPOSE);
        assert_eq!(request["contact"], CONTACT);
        assert_eq!(request["state"], "granted");
        assert_eq!(request["grant"], "handa/grant-1");
        assert_eq!(request["target_name"], "lis-db");
        assert_eq!(request["by_name"], "canary-name abe");
        let plan = hospital.get(who, "/api/v1/requests/1/plan").await;
        assert_eq!(plan["name"], "canary-plan.pdf");
        let visit = hospital.get(who, "/api/v1/visits/1").await;
        assert_eq!(visit["conditions"], "canary-condition");
        assert_eq!(visit["sessions"], json!(["handa/session-1"]));
    }
    let waiting = hospital
        .get(&people.suzuki, "/api/v1/requests?before=3")
        .await;
    assert_eq!(waiting.as_array().unwrap().len(), 2);
    let status = hospital.get(&people.suzuki, "/api/v1/status").await;
    assert_eq!(status["waiting_requests"], 4);
    assert_eq!(status["me"]["roles"], json!(["approver"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_request_has_lapsed_when_its_window_is_over() {
    let (hospital, people) = hospital();
    hospital.wait(3 * 3600);
    let request = hospital.get(&people.suzuki, "/api/v1/requests/2").await;
    assert_eq!(request["state"], "lapsed");
    let said = hospital.ask(
        &people.suzuki,
        "POST",
        "/api/v1/requests/2/approve",
        Some(json!({})),
    );
    assert_eq!(said.await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_is_a_new_approval_and_the_answer_says_until_when() {
    let (hospital, people) = hospital();
    let until = hospital.now() + 3 * 3_600_000;
    let asked = hospital
        .post(
            &people.abe,
            "/api/v1/visits/1/extend",
            json!({"until": until}),
        )
        .await;
    let number = asked["request"]
        .as_str()
        .unwrap()
        .rsplit_once('-')
        .unwrap()
        .1;
    let path = format!("/api/v1/requests/{number}/approve");
    let approved = hospital.post(&people.suzuki, &path, json!({})).await;
    assert_eq!(approved, json!({"extended": {"until": until}}));
    let visit = hospital.get(&people.abe, "/api/v1/visits/1").await;
    assert_eq!(visit["window"]["until"], until);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_cannot_approve_their_own_request() {
    let (hospital, people) = hospital();
    let path = "/api/v1/requests/2/approve";
    let said = hospital
        .ask(&people.abe, "POST", path, Some(json!({})))
        .await;
    assert_eq!(said.status, 403);
    assert!(
        said.text.contains("reason-not-of-the-hospital"),
        "{}",
        said.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machines_operator_ends_and_isolates_and_approves_nothing() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    let local = Arrival::Local { uid: 0 };
    let ask = async |method, path, body: Option<serde_json::Value>| {
        call(&hospital.engine, &local, None, method, path, body.as_ref()).await
    };
    let approve = ask("POST", "/api/v1/requests/2/approve", Some(json!({}))).await;
    assert_eq!(approve.status, 403);
    assert_eq!(approve.body["reasons"][0]["id"], "reason-person-needed");
    let listed = ask("GET", "/api/v1/sessions", None).await;
    assert_eq!(listed.body[1]["id"], "handa/session-2");
    assert_eq!(listed.body[1]["person_name"], serde_json::Value::Null);
    let ended = ask("POST", "/api/v1/sessions/2/end", None).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    assert!(session.live().ended().is_some());
    let told = hospital.get(&people.abe, "/api/v1/sessions/2").await;
    assert_eq!(told["ended"]["reason"]["id"], "end-ended-locally");
    session.close(access::EndReason::EngineerClosed).await;
    let isolated = ask("POST", "/api/v1/isolate", Some(json!({"reason": ""}))).await;
    assert_eq!(isolated.status, 200, "{}", isolated.text);
    let status = ask("GET", "/api/v1/status", None).await;
    assert_eq!(status.body["isolation"]["reason"], "—");
    let bad_token = call(
        &hospital.engine,
        &local,
        Some("x"),
        "GET",
        "/api/v1/status",
        None,
    )
    .await;
    assert_eq!(
        bad_token.status, 401,
        "a wrong token is nobody, not the operator"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_isolation_is_lifted_by_two_persons() {
    let (hospital, people) = hospital();
    hospital
        .post(
            &people.sato,
            "/api/v1/isolate",
            json!({"reason": "ransomware next door"}),
        )
        .await;
    let path = "/api/v1/requests/2/approve";
    let refused = hospital
        .ask(&people.suzuki, "POST", path, Some(json!({})))
        .await;
    assert!(
        refused.text.contains("reason-site-isolated"),
        "{}",
        refused.text
    );
    let agree = json!({"way": "agree"});
    let first = hospital
        .post(&people.sato, "/api/v1/lift", agree.clone())
        .await;
    assert_eq!(first["lifted"], false);
    let second = hospital.post(&people.suzuki, "/api/v1/lift", agree).await;
    assert_eq!(second["lifted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_is_not_shown_again() {
    let (hospital, people) = hospital();
    let names = hospital.get(&people.sato, "/api/v1/persons").await;
    assert_eq!(names[5]["name"], "canary-name abe");
    hospital
        .post(&people.sato, "/api/v1/persons/6/erase", json!({}))
        .await;
    let names = hospital.get(&people.sato, "/api/v1/persons").await;
    assert_eq!(names[5]["name"], serde_json::Value::Null);
    assert_eq!(names[5]["erased"], true);
    let request = hospital.get(&people.sato, "/api/v1/requests/1").await;
    assert_eq!(request["by_name"], serde_json::Value::Null);
    assert_eq!(request["contact"], serde_json::Value::Null);
    assert_eq!(request["purpose"], PURPOSE, "what was done stays");
}

/// Whoever is refused fills no disk (invariant 11 for those who are known).
#[tokio::test(flavor = "multi_thread")]
async fn l24_a_refused_request_leaves_no_file() {
    let (hospital, people) = hospital();
    let mut form = hospital.visit_form("lis-db");
    form["plan"] = json!(data_encoding::BASE64.encode(b"a plan that nobody accepts"));
    let before = hospital.engine.site().entries();
    let said = hospital
        .ask(&people.baba, "POST", "/api/v1/requests", Some(form))
        .await;
    assert!([403, 404].contains(&said.status.as_u16()), "{}", said.text);
    // One more may say meanwhile that the ledger was verified.
    let after = hospital.engine.site().entries();
    assert!(after > before, "the refusal is an entry");
    let files = walk(hospital.dir.path());
    let kept = files
        .iter()
        .any(|bytes| bytes == b"a plan that nobody accepts");
    assert!(!kept, "the refused plan lies on the disk");
}

fn walk(dir: &std::path::Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .flat_map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path())
            } else if entry.metadata().unwrap().len() < 1000 {
                std::fs::read(entry.path()).into_iter().collect()
            } else {
                Vec::new()
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_names_its_field() {
    let (hospital, people) = hospital();
    let mut form = hospital.visit_form("lis-db");
    form["purpose"] = json!("x".repeat(5000));
    for (path, form, field) in [
        ("/api/v1/requests", form, "purpose"),
        ("/api/v1/requests", json!({"target": "lis-db"}), "window"),
        (
            "/api/v1/vendors",
            json!({"name": "a", "phone": "1", "sources": [{"net": "203.0.113.0/240"}]}),
            "sources[0].net",
        ),
        (
            "/api/v1/vendors",
            json!({"name": "a", "phone": "1", "sources": []}),
            "sources",
        ),
    ] {
        let said = hospital.ask(&people.sato, "POST", path, Some(form)).await;
        assert_eq!(said.status, 400, "{path}: {}", said.text);
        assert_eq!(
            said.body,
            json!({"id": "problem-field", "args": {"field": field}})
        );
    }
}
