//! From an event log of Windows that somebody brings to the alert on the clerk's screen, and to a head that an inspector can
//! hold the logs against: three programs, and no more between them than a folder.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use acceptance::hospital::{Hospital, Plan};
use acceptance::people::text;
use acceptance::{binary, wait};
use serde_json::Value;

#[expect(
    clippy::indexing_slicing,
    reason = "what is written here has the lengths that it is given"
)]
#[path = "../../logs/tests/it/evtx.rs"]
mod evtx;
#[path = "../../logs/tests/it/reader.rs"]
mod reader;

use evtx::{Made, file};

fn logs(args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(binary::logs());
    command.args(["--lang", "en"]).args(args);
    command.arg("--folder").arg(folder);
    command
}

fn said(done: &Output) -> String {
    let text = [&done.stdout[..], &done.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

/// A log in which somebody guessed, came in, and cleared the log.
fn security() -> Vec<u8> {
    let made = |record: u64, id: u16, data: &[(&'static str, &str)]| Made {
        at: 1_793_491_200_000 + i64::try_from(record).unwrap() * 1_000,
        id,
        record,
        provider: "Microsoft-Windows-Security-Auditing",
        channel: "Security",
        computer: "ad1.hospital.example",
        data: data
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    };
    let who = [
        ("TargetUserName", "Administrator"),
        ("IpAddress", "10.1.2.3"),
    ];
    let mut events: Vec<Made> = (1..=12).map(|record| made(record, 4625, &who)).collect();
    events.push(made(13, 4624, &who));
    events.push(Made {
        provider: "Microsoft-Windows-Eventlog",
        ..made(14, 1102, &[("SubjectUserName", "Administrator")])
    });
    file(&events, &[])
}

#[test]
fn an_event_log_that_is_brought_becomes_an_alert_and_its_head_stands_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("logs");
    std::fs::create_dir_all(kept.join("told")).unwrap();
    let told = kept.join("told");
    let hospital = Hospital::build(Plan {
        site_toml: format!("\n[foreign_logs]\ntold = \"{}\"\n", told.display()),
        ..Plan::default()
    });
    reader::beside(binary::logs().parent().unwrap());
    let brought = folder.path().join("security.evtx");
    std::fs::write(&brought, security()).unwrap();
    let mut import = logs(&["import"], &kept);
    let done = import.arg(&brought).output().unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    let alert = wait::until("the alert", || {
        let alerts = hospital.clerk.asks(["alerts"]);
        let alert = alerts.as_array().unwrap().first()?.clone();
        (alert["signs"].as_array().unwrap().len() == 3).then_some(alert)
    });
    assert_eq!(text(&alert, "name"), "ad1.hospital.example");
    let signs = alert["signs"].as_array().unwrap().iter();
    let mut rules: Vec<String> = signs.map(|sign| text(sign, "rule")).collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        ["windows-guessed", "windows-guessing", "windows-log-cleared"]
    );
    // The chronology of the incident has begun with it, and no account stands in any of it.
    let incidents = hospital.clerk.asks(["incident", "list"]);
    assert_eq!(incidents.as_array().map(Vec::len), Some(1), "{incidents}");
    // The receiver tells its head, which is entered.
    let settings = folder.path().join("logs.toml");
    std::fs::write(&settings, "udp = [\"127.0.0.1:0\"]\n").unwrap();
    let mut serving = logs(&["serve"], &kept)
        .arg("--config")
        .arg(&settings)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let export = folder.path().join("ledger");
    let verified = wait::until("a head in the ledger", || {
        let _older = std::fs::remove_dir_all(&export);
        let exported = hospital.clerk.sekisho();
        exported
            .args(["ledger", "export", "--out"])
            .arg(&export)
            .ok();
        let mut verify = logs(&["verify"], &kept);
        let done = verify.arg("--against").arg(&export).output().unwrap();
        (!said(&done).contains("tells of no head")).then_some(done)
    });
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    // Whoever owns the receiver's machine makes the whole chain anew: it holds by itself, and not against the ledger.
    for entry in std::fs::read_dir(&kept).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "log") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut retain = logs(&["retain"], &kept);
    let anew = retain.arg("--config").arg(&settings).output().unwrap();
    assert!(anew.status.success(), "{}", said(&anew));
    assert!(logs(&["verify"], &kept).output().unwrap().status.success());
    let mut verify = logs(&["verify"], &kept);
    let forged = verify.arg("--against").arg(&export).output().unwrap();
    assert!(!forged.status.success());
    assert!(said(&forged).contains("is not what was told to the gateway"));
    let names: Value = hospital.clerk.asks(["alerts"]);
    assert!(!names.to_string().contains("Administrator"));
}
