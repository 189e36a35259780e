//! Telling people: an answer that nobody gave, a server that nobody can reach, a message that was opened.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{
    About, Command, EndReason, Event, MailSecurity, NoticeTerms, Protocol, RequestState,
    SetNotices, Undelivered, Way, Ways,
};
use engine::MailForm;
use ids::{PersonId, RequestId};
use login::Identity;
use wire::Secret;

use crate::hospital::{Hospital, Staffed, until};

const PATIENCE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn person(by: &Identity) -> PersonId {
    let access::Who::Person(person) = &by.caller().who else {
        unreachable!("{:?} is no person", by.caller().who)
    };
    person.clone()
}

fn set(hospital: &Hospital, by: &Identity, set: SetNotices) {
    let submitted = hospital.engine.submit(by, Command::SetNotices(set));
    hospital.run(submitted).unwrap();
}

/// Nobody listens at port 9 of our own machine.
fn nobody_there() -> MailForm {
    MailForm {
        host: "127.0.0.1".to_owned(),
        port: 9,
        security: MailSecurity::StartTls,
        from: "sekisho@hospital.example".to_owned(),
        user: Some("sekisho".to_owned()),
        password: Some(Secret::from("canary-password")),
        roots: None,
    }
}

/// The clerk by mail to a server where nobody listens.
fn told_by_mail(staffed: &Staffed) {
    let Staffed {
        hospital, clerk, ..
    } = staffed;
    let server = hospital.engine.set_mail_server(clerk, nobody_there());
    hospital.run(server).unwrap();
    let address = hospital
        .engine
        .commit(
            "mail-address",
            "clerk@hospital.example",
            Some(&person(clerk)),
        )
        .unwrap();
    let ways = Ways {
        ways: vec![Way::Mail { address }],
        ..Ways::default()
    };
    let person = person(clerk);
    set(hospital, clerk, SetNotices::Ways { person, ways });
}

fn asked(staffed: &Staffed) -> RequestId {
    let hospital = &staffed.hospital;
    hospital.request(&staffed.engineer, &staffed.target, HOUR * 3, None)
}

fn state(hospital: &Hospital, request: &RequestId) -> RequestState {
    hospital.engine.site().request(request).unwrap().state
}

#[test]
fn a_request_that_nobody_answers_in_time_is_refused_by_the_gateway() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    let hospital = &staffed.hospital;
    let terms = NoticeTerms {
        answer_within: 30,
        english: false,
    };
    set(hospital, &staffed.clerk, SetNotices::Terms(terms));
    let request = asked(&staffed);
    hospital.pass(Duration::from_secs(29 * 60));
    assert_eq!(state(hospital, &request), RequestState::AwaitingApproval);
    hospital.pass(Duration::from_secs(60));
    until("the refusal", PATIENCE, || {
        state(hospital, &request) == RequestState::Refused
    });
    let since = hospital.engine.site().refused_unanswered(&request);
    assert_eq!(since, Some(hospital.engine.now()));
}

#[test]
fn what_was_told_and_refused_stands_after_a_restart_and_is_not_refused_again() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    told_by_mail(&staffed);
    let request = asked(&staffed);
    staffed.hospital.pass(HOUR);
    until("the refusal", PATIENCE, || {
        state(&staffed.hospital, &request) == RequestState::Refused
    });
    let hospital = staffed.hospital.restarted();
    assert_eq!(state(&hospital, &request), RequestState::Refused);
    assert!(
        hospital
            .engine
            .site()
            .refused_unanswered(&request)
            .is_some()
    );
    assert!(
        hospital
            .engine
            .site()
            .unanswered(hospital.engine.now())
            .is_empty()
    );
}

/// Lesson L29: the password of the mail account is sealed, and stands in no entry and no table in the clear.
#[test]
fn l29_the_password_of_the_mail_account_lies_nowhere_in_the_clear() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    told_by_mail(&staffed);
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let again = MailForm {
        password: None,
        port: 10,
        ..nobody_there()
    };
    hospital
        .run(hospital.engine.set_mail_server(clerk, again))
        .unwrap();
    let held = hospital.engine.site().mail_server().cloned().unwrap();
    assert_eq!(
        (held.port, held.secret),
        (10, Some(1)),
        "it stays without a new one"
    );
    let folder = hospital.config.dir.clone();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(15).any(|part| part == b"canary-password");
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn a_test_says_by_which_way_it_failed_and_is_entered() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    told_by_mail(&staffed);
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let sent = hospital.run(hospital.engine.test_notices(clerk)).unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].failed, Some(Undelivered::Unreachable));
    let site = hospital.engine.site();
    let last = site.deliveries().last().unwrap();
    assert_eq!((&last.about, last.tried.tries), (&About::Test, 1));
    drop(site);
    let found = hospital.engine.findings();
    assert!(
        found
            .iter()
            .any(|finding| finding.id == "finding-undelivered")
    );
    let nobody = hospital.engine.test_notices(&staffed.engineer);
    assert!(hospital.run(nobody).is_err(), "she has no way");
}

/// A mail server that takes everything in the clear, and what it took.
fn takes_everything() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let took = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&took);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up in the middle has sent nothing.
            let _gone = converse(stream, &kept);
        }
    });
    (port, took)
}

fn converse(stream: TcpStream, kept: &Mutex<String>) -> std::io::Result<()> {
    let mut to = stream.try_clone()?;
    to.write_all(b"220 here\r\n")?;
    let mut data = false;
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if data && line != "." {
            kept.lock().unwrap().push_str(&(line + "\n"));
            continue;
        }
        let said: &[u8] = match line.get(..4) {
            Some("DATA") => b"354 go on\r\n",
            Some("EHLO") => b"250 hello\r\n",
            _ => b"250 ok\r\n",
        };
        data = line.starts_with("DATA");
        to.write_all(said)?;
    }
    Ok(())
}

/// The clerk by mail to a server that takes everything, and what it took.
fn told_by_mail_that_arrives(staffed: &Staffed) -> Arc<Mutex<String>> {
    told_by_mail(staffed);
    let (port, took) = takes_everything();
    let plain = MailForm {
        port,
        security: MailSecurity::DangerousPlaintext,
        user: None,
        password: None,
        ..nobody_there()
    };
    let engine = &staffed.hospital.engine;
    let server = engine.set_mail_server(&staffed.clerk, plain);
    staffed.hospital.run(server).unwrap();
    took
}

#[test]
fn a_request_is_told_once_and_opening_it_is_entered_once() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    let took = told_by_mail_that_arrives(&staffed);
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let request = asked(&staffed);
    let about = About::Request(request.clone());
    let clerk_id = person(clerk);
    let told = || {
        let site = hospital.engine.site();
        let told = site.deliveries().iter().filter(|told| told.about == about);
        told.cloned().collect::<Vec<_>>()
    };
    until("the delivery", PATIENCE, || !told().is_empty());
    assert!(took.lock().unwrap().contains("To: clerk@hospital.example"));
    assert!(hospital.engine.site().unseen(&about, &clerk_id));
    for _ in 0..2 {
        hospital.run(hospital.engine.request_opened(clerk, &request));
    }
    let told = told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].seen, Some(hospital.engine.now()));
    assert_eq!(took.lock().unwrap().matches("Message-ID:").count(), 1);
}

#[test]
fn workers_that_crash_one_after_another_are_told_once_and_again_on_another_day() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    let _took = told_by_mail_that_arrives(&staffed);
    let hospital = &staffed.hospital;
    let crashes = |times: usize| {
        staffed.visit(HOUR);
        for _ in 0..times {
            let opening =
                hospital
                    .engine
                    .open_session(&staffed.engineer, "db", None, Protocol::Tcp);
            let opened = hospital.run(opening).unwrap();
            hospital.run(opened.close(EndReason::WorkerCrashed));
        }
    };
    let about = About::Finding("finding-worker".to_owned());
    let told = || {
        let site = hospital.engine.site();
        let told = site.deliveries().iter().filter(|told| told.about == about);
        told.count()
    };
    crashes(3);
    until("the delivery", PATIENCE, || told() == 1);
    // What is told afterwards was due after everything that was due before.
    crashes(2);
    let request = asked(&staffed);
    until("what came later", PATIENCE, || {
        let site = hospital.engine.site();
        let later = About::Request(request.clone());
        site.deliveries().iter().any(|told| told.about == later)
    });
    assert_eq!(told(), 1);
    hospital.pass(HOUR * 25);
    crashes(1);
    until("the next day's", PATIENCE, || told() == 2);
}

#[test]
fn taking_access_away_waits_for_no_message() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    told_by_mail(&staffed);
    asked(&staffed);
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let isolated = hospital.run(hospital.engine.isolate(clerk, "a test"));
    assert!(isolated.unwrap().entered);
    assert!(hospital.engine.live().is_isolated());
}

#[test]
fn kinds_of_notifications_are_written_from_the_second_level_on() {
    for kind in ["request_unanswered", "notice_delivered", "ways_set"] {
        assert!(Event::KINDS.contains(&kind));
        assert_eq!(Event::level_of(kind), 2);
    }
}
