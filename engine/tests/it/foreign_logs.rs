//! What the receiver of other devices' logs tells: heard once, in order, through a restart; and what it cannot do.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use access::ToldAt;
use tempfile::TempDir;

use crate::hospital::{Hospital, until};

const SOON: Duration = Duration::from_secs(30);

fn found(rule: &str, device: &str) -> String {
    format!(
        "{{\"at\":1795266000000,\"found\":{{\"rule\":\"{rule}\",\"device\":\"{device}\",\"count\":2,\"first\":1795260000000,\"last\":1795266000000}}}}\n"
    )
}

fn sealed(entries: u64) -> String {
    let head = "0".repeat(63);
    format!(
        "{{\"at\":1795266000000,\"sealed\":{{\"file\":\"2026-11-24.001.log\",\"entries\":{entries},\"head\":\"{head}1\"}}}}\n"
    )
}

fn tell(folder: &Path, month: &str, lines: &str) {
    let path = folder.join(format!("{month}.jsonl"));
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

fn heard(hospital: &Hospital) -> Option<(String, u64)> {
    let site = hospital.engine.site();
    let heard = site.foreign_logs().heard.clone();
    heard.map(|ToldAt { month, line }| (month, line))
}

fn until_heard(hospital: &Hospital, month: &str, line: u64) {
    until("it is heard", SOON, || {
        heard(hospital) == Some((month.to_owned(), line))
    });
}

fn alerts(hospital: &Hospital) -> Vec<(access::AlertAbout, usize)> {
    let site = hospital.engine.site();
    let alerts = site.alerts();
    alerts
        .map(|alert| (alert.about.clone(), alert.signs.len()))
        .collect()
}

fn has_finding(hospital: &Hospital, id: &str) -> bool {
    let findings = hospital.engine.findings();
    findings.iter().any(|finding| finding.id == id)
}

fn hear(hospital: &Hospital, folder: &TempDir) {
    let at = folder.path().to_owned();
    hospital.engine.hear_foreign_logs(at).unwrap();
}

#[test]
fn what_is_told_is_entered_once_through_a_restart_and_alerts_are_by_device() {
    let folder = TempDir::new().unwrap();
    let hospital = Hospital::founded();
    let _clerk = hospital.set_up();
    let first = found("windows-log-cleared", "ad1") + &found("windows-guessed", "ad1");
    tell(folder.path(), "2026-10", &first);
    let second = found("windows-log-cleared", "fs1") + &sealed(5) + &sealed(5);
    tell(folder.path(), "2026-11", &second);
    hear(&hospital, &folder);
    until_heard(&hospital, "2026-11", 2);
    let ad1 = (access::AlertAbout::Log("ad1".to_owned()), 2);
    let fs1 = (access::AlertAbout::Log("fs1".to_owned()), 1);
    until("both alerts stand", SOON, || {
        alerts(&hospital) == [ad1.clone(), fs1.clone()]
    });
    let size = hospital.engine.status().size;
    let hospital = hospital.restarted();
    hear(&hospital, &folder);
    tell(folder.path(), "2026-11", &(sealed(5) + &sealed(9)));
    until_heard(&hospital, "2026-11", 5);
    let head = hospital.engine.site().foreign_logs().head.clone();
    assert_eq!(head.map(|head| head.entries), Some(9));
    // Stopped, started, and one head.
    assert!(hospital.engine.status().size <= size + 5);
    assert_eq!(alerts(&hospital).len(), 2);
    hospital.engine.stop();
}

#[test]
fn a_line_that_is_none_is_passed_over_and_one_that_is_being_written_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let hospital = Hospital::founded();
    let _clerk = hospital.set_up();
    let wrong = [
        "\n",
        "{}\n",
        "{\"at\":1}\n",
        "[1]\n",
        "{\"at\":1,\"found\":{\"rule\":\"decoy-touched\",\"device\":\"\\n\",\"count\":1,\"first\":1,\"last\":1}}\n",
        "{\"at\":1,\"sealed\":{\"file\":\"x\",\"entries\":1,\"head\":\"no\"}}\n",
    ];
    tell(folder.path(), "2026-11", &wrong.concat());
    let whole = found("windows-log-cleared", "ad1");
    let (half, rest) = whole.split_at(40);
    tell(folder.path(), "2026-11", half);
    hear(&hospital, &folder);
    tell(folder.path(), "2026-11", rest);
    until_heard(&hospital, "2026-11", 7);
    hospital.engine.stop();
}

#[test]
fn rules_of_the_gateway_itself_cannot_be_told_from_outside() {
    let folder = TempDir::new().unwrap();
    let hospital = Hospital::founded();
    let _clerk = hospital.set_up();
    let told = [
        "decoy-touched",
        "witness-disagrees",
        "windows-service-added",
    ];
    let told: String = told.iter().map(|rule| found(rule, "ad1")).collect();
    tell(
        folder.path(),
        "2026-11",
        &(told + &found("windows-guessed", "ad2")),
    );
    hear(&hospital, &folder);
    let ad2 = (access::AlertAbout::Log("ad2".to_owned()), 1);
    until("the last alert stands", SOON, || {
        !alerts(&hospital).is_empty()
    });
    assert_eq!(alerts(&hospital), [ad2]);
    hospital.engine.stop();
}

#[test]
fn a_receiver_that_tells_too_much_is_heard_tomorrow_and_one_that_is_silent_is_missed() {
    let folder = TempDir::new().unwrap();
    let hospital = Hospital::founded();
    let _clerk = hospital.set_up();
    let many: String = (0..400)
        .map(|n| found("windows-service-added", &format!("pc{n}")))
        .collect();
    tell(folder.path(), "2026-11", &many);
    hear(&hospital, &folder);
    until_heard(&hospital, "2026-11", 300);
    until("it is said", SOON, || {
        has_finding(&hospital, "finding-foreign-logs-many")
    });
    assert_eq!(heard(&hospital), Some(("2026-11".to_owned(), 300)));
    assert!(!has_finding(&hospital, "finding-foreign-logs-silent"));
    hospital.pass(Duration::from_secs(4 * 3600));
    assert!(has_finding(&hospital, "finding-foreign-logs-silent"));
    hospital.pass(Duration::from_secs(21 * 3600));
    until_heard(&hospital, "2026-11", 400);
    hospital.engine.stop();
}

#[test]
fn a_folder_that_cannot_be_read_is_said() {
    let folder = TempDir::new().unwrap();
    let hospital = Hospital::founded();
    let nowhere = folder.path().join("nowhere");
    hospital.engine.hear_foreign_logs(nowhere).unwrap();
    until("it is said", SOON, || {
        has_finding(&hospital, "finding-foreign-logs-unreadable")
    });
    hospital.engine.stop();
}
