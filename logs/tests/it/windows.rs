//! Event logs of Windows that a person brings: made here, read by `evtxexport` too, kept, found, told.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::evtx::{Made, file};
use crate::{LOOPBACK, Serving, program};

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// 2026-11-01 00:00 UTC.
const BEGAN: i64 = 1_793_491_200_000;

fn made(record: u64, id: u16, data: &[(&'static str, &str)]) -> Made {
    let data = data.iter();
    Made {
        at: BEGAN + i64::try_from(record).unwrap() * 1000,
        id,
        record,
        provider: SECURITY,
        channel: "Security",
        computer: "ad1.hospital.example",
        data: data
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    }
}

fn wrong(record: u64) -> Made {
    let data = [
        ("TargetUserName", "Administrator"),
        ("IpAddress", "10.1.2.3"),
    ];
    made(record, 4625, &data)
}

/// An ordinary morning, with an account that nobody ordered and a log that is empty afterwards.
fn morning() -> Vec<Made> {
    let mut events: Vec<Made> = (1..=400)
        .map(|record| {
            let data = [("TargetUserName", "医事課01"), ("LogonType", "2")];
            made(record, 4634, &data)
        })
        .collect();
    events.extend((401..=415).map(wrong));
    let added = [
        ("TargetUserName", "support2"),
        ("SubjectUserName", "Administrator"),
    ];
    events.push(made(416, 4720, &added));
    events.push(Made {
        provider: "Microsoft-Windows-Eventlog",
        data: vec![("SubjectUserName", "Administrator".to_owned())],
        ..made(417, 1102, &[])
    });
    events
}

fn import(folder: &Path, files: &[PathBuf]) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_sekisho-logs"));
    crate::reader::beside(programs.parent().unwrap());
    let mut command = program();
    let command = command.args(["--lang", "en", "import", "--folder"]);
    command
        .arg(folder.join("kept"))
        .args(files)
        .output()
        .unwrap()
}

fn said(done: &Output) -> String {
    String::from_utf8(done.stdout.clone()).unwrap() + &String::from_utf8_lossy(&done.stderr)
}

fn search(folder: &Path, words: &[&str]) -> String {
    let mut command = program();
    let command = command.args(["--lang", "en", "search", "--limit", "1000"]);
    let command = command.args(words).arg("--folder").arg(folder.join("kept"));
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn told(folder: &Path) -> String {
    let told = std::fs::read_dir(folder.join("kept/told")).unwrap();
    told.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_logs_that_are_made_here_are_logs_to_another_reader_too() {
    let folder = TempDir::new().unwrap();
    let path = write(folder.path(), "security.evtx", &file(&morning(), &[]));
    let done = Command::new("evtxexport")
        .args(["-f", "xml"])
        .arg(&path)
        .output()
        .unwrap();
    let exported = String::from_utf8_lossy(&done.stdout);
    assert_eq!(exported.matches("<Event ").count(), 417, "{exported}");
    assert!(exported.contains("ad1.hospital.example"));
    assert!(exported.contains("医事課01"));
}

#[test]
fn a_brought_log_is_kept_event_by_event_and_the_rules_tell_what_is_in_it() {
    let folder = TempDir::new().unwrap();
    let path = write(folder.path(), "security.evtx", &file(&morning(), &[]));
    let done = import(folder.path(), &[path]);
    let text = said(&done);
    assert_eq!(done.status.code(), Some(3), "{text}");
    assert!(
        text.contains("417 events, 417 of them new, 0 pieces unreadable, 0 missing"),
        "{text}"
    );
    for sentence in [
        "administrator, by or from 10.1.2.3 (15 times",
        "An account was added at a Windows machine. — support2, by or from Administrator (1 times",
        "A log of Windows was cleared. — Security, by or from Administrator",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
    assert_eq!(text.matches("ad1.hospital.example:").count(), 3, "{text}");
    // Each event stands there at its own time, and says when it was brought.
    let found = search(folder.path(), &["医事課01"]);
    assert_eq!(found.lines().count(), 400);
    assert!(
        found.contains("2026-11-01T09:06:40+09:00 EventID=4634"),
        "{found}"
    );
    assert!(found.contains("(brought 2"), "{found}");
    assert_eq!(
        search(folder.path(), &["found", "windows*"])
            .lines()
            .count(),
        3
    );
    // What the gateway is told has no account in it.
    let told = told(folder.path());
    assert_eq!(told.lines().count(), 3);
    assert!(told.contains("\"rule\":\"windows-log-cleared\""), "{told}");
    assert!(told.contains("ad1.hospital.example"), "{told}");
    assert!(!told.to_lowercase().contains("administrator"), "{told}");
    assert!(!told.contains("support2"), "{told}");
}

#[test]
fn what_was_brought_last_week_is_not_kept_and_not_told_again() {
    let folder = TempDir::new().unwrap();
    let mut events = morning();
    let first = write(folder.path(), "one.evtx", &file(&events, &[]));
    assert_eq!(
        import(folder.path(), std::slice::from_ref(&first))
            .status
            .code(),
        Some(3)
    );
    let again = import(folder.path(), &[first]);
    let text = said(&again);
    assert_eq!(again.status.code(), Some(0), "{text}");
    assert!(text.contains("417 events, 0 of them new"), "{text}");
    assert!(text.contains("The rules see nothing"), "{text}");
    // The log goes on: only what was added is new.
    let joined = [
        ("TargetUserName", "Domain Admins"),
        ("MemberName", "CN=support2"),
    ];
    events.push(made(418, 4728, &joined));
    let second = write(folder.path(), "two.evtx", &file(&events, &[]));
    let next = import(folder.path(), &[second]);
    let text = said(&next);
    assert!(text.contains("418 events, 1 of them new"), "{text}");
    assert!(text.contains("Domain Admins ← CN=support2"), "{text}");
    assert_eq!(text.matches("ad1.hospital.example:").count(), 1, "{text}");
    assert_eq!(search(folder.path(), &["医事課01"]).lines().count(), 400);
}

#[test]
fn events_that_were_cut_out_and_chunks_that_were_altered_are_told_of() {
    let folder = TempDir::new().unwrap();
    let events: Vec<Made> = morning().into_iter().take(400).collect();
    let cut = write(folder.path(), "cut.evtx", &file(&events, &[200, 201]));
    let done = import(folder.path(), &[cut]);
    let text = said(&done);
    assert!(
        text.contains("398 events, 398 of them new, 0 pieces unreadable, 2 missing"),
        "{text}"
    );
    assert!(text.contains("events are missing between others"), "{text}");
    let folder = TempDir::new().unwrap();
    let mut bytes = file(&events, &[]);
    // In the second chunk, within an event.
    bytes[4096 + 65_536 + 3_000] ^= 1;
    let altered = write(folder.path(), "altered.evtx", &bytes);
    let done = import(folder.path(), &[altered]);
    let text = said(&done);
    assert_eq!(done.status.code(), Some(3), "{text}");
    assert!(text.contains("1 pieces unreadable"), "{text}");
}

#[test]
fn a_running_receiver_takes_in_what_is_brought_and_tells_its_head() {
    let settings = format!("udp = [\"127.0.0.1:0\"]\n{LOOPBACK}");
    let serving = Serving::start(&settings, 1);
    let folder = serving.kept().parent().unwrap().to_owned();
    let path = write(&folder, "security.evtx", &file(&morning(), &[]));
    let done = import(&folder, &[path]);
    let text = said(&done);
    assert!(text.contains("takes the 417 events in"), "{text}");
    let _found = serving.finds("support2");
    let (_said, kept) = serving.stop();
    assert_eq!(search(kept.path(), &["医事課01"]).lines().count(), 400);
    let told = told(kept.path());
    let sealed: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("\"sealed\""))
        .collect();
    let last: serde_json::Value = serde_json::from_str(sealed.last().unwrap()).unwrap();
    let word = |name: &str| last["sealed"][name].to_string().replace('"', "");
    // The head that was told is the one that verifies, and no other.
    let verify = |head: &str| {
        let heads = format!("{} {} {head}\n", word("file"), word("entries"));
        let against = write(kept.path(), "heads", heads.as_bytes());
        let mut command = program();
        let command = command.args(["--lang", "en", "verify", "--folder"]);
        let command = command
            .arg(kept.path().join("kept"))
            .arg("--against")
            .arg(against);
        command.output().unwrap()
    };
    assert!(verify(&word("head")).status.success());
    let other = verify(&"0".repeat(64));
    assert!(!other.status.success());
    assert!(said(&other).contains("is not what was told to the gateway"));
}

#[test]
fn what_is_no_event_log_is_said_and_nothing_is_kept_of_it() {
    let folder = TempDir::new().unwrap();
    for bytes in [&b"<Events/>"[..], b"", &file(&morning(), &[])[..100]] {
        let path = write(folder.path(), "security.xml", bytes);
        let done = import(folder.path(), &[path]);
        assert_eq!(done.status.code(), Some(1));
        let text = said(&done);
        assert!(text.contains("is no event log of Windows"), "{text}");
        assert!(text.contains("wevtutil epl"), "{text}");
    }
    assert_eq!(search(folder.path(), &["brought"]), "");
    let many = vec!["x.evtx".into(); 65];
    assert!(said(&import(folder.path(), &many)).contains("at most 64 files"));
    let gone = import(folder.path(), &["nowhere.evtx".into()]);
    assert!(said(&gone).contains("nowhere.evtx cannot be read"));
}
