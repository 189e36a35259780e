//! Databases: two accounts whose passwords nobody sees, and one purse for what leaves.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use access::{Command, DatabaseTerms, Databases, EndReason, PinnedAddress, Protocol, Reason};
use engine::{Account, NewSecret, OpenedSession, ServerAsked, ServerShown, TargetSecret};
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed};

const HOUR: Duration = Duration::from_secs(3600);

fn staffed() -> Staffed {
    let special = Special {
        database: Some(access::DatabaseTarget {
            user: "sekisho_write".to_owned(),
            reader: Some("sekisho_read".to_owned()),
            server: access::ServerIdentity::Tls {
                spki: ids::Digest([7; 32]),
            },
        }),
        ..Special::default()
    };
    Staffed::with("127.0.0.1:5432".parse().unwrap(), &special)
}

fn set(staffed: &Staffed, account: Account, text: &str) {
    let secret = NewSecret::Password(Zeroizing::new(text.to_owned()));
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, account, secret);
    assert_eq!(staffed.hospital.run(setting).unwrap(), None);
}

fn terms(write: bool) -> DatabaseTerms {
    DatabaseTerms {
        write,
        databases: Databases::Any,
        most_bytes_out: 1000,
    }
}

fn visit(staffed: &Staffed, terms: DatabaseTerms) {
    let hospital = &staffed.hospital;
    let request = hospital.data_request(&staffed.engineer, &staffed.target, HOUR, terms);
    hospital.approve(&staffed.clerk, &request);
}

fn open(staffed: &Staffed) -> Result<OpenedSession, access::Refusal> {
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Postgres);
    staffed.hospital.run(opening)
}

fn password(opened: &OpenedSession) -> Option<String> {
    match opened.target_secret() {
        Ok(TargetSecret::Password(text)) => Some(text.to_string()),
        Ok(TargetSecret::Key(_) | TargetSecret::Authority(_)) | Err(_) => None,
    }
}

fn close(staffed: &Staffed, opened: OpenedSession) {
    staffed
        .hospital
        .run(opened.close(EndReason::EngineerClosed));
}

#[test]
fn a_visit_that_reads_gets_the_readers_password_and_one_that_writes_the_other() {
    let staffed = staffed();
    let found = || {
        let findings = staffed.hospital.engine.findings();
        findings
            .iter()
            .any(|finding| finding.id == "finding-no-secret")
    };
    set(&staffed, Account::Main, "writes what the tide took");
    assert!(found(), "one of two is missing");
    set(&staffed, Account::Reader, "reads what the tide left");
    assert!(!found());
    visit(&staffed, terms(false));
    let reading = open(&staffed).unwrap();
    assert_eq!(
        password(&reading).as_deref(),
        Some("reads what the tide left")
    );
    // Another password of the other account takes nothing from this one, and its own replaces it.
    set(&staffed, Account::Main, "writes again what the tide took");
    assert_eq!(
        password(&reading).as_deref(),
        Some("reads what the tide left")
    );
    set(&staffed, Account::Reader, "reads again what the tide left");
    assert_eq!(password(&reading), None);
    close(&staffed, reading);
    let reading = open(&staffed).unwrap();
    assert_eq!(
        password(&reading).as_deref(),
        Some("reads again what the tide left")
    );
    close(&staffed, reading);
    let staffed = self::staffed();
    set(&staffed, Account::Main, "writes what the tide took");
    visit(&staffed, terms(true));
    let writing = open(&staffed).unwrap();
    assert_eq!(
        password(&writing).as_deref(),
        Some("writes what the tide took")
    );
    close(&staffed, writing);
}

/// Many at once take no more than one after the other, and a session that comes later begins where they
/// ended.
#[test]
fn sessions_of_one_visit_share_what_may_leave_and_the_ledger_remembers_it() {
    let staffed = staffed();
    set(&staffed, Account::Reader, "reads what the tide left");
    visit(&staffed, terms(false));
    let (one, other) = (open(&staffed).unwrap(), open(&staffed).unwrap());
    assert!(one.take_data(400));
    assert!(other.take_data(500));
    assert!(!one.take_data(101), "only a hundred are left");
    close(&staffed, one);
    close(&staffed, other);
    let late = open(&staffed).unwrap();
    assert_eq!(late.permit().database().unwrap().bytes_left, 100);
    assert!(late.take_data(100));
    close(&staffed, late);
    let refused = open(&staffed).err().unwrap();
    assert_eq!(refused.reasons, [Reason::DataUsedUp]);
    let site = staffed.hospital.engine.site();
    assert_eq!(site.visits().map(|visit| visit.data_out).sum::<u64>(), 1000);
}

#[test]
fn a_key_is_no_way_into_a_database_and_nothing_of_it_is_kept() {
    let staffed = staffed();
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        Account::Main,
        NewSecret::Generate,
    );
    let Err(engine::SetSecretError::Refused(refused)) = staffed.hospital.run(setting) else {
        panic!("a database has no keys")
    };
    assert_eq!(refused.reasons, [Reason::PasswordNeeded]);
    let site = engine.site();
    assert_eq!(site.target(&staffed.target).unwrap().secret, None);
}

#[test]
fn a_server_without_tls_is_told_in_the_findings() {
    let staffed = staffed();
    let found = || {
        let findings = staffed.hospital.engine.findings();
        findings
            .iter()
            .any(|finding| finding.id == "finding-plain-text")
    };
    assert!(!found());
    let pin = Command::PinDatabaseServer {
        target: staffed.target.clone(),
        server: access::ServerIdentity::PlainText {
            accepted: "too old for TLS; IT section".to_owned(),
        },
        risk: staffed.hospital.risk(&staffed.clerk),
    };
    let pinning = staffed.hospital.engine.submit(&staffed.clerk, pin);
    staffed.hospital.run(pinning).unwrap();
    assert!(found());
}

/// What a server answers is one byte, and whatever else it does is nothing.
#[test]
fn a_server_that_is_asked_for_its_key_may_answer_anything() {
    let staffed = staffed();
    let answers: [(&[u8], ServerShown); 5] = [
        (b"N", ServerShown::PlainText),
        (b"S then no TLS at all", ServerShown::Nothing),
        (b"SSH-2.0-OpenSSH_9.9\r\n", ServerShown::Nothing),
        (b"E", ServerShown::Nothing),
        (b"", ServerShown::Nothing),
    ];
    for (answer, expected) in answers {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut asked, _) = server.accept().unwrap();
            let mut question = [0; 8];
            asked.read_exact(&mut question).unwrap();
            // Whoever asked may have gone at the first byte.
            let _gone = asked.write_all(answer);
        });
        let address = PinnedAddress {
            host: "127.0.0.1".to_owned(),
            ip: "127.0.0.1".parse().unwrap(),
            port,
        };
        let asking = staffed.hospital.engine.server_key(
            &staffed.clerk,
            ServerAsked::Pinned(address),
            Protocol::Postgres,
        );
        let (_, shown) = staffed.hospital.run(asking).unwrap();
        serving.join().unwrap();
        assert_eq!(shown, expected, "{answer:?}");
    }
}

/// A MySQL speaks first: what it says is read as far as a greeting goes.
#[test]
fn a_mysql_that_is_asked_for_its_key_may_say_anything() {
    let staffed = staffed();
    let greeting = |capabilities| {
        let greeting = wire::mysql::Greeting {
            version: "8.0.1".to_owned(),
            connection: 1,
            challenge: Vec::new(),
            capabilities,
            plugin: String::new(),
        };
        greeting.ours([1; 20])
    };
    let mut with_tls = greeting(u32::MAX);
    // The bit for TLS, in the second byte of what it is capable of: behind the version, the number, eight bytes
    // of the challenge and a zero.
    with_tls[4 + 1 + 6 + 4 + 8 + 1 + 1] |= 0x08;
    let answers: [(Vec<u8>, ServerShown); 6] = [
        (greeting(u32::MAX), ServerShown::PlainText),
        (with_tls, ServerShown::Nothing),
        (
            b"\x45\0\0\0\xff\x6a\x04Host is not allowed".to_vec(),
            ServerShown::Nothing,
        ),
        (b"\xff\xff\xff\0\x0a".to_vec(), ServerShown::Nothing),
        (b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), ServerShown::Nothing),
        (Vec::new(), ServerShown::Nothing),
    ];
    for (answer, expected) in answers {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let said = answer.clone();
        let serving = std::thread::spawn(move || {
            let (mut asked, _) = server.accept().unwrap();
            let _gone = asked.write_all(&said);
        });
        let address = PinnedAddress {
            host: "127.0.0.1".to_owned(),
            ip: "127.0.0.1".parse().unwrap(),
            port,
        };
        let engine = &staffed.hospital.engine;
        let asked = ServerAsked::Pinned(address);
        let asking = engine.server_key(&staffed.clerk, asked, Protocol::Mysql);
        let (_, shown) = staffed.hospital.run(asking).unwrap();
        serving.join().unwrap();
        assert_eq!(shown, expected, "{answer:?}");
    }
}
