//! The work report, and the visit told whole, as people read them through the API.

use access::{ChannelAsk, EndReason};
use recording::{ChannelNote, Direction, FileNote, What};
use serde_json::{Value, json};

use crate::hospital::{Hospital, People, hospital, number, ssh_session};

/// A visit by SSH in which a command was given, a file passed and a forwarding was refused.
async fn worked(hospital: &Hospital, people: &People) -> String {
    let session = ssh_session(hospital, people, "pacs", false).await;
    let visit = session.permit().visit().number().to_string();
    let exec = What::Exec {
        command: "df -h".to_owned(),
    };
    let opened = ChannelNote::Opened {
        channel: 0,
        what: exec,
        terminal: None,
    };
    session.note(&opened).unwrap();
    session
        .file_handed_over(
            &FileNote {
                channel: 1,
                direction: Direction::FromTarget,
                path: "/srv/canary-dump.sql".to_owned(),
                bytes: 7,
                sha256: None,
                whole: false,
            },
            None,
        )
        .unwrap();
    session.ask(ChannelAsk::DirectTcp).await.unwrap_err();
    session.close(EndReason::EngineerClosed).await;
    visit
}

fn report(done: &str) -> Value {
    json!({"report": {"done": done, "files_erased": true}})
}

fn differences(story: &Value) -> Vec<&str> {
    let told = story["differences"].as_array().unwrap();
    told.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_recordings_and_report_stand_side_by_side() {
    let (hospital, people) = hospital();
    let visit = worked(&hospital, &people).await;
    let path = format!("/api/v1/visits/{visit}/story");
    let report_path = format!("/api/v1/visits/{visit}/report");
    hospital
        .post(&people.abe, &report_path, report("inspected"))
        .await;
    for who in [&people.suzuki, &people.tanaka, &people.inoue, &people.abe] {
        let story = hospital.get(who, &path).await;
        assert_eq!(story["over"], false);
        assert_eq!(story["visit"]["target_name"], "pacs");
        assert_eq!(story["requests"][0]["plan_name"], "canary-plan.pdf");
        assert_eq!(story["approvals"][0]["by"], "handa/person-2");
        assert_eq!(story["grants"][0]["extension"], false);
        assert_eq!(story["commands"][0]["text"], "df -h");
        assert_eq!(story["files"][0]["path"], "/srv/canary-dump.sql");
        assert_eq!(story["refused"][0]["what"], "direct-tcpip");
        assert_eq!(story["sessions"][0]["content"]["id"], "content-read");
        assert_eq!(story["reports"][0]["stated"]["done"], "inspected");
        assert_eq!(
            differences(&story),
            ["difference-file-not-planned", "difference-refused"]
        );
        assert!(story["limits"].as_array().unwrap().len() >= 3);
    }
    // The engineer learns no name of the hospital's people.
    let own = hospital.get(&people.abe, &path).await;
    assert_eq!(own["approvals"][0]["by_name"], Value::Null);
    let clerk = hospital.get(&people.inoue, &path).await;
    assert_eq!(clerk["approvals"][0]["by_name"], "canary-name suzuki");
}

/// Lesson L25: it is a view of the recording, for those whose work it is.
#[tokio::test(flavor = "multi_thread")]
async fn l25_a_story_is_an_entry_and_not_for_strangers() {
    let (hospital, people) = hospital();
    let visit = worked(&hospital, &people).await;
    let path = format!("/api/v1/visits/{visit}/story");
    let before = hospital.engine.site().entries();
    hospital.get(&people.inoue, &path).await;
    assert!(hospital.engine.site().entries() > before);
    for (who, status) in [(&people.baba, 404), (&people.mori, 403)] {
        let said = hospital.ask(who, "GET", &path, None).await;
        assert_eq!(said.status, status, "{}: {}", who.login, said.text);
        assert!(!said.text.contains("canary"), "{}", said.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_read_with_its_attachment_and_those_before_it() {
    let (hospital, people) = hospital();
    let path = "/api/v1/visits/1/report";
    let none = hospital.ask(&people.suzuki, "GET", path, None).await;
    assert_eq!(none.status, 404);
    let form = data_encoding::BASE64.encode(b"%PDF-1.7");
    let first = json!({
        "report": {"done": " replaced the disk ", "trouble": " ", "patients": 2,
            "patients_listed": "0001, 0002", "restarted": true},
        "attachment": {"name": "form.pdf", "content": form},
    });
    hospital.post(&people.abe, path, first).await;
    for who in [&people.abe, &people.suzuki, &people.inoue] {
        let report = hospital.get(who, path).await;
        assert_eq!(report["file"], json!({"name": "form.pdf", "content": form}));
        assert_eq!(
            report["filed"]["stated"],
            json!({"done": "replaced the disk", "patients": 2,
                "patients_listed": "0001, 0002", "restarted": true})
        );
        assert_eq!(report["filed"]["attachment"]["name"], "form.pdf");
    }
    hospital
        .post(&people.abe, path, report("and tested it"))
        .await;
    let report = hospital.get(&people.suzuki, path).await;
    assert_eq!(report["filed"]["stated"]["done"], "and tested it");
    assert_eq!(report["file"], Value::Null);
    assert_eq!(report["earlier"][0]["stated"]["done"], "replaced the disk");
    let visit = hospital.get(&people.suzuki, "/api/v1/visits/1").await;
    assert_eq!(visit["report"], report["filed"]["sha256"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn l24_a_report_that_is_none_names_its_field_and_leaves_no_file() {
    let (hospital, people) = hospital();
    let long = "長".repeat(4001);
    let wrong = [
        (json!({"report": {"done": " "}}), "report.done"),
        (json!({"report": {"done": long}}), "report.done"),
        (
            json!({"report": {"done": "x", "trouble": long}}),
            "report.trouble",
        ),
        (
            json!({"report": {"done": "x", "patients": 10_000_001}}),
            "report.patients",
        ),
        (
            json!({"report": {"done": "x"}, "attachment": {"name": "", "content": "eA=="}}),
            "attachment.name",
        ),
        (
            json!({"report": {"done": "x"}, "attachment": {"name": "x", "content": ""}}),
            "attachment.content",
        ),
        (json!({"name": "report.txt", "content": "eA=="}), "content"),
    ];
    for (form, field) in wrong {
        let said = hospital
            .ask(&people.abe, "POST", "/api/v1/visits/1/report", Some(form))
            .await;
        assert_eq!(said.status, 400, "{field}: {}", said.text);
        assert_eq!(said.body["args"]["field"], field, "{}", said.text);
    }
    assert_eq!(
        hospital.get(&people.abe, "/api/v1/visits/1").await["report"],
        Value::Null
    );
}

/// The visit has ended, the set days have passed, nothing was reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_overdue_blocks_the_next_request_and_the_hospital_is_told() {
    let (hospital, mut people) = hospital();
    hospital
        .post(&people.sato, "/api/v1/report-due", json!({"days": 2}))
        .await;
    hospital.wait(2 * 3600 + 2 * 24 * 3600 + 60);
    hospital.sign_in(&mut people.abe).await;
    hospital.sign_in(&mut people.suzuki).await;
    let form = hospital.visit_form("lis-db");
    let refused = hospital
        .ask(&people.abe, "POST", "/api/v1/requests", Some(form))
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(
        refused.text.contains("reason-report-missing"),
        "{}",
        refused.text
    );
    let finding = |status: &Value| {
        let findings = status["alarms"].as_array().unwrap().clone();
        let report = findings
            .into_iter()
            .find(|one| one["id"] == "finding-report");
        report.map(|one| one.to_string())
    };
    let told = hospital.get(&people.suzuki, "/api/v1/status").await;
    let told = finding(&told).expect("the hospital is not told");
    assert!(
        told.contains("handa/visit-1") && told.contains("handa/person-6"),
        "{told}"
    );
    assert!(
        !told.contains("canary"),
        "root and custodians read it too: {told}"
    );
    let own = hospital.get(&people.abe, "/api/v1/visits").await;
    assert!(own[0]["report_overdue"].is_i64(), "{own}");
    let story = hospital.get(&people.suzuki, "/api/v1/visits/1/story").await;
    assert!(differences(&story).contains(&"difference-report-missing"));
    let path = "/api/v1/visits/1/report";
    hospital.post(&people.abe, path, report("inspected")).await;
    let told = hospital.get(&people.suzuki, "/api/v1/status").await;
    assert_eq!(finding(&told), None);
    let form = hospital.visit_form("lis-db");
    let asked = hospital.post(&people.abe, "/api/v1/requests", form).await;
    assert!(!number(&asked["visit"]).is_empty());
}
