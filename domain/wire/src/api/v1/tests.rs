use std::collections::BTreeSet;

use ids::{NonEmpty, PersonId, SiteId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::{Bytes, Secret};

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn round<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

#[test]
fn l29_what_is_secret_in_a_call_does_not_show_itself_in_a_debug_line() {
    let sign_in = SignIn {
        login: "sato".to_owned(),
        passphrase: Secret::from("correct horse"),
        totp: Some(Secret::from("123456")),
    };
    let shown = format!("{sign_in:?}");
    assert!(
        !shown.contains("horse") && !shown.contains("123456"),
        "{shown}"
    );
    let envelope = Envelope {
        codes: vec![Secret::from("12345-67890")],
    };
    assert!(!format!("{envelope:?}").contains("67890"));
    for secret in [
        SetTargetSecret::Password(Secret::from("canary")),
        SetTargetSecret::Key(Secret::from("canary")),
    ] {
        assert!(!format!("{secret:?}").contains("canary"));
    }
}

#[test]
fn a_list_whose_emptiness_would_mean_everything_cannot_be_sent() {
    let vendor = r#"{"name":"A","sources":[],"phone":"1"}"#;
    assert!(serde_json::from_str::<AddVendor>(vendor).is_err());
    assert!(serde_json::from_str::<ChangeSources>(r#"{"sources":[]}"#).is_err());
    assert!(serde_json::from_str::<SetNightChain>(r#"{"chain":[]}"#).is_err());
    assert!(serde_json::from_str::<Hours>(r#"{"only":[]}"#).is_err());
    assert!(serde_json::from_str::<Paths>(r#"{"under":[]}"#).is_err());
}

#[test]
fn a_member_that_we_do_not_know_is_refused() {
    let sign_in = r#"{"login":"a","passphrase":"b","admin":true}"#;
    assert!(serde_json::from_str::<SignIn>(sign_in).is_err());
    assert!(serde_json::from_str::<Approve>(r#"{"everything":true}"#).is_err());
    assert!(serde_json::from_str::<Done>(r#"{"x":1}"#).is_err());
}

#[test]
fn the_json_of_the_calls_is_what_clients_of_this_version_rely_on() {
    round(&Done {}, "{}");
    round(&Approve::default(), "{}");
    round(
        &ChainLink {
            person: PersonId::new(&site(), 2),
            after_minutes: 15,
        },
        r#"{"person":"handa/person-2","after_minutes":15}"#,
    );
    round(
        &Lift {
            way: LiftWay::Agree,
            why: None,
            of: None,
        },
        r#"{"way":"agree"}"#,
    );
    round(
        &OpenEmergency {
            way: EmergencyWay::Envelope {
                code: Secret::from("1"),
                read_by: "山田".to_owned(),
            },
        },
        r#"{"way":{"envelope":{"code":"1","read_by":"山田"}}}"#,
    );
    round(
        &Invite {
            purpose: InviteTo::Device {
                person: PersonId::new(&site(), 2),
            },
            for_minutes: None,
        },
        r#"{"purpose":{"device":{"person":"handa/person-2"}}}"#,
    );
    round(
        &RequestVisit {
            target: "pacs-db".to_owned(),
            window: Window {
                from: Timestamp::from_millis(1),
                until: Timestamp::from_millis(2),
            },
            purpose: "p".to_owned(),
            kind: KindOfWork::DataExtraction,
            plan: Bytes(vec![0]),
            plan_name: "plan.txt".to_owned(),
            contact: "1".to_owned(),
            privileged: true,
            care_affected: None,
            patient_data: None,
            files: vec![],
            attended: false,
            sub_contractor: None,
            sessions: Sessions::AtOnce(2),
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        },
        r#"{"target":"pacs-db","window":{"from":1,"until":2},"purpose":"p","kind":"data_extraction","plan":"AA==","plan_name":"plan.txt","contact":"1","privileged":true,"attended":false,"sessions":{"at_once":2}}"#,
    );
    round(
        &WitnessAlarm {
            how: Disagreement::RolledBack,
            held: "a".to_owned(),
            offered: "b".to_owned(),
        },
        r#"{"how":"rolled-back","held":"a","offered":"b"}"#,
    );
}

#[test]
fn the_json_of_databases_is_what_clients_of_this_version_rely_on() {
    let spki = ids::Digest([0xab; 32]);
    let key = "ab".repeat(32);
    round(
        &DatabaseTarget {
            user: "writes".to_owned(),
            reader: Some("reads".to_owned()),
            server: ServerIdentity::Tls { spki },
        },
        &format!(r#"{{"user":"writes","reader":"reads","server":{{"tls":{{"spki":"{key}"}}}}}}"#),
    );
    round(
        &PinDatabaseServer {
            server: ServerIdentity::PlainText {
                accepted: "too old".to_owned(),
            },
            risk: None,
        },
        r#"{"server":{"plain_text":{"accepted":"too old"}}}"#,
    );
    round(
        &SetVisitAccounts {
            accounts: Some(VisitAccounts {
                manager: "keeper".to_owned(),
                groups: vec!["sudo".to_owned()],
            }),
        },
        r#"{"accounts":{"manager":"keeper","groups":["sudo"]}}"#,
    );
    round(&SetVisitAccounts { accounts: None }, "{}");
    round(
        &SetRotationWay {
            way: Some(RotationWay::Device {
                lines: vec!["expect #".to_owned()],
            }),
        },
        r##"{"way":{"device":{"lines":["expect #"]}}}"##,
    );
    round(
        &SetRotationWay {
            way: Some(RotationWay::Windows),
        },
        r#"{"way":"windows"}"#,
    );
    round(
        &SetEmergencyAccount {
            terms: Some(EmergencyTerms {
                instructions: "the doctor on duty opens it".to_owned(),
                look_every_days: 365,
            }),
        },
        r#"{"terms":{"instructions":"the doctor on duty opens it","look_every_days":365}}"#,
    );
    round(
        &SeeEnvelope {
            number: 7,
            found: EnvelopeSeen::Opened,
            why: Some("the gateway was down".to_owned()),
        },
        r#"{"number":7,"found":"opened","why":"the gateway was down"}"#,
    );
    round(
        &NamePatientColumns {
            columns: vec!["public.tbl_ptinf.ptid".parse().unwrap()],
        },
        r#"{"columns":[{"schema":"public","table":"tbl_ptinf","column":"ptid"}]}"#,
    );
    round(
        &DatabaseTerms {
            write: false,
            databases: Databases::Only(NonEmpty::one("orca".to_owned())),
            most_bytes_out: 5,
        },
        r#"{"write":false,"databases":{"only":["orca"]},"most_bytes_out":5}"#,
    );
    round(
        &DatabaseTerms {
            write: true,
            databases: Databases::Any,
            most_bytes_out: 5,
        },
        r#"{"write":true,"databases":"any","most_bytes_out":5}"#,
    );
    round(&ServerShown::Nothing {}, r#"{"nothing":{}}"#);
    let secret = SetTargetSecret::ReaderPassword(Secret::from("hunter2"));
    round(&secret, r#"{"reader_password":"hunter2"}"#);
    assert!(!format!("{secret:?}").contains("hunter2"));
    let empty = r#"{"write":true,"databases":{"only":[]},"most_bytes_out":5}"#;
    assert!(serde_json::from_str::<DatabaseTerms>(empty).is_err());
}

#[test]
fn the_json_of_ssh_is_what_clients_of_this_version_rely_on() {
    round(
        &SshTerms {
            shell: true,
            exec: false,
            upload: Files::No,
            download: Files::Yes {
                paths: Paths::Under(NonEmpty::one("/var/log".to_owned())),
                most_bytes: 7,
            },
        },
        r#"{"shell":true,"exec":false,"upload":"no","download":{"yes":{"paths":{"under":["/var/log"]},"most_bytes":7}}}"#,
    );
    round(&SetTargetSecret::Generate {}, r#"{"generate":{}}"#);
    round(
        &SetTargetSecret::Password(Secret::from("p")),
        r#"{"password":"p"}"#,
    );
    round(
        &Played {
            at_millis: 3,
            seen: Seen::Output {
                channel: 1,
                bytes: Bytes(vec![0]),
            },
        },
        r#"{"at_millis":3,"seen":{"output":{"channel":1,"bytes":"AA=="}}}"#,
    );
    round(
        &Seen::Alive {
            frozen: Some(Frozen::AwaitingAttendant),
            until: Timestamp::from_millis(5),
        },
        r#"{"alive":{"frozen":"awaiting_attendant","until":5}}"#,
    );
    round(
        &Outside::Tried {
            address: "203.0.113.9".parse().unwrap(),
            open: vec![],
        },
        r#"{"tried":{"address":"203.0.113.9","open":[]}}"#,
    );
}

#[test]
fn every_path_is_its_own_and_takes_a_number_only() {
    let paths = [
        paths::STATUS,
        paths::SIGN_IN,
        paths::SIGN_OUT,
        paths::VENDORS,
        paths::VENDOR_SUSPEND,
        paths::VENDOR_RESUME,
        paths::VENDOR_SOURCES,
        paths::VENDOR_SOURCES_RECONFIRM,
        paths::PERSONS,
        paths::INVITATIONS,
        paths::INVITATION_WITHDRAW,
        paths::PERSON_SUSPEND,
        paths::PERSON_RESUME,
        paths::PERSON_ERASE,
        paths::PERSON_RESET,
        paths::DEVICES,
        paths::DEVICE_CONFIRM,
        paths::DEVICE_SUSPEND,
        paths::DEVICE_RESUME,
        paths::TARGETS,
        paths::TARGET_SUSPEND,
        paths::TARGET_RESUME,
        paths::TARGET_PIN,
        paths::TARGET_SECRET,
        paths::TARGET_SECRET_ACCEPT,
        paths::TARGET_SECRET_COMPROMISED,
        paths::TARGET_SECRET_ROTATE,
        paths::SECRETS,
        paths::SECRETS_CHECK,
        paths::SECRETS_POLICY,
        paths::TARGET_RISK,
        paths::TARGET_RISK_WITHDRAWN,
        paths::TARGET_HOST_KEY,
        paths::SSH_HOST_KEY,
        paths::REQUESTS,
        paths::REQUEST,
        paths::REQUEST_PLAN,
        paths::REQUEST_APPROVE,
        paths::REQUEST_REFUSE,
        paths::REQUEST_WITHDRAW,
        paths::REQUEST_EMERGENCY,
        paths::GRANT_WITHDRAW,
        paths::VISITS,
        paths::VISIT,
        paths::VISIT_EXTEND,
        paths::VISIT_REPORT,
        paths::VISIT_RECEIPT,
        paths::SESSIONS,
        paths::SESSION,
        paths::SESSION_END,
        paths::SESSION_PAUSE,
        paths::SESSION_CONTINUE,
        paths::SESSION_ATTEND,
        paths::ISOLATE,
        paths::LIFT,
        paths::NIGHT_CHAIN,
        paths::ENVELOPE,
        paths::KIT_SEAL,
        paths::CLOCK_CONFIRM,
        paths::RECORDINGS,
        paths::RECORDING,
        paths::RECORDING_VERIFY,
        paths::RECORDING_EXPORT,
        paths::RECORDING_INDEX,
        paths::RECORDING_PLAY,
        paths::RECORDING_CAST,
        paths::ATTESTATION_ROOTS,
        paths::ATTESTATION_ROOT_REMOVE,
        paths::RELAYS,
        paths::RELAY_INTRODUCTION,
        paths::RELAY_REMOVE,
        paths::OUTSIDE_CHECK,
        paths::REPORT_DUE,
        paths::UPGRADE,
        paths::LEDGER_CHECKPOINT,
        paths::LEDGER_CONSISTENCY,
        paths::LEDGER_EXPORT,
        paths::LEDGER_COSIGNATURE,
        paths::LEDGER_ALARM,
    ];
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len());
    for path in paths {
        let filled = paths::with_number(path, 7);
        assert!(filled.starts_with("/api/v1/"));
        assert!(!filled.contains(['{', '}']), "{filled}");
    }
    assert_eq!(
        paths::with_number(paths::VISIT_REPORT, 7),
        "/api/v1/visits/7/report"
    );
}

#[test]
fn a_report_says_what_was_done_and_nothing_that_is_unknown() {
    let report = FileReport {
        report: Statement {
            done: "点検".to_owned(),
            patients: 2,
            files_erased: Some(true),
            ..Statement::default()
        },
        attachment: Some(ReportFile {
            name: "a.pdf".to_owned(),
            content: Bytes(b"%PDF".to_vec()),
        }),
    };
    let json = concat!(
        r#"{"report":{"done":"点検","patients":2,"files_erased":true,"restarted":false},"#,
        r#""attachment":{"name":"a.pdf","content":"JVBERg=="}}"#
    );
    round(&report, json);
    let least = serde_json::from_str::<FileReport>(r#"{"report":{"done":"x"}}"#).unwrap();
    assert_eq!(least.report.patients, 0);
    for wrong in [
        r#"{"report":{}}"#,
        r#"{"name":"report.txt","content":"ZG9uZQ=="}"#,
        r#"{"report":{"done":"x","patients":-1}}"#,
        r#"{"report":{"done":"x","doen":"y"}}"#,
    ] {
        assert!(
            serde_json::from_str::<FileReport>(wrong).is_err(),
            "{wrong}"
        );
    }
}
