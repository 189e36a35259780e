//! Every endpoint, asked by nobody, by the machine's operator, by a stranger (the engineer of a vendor
//! that this is none of) and by each role. What they are told stands in `tests/matrix/endpoints.txt`, for
//! a reviewer: `ok`, or the status.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use console::{Arrival, ENDPOINTS};
use serde_json::{Value, json};

use crate::hospital::{
    CONTACT, HOST_KEY, Held, Hospital, OTHER_KEY, PHONE, PURPOSE, People, TARGET_PASSWORD, call,
    hospital, open_session, witness,
};

/// The order in which somebody asks: reading first, then asking, then taking away.
const ORDER: &[(&str, u64)] = &[
    ("status", 0),
    ("sign_in", 0),
    ("list_vendors", 0),
    ("list_persons", 0),
    ("list_devices", 0),
    ("list_targets", 0),
    ("list_requests", 0),
    ("show_request", 1),
    ("show_plan", 1),
    ("list_visits", 0),
    ("show_visit", 1),
    ("tell_visit", 1),
    ("list_sessions", 0),
    ("show_session", 1),
    ("show_night_chain", 0),
    ("list_recordings", 0),
    ("show_recording", 1),
    ("verify_recording", 1),
    ("export_recording", 1),
    ("index_recording", 1),
    ("play_recording", 1),
    ("cast_recording", 1),
    ("list_relays", 0),
    ("introduce_site", 0),
    ("ssh_host_key", 0),
    ("checkpoint", 0),
    ("consistency", 0),
    ("export_ledger", 0),
    ("cosign", 0),
    ("raise_alarm", 0),
    ("export_receipt", 1),
    ("add_vendor", 0),
    ("change_sources", 1),
    ("reconfirm_sources", 1),
    ("list_invitations", 0),
    ("invite", 0),
    ("withdraw_invitation", 1),
    ("confirm_device", 3),
    ("add_target", 0),
    ("request_visit", 0),
    ("extend_visit", 1),
    ("file_report", 1),
    ("show_report", 1),
    ("review_visit", 1),
    ("list_files", 1),
    ("answer_file", 1),
    ("approve_request", 2),
    ("refuse_request", 3),
    ("withdraw_request", 4),
    ("open_emergency", 5),
    ("attend_session", 2),
    ("pause_session", 2),
    ("continue_session", 2),
    ("tell_engineer", 2),
    ("search", 0),
    ("ask_reach", 0),
    ("end_session", 2),
    ("withdraw_grant", 1),
    ("set_night_chain", 0),
    ("seal_envelope", 0),
    ("seal_kit", 0),
    ("confirm_clock", 0),
    ("pin_target", 1),
    ("set_target_secret", 2),
    ("accept_target_secret", 2),
    ("compromise_secret", 2),
    ("rotate_secret", 2),
    ("keep_for_emergency", 2),
    ("order_envelope", 2),
    ("see_envelope", 2),
    ("list_envelopes", 0),
    ("show_week", 0),
    ("inspect_log", 0),
    ("list_incidents", 0),
    ("show_chronology", 0),
    ("prove_chronology", 0),
    ("note_incident", 0),
    ("show_photo", 0),
    ("show_steps", 0),
    ("step_incident", 0),
    ("show_preparation", 0),
    ("agree_policy", 0),
    ("set_contact", 0),
    ("try_contact", 0),
    ("close_incident", 0),
    ("begin_incident", 0),
    ("list_alerts", 0),
    ("settle_alert", 0),
    ("list_rules", 0),
    ("answer_rule", 0),
    ("list_decoys", 0),
    ("set_decoy", 0),
    ("list_secrets", 0),
    ("check_secrets", 0),
    ("set_secret_policy", 0),
    ("pin_host_key", 2),
    ("pin_database_server", 2),
    ("name_patient_columns", 2),
    ("set_rotation_way", 2),
    ("set_visit_accounts", 2),
    ("ask_server_key", 0),
    ("change_target_terms", 1),
    ("show_certificates", 0),
    ("open_console", 0),
    ("close_console", 0),
    ("list_attestation_roots", 0),
    ("add_attestation_root", 0),
    ("remove_attestation_root", 0),
    ("add_relay", 0),
    ("outside_check", 0),
    ("remove_relay", 0),
    ("set_report_due", 0),
    ("show_upgrade", 0),
    ("upgrade_site", 0),
    ("show_notifications", 0),
    ("set_mail_server", 0),
    ("set_webhook", 0),
    ("set_notice_terms", 0),
    ("set_ways", 0),
    ("list_ways", 0),
    ("test_notification", 0),
    ("list_deliveries", 0),
    ("remove_webhook", 0),
    ("remove_mail_server", 0),
    ("accept_risk", 1),
    ("withdraw_risk", 1),
    ("suspend_target", 1),
    ("resume_target", 1),
    ("suspend_device", 1),
    ("resume_device", 1),
    ("limit_person", 4),
    ("suspend_person", 6),
    ("resume_person", 6),
    ("reset_person", 6),
    ("erase_person", 6),
    ("suspend_vendor", 1),
    ("resume_vendor", 1),
    ("isolate", 0),
    ("lift", 0),
    ("sign_out", 0),
];

/// A risk that ends in a month.
pub(crate) fn risk(hospital: &Hospital) -> Value {
    let month = std::time::Duration::from_secs(31 * 86_400);
    let until = hospital.engine.now().plus(month);
    json!({"reason": "its network is apart", "owner": "handa/person-1", "until": until})
}

fn body(name: &str, hospital: &Hospital) -> Option<Value> {
    let reason = json!({"reason": "the test asks"});
    Some(match name {
        "sign_in" => json!({"login": "nobody", "passphrase": "x", "totp": "000000"}),
        "add_vendor" => json!({
            "name": "Chitose Works", "phone": "03-0000-0009",
            "sources": [{"net": "192.0.2.0/24"}],
        }),
        "change_sources" => json!({"sources": [{"net": "203.0.113.0/24"}]}),
        "invite" => json!({"purpose": {"person": {
            "employer": {"vendor": "handa/vendor-1"}, "roles": ["engineer"],
        }}}),
        "confirm_device" => {
            let site = hospital.engine.site();
            let device = ids::DeviceId::new(site.id(), 3);
            let key = site.device(&device).unwrap().enrolment.key;
            json!({"words": access::device_words(&key)})
        }
        "add_target" => json!({
            "name": "pacs", "protocol": "tcp", "risk": risk(hospital),
            "address": {"host": "192.168.7.41", "port": 104},
            "recording": "metadata_only", "approvals": "two", "emergency": false,
            "hours": {"only": [{"weekday": 0, "from": 540, "to": 1020}]},
            "longest_minutes": 60, "quota_bytes": 1, "vendors": ["handa/vendor-1"],
        }),
        "tell_engineer" => json!({"words": "請求は止めないでください"}),
        "search" => json!({"text": "visit-1"}),
        "ask_reach" => json!({"vendor": "handa/vendor-1"}),
        "limit_person" => {
            let until = hospital
                .engine
                .now()
                .plus(std::time::Duration::from_secs(86_400));
            json!({"until": until})
        }
        "pin_target" => json!({"address": {"host": "192.168.7.42", "port": 5432}}),
        "set_target_secret" => json!({"password": TARGET_PASSWORD}),
        "accept_target_secret" => json!({
            "secret": {"password": TARGET_PASSWORD}, "reason": "the device takes no other",
        }),
        "accept_risk" => risk(hospital),
        "withdraw_risk" => json!({"reason": "the device is gone"}),
        "compromise_secret" => json!({"reason": "it stood in a mail"}),
        "rotate_secret" => json!({}),
        "keep_for_emergency" => json!({"terms": {
            "instructions": "the doctor on duty opens it", "look_every_days": 365,
        }}),
        "inspect_log" => json!({"until": 3, "said": "nothing unusual"}),
        "settle_alert" => json!({"alert": 1, "verdict": "ordinary", "why": "the plan says so"}),
        "note_incident" => {
            json!({"incident": 1, "said": "the log was cleared", "source": "own", "confidence": "certain", "photo": "/9j/4A=="})
        }
        "step_incident" => json!({
            "incident": 1, "step": "told", "name": "police", "said": "by telephone, case 12",
        }),
        "agree_policy" => json!({"matter": "no-payment", "said": "nothing is paid"}),
        "set_contact" => json!({"role": "police", "name": "the desk", "reach": "110"}),
        "try_contact" => json!({"number": 1, "reached": true}),
        "close_incident" => json!({"incident": 1, "said": "a drill"}),
        "set_decoy" => json!({"decoy": {"account": "hosyu"}, "set": true}),
        "answer_rule" => json!({"rule": "log-cleared", "answer": "tell"}),
        "see_envelope" => json!({"number": 1, "found": "sealed"}),
        "set_secret_policy" => json!({"refused": "weak", "oldest_days": 90}),
        "change_target_terms" => json!({
            "approvals": "two", "emergency": false, "attended": true,
            "hours": {"only": [{"weekday": 0, "from": 540, "to": 1020}]},
            "longest_minutes": 60, "quota_bytes": 1, "vendors": ["handa/vendor-1"],
        }),
        "pin_host_key" => json!({"host_key": OTHER_KEY}),
        "set_rotation_way" => json!({"way": "windows"}),
        "set_visit_accounts" => json!({"accounts": {"manager": "root", "groups": ["sudo"]}}),
        "name_patient_columns" => {
            json!({"columns": [{"schema": "s", "table": "t", "column": "c"}]})
        }
        "pin_database_server" => json!({"server": {"tls": {"spki": "a5".repeat(32)}}}),
        // Nobody listens there.
        "ask_server_key" => json!({"address": {"host": "127.0.0.1", "port": 9}}),
        "open_console" => json!({"from": {"prefixes": ["198.51.100.0/28"]}, "way": "relays"}),
        "add_attestation_root" => json!({
            "name": "Keys Ltd.",
            "pem": crate::authenticator::Maker::new("Keys Ltd.").pem(),
        }),
        "remove_attestation_root" => json!({"name": "Keys Ltd."}),
        "add_relay" => json!({
            "name": "tokyo", "address": "relay.example:443", "tls_name": "relay.example",
            "key": "a5".repeat(32), "witness": witness("tokyo").verifier().to_string(),
        }),
        "remove_relay" => json!({"name": "tokyo"}),
        "outside_check" => json!({"ports": [22, 443]}),
        "set_report_due" => json!({"days": 14}),
        "set_mail_server" => json!({
            "host": "127.0.0.1", "port": 9, "security": "start_tls", "from": "sekisho@hospital.example",
            "user": "sekisho", "password": TARGET_PASSWORD,
        }),
        "set_webhook" => json!({
            "name": "duty-room", "preset": "slack",
            "url": format!("https://hooks.example:443/{TARGET_PASSWORD}"),
        }),
        "set_notice_terms" => json!({"answer_within": 30, "english": true}),
        "set_ways" => json!({"ways": [{"mail": "clerk@hospital.example"}]}),
        "remove_webhook" => json!({"name": "duty-room"}),
        "request_visit" => hospital.visit_form("lis-db"),
        "extend_visit" => json!({"until": hospital.now() + 3 * 3_600_000}),
        "file_report" => json!({
            "report": {"done": "canary-done"},
            "attachment": {"name": "canary-form.pdf", "content": "ZG9uZQ=="},
        }),
        "answer_file" => json!("deleted"),
        "review_visit" => json!({"verdict": "accepted", "note": "canary-review"}),
        "approve_request" => json!({}),
        "open_emergency" => json!({"way": "duty"}),
        "set_night_chain" => json!({"chain": [{"person": "handa/person-1", "after_minutes": 0}]}),
        "lift" => json!({"way": "agree"}),
        "cosign" => json!({"note": "not a note"}),
        "raise_alarm" => json!({"how": "forked", "held": "not a note", "offered": "nor this"}),
        "refuse_request" | "withdraw_grant" | "isolate" | "suspend_target" | "suspend_device"
        | "suspend_person" | "suspend_vendor" => reason,
        _ => return None,
    })
}

/// What stands behind the path.
fn query(name: &str) -> &'static str {
    match name {
        "consistency" => "?from=3",
        "cast_recording" => "?channel=0",
        "show_chronology" | "prove_chronology" | "show_steps" => "?incident=1",
        "show_photo" => "?incident=1&note=1",
        _ => "",
    }
}

/// Asks one after another, and gives what each was told.
async fn walk(hospital: &Hospital, arrival: &Arrival, token: Option<&str>) -> Vec<(u16, String)> {
    let mut told = Vec::new();
    for (name, number) in ORDER {
        let (method, template, _) = ENDPOINTS
            .iter()
            .find(|(_, _, endpoint)| endpoint == name)
            .unwrap_or_else(|| panic!("{name} is no endpoint"));
        let mut path = wire::api::v1::paths::with_number(template, *number);
        path.push_str(query(name));
        let body = body(name, hospital);
        let engine = &hospital.engine;
        let said = call(engine, arrival, token, method, &path, body.as_ref()).await;
        let holds = crate::schema::holds(method, template, &said);
        assert_eq!(
            holds,
            Ok(()),
            "{name} answers what docs/api/openapi.json does not say"
        );
        told.push((said.status.as_u16(), said.text));
    }
    told
}

fn callers(people: &People) -> Vec<(&'static str, Arrival, Option<String>)> {
    let person = |name, who: &Held| (name, who.arrival(), who.token.clone());
    vec![
        ("nobody", people.sato.arrival(), None),
        ("root", Arrival::Local { uid: 0 }, None),
        person("stranger", &people.baba),
        person("engineer", &people.abe),
        person("approver", &people.suzuki),
        person("operator", &people.tanaka),
        person("inspector", &people.inoue),
        person("custodian", &people.mori),
    ]
}

#[test]
fn every_endpoint_is_asked() {
    let asked: BTreeSet<&str> = ORDER.iter().map(|(name, _)| *name).collect();
    let served: BTreeSet<&str> = ENDPOINTS.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(
        asked, served,
        "an endpoint is missing from the list, or too much in it"
    );
}

/// Invariant 1, lessons L9, L15, L20, L25: who may do what, at the border that people reach.
#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_as_everybody() {
    let mut columns = BTreeMap::new();
    let mut names = Vec::new();
    for (name, arrival, token) in callers(&hospital().1) {
        let (hospital, people) = hospital();
        let session = open_session(&hospital, &people.abe).await;
        columns.insert(name, walk(&hospital, &arrival, token.as_deref()).await);
        names.push(name);
        session.close(access::EndReason::EngineerClosed).await;
    }
    let mut table = format!("{:<20}", "");
    for name in &names {
        write!(table, "{name:<10}").unwrap();
    }
    for (row, (endpoint, _)) in ORDER.iter().enumerate() {
        write!(table, "\n{endpoint:<20}").unwrap();
        for name in &names {
            let (status, _) = &columns[name][row];
            let word = if *status == 200 {
                "ok".to_owned()
            } else {
                status.to_string()
            };
            write!(table, "{word:<10}").unwrap();
        }
    }
    let table: String = table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    let expected = include_str!("../../../../tests/matrix/endpoints.txt");
    assert!(table == expected, "who is told what has changed:\n{table}");
}

/// Lessons L15 and L29: what others said to each other is in no answer to a stranger, and no secret of
/// anybody is in any answer.
#[tokio::test(flavor = "multi_thread")]
async fn l15_a_stranger_reads_nothing_of_others_and_nobody_reads_a_secret() {
    let (hospital, people) = hospital();
    let mut secrets = vec![TARGET_PASSWORD.to_owned()];
    for who in [
        &people.sato,
        &people.suzuki,
        &people.tanaka,
        &people.inoue,
        &people.mori,
        &people.abe,
        &people.baba,
    ] {
        secrets.push(who.passphrase.clone());
        secrets.push(data_encoding::BASE32_NOPAD.encode(&who.totp));
        secrets.extend(who.token.clone());
    }
    let others = [
        PURPOSE,
        CONTACT,
        "canary-plan",
        "canary-condition",
        "canary-name abe",
        "canary-name sato",
        "canary-reach sato",
        "canary-label abe",
        "192.168.7.40",
        HOST_KEY,
        "maint",
        "lis-db",
        "Asahi",
    ];
    let mut callers = callers(&people);
    // Whoever reads everything comes before somebody isolates the site or erases a person.
    callers.retain(|(name, ..)| !["approver", "operator", "inspector"].contains(name));
    callers.sort_by_key(|(name, ..)| *name == "root");
    for (name, arrival, token) in callers {
        let told = walk(&hospital, &arrival, token.as_deref()).await;
        for ((endpoint, _), (_, text)) in ORDER.iter().zip(&told) {
            for secret in &secrets {
                assert!(
                    !text.contains(secret.as_str()),
                    "{name} reads a secret in {endpoint}"
                );
            }
            assert!(
                !text.contains(hospital.dir.path().to_str().unwrap()),
                "{endpoint}: a path"
            );
            if ["nobody", "stranger"].contains(&name) {
                for other in others {
                    assert!(
                        !text.contains(other),
                        "{name} reads {other} in {endpoint}: {text}"
                    );
                }
            }
            if name == "root" || name == "custodian" {
                // The custodian knows their own name.
                let others = text
                    .replace("canary-name mori", "")
                    .replace("canary-reach mori", "");
                assert!(
                    !others.contains("canary-"),
                    "{name} reads a text in {endpoint}: {text}"
                );
            }
            if name == "engineer" {
                assert!(!text.contains("canary-name sato"), "{endpoint}: {text}");
                assert!(!text.contains("192.168.7.40"), "{endpoint}: {text}");
                assert!(!text.contains(HOST_KEY), "{endpoint}: {text}");
            }
        }
    }
    assert!(PHONE.starts_with("canary"));
}

/// What a stranger is told of a thing that is there and of one that is not is the same.
#[tokio::test(flavor = "multi_thread")]
async fn l15_a_hidden_thing_and_no_thing_are_one_to_a_stranger() {
    let (hospital, people) = hospital();
    for (method, path, name) in ENDPOINTS
        .iter()
        .filter(|(_, path, _)| path.contains("{number}"))
    {
        let body = body(name, &hospital);
        let mut told = Vec::new();
        for number in [
            "1",
            "999",
            "18446744073709551615",
            "99999999999999999999",
            "01",
            "x%2F..",
        ] {
            let mut path = path.replace("{number}", number);
            path.push_str(query(name));
            let said = hospital
                .ask(&people.baba, method, &path, body.clone())
                .await;
            told.push((said.status.as_u16(), said.text));
        }
        // A person and a device of their own, which have other numbers, are not asked for here.
        assert_eq!(told[0].0, 404, "{name}: {}", told[0].1);
        assert!(told.iter().all(|one| *one == told[0]), "{name}: {told:?}");
    }
}
