//! Every page and every form, asked by nobody, by the engineer of a firm that this is none of, and by
//! each role, in a browser without JavaScript. What they are shown stands in `tests/matrix/pages.txt`.

use std::collections::BTreeSet;
use std::fmt::Write;

use console::{PAGE_POLICY, PAGES};

use crate::browser::{Browser, HOST, Shown};
use crate::hospital::{Held, Hospital, People, hospital, open_session};

/// The order in which somebody asks, and the number in the path.
const ORDER: &[(&str, u64)] = &[
    ("sign_in_page", 0),
    ("sign_in_form", 0),
    ("passkey_sign_in_begin", 0),
    ("passkey_sign_in_finish", 0),
    ("language_form", 0),
    ("asset", 0),
    ("home", 0),
    ("requests_page", 0),
    ("request_page", 2),
    ("plan_file", 2),
    ("approve_form", 2),
    ("refuse_form", 3),
    ("visits_page", 0),
    ("visit_page", 1),
    ("terminal_page", 1),
    ("terminal_ticket", 1),
    ("terminal_line", 1),
    ("terminal_list", 1),
    ("terminal_fetch", 1),
    ("terminal_bring", 1),
    ("desktop_page", 1),
    ("desktop_ticket", 1),
    ("desktop_line", 1),
    ("receipt_file", 1),
    ("report_file", 1),
    ("files_page", 0),
    ("visit_files_page", 1),
    ("answer_file_form", 1),
    ("review_form", 1),
    ("my_page", 0),
    ("targets_page", 0),
    ("new_request_page", 0),
    ("new_request_form", 0),
    ("keep_draft_form", 0),
    ("discard_draft_form", 0),
    ("withdraw_request_form", 4),
    ("extend_page", 1),
    ("extend_form", 1),
    ("report_page", 1),
    ("report_form", 1),
    ("watch_page", 2),
    ("watch_stream", 2),
    ("watch_here", 2),
    ("pause_form", 2),
    ("continue_form", 2),
    ("tell_form", 2),
    ("replay_page", 1),
    ("replay_form", 1),
    ("replay_stream", 1),
    ("search_page", 0),
    ("reach_page", 0),
    ("live_stream", 0),
    ("end_form", 2),
    ("sign_ins_page", 0),
    ("end_sign_in_form", 0),
    ("passkeys_page", 0),
    ("passkey_add_begin", 0),
    ("passkey_add_finish", 0),
    ("touch_begin", 0),
    ("remove_passkey_form", 0),
    ("attestation_page", 0),
    ("trust_attestation_form", 0),
    ("distrust_attestation_form", 0),
    ("join_page", 0),
    ("join_form", 0),
    ("join_start_form", 0),
    ("join_confirm_form", 0),
    ("setup_page", 0),
    ("kit_page", 0),
    ("seal_kit_form", 0),
    ("targets_kept_page", 0),
    ("new_target_page", 0),
    ("add_target_form", 0),
    ("target_kept_page", 2),
    ("target_terms_page", 2),
    ("change_terms_form", 2),
    ("target_address_page", 2),
    ("pin_target_form", 2),
    ("host_key_page", 2),
    ("pin_host_key_form", 2),
    ("database_server_page", 2),
    ("pin_server_form", 2),
    ("visit_accounts_page", 2),
    ("set_visit_accounts_form", 2),
    ("rotation_way_page", 2),
    ("set_rotation_way_form", 2),
    ("patient_columns_page", 2),
    ("name_patient_columns_form", 2),
    ("server_key_page", 0),
    ("ask_server_key_form", 0),
    ("secret_page", 2),
    ("set_secret_form", 2),
    ("compromise_page", 2),
    ("compromise_form", 2),
    ("rotate_page", 2),
    ("rotate_form", 2),
    ("emergency_accounts_page", 0),
    ("emergency_account_page", 2),
    ("set_emergency_account_form", 2),
    ("order_envelope_page", 2),
    ("order_envelope_form", 2),
    ("see_envelope_page", 2),
    ("see_envelope_form", 2),
    ("print_envelope_page", 2),
    ("print_envelope_form", 2),
    ("incidents_page", 0),
    ("paper_page", 0),
    ("incident_page", 1),
    ("note_form", 1),
    ("chronology_file", 1),
    ("photo_file", 1),
    ("steps_page", 1),
    ("step_form", 1),
    ("incident_sheet_page", 1),
    ("preparation_page", 0),
    ("agree_form", 0),
    ("contact_form", 0),
    ("tried_form", 0),
    ("close_incident_page", 1),
    ("close_incident_form", 1),
    ("begin_incident_form", 0),
    ("alerts_page", 0),
    ("settle_alert_page", 1),
    ("settle_alert_form", 1),
    ("inspection_page", 0),
    ("sign_inspection_page", 0),
    ("sign_inspection_form", 0),
    ("rules_page", 0),
    ("answer_rule_page", 1),
    ("answer_rule_form", 1),
    ("decoys_page", 0),
    ("set_decoy_page", 0),
    ("set_decoy_form", 0),
    ("secrets_page", 0),
    ("check_secrets_form", 0),
    ("rotation_terms_page", 0),
    ("rotation_terms_form", 0),
    ("secret_policy_page", 0),
    ("secret_policy_form", 0),
    ("risk_page", 1),
    ("accept_risk_form", 1),
    ("withdraw_risk_page", 1),
    ("withdraw_risk_form", 1),
    ("suspend_target_form", 2),
    ("resume_target_page", 2),
    ("resume_target_form", 2),
    ("vendors_page", 0),
    ("new_vendor_page", 0),
    ("add_vendor_form", 0),
    ("vendor_page", 2),
    ("sources_page", 2),
    ("change_sources_form", 2),
    ("reconfirm_page", 2),
    ("reconfirm_form", 2),
    ("suspend_vendor_form", 2),
    ("resume_vendor_page", 2),
    ("resume_vendor_form", 2),
    ("devices_page", 0),
    ("confirm_device_page", 3),
    ("confirm_device_form", 3),
    ("suspend_device_form", 3),
    ("resume_device_page", 3),
    ("resume_device_form", 3),
    ("persons_page", 0),
    ("invite_page", 0),
    ("invite_form", 0),
    ("withdraw_invitation_form", 9),
    ("person_page", 8),
    ("device_invite_page", 8),
    ("device_invite_form", 8),
    ("reset_page", 8),
    ("reset_form", 8),
    ("suspend_person_form", 8),
    ("resume_person_page", 8),
    ("resume_person_form", 8),
    ("limit_person_page", 4),
    ("limit_person_form", 4),
    ("erase_page", 8),
    ("erase_form", 8),
    ("relays_page", 0),
    ("new_relay_page", 0),
    ("add_relay_form", 0),
    ("remove_relay_page", 0),
    ("remove_relay_form", 0),
    ("outside_form", 0),
    ("night_chain_page", 0),
    ("night_chain_form", 0),
    ("envelope_page", 0),
    ("envelope_form", 0),
    ("mail_page", 0),
    ("mail_form", 0),
    ("new_webhook_page", 0),
    ("webhook_form", 0),
    ("notice_terms_page", 0),
    ("notice_terms_form", 0),
    ("ways_page", 0),
    ("ways_form", 0),
    ("notify_test_form", 0),
    ("notifications_page", 0),
    ("remove_webhook_form", 0),
    ("remove_mail_form", 0),
    ("settings_page", 0),
    ("report_due_page", 0),
    ("report_due_form", 0),
    ("clock_page", 0),
    ("confirm_clock_form", 0),
    ("upgrade_page", 0),
    ("upgrade_form", 0),
    ("certificates_page", 0),
    ("open_console_form", 0),
    ("close_console_form", 0),
    ("isolate_page", 0),
    ("isolate_form", 0),
    ("lift_form", 0),
    ("end_others_form", 0),
    ("sign_out_form", 0),
];

fn fields(name: &str) -> Vec<(&'static str, String)> {
    match name {
        "sign_in_form" => vec![
            ("login", "nobody".to_owned()),
            ("passphrase", "x".to_owned()),
            ("code", "000000".to_owned()),
        ],
        "passkey_sign_in_begin" => vec![("login", "nobody".to_owned())],
        "passkey_sign_in_finish" | "passkey_add_finish" => vec![("answer", "{}".to_owned())],
        "passkey_add_begin" => vec![("label", "a key".to_owned())],
        "trust_attestation_form" => vec![
            ("name", "Keys Ltd.".to_owned()),
            ("pem", crate::authenticator::Maker::new("Keys Ltd.").pem()),
        ],
        "distrust_attestation_form" => vec![("name", "Keys Ltd.".to_owned())],
        "touch_begin" => vec![("touch-path", "/lift".to_owned())],
        "lift_form" => vec![("way", "agree".to_owned()), ("why", "a drill".to_owned())],
        "new_request_form" | "report_form" => vec![
            (
                "draft",
                if name == "report_form" { "2" } else { "0" }.repeat(32),
            ),
            ("version", "0".to_owned()),
            ("do", "save".to_owned()),
        ],
        "keep_draft_form" => vec![
            ("draft", "1".repeat(32)),
            ("version", "0".to_owned()),
            ("of", "request".to_owned()),
        ],
        "discard_draft_form" => vec![("draft", "1".repeat(32))],
        "extend_form" => vec![
            ("until_day", "2026-11-24".to_owned()),
            ("until_time", "13:30".to_owned()),
        ],
        "limit_person_form" => vec![("until", "2026-12-24".to_owned())],
        "language_form" => vec![("language", "en".to_owned())],
        "open_console_form" => vec![
            ("networks", "198.51.100.0/28".to_owned()),
            ("way", "relays".to_owned()),
        ],
        "mail_form" => vec![
            ("host", "127.0.0.1".to_owned()),
            ("port", "9".to_owned()),
            ("security", "start_tls".to_owned()),
            ("from", "sekisho@hospital.example".to_owned()),
        ],
        "webhook_form" => vec![
            ("name", "duty-room".to_owned()),
            ("preset", "generic".to_owned()),
            ("url", "https://hooks.example/canary".to_owned()),
        ],
        "notice_terms_form" => vec![("answer_within", "30".to_owned())],
        "ways_form" => vec![
            ("mail", "clerk@hospital.example".to_owned()),
            ("quiet_from", "22:00".to_owned()),
            ("quiet_until", "07:00".to_owned()),
            ("quiet_day", "5".to_owned()),
        ],
        "remove_webhook_form" => vec![("name", "duty-room".to_owned())],
        "tell_form" => vec![("words", "the test asks".to_owned())],
        "watch_here" => vec![("watcher", "0".to_owned())],
        "review_form" => vec![
            ("verdict", "accepted".to_owned()),
            ("note", "the test asks".to_owned()),
        ],
        "answer_file_form" => vec![("release", "1".to_owned())],
        "withdraw_risk_form" => vec![("reason", "the test asks".to_owned())],
        "compromise_form" => vec![("reason", "the test asks".to_owned())],
        "refuse_form" => vec![("reason", "the test asks".to_owned())],
        "isolate_form" => vec![("reason", "the test asks".to_owned())],
        _ => Vec::new(),
    }
}

/// Whether a form wants a fresh proof: the walk shows one, so that what is told is whether they may.
pub(crate) const FRESH: &[&str] = &[
    "approve_form",
    "review_form",
    "lift_form",
    "remove_passkey_form",
    "trust_attestation_form",
    "open_console_form",
    "seal_kit_form",
    "add_target_form",
    "change_terms_form",
    "pin_target_form",
    "pin_host_key_form",
    "pin_server_form",
    "set_rotation_way_form",
    "set_visit_accounts_form",
    "name_patient_columns_form",
    "settle_alert_form",
    "answer_rule_form",
    "set_decoy_form",
    "close_incident_form",
    "sign_inspection_form",
    "set_secret_form",
    "accept_risk_form",
    "withdraw_risk_form",
    "compromise_form",
    "rotate_form",
    "set_emergency_account_form",
    "order_envelope_form",
    "see_envelope_form",
    "print_envelope_form",
    "resume_target_form",
    "add_vendor_form",
    "change_sources_form",
    "reconfirm_form",
    "resume_vendor_form",
    "confirm_device_form",
    "resume_device_form",
    "invite_form",
    "device_invite_form",
    "reset_form",
    "resume_person_form",
    "limit_person_form",
    "erase_form",
    "add_relay_form",
    "remove_relay_form",
    "night_chain_form",
    "envelope_form",
    "report_due_form",
    "rotation_terms_form",
    "secret_policy_form",
    "confirm_clock_form",
    "mail_form",
    "webhook_form",
    "notice_terms_form",
    "ways_form",
    "upgrade_form",
    "replay_form",
];

async fn walk(hospital: &Hospital, who: Option<&Held>, beside: &Held) -> Vec<(u16, String)> {
    let mut told = Vec::new();
    let mut browser = match who {
        Some(who) => Browser::signed_in(hospital, who).await,
        None => Browser::of(beside),
    };
    for (name, number) in ORDER {
        let shown = ask(hospital, &mut browser, who, name, *number).await;
        told.push((shown.status.as_u16(), shown.text));
    }
    told
}

async fn ask(
    hospital: &Hospital,
    browser: &mut Browser,
    who: Option<&Held>,
    name: &str,
    number: u64,
) -> Shown {
    let row = PAGES.iter().find(|(_, _, page)| *page == name);
    let (method, path, _) = row.unwrap_or_else(|| panic!("{name} is no page"));
    let path = path
        .replace("{number}", &number.to_string())
        .replace("{name}", "missing")
        .replace("{id}", &"0".repeat(64));
    if *method == "GET" {
        return browser.get(hospital, &path).await;
    }
    let mut fields = fields(name);
    fields.extend(crate::operator::fields(hospital, name));
    if let Some(who) = who.filter(|_| FRESH.contains(&name)) {
        hospital.wait(30);
        let code = hospital.sign_in_form(who)["totp"]
            .as_str()
            .unwrap()
            .to_owned();
        fields.push(("code", code));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.post(hospital, &path, &fields).await
}

fn callers(people: &People) -> Vec<(&'static str, Option<Held>)> {
    vec![
        ("nobody", None),
        ("stranger", Some(people.baba.clone())),
        ("engineer", Some(people.abe.clone())),
        ("approver", Some(people.suzuki.clone())),
        ("operator", Some(people.tanaka.clone())),
        ("inspector", Some(people.inoue.clone())),
        ("custodian", Some(people.mori.clone())),
    ]
}

#[test]
fn every_page_is_asked() {
    let asked: BTreeSet<&str> = ORDER.iter().map(|(name, _)| *name).collect();
    let served: BTreeSet<&str> = PAGES.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(
        asked, served,
        "a page is missing from the list, or too much in it"
    );
}

/// Invariant 1, lessons L9, L15: a page shows and does what the API would, to the same people.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_as_everybody() {
    let mut columns = Vec::new();
    for (name, who) in callers(&hospital().1) {
        let (hospital, people) = hospital();
        let session = open_session(&hospital, &people.abe).await;
        columns.push((name, walk(&hospital, who.as_ref(), &people.sato).await));
        session.close(access::EndReason::EngineerClosed).await;
    }
    let mut table = format!("{:<20}", "");
    for (name, _) in &columns {
        write!(table, "{name:<10}").unwrap();
    }
    for (row, (page, _)) in ORDER.iter().enumerate() {
        write!(table, "\n{page:<20}").unwrap();
        for (_, column) in &columns {
            let (status, _) = &column[row];
            let word = match status {
                200 => "ok".to_owned(),
                303 => "on".to_owned(),
                other => other.to_string(),
            };
            write!(table, "{word:<10}").unwrap();
        }
    }
    let table: String = table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    let expected = include_str!("../../../../tests/matrix/pages.txt");
    assert!(table == expected, "who is shown what has changed:\n{table}");
}

/// Lessons L15 and L29: in no page stands what the reader may not know, and in none a secret.
#[tokio::test(flavor = "multi_thread")]
async fn l15_no_page_shows_a_stranger_what_is_not_theirs_nor_anybody_a_secret() {
    let (hospital, people) = hospital();
    let others = ["canary-", "192.168.7.40", "lis-db", "Asahi"];
    for (name, who) in [("nobody", None), ("stranger", Some(&people.baba))] {
        for ((page, _), (_, text)) in ORDER.iter().zip(walk(&hospital, who, &people.sato).await) {
            let own = text
                .replace("canary-name baba", "")
                .replace("canary-reach baba", "");
            for other in others {
                assert!(
                    !own.contains(other),
                    "{name} reads {other} in {page}: {text}"
                );
            }
            for secret in [&people.baba.passphrase, &people.sato.passphrase] {
                assert!(!text.contains(secret.as_str()), "{page}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_signing_in_there_is_one_page_which_says_nothing_of_the_site() {
    let (hospital, people) = hospital();
    let mut browser = Browser::of(&people.sato);
    let home = browser.get(&hospital, "/").await;
    assert_eq!((home.status.as_u16(), home.location()), (303, "/sign-in"));
    let request = browser.get(&hospital, "/requests/2").await;
    assert_eq!(request.location(), "/sign-in?next=%2Frequests%2F2");
    let page = browser
        .get(&hospital, request.location().to_owned().as_str())
        .await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("value=\"/requests/2\""), "{}", page.text);
    for word in ["Handa", "desk.handa", "in.handa", "suzuki"] {
        assert!(!page.text.contains(word), "{word}");
    }
    let evil = browser
        .get(&hospital, "/sign-in?next=https%3A%2F%2Fevil.test")
        .await;
    assert!(!evil.text.contains("evil"), "{}", evil.text);
}

/// Lesson L16: a cookie is no bearer token, a bearer token no cookie; signing out ends it.
#[tokio::test(flavor = "multi_thread")]
async fn l16_a_cookie_opens_pages_only_and_ends_with_signing_out() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    assert_eq!(browser.get(&hospital, "/requests").await.status, 200);
    let api = browser.get(&hospital, "/api/v1/status").await;
    assert_eq!(api.status, 401);
    let bearer = people.sato.token.clone().unwrap();
    let request = browser
        .request("GET", "/requests")
        .header("authorization", format!("Bearer {bearer}"));
    let mut other = Browser::of(&people.sato);
    let shown = other
        .send(&hospital, request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(shown.status, 200, "it is the cookie that counts");
    let request = other
        .request("GET", "/requests")
        .header("authorization", format!("Bearer {bearer}"));
    let shown = other
        .send(&hospital, request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(shown.status, 303, "a bearer token shows no page");
    let old = browser.cookie.clone();
    assert_eq!(
        browser.post(&hospital, "/sign-out", &[]).await.location(),
        "/sign-in"
    );
    assert_eq!(browser.cookie, None);
    browser.cookie = old;
    assert_eq!(browser.get(&hospital, "/requests").await.status, 303);
}

/// Lesson L36, and the login of somebody else's account in a victim's browser (lesson L4).
#[tokio::test(flavor = "multi_thread")]
async fn l36_no_form_is_taken_from_another_site() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    for (origin, site) in [
        (Some("https://evil.test"), None),
        (Some("null"), None),
        (None, None),
        (Some("https://desk.handa.test"), Some("cross-site")),
        (Some("https://desk.handa.test"), Some("same-site")),
    ] {
        for (method, path, name) in PAGES.iter().filter(|(method, ..)| *method == "POST") {
            let path = path.replace("{number}", "2");
            let mut request = browser
                .request(method, &path)
                .header("content-type", "application/x-www-form-urlencoded");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            let body = axum::body::Body::from("reason=x&login=baba");
            let shown = browser.send(&hospital, request.body(body).unwrap()).await;
            assert_eq!(shown.status, 403, "{name} from {origin:?}, {site:?}");
        }
    }
    assert!(!hospital.engine.live().is_isolated());
}

/// A grave act needs a code of this moment; one that was used for it is used up.
#[tokio::test(flavor = "multi_thread")]
async fn approving_needs_a_fresh_code_and_no_code_serves_twice() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    for fields in [&[][..], &[("code", "000000")]] {
        let shown = browser.post(&hospital, "/requests/2/approve", fields).await;
        assert_eq!(shown.status, 403, "{}", shown.text);
        assert!(
            shown.text.contains("本人確認ができませんでした"),
            "{}",
            shown.text
        );
    }
    hospital.wait(30);
    let code = hospital.sign_in_form(&people.suzuki)["totp"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = browser
        .post(&hospital, "/requests/2/approve", &[("code", &code)])
        .await;
    assert_eq!(
        shown.location(),
        "/requests/2?done=done-approved",
        "{}",
        shown.text
    );
    let page = browser
        .get(&hospital, "/requests/2?done=done-approved")
        .await;
    assert!(page.text.contains("許可しました"), "{}", page.text);
    let again = browser
        .post(&hospital, "/requests/4/approve", &[("code", &code)])
        .await;
    assert_eq!(again.status, 403);
}

/// Without a script: one page, one button. It is in force when the answer comes, and it says so.
#[tokio::test(flavor = "multi_thread")]
async fn everything_is_stopped_by_one_form_and_two_people_let_it_go_on() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    let mut sato = Browser::signed_in(&hospital, &people.sato).await;
    let page = sato.get(&hospital, "/isolate").await;
    assert!(page.text.contains("action=\"/isolate\""), "{}", page.text);
    assert!(
        page.text.contains("いまつながっている接続: 1 件"),
        "{}",
        page.text
    );
    let done = sato
        .post(&hospital, "/isolate", &[("reason", "怪しい動き")])
        .await;
    assert_eq!(
        done.location(),
        "/isolate?done=done-isolated",
        "{}",
        done.text
    );
    assert!(hospital.engine.live().is_isolated());
    assert!(session.live().ended().is_some());
    session.close(access::EndReason::Isolated).await;
    let shown = sato.get(&hospital, "/isolate?done=done-isolated").await;
    assert!(
        shown.text.contains("すべての接続を切り") && shown.text.contains("2人の同意"),
        "{}",
        shown.text
    );
    let mut suzuki = Browser::signed_in(&hospital, &people.suzuki).await;
    for (browser, who, on) in [
        (&mut sato, &people.sato, "/isolate?done=done-lift-agreed"),
        (&mut suzuki, &people.suzuki, "/?done=done-lifted"),
    ] {
        hospital.wait(30);
        let code = hospital.sign_in_form(who)["totp"]
            .as_str()
            .unwrap()
            .to_owned();
        let why = ("why", "the box is gone");
        let fields = [("way", "agree"), why, ("code", code.as_str())];
        let shown = browser.post(&hospital, "/lift", &fields).await;
        assert_eq!(shown.location(), on, "{}", shown.text);
    }
    assert!(!hospital.engine.live().is_isolated());
}

/// One target by a form of its own, which never means everything; and the same two people.
#[tokio::test(flavor = "multi_thread")]
async fn one_target_is_cut_off_by_its_own_form_and_two_people_let_it_go_on() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    let mut sato = Browser::signed_in(&hospital, &people.sato).await;
    let page = sato.get(&hospital, "/isolate").await;
    assert!(page.text.contains("value=\"target-1\""), "{}", page.text);
    for nothing in [&[("one", "one"), ("reason", "x")][..], &[("of", "grant-1")]] {
        let refused = sato.post(&hospital, "/isolate", nothing).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
    assert!(!hospital.engine.live().is_isolated());
    let fields = [("one", "one"), ("of", "target-1"), ("reason", "怪しい動き")];
    let done = sato.post(&hospital, "/isolate", &fields).await;
    assert_eq!(
        done.location(),
        "/isolate?done=done-isolated-one",
        "{}",
        done.text
    );
    assert!(!hospital.engine.live().is_isolated());
    assert!(session.live().ended().is_some());
    session.close(access::EndReason::TargetSuspended).await;
    let shown = sato.get(&hospital, "/isolate").await;
    for said in [
        "name=\"of\" value=\"target-1\"",
        "怪しい動き",
        "まだいません",
    ] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    let mut suzuki = Browser::signed_in(&hospital, &people.suzuki).await;
    for (browser, who, on) in [
        (&mut sato, &people.sato, "/isolate?done=done-lift-agreed"),
        (&mut suzuki, &people.suzuki, "/isolate?done=done-lifted-one"),
    ] {
        hospital.wait(30);
        let code = hospital.sign_in_form(who)["totp"]
            .as_str()
            .unwrap()
            .to_owned();
        let why = ("why", "the server was looked through");
        let fields = [("of", "target-1"), why, ("code", code.as_str())];
        let shown = browser.post(&hospital, "/lift", &fields).await;
        assert_eq!(shown.location(), on, "{}", shown.text);
    }
    assert!(hospital.engine.site().isolated_ones().is_empty());
}

/// From the link in a mail: another site leads here, and the cookie is kept to itself once.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_a_mail_leads_to_its_page_by_way_of_our_own() {
    let (hospital, people) = hospital();
    let mut browser = Browser::of(&people.sato);
    let request = browser
        .request("GET", "/requests/2")
        .header("sec-fetch-site", "cross-site");
    let shown = browser
        .send(&hospital, request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.headers["refresh"], "0;url=/requests/2");
}

/// Every page has our manners, and nothing in it that would run or load in another way.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_to_its_policy() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    for (_, path, name) in PAGES.iter().filter(|(method, ..)| *method == "GET") {
        let path = path.replace("{number}", "2").replace("{name}", "missing");
        for language in [None, Some("en")] {
            browser.language = language;
            let shown = browser.get(&hospital, &path).await;
            let header = |name: &str| shown.headers[name].to_str().unwrap();
            let html = header("content-type").starts_with("text/html");
            if html {
                assert_eq!(header("content-security-policy"), PAGE_POLICY, "{name}");
                let lang = format!("<html lang=\"{}\">", language.unwrap_or("ja"));
                assert!(shown.text.contains(&lang), "{name}");
            }
            assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
            assert_eq!(header("cache-control"), "no-store", "{name}");
            for word in [
                " style=",
                " onclick",
                " onload",
                " onerror",
                "javascript:",
                "http://",
                "https://",
                "<style",
            ] {
                assert!(
                    !html || !shown.text.contains(word),
                    "{name} has {word}: {}",
                    shown.text
                );
            }
            assert!(
                !lacks_a_sentence(&shown.text),
                "{name}: a sentence is missing: {}",
                shown.text
            );
        }
    }
    assert!(!HOST.is_empty());
}

/// A sentence that there is not is shown as its id in brackets.
fn lacks_a_sentence(text: &str) -> bool {
    let opened = text.split('[').skip(1);
    opened
        .filter_map(|after| after.split(']').next())
        .any(|id| {
            id.contains('-')
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        })
}
