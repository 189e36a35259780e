//! What is sent to the operator's pages, and what they do.

use crate::browser::Browser;
use crate::hospital::{Hospital, OTHER_KEY, TARGET_PASSWORD, hospital, open_session, witness};

/// The fields of the operator's forms, as they are sent in the walk over all pages.
pub(crate) fn fields(hospital: &Hospital, name: &str) -> Vec<(&'static str, String)> {
    let own = |pairs: &[(&'static str, &str)]| {
        let owned = pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        owned.collect::<Vec<_>>()
    };
    let terms = [
        ("vendor", "1"),
        ("approvals", "two"),
        ("hours", "these"),
        ("day", "0"),
        ("from", "09:00"),
        ("to", "17:00"),
        ("longest", "60"),
        ("quota", "1"),
    ];
    let month = std::time::Duration::from_secs(31 * 86_400);
    let day = hospital.engine.now().plus(month).to_string();
    let day = day.get(..10).unwrap_or_default().to_owned();
    match name {
        "accept_risk_form" => own(&[
            ("accepted", "its network is apart"),
            ("risk-owner", "handa/person-1"),
            ("risk-until", &*day),
        ]),
        "seal_kit_form" => own(&[
            ("printed", "yes"),
            ("tested", "yes"),
            ("apart", "yes"),
            ("erased", "yes"),
        ]),
        "add_target_form" => {
            let target = [
                ("name", "pacs"),
                ("host", "192.168.7.41"),
                ("port", "104"),
                ("protocol", "tcp"),
                ("recording", "metadata"),
                ("accepted", "its network is apart"),
                ("risk-owner", "handa/person-1"),
                ("risk-until", &*day),
            ];
            own(&[&target[..], &terms[..]].concat())
        }
        "change_terms_form" => own(&terms),
        "pin_target_form" => own(&[("host", "192.168.7.42"), ("port", "22")]),
        "pin_host_key_form" => own(&[("host-key", OTHER_KEY)]),
        "set_rotation_way_form" => own(&[("way", "windows")]),
        "set_visit_accounts_form" => own(&[("manager", "root"), ("groups", "sudo")]),
        "set_emergency_account_form" => own(&[
            ("instructions", "the doctor on duty opens it"),
            ("days", "365"),
        ]),
        "settle_alert_form" => own(&[("verdict", "ordinary"), ("why", "the plan says so")]),
        "sign_inspection_form" => own(&[("until", "3"), ("said", "nothing unusual")]),
        "note_form" => own(&[("said", "the log was cleared")]),
        "step_form" => own(&[("step", "told"), ("name", "police"), ("said", "case 12")]),
        "agree_form" => own(&[("matter", "no-payment"), ("said", "nothing is paid")]),
        "contact_form" => own(&[("role", "police"), ("name", "the desk"), ("reach", "110")]),
        "tried_form" => own(&[("number", "1"), ("reached", "yes")]),
        "close_incident_form" => own(&[("said", "a drill")]),
        "set_decoy_form" => own(&[("what", "account"), ("name", "hosyu")]),
        "answer_rule_form" => own(&[("answer", "tell")]),
        "see_envelope_form" => own(&[("number", "1"), ("found", "sealed")]),
        "print_envelope_form" => own(&[("number", "1")]),
        "name_patient_columns_form" => own(&[("columns", "public.tbl_ptinf.ptid")]),
        "pin_server_form" => own(&[("server", "tls"), ("server-key", &"a5".repeat(32))]),
        // Nobody listens there.
        "ask_server_key_form" => own(&[("host", "127.0.0.1"), ("port", "9")]),
        "set_secret_form" => own(&[
            ("kind", "password"),
            ("password", TARGET_PASSWORD),
            ("compared", "yes"),
        ]),
        "add_vendor_form" => own(&[
            ("name", "Chidori"),
            ("phone", "03-0000-0003"),
            ("sources", "192.0.2.0/24"),
        ]),
        "change_sources_form" => own(&[("sources", "198.51.100.0/24, 198.51.101.0/24")]),
        "confirm_device_form" => {
            let site = hospital.engine.site();
            let device = ids::DeviceId::new(site.id(), 3);
            let key = site.device(&device).unwrap().enrolment.key;
            access::device_words(&key)
                .map(|word| ("word", word.to_owned()))
                .to_vec()
        }
        "invite_form" => own(&[("employer", "hospital"), ("role", "inspector")]),
        "add_relay_form" => {
            let (key, vkey) = ("a5".repeat(32), witness("tokyo").verifier().to_string());
            own(&[
                ("name", "tokyo"),
                ("address", "relay.example:443"),
                ("tls-name", "relay.example"),
                ("key", &key),
                ("witness", &vkey),
            ])
        }
        "outside_form" => own(&[("ports", "22, 443")]),
        "night_chain_form" => own(&[("person-1", "1"), ("after-1", "5")]),
        "report_due_form" => own(&[("days", "14")]),
        "rotation_terms_form" => own(&[("target", "handa/target-2"), ("days", "90")]),
        "secret_policy_form" => own(&[("refused", "weak-or-shared"), ("days", "90")]),
        _ => Vec::new(),
    }
}

/// Invariant 15: taking access away waits for no proof, no reason and no script.
#[tokio::test(flavor = "multi_thread")]
async fn suspending_by_a_page_ends_sessions_at_once_without_a_fresh_proof() {
    let ways = ["/devices/1", "/setup/targets/1", "/vendors/1", "/persons/6"];
    for path in ways {
        let (hospital, people) = hospital();
        let session = open_session(&hospital, &people.abe).await;
        let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
        let done = browser
            .post(&hospital, &format!("{path}/suspend"), &[])
            .await;
        assert_eq!(done.status, 303, "{path}: {}", done.text);
        assert!(session.live().ended().is_some(), "{path}");
        session.close(access::EndReason::Deadline).await;
    }
}

/// A target whose hours are narrowed is closed to who is inside, too.
#[tokio::test(flavor = "multi_thread")]
async fn narrower_hours_set_on_a_page_end_the_session_that_runs() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
    hospital.wait(30);
    let code = hospital.code_now(&people.tanaka);
    // It is Tuesday; from now on Mondays only.
    let fields = fields(&hospital, "change_terms_form");
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let fields = [&fields[..], &[("code", &*code)]].concat();
    let done = browser
        .post(&hospital, "/setup/targets/1/terms", &fields)
        .await;
    assert_eq!(
        done.location(),
        "/setup/targets/1?done=done-changed",
        "{}",
        done.text
    );
    assert!(session.live().ended().is_some());
    session.close(access::EndReason::Deadline).await;
    let shown = browser.get(&hospital, "/setup/targets/1").await;
    assert!(shown.text.contains("月 09:00–17:00"), "{}", shown.text);
}

/// Lesson L29: what is secret is shown once, where it is handed over, and never again.
#[tokio::test(flavor = "multi_thread")]
async fn l29_what_was_shown_once_stands_in_no_page_afterwards() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    let mut secrets = vec![TARGET_PASSWORD.to_owned()];
    for (path, name) in [
        ("/persons/new", "invite_form"),
        ("/envelope", "envelope_form"),
        ("/setup/targets/2/secret", "set_secret_form"),
    ] {
        hospital.wait(30);
        let code = hospital.code_now(&people.sato);
        let fields = fields(&hospital, name);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let fields = [&fields[..], &[("code", &*code)]].concat();
        let shown = browser.post(&hospital, path, &fields).await;
        assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        assert!(!shown.text.contains(TARGET_PASSWORD), "{path}");
        let pieces = shown
            .text
            .split("/join#")
            .skip(1)
            .chain(shown.text.split("<li><code>").skip(1));
        secrets.extend(pieces.map(|rest| rest.split('<').next().unwrap().to_owned()));
    }
    assert!(secrets.len() > 10, "{}", secrets.len());
    for (method, path, name) in console::PAGES {
        if *method != "GET" {
            continue;
        }
        let path = path.replace("{number}", "2").replace("{name}", "missing");
        let shown = browser.get(&hospital, &path).await;
        for secret in &secrets {
            assert!(!shown.text.contains(secret.as_str()), "{name}");
        }
    }
}

/// Where the operator's pages are.
const KEPT: [&str; 8] = [
    "/setup",
    "/vendors",
    "/devices",
    "/persons",
    "/relays",
    "/night-chain",
    "/envelope",
    "/settings",
];

/// Every act but taking away wants a fresh proof; without one nothing happens.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_by_a_page_without_a_fresh_proof() {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    let size = hospital.engine.status().size;
    for (_, path, name) in console::PAGES
        .iter()
        .filter(|(method, ..)| *method == "POST")
    {
        let ours = KEPT.iter().any(|begins| path.starts_with(begins));
        if !ours || !crate::pages::FRESH.contains(name) {
            continue;
        }
        let number = if path.starts_with("/devices") {
            "3"
        } else {
            "2"
        };
        let path = path
            .replace("{number}", number)
            .replace("{name}", "missing");
        let fields = fields(&hospital, name);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let shown = browser.post(&hospital, &path, &fields).await;
        assert_eq!(shown.status, 403, "{name}: {}", shown.text);
        assert!(
            shown.text.contains("本人確認ができませんでした"),
            "{name}: {}",
            shown.text
        );
    }
    let site = hospital.engine.site();
    assert_eq!(site.vendors().count(), 2);
    assert!(!site.kit_sealed() && site.relays().next().is_none());
    drop(site);
    assert_eq!(hospital.engine.status().size, size, "not even an entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_device_gets_another_password_is_chosen_on_a_page_and_shown_on_the_targets() {
    // Signs that a command line reads in its own way stand around what is filled in.
    let odd = [("way", "device"), ("lines", "send password \"{new}\"")];
    let device = [("way", "cisco-ios"), ("lines", "")];
    for (sent, stands) in [(odd, false), (device, true)] {
        let (hospital, people) = hospital();
        let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
        let form = browser
            .get(&hospital, "/setup/targets/2/rotation-way")
            .await;
        assert!(form.text.contains("パスワードをそのまま書かないでください"));
        hospital.wait(30);
        let code = hospital.code_now(&people.tanaka);
        let fields = [&sent[..], &[("code", &*code)]].concat();
        let answer = browser
            .post(&hospital, "/setup/targets/2/rotation-way", &fields)
            .await;
        assert_eq!(answer.status == 303, stands, "{}", answer.text);
        let shown = browser.get(&hospital, "/setup/targets/2").await;
        assert_eq!(shown.text.contains("send write memory"), stands);
    }
}
