//! Databases at the border that people reach: registered, known by a key, entered with two passwords.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::hospital::*;

const KEY: &str = "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";

fn database(server: &Value) -> Value {
    json!({
        "name": "orca", "protocol": "postgres",
        "address": {"host": "192.168.7.50", "port": 5432},
        "recording": "payload", "approvals": "one", "emergency": false,
        "hours": "always", "longest_minutes": 240, "quota_bytes": 1_000_000,
        "vendors": ["handa/vendor-1"],
        "database": {"user": "sekisho_write", "reader": "sekisho_read", "server": server},
    })
}

/// The hospital with a database.
async fn with_database(server: Value) -> (Hospital, People) {
    let (hospital, people) = hospital();
    let mut target = database(&server);
    if server.get("plain_text").is_some() {
        target["risk"] = crate::endpoints::risk(&hospital);
    }
    hospital.post(&people.sato, "/api/v1/targets", target).await;
    (hospital, people)
}

async fn listed(hospital: &Hospital, by: &Held) -> Value {
    let targets = hospital.get(by, "/api/v1/targets").await;
    let targets = targets.as_array().unwrap();
    let found = targets.iter().find(|target| target["name"] == "orca");
    found.unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_shown_with_its_accounts_and_its_key_in_words_and_never_with_a_password() {
    let (hospital, people) = with_database(json!({"tls": {"spki": KEY}})).await;
    let shown = listed(&hospital, &people.sato).await;
    let known = &shown["database"];
    assert_eq!(known["words"].as_array().unwrap().len(), 8);
    assert_eq!(
        (&known["password"], &known["reader_password"]),
        (&json!(false), &json!(false))
    );
    let path = format!("/api/v1/targets/{}/secret", number(&shown["id"]));
    let reader = format!("{TARGET_PASSWORD} that reads");
    for (kind, password) in [
        ("password", TARGET_PASSWORD),
        ("reader_password", reader.as_str()),
    ] {
        let said = hospital
            .post(&people.sato, &path, json!({kind: password}))
            .await;
        assert_eq!(said, json!({}));
    }
    let known = listed(&hospital, &people.sato).await["database"].clone();
    assert_eq!(
        (&known["password"], &known["reader_password"]),
        (&json!(true), &json!(true))
    );
    assert!(!known.to_string().contains(TARGET_PASSWORD));
    // An engineer learns that it can be read, and nothing of its accounts.
    let seen = listed(&hospital, &people.abe).await;
    assert_eq!(
        (&seen["readable"], &seen["database"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_database_says_what_is_done_there_and_an_approval_narrows_it() {
    let (hospital, people) = with_database(json!({"tls": {"spki": KEY}})).await;
    let mut form = hospital.visit_form("orca");
    let asked =
        json!({"write": true, "databases": {"only": ["orca", "jma"]}, "most_bytes_out": 9_000_000});
    form["database"] = asked.clone();
    let requested = hospital.post(&people.abe, "/api/v1/requests", form).await;
    let path = format!("/api/v1/requests/{}", number(&requested["request"]));
    let shown = hospital.get(&people.suzuki, &path).await;
    assert_eq!(shown["database"], asked);
    // In the page: in plain words, and what is unusual about it.
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = format!("/requests/{}", number(&requested["request"]));
    let page = browser.get(&hospital, &page).await.text;
    for says in [
        "書き換えることもできます",
        "orca、jma",
        "8.5 MB",
        "読むだけにする",
    ] {
        assert!(page.contains(says), "{says}");
    }
    let less =
        json!({"write": false, "databases": {"only": ["orca"]}, "most_bytes_out": 1_000_000});
    hospital
        .post(
            &people.suzuki,
            &format!("{path}/approve"),
            json!({"database": less}),
        )
        .await;
    let visit = format!("/api/v1/visits/{}", number(&requested["visit"]));
    assert_eq!(hospital.get(&people.abe, &visit).await["database"], less);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_encryption_shows_the_accepted_risk_wherever_it_is_decided() {
    let accepted = "TLSに対応していない古い版のため(情報システム室)";
    let plain = json!({"plain_text": {"accepted": accepted}});
    let (hospital, people) = with_database(plain).await;
    let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
    let target = listed(&hospital, &people.tanaka).await;
    let page = format!("/setup/targets/{}", number(&target["id"]));
    assert!(browser.get(&hospital, &page).await.text.contains(accepted));
    let form = hospital.visit_form("orca");
    let requested = hospital.post(&people.abe, "/api/v1/requests", form).await;
    let page = format!("/requests/{}", number(&requested["request"]));
    let page = browser.get(&hospital, &page).await.text;
    assert!(page.contains("暗号化されません"));
    // Pinned to a key, it is told no more.
    let path = format!("/api/v1/targets/{}/server", number(&target["id"]));
    let server = json!({"server": {"tls": {"spki": KEY}}});
    hospital.post(&people.tanaka, &path, server).await;
    let known = listed(&hospital, &people.tanaka).await["database"].clone();
    assert_eq!(known["server"]["tls"]["spki"], KEY);
}

/// Who may ask is who keeps targets; what is never dialled is not dialled to be asked either (L31).
#[tokio::test(flavor = "multi_thread")]
async fn l31_a_server_is_asked_for_its_key_where_a_target_may_be() {
    let (hospital, people) = hospital();
    let ask = |host: &str, port: u16| json!({"address": {"host": host, "port": port}});
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let path = "/api/v1/server-key";
    let shown = hospital
        .post(&people.tanaka, path, ask("127.0.0.1", port))
        .await;
    assert_eq!(shown["shown"], json!({"nothing": {}}));
    for host in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "localhost"] {
        let asked = Some(ask(host, port));
        let said = hospital.ask(&people.tanaka, "POST", path, asked).await;
        assert_eq!(said.status, 403, "{host}: {}", said.text);
        assert!(
            said.text.contains("address-not-allowed"),
            "{host}: {}",
            said.text
        );
    }
    let asked = Some(ask("127.0.0.1", port));
    let said = hospital.ask(&people.abe, "POST", path, asked).await;
    assert_eq!(said.status, 403, "{}", said.text);
}

/// Whoever approves takes databases away with a tick; where any was asked for, they say which.
#[tokio::test(flavor = "multi_thread")]
async fn l08_an_approval_on_the_page_leaves_fewer_databases_and_never_more() {
    let (hospital, people) = with_database(json!({"tls": {"spki": KEY}})).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let two = json!({"only": ["orca", "jma"]});
    // What was asked for, what the page offers, what is sent, what is granted; nothing of it: an error.
    let cases = [
        (
            json!("any"),
            "1行に1つ",
            &[("only", "orca\r\n\r\n jma ")][..],
            Some(two.clone()),
        ),
        (
            json!("any"),
            "1行に1つ",
            &[("only", "")],
            Some(json!("any")),
        ),
        (
            two.clone(),
            "「jma」を認めない",
            &[("without", "jma")],
            Some(json!({"only": ["orca"]})),
        ),
        (
            two.clone(),
            "「orca」を認めない",
            &[("without", "other")],
            Some(two.clone()),
        ),
        (
            two,
            "「orca」を認めない",
            &[("without", "orca"), ("without", "jma")],
            None,
        ),
    ];
    for (asked, offers, sent, granted) in cases {
        let mut form = hospital.visit_form("orca");
        form["database"] = json!({"write": false, "databases": asked, "most_bytes_out": 9_000_000});
        let requested = hospital.post(&people.abe, "/api/v1/requests", form).await;
        let page = format!("/requests/{}", number(&requested["request"]));
        let shown = browser.get(&hospital, &page).await.text;
        assert!(shown.contains(offers), "{shown}");
        hospital.wait(30);
        let code = hospital.sign_in_form(&people.suzuki)["totp"].clone();
        let fields: Vec<(&str, &str)> = std::iter::once(("code", code.as_str().unwrap()))
            .chain(sent.iter().copied())
            .collect();
        let answer = browser
            .post(&hospital, &format!("{page}/approve"), &fields)
            .await;
        let visit = format!("/api/v1/visits/{}", number(&requested["visit"]));
        let Some(granted) = granted else {
            assert_eq!(answer.status, 400, "{}", answer.text);
            continue;
        };
        assert!(
            answer.location().contains("done-approved"),
            "{}",
            answer.text
        );
        let stands = hospital.get(&people.abe, &visit).await;
        assert_eq!(stands["database"]["databases"], granted, "{sent:?}");
    }
}

/// Everything that pages and forms do for one database they do for the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_mysql_is_registered_by_the_form_shown_in_words_and_asked_for_like_any_database() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
    for page in ["/setup/targets/new", "/setup/server-key"] {
        let page = browser.get(&hospital, page).await.text;
        assert!(page.contains("データベース(MySQL・MariaDB)"));
    }
    let mut form = database(&json!({"tls": {"spki": KEY}}));
    form["protocol"] = json!("mysql");
    form["address"]["port"] = json!(3306);
    hospital.post(&people.sato, "/api/v1/targets", form).await;
    let target = listed(&hospital, &people.tanaka).await;
    assert_eq!(target["protocol"], "mysql");
    let page = format!("/setup/targets/{}", number(&target["id"]));
    let page = browser.get(&hospital, &page).await.text;
    assert!(page.contains("データベース(MySQL・MariaDB)") && page.contains("sekisho_read"));
    let asked =
        json!({"write": false, "databases": {"only": ["orca"]}, "most_bytes_out": 1_000_000});
    let mut form = hospital.visit_form("orca");
    form["database"] = asked.clone();
    let requested = hospital.post(&people.abe, "/api/v1/requests", form).await;
    let path = format!("/api/v1/requests/{}", number(&requested["request"]));
    assert_eq!(hospital.get(&people.suzuki, &path).await["database"], asked);
    // Its server is asked for its key in its own way.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let ask = json!({"address": {"host": "127.0.0.1", "port": port}, "protocol": "mysql"});
    let shown = hospital
        .post(&people.tanaka, "/api/v1/server-key", ask)
        .await;
    assert_eq!(shown["shown"], json!({"nothing": {}}));
}
