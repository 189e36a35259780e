//! A visit told whole: plan, recordings and report side by side.

use std::time::Duration;

use access::*;
use collation::{Difference, WorkReport};
use engine::{NewSecret, OpenedSession, SessionContent, VisitStory};
use faults::{Fault, Plan, Point, Strike};
use ids::{NonEmpty, VisitId};
use recording::{ChannelNote, FileNote, Stream, Terminal, What};
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed};
use crate::sessions::after_a_crash;

const HOUR: Duration = Duration::from_secs(3600);
const PLAN: &str = "作業計画書\n$ systemctl status lis\n$ df -h\n";

/// An SSH target, and a granted visit whose plan lists two commands and a file.
pub(crate) fn staffed() -> (Staffed, VisitId) {
    let host_key = ssh::HostKeyPair::generate().unwrap().public().to_string();
    let special = Special {
        ssh: Some(host_key),
        ..Special::default()
    };
    let staffed = Staffed::with("127.0.0.1:22".parse().unwrap(), &special);
    let hospital = &staffed.hospital;
    let secret = NewSecret::Password(Zeroizing::new("quince-lathe-heron-71".to_owned()));
    let setting = hospital.engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        engine::Account::Main,
        secret,
    );
    hospital.run(setting).unwrap();
    let files = Files::Yes {
        paths: Paths::Under(NonEmpty::one("/srv".to_owned())),
        most_bytes: 1 << 20,
    };
    let terms = SshTerms {
        shell: true,
        exec: true,
        upload: files.clone(),
        download: files,
    };
    let visit = planned(&staffed, Some(terms));
    (staffed, visit)
}

fn planned(staffed: &Staffed, ssh: Option<SshTerms>) -> VisitId {
    let hospital = &staffed.hospital;
    let engine = &hospital.engine;
    let now = engine.now();
    let asked = NewVisit {
        target: staffed.target.clone(),
        window: Window {
            from: now,
            until: now.plus(HOUR),
        },
        purpose: hospital.text("purpose"),
        kind: KindOfWork::Inspection,
        plan: engine.keep_blob(PLAN.as_bytes()).unwrap(),
        plan_name: hospital.text("plan-name"),
        contact: hospital.text("contact"),
        privileged: false,
        care: CareImpact::None,
        patients: PatientData::None,
        files: vec![FileHandover {
            direction: Handover::In,
            name: engine.commit("file-name", "update.zip", None).unwrap(),
            sha256: None,
        }],
        attended: false,
        sub_contractor: None,
        sessions: Sessions::AtOnce(10),
        ssh,
        database: None,
        web: None,
        desktop: None,
    };
    let asking = engine.submit(&staffed.engineer, Command::RequestVisit(Box::new(asked)));
    let Ok(Outcome::Requested { request, visit }) = hospital.run(asking) else {
        panic!("the request was refused")
    };
    hospital.approve(&staffed.clerk, &request);
    visit
}

pub(crate) fn open(staffed: &Staffed, protocol: Protocol) -> OpenedSession {
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, protocol);
    staffed.hospital.run(opening).unwrap()
}

pub(crate) fn command(opened: &OpenedSession, channel: u32, command: &str) {
    opened
        .note(&ChannelNote::Opened {
            channel,
            what: What::Exec {
                command: command.to_owned(),
            },
            terminal: None,
        })
        .unwrap();
}

/// A planned command, one that no plan knows, a file out, a refused ask, a line that nobody saw.
pub(crate) fn work(staffed: &Staffed) {
    let opened = open(staffed, Protocol::Ssh);
    let hospital = &staffed.hospital;
    command(&opened, 0, "systemctl status lis");
    command(&opened, 1, "sudo systemctl restart lis");
    opened
        .note(&ChannelNote::Opened {
            channel: 2,
            what: What::Shell,
            terminal: Some(Terminal {
                term: "xterm".to_owned(),
                columns: 80,
                rows: 24,
            }),
        })
        .unwrap();
    opened.typed(2, 0, &[0; 64]).unwrap();
    opened
        .stream(
            2,
            recording::Direction::FromTarget,
            Stream::Output,
            b"Password: ",
        )
        .unwrap();
    opened
        .file_handed_over(
            &FileNote {
                channel: 3,
                direction: recording::Direction::FromTarget,
                path: "/srv/dump.sql".to_owned(),
                bytes: 5,
                sha256: Some(ids::Digest([7; 32])),
                whole: true,
            },
            None,
        )
        .unwrap();
    hospital.run(opened.ask(ChannelAsk::DirectTcp)).unwrap_err();
    hospital.run(opened.close(EndReason::EngineerClosed));
}

fn told(staffed: &Staffed, visit: &VisitId) -> VisitStory {
    let telling = staffed.hospital.engine.visit_story(&staffed.clerk, visit);
    staffed.hospital.run(telling).unwrap()
}

fn ids_of(story: &VisitStory) -> Vec<&str> {
    story.differences.iter().map(Difference::id).collect()
}

fn report(done: &str) -> WorkReport {
    WorkReport {
        done: done.to_owned(),
        changes: None,
        patients: 0,
        patients_listed: None,
        files_erased: Some(true),
        trouble: None,
        restarted: true,
        next: None,
        attachment: None,
    }
}

fn file(staffed: &Staffed, visit: &VisitId, document: &[u8]) {
    let hospital = &staffed.hospital;
    let command = Command::FileReport {
        visit: visit.clone(),
        report: hospital.engine.keep_blob(document).unwrap(),
        name: hospital.text("report-name"),
    };
    hospital
        .run(hospital.engine.submit(&staffed.engineer, command))
        .unwrap();
}

#[test]
fn a_visit_by_ssh_is_told_with_what_differs_from_its_plan() {
    let (staffed, visit) = staffed();
    work(&staffed);
    let story = told(&staffed, &visit);
    assert!(!story.over);
    let commands: Vec<&str> = story.commands.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(
        commands,
        ["systemctl status lis", "sudo systemctl restart lis"]
    );
    let [dump] = story.files.as_slice() else {
        panic!("{:?}", story.files)
    };
    assert_eq!(dump.path.as_deref(), Some("/srv/dump.sql"));
    assert_eq!(
        (dump.direction, dump.bytes, dump.sha256.is_some()),
        (Handover::Out, 5, true)
    );
    assert_eq!(story.refused.len(), 1);
    assert_eq!(story.masked_lines, 1);
    assert_eq!(
        story.sessions.first().unwrap().content,
        SessionContent::Read
    );
    // While it goes on nothing is missing yet.
    let soon = [
        "command-not-planned",
        "privilege-not-planned",
        "file-not-planned",
        "refused",
        "input-masked",
    ];
    assert_eq!(ids_of(&story), soon);
    staffed.hospital.pass(HOUR + HOUR);
    let story = told(&staffed, &visit);
    assert!(story.over);
    for missing in ["report-missing", "command-not-seen", "file-not-seen"] {
        assert!(ids_of(&story).contains(&missing), "{:?}", ids_of(&story));
    }
}

#[test]
fn the_last_report_counts_and_the_earlier_ones_are_listed() {
    let (staffed, visit) = staffed();
    work(&staffed);
    staffed.hospital.pass(HOUR + HOUR);
    let first = WorkReport {
        restarted: false,
        patients: 3,
        ..report("inspected")
    };
    file(&staffed, &visit, &serde_json::to_vec(&first).unwrap());
    let story = told(&staffed, &visit);
    assert!(ids_of(&story).contains(&"restart-not-reported"));
    assert!(ids_of(&story).contains(&"patients-not-planned"));
    assert!(!ids_of(&story).contains(&"report-missing"));
    let second = report("inspected, and restarted");
    file(&staffed, &visit, &serde_json::to_vec(&second).unwrap());
    let story = told(&staffed, &visit);
    assert_eq!(story.reports.len(), 2);
    assert_eq!(story.reports.last().unwrap().stated, Some(second));
    assert!(!ids_of(&story).contains(&"restart-not-reported"));
}

#[test]
fn a_report_of_another_form_is_a_report() {
    let (staffed, visit) = staffed();
    work(&staffed);
    staffed.hospital.pass(HOUR + HOUR);
    file(&staffed, &visit, b"%PDF-1.7 all well");
    let story = told(&staffed, &visit);
    assert_eq!(story.reports.first().unwrap().stated, None);
    assert!(!ids_of(&story).contains(&"report-missing"));
}

#[test]
fn what_another_protocol_carried_is_said_to_be_unseen() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    let visit = planned(&staffed, None);
    let opened = open(&staffed, Protocol::Tcp);
    opened
        .record(recording::Direction::ToTarget, b"select 1")
        .unwrap();
    staffed
        .hospital
        .run(opened.close(EndReason::EngineerClosed));
    staffed.hospital.pass(HOUR + HOUR);
    staffed.hospital.run(staffed.hospital.engine.settle());
    let before = staffed.hospital.engine.status().size;
    let story = told(&staffed, &visit);
    assert_eq!(
        story.sessions.first().unwrap().content,
        SessionContent::NotUnderstood
    );
    // Nothing that cannot be seen is called not done; what the ledger holds is.
    let expected = ["report-missing", "file-not-seen", "sessions-unseen"];
    assert_eq!(ids_of(&story), expected);
    assert_eq!(
        staffed.hospital.engine.status().size,
        before,
        "no recording was opened"
    );
}

#[test]
fn nobody_who_was_allowed_and_did_not_come_is_called_so_afterwards() {
    let (staffed, visit) = staffed();
    assert_eq!(told(&staffed, &visit).differences, []);
    staffed.hospital.pass(HOUR + HOUR);
    assert_eq!(
        told(&staffed, &visit).differences.first(),
        Some(&Difference::NoSession)
    );
}

#[test]
fn l25_a_story_is_a_view_of_each_recording_and_the_engineer_hears_their_own_only() {
    let (staffed, visit) = staffed();
    work(&staffed);
    work(&staffed);
    let hospital = &staffed.hospital;
    hospital.run(hospital.engine.settle());
    let before = hospital.engine.status().size;
    told(&staffed, &visit);
    assert_eq!(hospital.engine.status().size, before + 2);
    let own = hospital.engine.visit_story(&staffed.engineer, &visit);
    assert_eq!(hospital.run(own).unwrap().commands.len(), 4);
    assert_eq!(hospital.engine.status().size, before + 4);
    let vendor = hospital.engine.site().visit(&visit).unwrap().vendor.clone();
    let mut colleague = hospital.engineer(&staffed.clerk, &vendor, "ueda");
    let stranger = hospital.vendor(&staffed.clerk, "127.0.1.0/25");
    let mut stranger = hospital.engineer(&staffed.clerk, &stranger, "kondo");
    hospital.pass(Duration::from_secs(60));
    let asked = [
        (hospital.signed_in(&mut colleague), Reason::NotYours),
        (hospital.signed_in(&mut stranger), Reason::NotFound),
        (login::Identity::local_operator(0), Reason::PersonNeeded),
    ];
    for (who, why) in asked {
        let refused = hospital.run(hospital.engine.visit_story(&who, &visit));
        assert_eq!(refused.unwrap_err().reasons, [why]);
    }
}

#[test]
fn who_attended_and_who_paused_stands_in_the_story() {
    let (staffed, visit) = staffed();
    let opened = open(&staffed, Protocol::Ssh);
    let hospital = &staffed.hospital;
    let session = opened.permit().session().clone();
    let attendance = hospital.run(hospital.engine.attend(&staffed.clerk, &session));
    let attendance = attendance.unwrap();
    hospital
        .run(hospital.engine.pause(&staffed.clerk, &session))
        .unwrap();
    hospital
        .run(hospital.engine.continue_session(&staffed.clerk, &session))
        .unwrap();
    let story = told(&staffed, &visit);
    let told = story.sessions.first().unwrap();
    let [attended] = told.attended.as_slice() else {
        panic!("{told:?}")
    };
    assert!(attended.by.is_some() && attended.until.is_none());
    let [paused] = told.paused.as_slice() else {
        panic!("{told:?}")
    };
    assert!(paused.by == attended.by && paused.until.is_some());
    drop(attendance);
    hospital.run(opened.close(EndReason::EngineerClosed));
}

/// L27: an end that stands in the ledger does not hide that the recording has none.
#[test]
fn l27_a_recording_without_an_end_is_said_to_be_cut_whoever_ended_the_session() {
    let (staffed, visit) = staffed();
    let hospital = &staffed.hospital;
    let opened = open(&staffed, Protocol::Ssh);
    command(&opened, 0, "systemctl status lis");
    let planned = faults::plan(Plan {
        point: Point::JournalFrame,
        under: hospital.config.dir.clone(),
        pass: 0,
        strike: Strike::of(Fault::Lost, std::process::abort),
        when: None,
    });
    hospital.run(opened.close(EndReason::EngineerClosed));
    assert!(planned.has_struck());
    let again = after_a_crash(hospital);
    let story = hospital.run(again.visit_story(&staffed.clerk, &visit));
    again.stop();
    let story = story.unwrap();
    let [session] = &story.sessions[..] else {
        panic!("{:?}", story.sessions)
    };
    assert_eq!(session.content, SessionContent::Interrupted);
}
