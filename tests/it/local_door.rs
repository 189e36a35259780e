//! The site's pages in a browser on the engineer's own computer (`sekisho browse`), by HTTP: what the gateway sees,
//! what the browser gets, and who gets nothing.

use std::io::{Read, Write};

use acceptance::door::LocalDoor;
use acceptance::hospital::{Hospital, SITE};
use acceptance::lab::{Lin, Place};
use acceptance::people::text;
use acceptance::relayed::Relayed;
use acceptance::ssh::{Shell, register, shown};
use acceptance::{Person, wait};
use cheats::client::{Client, Device};
use cheats::tls::Knock;
use serde_json::Value;
use wire::alpn::HTTP;
use wire::terminal::Over;

use crate::paged::Paged;

/// The newest entry of a kind about this person.
fn newest(hospital: &Hospital, kind: &str, person: &Person) -> Option<Value> {
    let mut events = hospital.events(kind);
    events.retain(|entry| entry["event"]["person"] == person.id.as_str());
    events.pop()
}

/// Kinds of a session's entries, in their order.
fn kinds(hospital: &Hospital, session: &str) -> Vec<String> {
    let events = hospital.entries();
    let events = events.iter().map(|entry| &entry["event"]);
    let mine = events.filter(|event| event["session"] == session);
    mine.map(|event| text(event, "kind")).collect()
}

/// Signs in at the door; the browser's own cookie.
#[track_caller]
fn signed_in(door: &LocalDoor, engineer: &Person) -> String {
    let cookie = door.opened();
    let page = door.gets("/sign-in", &cookie);
    assert_eq!(page.status, 200, "{page:?}");
    let signed = door.signs_in(engineer, &cookie);
    assert_eq!(signed.status, 303, "{signed:?}");
    for answer in [&page, &signed] {
        let head = answer.head.to_lowercase();
        assert!(!head.contains("set-cookie"), "the browser has none: {head}");
        assert!(!head.contains("strict-transport-security"), "{head}");
        assert!(head.contains("content-security-policy"), "{head}");
    }
    cookie
}

#[test]
fn l7_an_engineer_works_in_a_browser_by_passphrase_and_code_under_their_devices_certificate() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let visit = hospital.visit(engineer, &crew.target, &[]);
    let mut door = LocalDoor::open(engineer);
    let cookie = signed_in(&door, engineer);
    door.running
        .heard(&acceptance::said::beginning("cli-browse-opened"));
    let entered = newest(hospital, "signed_in", engineer).unwrap();
    let device = engineer.device.as_deref().unwrap();
    assert_eq!(entered["event"]["device"], device, "{entered:#}");
    let source = &entered["event"]["source"]["address"];
    assert_eq!(source, &engineer.from.to_string(), "{entered:#}");
    let number = visit.visit.rsplit('-').next().unwrap();
    for path in ["/my", "/targets", &format!("/visits/{number}")] {
        let page = door.gets(path, &cookie);
        assert_eq!(page.status, 200, "{path}: {page:?}");
    }
    // Nothing but pages, whoever says to be who.
    let token = format!("{cookie}authorization: Bearer {}\r\n", engineer.token(SITE));
    assert_eq!(door.gets("/api/v1/me", &token).status, 403);
    assert!(newest(hospital, "signed_out", engineer).is_none());
    assert_eq!(door.close().code, 0);
    // What the browser was is over at the site, too.
    wait::until("the end of the browser's sign-in", || {
        newest(hospital, "signed_out", engineer)
    });
}

#[test]
fn l16_a_cookie_that_was_made_under_a_certificate_is_worth_nothing_without_it() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let made = Paged::signed_in(hospital, engineer);
    assert_eq!(made.gets("/my").status, 200);
    let name = Device::copied(&engineer.home.join("sites").join(SITE)).name;
    // A plain browser at the engineers' name, which shows no certificate.
    let plain = Knock::asking(&name, HTTP);
    let asks = |cookie: &str| {
        let mut client = Client::connect(&plain, engineer.from, hospital.address).unwrap();
        let head = format!(
            "GET /my HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n"
        );
        client.says(head.as_bytes());
        String::from_utf8_lossy(&client.rest()).to_lowercase()
    };
    let answer = asks(made.cookie());
    assert!(answer.starts_with("http/1.1 303"), "{answer}");
    assert!(answer.contains("location: /sign-in"), "{answer}");
    // Under the certificate it goes on being good: nobody was signed out by the attempt.
    assert_eq!(made.gets("/my").status, 200);
}

#[test]
fn l37_the_local_door_serves_one_browser_of_its_own_user_and_nobody_else() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let mut door = LocalDoor::open(&crew.engineer);
    let signed_in = || newest(hospital, "signed_in", &crew.engineer);
    let before = signed_in();
    let address = door.address;
    // Nobody without the link, nor anybody led here by another name.
    assert_eq!(door.gets("/sign-in", "").status, 403);
    let cookie = door.opened();
    let path = door.link.strip_prefix(&door.origin()).unwrap().to_owned();
    assert_eq!(door.gets(&path, "").status, 403, "the link opens once");
    for host in [
        "evil.test".to_owned(),
        format!("localhost:{}", address.port()),
    ] {
        let led =
            format!("GET /sign-in HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{cookie}\r\n");
        assert_eq!(door.says(&led).status, 403, "{host}");
    }
    for site in ["cross-site", "same-site"] {
        let more = format!("{cookie}sec-fetch-site: {site}\r\n");
        assert_eq!(door.gets("/sign-in", &more).status, 403, "{site}");
    }
    let form = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {address}\r\norigin: https://evil.test\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\n{cookie}\r\n"
    );
    assert_eq!(door.says(&form).status, 403);
    assert_eq!(door.gets("/sign-in", &cookie).status, 200);
    if !acceptance::peers::is_root() {
        eprintln!("skipped: only root can be another user");
        return;
    }
    // Another user of this computer, who has seen everything.
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}; printf 'GET /sign-in HTTP/1.1\\r\\nhost: {address}\\r\\n%s\\r\\n\\r\\n' '{}' >&3; cat <&3",
        address.port(),
        cookie.trim()
    );
    let mut other = acceptance::peers::as_user("nobody", std::path::Path::new("/bin/bash"));
    let output = other.args(["-c", &script]).output().unwrap();
    assert!(output.stdout.is_empty(), "{output:?}");
    door.running
        .heard(&acceptance::said::beginning("error-other-user"));
    assert_eq!(signed_in(), before);
    assert_eq!(door.close().code, 0);
}

#[test]
fn through_the_relay_a_browser_has_the_pages_and_is_told_when_the_line_is_lost() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let visitor = open.crew();
    let engineer = &visitor.engineer;
    let mut door = LocalDoor::open(engineer);
    let cookie = signed_in(&door, engineer);
    let entered = newest(&open.hospital, "signed_in", engineer).unwrap();
    let vendor = Place::Vendor.address().to_string();
    assert_eq!(text(&entered["event"]["source"], "address"), vendor);
    assert_eq!(
        text(&entered["event"], "device"),
        engineer.device.clone().unwrap()
    );
    assert_eq!(door.gets("/my", &cookie).status, 200);

    open.relay.stop("KILL");
    let lost = door.gets("/my", &cookie);
    assert_eq!(lost.status, 502, "{lost:?}");
    let says = acceptance::said::beginning("browse-unreachable");
    assert!(lost.body.contains(&says), "{lost:?}");
    door.running.heard(&acceptance::said::beginning(
        "browse-unreachable-what-to-do",
    ));
    open.relay.start();
    open.connected(&open.relay.name);
    wait::until("the page again", || {
        (door.gets("/my", &cookie).status == 200).then_some(())
    });
    door.running
        .heard(&acceptance::said::beginning("cli-browse-reached"));
    assert_eq!(door.close().code, 0);
}

#[test]
fn l9_a_terminal_by_the_door_is_decided_entered_and_recorded_like_ssh() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Doors KK");
    let engineer = hospital.engineer(&vendor, "indoors");
    register(&hospital, "doors", &vendor, &lin, &[]);
    let out = shown(&lin.home());
    let at = Shell::ready(&hospital, &engineer, "doors", &["--download", &out]);
    let visit = at.visit.visit.clone();
    let ssh = at.ssh(&["-tt"]).input("echo by-$((40+2))\nexit\n").done();
    assert_eq!(ssh.code, 0, "{ssh}");
    let by_ssh = hospital.session_of(&visit);

    let door = LocalDoor::open(&engineer);
    let paged = Paged::at_the_door(&door, &engineer);
    let mut line = paged.sits_down(&visit);
    line.types("echo by-$((40+2)); stty size\r");
    assert!(line.sees("30 100").contains("by-42"));
    let result = "x".repeat(300_000);
    std::fs::write(lin.home().join("result"), &result).unwrap();
    let got = paged.asks(&visit, "fetch", &format!("{out}/result"));
    assert_eq!((got.status, got.body.len()), (200, result.len()));
    assert_eq!(paged.asks(&visit, "fetch", "/etc/hostname").status, 409);
    let sent = paged.brings(&visit, &format!("{out}/new"), b"a patch\n");
    assert_eq!(sent.status, 409, "{}", String::from_utf8_lossy(&sent.body));
    line.types("exit\r");
    assert_eq!(line.ends().0, Over::Ended);

    let by_door = wait::until("the end of the session", || {
        let session = hospital.session_of(&visit);
        let closed = kinds(&hospital, &session).contains(&"session_closed".to_owned());
        (closed && session != by_ssh).then_some(session)
    });
    let without_files = |session: &str| {
        let mut kinds = kinds(&hospital, session);
        kinds.retain(|kind| kind != "file_handed_over");
        kinds.dedup();
        kinds
    };
    assert_eq!(without_files(&by_door), without_files(&by_ssh));
    let mut opened = hospital.events("session_opened");
    opened.retain(|entry| entry["event"]["session"] == by_door.as_str());
    let device = engineer.device.as_deref().unwrap();
    assert_eq!(opened[0]["event"]["device"], device, "{opened:#?}");
    for session in [&by_ssh, &by_door] {
        let verified = hospital.clerk.asks(["recording", "verify", session]);
        assert_eq!(verified["verified"], true);
    }
    // What is brought in where the terms allow none is nowhere.
    assert!(!lin.home().join("new").exists());
    assert_eq!(door.close().code, 0);
}

#[test]
fn an_answer_that_does_not_end_passes_the_door() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let door = LocalDoor::open(&crew.engineer);
    let cookie = signed_in(&door, &crew.engineer);
    // The list that lives: its first event comes while the answer goes on.
    let mut live = door.dials();
    let head = format!(
        "GET /live HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\nsec-fetch-site: same-origin\r\n{cookie}\r\n",
        door.address
    );
    live.write_all(head.as_bytes()).unwrap();
    let mut came = Vec::new();
    wait::until("the head of the stream", || {
        let mut some = [0; 1024];
        let read = live.read(&mut some).unwrap();
        assert_ne!(read, 0, "it ended: {}", came.escape_ascii());
        came.extend_from_slice(&some[..read]);
        came.windows(4)
            .any(|four| four == b"\r\n\r\n")
            .then_some(())
    });
    let came = String::from_utf8_lossy(&came).to_lowercase();
    assert!(came.starts_with("http/1.1 200"), "{came}");
    assert!(came.contains("text/event-stream"), "{came}");
    assert_eq!(door.close().code, 0);
}
