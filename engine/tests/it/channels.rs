//! What is asked inside SSH sessions, and the files that pass.

use std::time::Duration;

use access::{ChannelAsk, EndReason, Files, Handover, Paths, Protocol, Reason, SshTerms};
use engine::{NewSecret, OpenedSession, Viewing};
use ids::NonEmpty;
use recording::{ChannelNote, Content, Direction, FileNote, Stream, What};
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed, until};

const HOUR: Duration = Duration::from_secs(3600);

fn files(folder: &str, most_bytes: u64) -> Files {
    Files::Yes {
        paths: Paths::Under(NonEmpty::one(folder.to_owned())),
        most_bytes,
    }
}

fn host_key() -> String {
    let pair = ssh::HostKeyPair::generate().unwrap();
    pair.public().to_string()
}

fn staffed() -> Staffed {
    let special = Special {
        ssh: Some(host_key() + " root@mri"),
        ..Special::default()
    };
    let staffed = Staffed::with("127.0.0.1:22".parse().unwrap(), &special);
    let secret = NewSecret::Password(Zeroizing::new("quince-lathe-heron-71".to_owned()));
    let hospital = &staffed.hospital;
    let setting = hospital.engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        engine::Account::Main,
        secret,
    );
    hospital.run(setting).unwrap();
    let terms = SshTerms {
        shell: true,
        exec: false,
        upload: files("/srv/in", 1 << 20),
        download: files("/var/log", 1000),
    };
    staffed.visit_with(HOUR, Some(terms));
    staffed
}

fn open(staffed: &Staffed) -> OpenedSession {
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Ssh);
    staffed.hospital.run(opening).unwrap()
}

fn download(path: &str) -> ChannelAsk {
    ChannelAsk::File {
        direction: Handover::Out,
        path: path.to_owned(),
    }
}

fn passed(direction: Direction, path: &str, bytes: u64) -> FileNote {
    FileNote {
        channel: 0,
        direction,
        path: path.to_owned(),
        bytes,
        sha256: None,
        whole: true,
    }
}

/// The kinds of a visit's entries, in order, as its receipt shows them.
fn kinds(staffed: &Staffed, visit: &ids::VisitId) -> Vec<String> {
    let hospital = &staffed.hospital;
    let issuing = hospital.engine.receipt(&staffed.clerk, visit);
    let receipt = hospital.run(issuing).unwrap();
    let kind = |entry: &ledger::receipt::ProvenEntry| {
        let value: serde_json::Value = serde_json::from_slice(&entry.bytes.0).unwrap();
        value.pointer("/event/kind")?.as_str().map(str::to_owned)
    };
    receipt.entries.iter().filter_map(kind).collect()
}

#[test]
fn a_channel_is_an_entry_and_what_is_asked_inside_it_is_not() {
    let staffed = staffed();
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    hospital.run(opened.ask(ChannelAsk::Shell)).unwrap();
    hospital.run(opened.ask(ChannelAsk::Sftp)).unwrap();
    let before = hospital.engine.status().size;
    let left = hospital.run(opened.ask(download("/var/log/syslog")));
    assert_eq!(left, Ok(1000));
    let look = ChannelAsk::Look {
        path: "/var/log".to_owned(),
    };
    hospital.run(opened.ask(look)).unwrap();
    assert_eq!(hospital.engine.status().size, before);
    let session = opened.permit().session();
    assert_eq!(hospital.engine.site().session(session).unwrap().channels, 2);
}

#[test]
fn l9_what_is_refused_is_entered_with_its_reasons_and_noted_in_the_recording() {
    let staffed = staffed();
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    let visit = opened.permit().visit().clone();
    let session = opened.permit().session().clone();
    let refused = hospital.run(opened.ask(ChannelAsk::DirectTcp)).unwrap_err();
    let not_granted = Reason::ChannelNotGranted {
        channel: "direct-tcpip".to_owned(),
    };
    assert_eq!(refused.reasons, [not_granted]);
    let refused = hospital.run(opened.ask(download("/etc/shadow")));
    assert_eq!(refused.unwrap_err().reasons, [Reason::PathNotGranted]);
    hospital.run(opened.close(EndReason::EngineerClosed));
    let entered = kinds(&staffed, &visit);
    let refusals = entered.iter().filter(|kind| *kind == "command_refused");
    assert_eq!(refusals.count(), 2, "{entered:?}");
    let (sender, noted) = std::sync::mpsc::channel();
    let keep = move |_: &recording::Header, content: Content<'_>| {
        if let Content::Channel(ChannelNote::Refused { what, reasons, .. }) = content {
            sender.send((what, reasons)).unwrap();
        }
    };
    let engine = &hospital.engine;
    let playing = engine.recording_observations(&staffed.clerk, &session, Viewing::Play, keep);
    hospital.run(playing).unwrap();
    let noted: Vec<(String, Vec<String>)> = noted.try_iter().collect();
    let expected = [
        ("direct-tcpip", "channel-not-granted"),
        ("download /etc/shadow", "path-not-granted"),
    ];
    let expected = expected.map(|(what, why)| (what.to_owned(), vec![why.to_owned()]));
    assert_eq!(noted, expected);
}

#[test]
fn the_same_refusal_in_two_visits_is_an_entry_of_each() {
    let staffed = staffed();
    let hospital = &staffed.hospital;
    let terms = SshTerms {
        upload: Files::No,
        download: Files::No,
        ..SshTerms::shell_only()
    };
    staffed.visit_with(HOUR, Some(terms));
    let grants: Vec<ids::GrantId> = {
        let site = hospital.engine.site();
        site.grants().map(|grant| grant.id.clone()).collect()
    };
    for grant in grants {
        let engine = &hospital.engine;
        let opening = engine.open_session(&staffed.engineer, "db", Some(grant), Protocol::Ssh);
        let opened = hospital.run(opening).unwrap();
        let visit = opened.permit().visit().clone();
        hospital.run(opened.ask(ChannelAsk::DirectTcp)).unwrap_err();
        let entered = kinds(&staffed, &visit);
        assert!(
            entered.contains(&"command_refused".to_owned()),
            "{entered:?}"
        );
    }
}

#[test]
fn the_sessions_of_one_visit_share_their_files_to_the_byte() {
    let staffed = staffed();
    let (one, other) = (open(&staffed), open(&staffed));
    let hospital = &staffed.hospital;
    assert!(one.files(Handover::Out).take(600));
    assert!(!other.files(Handover::Out).take(401));
    assert!(other.files(Handover::Out).take(400));
    assert!(!one.files(Handover::Out).take(1));
    assert!(
        one.files(Handover::In).take(1 << 20),
        "the other way is another purse"
    );
    one.file_handed_over(&passed(Direction::FromTarget, "/var/log/a", 600), None)
        .unwrap();
    other
        .file_handed_over(&passed(Direction::FromTarget, "/var/log/b", 400), None)
        .unwrap();
    hospital.run(one.close(EndReason::EngineerClosed));
    hospital.run(other.close(EndReason::EngineerClosed));
    let third = open(&staffed);
    assert_eq!(third.files(Handover::Out).left(), 0);
    let refused = hospital.run(third.ask(download("/var/log/c"))).unwrap_err();
    assert_eq!(refused.reasons, [Reason::FilesUsedUp]);
}

#[test]
fn every_file_is_entered_before_the_end_of_its_session() {
    let staffed = staffed();
    let opened = open(&staffed);
    let visit = opened.permit().visit().clone();
    let hospital = &staffed.hospital;
    for number in 0..600 {
        let path = format!("/srv/in/{number}");
        let file = passed(Direction::ToTarget, &path, 1);
        opened.file_handed_over(&file, None).unwrap();
    }
    hospital.run(opened.close(EndReason::EngineerClosed));
    assert_eq!(hospital.engine.site().visit(&visit).unwrap().files_in, 600);
    let entered = kinds(&staffed, &visit);
    let closed = entered.iter().position(|kind| kind == "session_closed");
    let last = entered.iter().rposition(|kind| kind == "file_handed_over");
    assert!(last < closed, "{last:?} {closed:?}");
    let files = entered.iter().filter(|kind| *kind == "file_handed_over");
    assert_eq!(files.count(), 600);
}

#[test]
fn a_session_that_is_dropped_enters_its_files_before_its_end_too() {
    let staffed = staffed();
    let opened = open(&staffed);
    let visit = opened.permit().visit().clone();
    let session = opened.permit().session().clone();
    opened
        .file_handed_over(&passed(Direction::ToTarget, "/srv/in/last", 5), None)
        .unwrap();
    drop(opened);
    let closed = || {
        let site = staffed.hospital.engine.site();
        site.session(&session).unwrap().closed.is_some()
    };
    until("it is closed", Duration::from_secs(10), closed);
    let entered = kinds(&staffed, &visit);
    let place = |name: &str| entered.iter().position(|kind| kind == name).unwrap();
    assert!(place("file_handed_over") < place("session_closed"));
}

#[test]
fn channels_are_recorded_within_what_the_visit_may_record() {
    let staffed = staffed();
    let (one, other) = (open(&staffed), open(&staffed));
    let part = vec![0; 600_000];
    one.note(&ChannelNote::Opened {
        channel: 0,
        what: What::Shell,
        terminal: None,
    })
    .unwrap();
    one.stream(0, Direction::FromTarget, Stream::Output, &part)
        .unwrap();
    let refused = other.stream(0, Direction::FromTarget, Stream::Error, &part);
    assert_eq!(refused, Err(store::RecordError::QuotaUsedUp));
    let refused = other.typed(0, 0, &part);
    assert_eq!(refused, Err(store::RecordError::QuotaUsedUp));
    other.typed(0, 0, &[0; 64]).unwrap();
}

#[test]
fn notes_count_in_every_session_of_a_visit_like_what_passes() {
    let staffed = staffed();
    let (one, other) = (open(&staffed), open(&staffed));
    let note = ChannelNote::Refused {
        channel: None,
        what: "a".repeat(4000),
        reasons: Vec::new(),
    };
    let mut noted = 0;
    while one.note(&note).is_ok() && other.note(&note).is_ok() {
        noted += 2;
    }
    let most = (1 << 20) / note.length();
    assert!(noted <= most && noted + 3 > most, "{noted} of {most}");
    for session in [one, other] {
        let refused = session.note(&note);
        assert_eq!(refused, Err(store::RecordError::QuotaUsedUp));
    }
}
