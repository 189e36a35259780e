//! The terminal in the page, from a browser's bytes to a real server and back, beside an engineer's ssh.

use acceptance::hospital::Hospital;
use acceptance::lab::Lin;
use acceptance::people::text;
use acceptance::ssh::{Shell, register, shown};
use acceptance::wait;
use serde_json::Value;
use wire::terminal::Over;

use crate::paged::Paged;

/// Kinds of a session's entries, in their order.
fn kinds(hospital: &Hospital, session: &str) -> Vec<String> {
    let events = hospital.entries();
    let events = events.iter().map(|entry| &entry["event"]);
    let mine = events.filter(|event| event["session"] == session);
    mine.map(|event| text(event, "kind")).collect()
}

#[test]
fn l9_a_terminal_in_a_page_is_decided_entered_recorded_and_replayed_like_ssh() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Paged KK");
    let engineer = hospital.engineer(&vendor, "paged");
    register(&hospital, "paged", &vendor, &lin, &[]);
    let out = shown(&lin.home());
    let at = Shell::ready(&hospital, &engineer, "paged", &["--download", &out]);
    let visit = at.visit.visit.clone();
    let ssh = at.ssh(&["-tt"]).input("echo by-$((40+2))\nexit\n").done();
    assert_eq!(ssh.code, 0, "{ssh}");
    let by_ssh = hospital.session_of(&visit);

    let paged = Paged::signed_in(&hospital, &engineer);
    let number = visit.rsplit('-').next().unwrap();
    let page = paged.gets(&format!("/visits/{number}/terminal"));
    assert_eq!(page.status, 200, "{}", page.head);
    let mut line = paged.sits_down(&visit);
    line.types("echo by-$((40+2)); stty size\r");
    let screen = line.sees("30 100");
    assert!(screen.contains("by-42"), "{screen}");
    std::fs::write(lin.home().join("結果.txt"), "the result\n").unwrap();
    let listed = paged.asks(&visit, "list", &out);
    let names = String::from_utf8(listed.body).unwrap();
    assert!(names.contains("結果.txt"), "{names}");
    let got = paged.asks(&visit, "fetch", &format!("{out}/結果.txt"));
    assert_eq!(
        (got.status, got.body.as_slice()),
        (200, &b"the result\n"[..])
    );
    let head = got.head.to_lowercase();
    for manner in [
        "content-disposition: attachment",
        "content-type: application/octet-stream",
        "x-content-type-options: nosniff",
        "sandbox",
    ] {
        assert!(head.contains(manner), "{manner}: {head}");
    }
    let no = paged.asks(&visit, "fetch", "/etc/hostname");
    let said: Value = serde_json::from_slice(&no.body).unwrap();
    assert_eq!(no.status, 409);
    assert!(!text(&said, "text").is_empty());
    let no = paged.brings(&visit, &format!("{out}/new"), b"a patch\n");
    assert_eq!(no.status, 409, "{}", String::from_utf8_lossy(&no.body));
    assert!(!lin.home().join("new").exists());
    line.types("exit\r");
    assert_eq!(line.ends().0, Over::Ended);

    let by_page = wait::until("the end of the session", || {
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
    assert_eq!(without_files(&by_page), without_files(&by_ssh));
    assert!(kinds(&hospital, &by_page).contains(&"file_handed_over".to_owned()));
    for session in [&by_ssh, &by_page] {
        let verified = hospital.clerk.asks(["recording", "verify", session]);
        assert_eq!(verified["verified"], true);
        let play = ["recording", "play", session.as_str(), "--speed", "1000"];
        hospital.clerk.sekisho().args(play).ok().says("by-42");
    }
}

#[test]
fn l16_whoever_comes_with_anothers_cookie_sits_at_no_terminal() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Cookies KK");
    let engineer = hospital.engineer(&vendor, "owner");
    let thief = hospital.engineer(&vendor, "thief");
    register(&hospital, "cookies", &vendor, &lin, &[]);
    let at = Shell::ready(&hospital, &engineer, "cookies", &[]);
    let visit = at.visit.visit.clone();
    let owner = Paged::signed_in(&hospital, &engineer);
    let line = owner.sits_down(&visit);
    let mut stolen = Paged::signed_in(&hospital, &thief);
    stolen.takes_the_cookie_of(&owner);
    let number = visit.rsplit('-').next().unwrap();
    let ticket = stolen.posts(&format!("/visits/{number}/terminal/ticket"), &[]);
    assert_ne!(ticket.status, 200, "{}", ticket.head);
    let files = stolen.asks(&visit, "list", ".");
    assert_ne!(files.status, 200);
    line.leaves();
}
