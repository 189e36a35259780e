//! The process dies in the middle of a session.

use std::io::Write;

use acceptance::files;
use acceptance::hospital::Hospital;
use acceptance::link::Link;

#[test]
fn l18_l27_after_kill_9_the_story_is_complete_and_everything_forwarded_is_recorded() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let used = crew.engineer.phone.used_code();
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    live.echo(b"before the crash");
    // A stream that never rests, so that the kill comes between two bytes of it.
    let mut writer = live.stream.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        let line = b"0123456789abcdef".repeat(512);
        while writer.write_all(&line).is_ok() {}
    });
    let reader = std::thread::spawn(move || live.gone());
    acceptance::wait::until("some bytes through it", || {
        (crew.echo.heard().len() > 300_000).then_some(())
    });
    hospital.stop("KILL");
    flood.join().unwrap();
    reader.join().unwrap();
    assert!(crew.echo.gone(1, acceptance::wait::PATIENCE).is_some());
    drop(link);
    let forwarded = crew.echo.heard();

    hospital.start();
    let session = hospital.session_of(&visit.visit);
    let ended = hospital.ended(&session);
    assert_eq!(
        ended["ended"]["reason"]["id"], "end-interrupted",
        "{ended:#}"
    );
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true, "{verified:#}");
    let recorded = verified["sent"].as_u64().unwrap();
    assert!(
        recorded >= forwarded.len() as u64,
        "{recorded} bytes were recorded, {} were forwarded",
        forwarded.len()
    );
    let sent = super::visit::recorded(&hospital, &session, "sent");
    assert!(forwarded.starts_with(&sent) || sent.starts_with(&forwarded));
    assert!(files::contains(&sent, b"before the crash"));
    let starts = hospital.events("gateway_started");
    let last = starts.last().unwrap();
    assert_eq!(last["event"]["clean"], false, "{last:#}");

    // Nothing that was used up comes back: neither the code nor the state of the ledger.
    let engineer = &crew.engineer;
    engineer
        .login_with(engineer.sekisho(), &used)
        .done()
        .expect(4);
    engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("and on")
        .ok();
}

#[test]
fn l17_a_grant_for_one_connection_stays_used_up_after_kill_9() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &["--once"]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    hospital.stop("KILL");
    live.gone();
    drop(link);
    hospital.start();
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-grant-used-up"]);
}

#[test]
fn an_orderly_stop_ends_sessions_with_its_own_reason_and_is_clean() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    hospital.stop("TERM");
    live.gone();
    drop(link);
    hospital.start();
    let session = hospital.session_of(&visit.visit);
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-gateway-stopped"
    );
    assert_eq!(
        hospital.clerk.asks(["recording", "verify", &session])["verified"],
        true
    );
    let starts = hospital.events("gateway_started");
    assert_eq!(starts.last().unwrap()["event"]["clean"], true);
    assert!(!hospital.events("gateway_stopped").is_empty());
}

#[test]
fn a_second_gateway_on_the_same_site_does_not_start() {
    let hospital = Hospital::own();
    let second = acceptance::sekisho()
        .arg("gateway")
        .arg(&hospital.dir)
        .done();
    assert_eq!(second.code, 1, "{second}");
    assert!(second.err.len() > 10, "{second}");
    hospital.clerk.asks(["site", "status"]);
}

/// Alters the first entry of a stopped gateway's ledger.
fn damage(hospital: &Hospital) {
    let database = hospital.dir.join("site.db");
    let bytes = std::fs::read(&database).unwrap();
    let wanted = b"\"kind\":\"site_founded\"";
    let at = bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
        .unwrap();
    files::flip(&database, at as u64 + 12);
}

fn does_not_start(hospital: &Hospital) {
    let done = acceptance::sekisho()
        .arg("gateway")
        .arg(&hospital.dir)
        .done();
    assert_eq!(done.code, 5, "{done}");
    assert!(done.err.contains("entry 0 was altered"), "{done}");
}

#[test]
fn l26_a_damaged_ledger_does_not_start_after_a_crash_and_says_how_to_go_on() {
    let mut hospital = Hospital::own();
    hospital.stop("TERM");
    damage(&hospital);
    // What a killed gateway leaves.
    std::fs::write(hospital.dir.join("running"), b"").unwrap();
    does_not_start(&hospital);
}

/// After an orderly stop the state comes from the signed snapshot; what became of its evidence is found
/// behind the start.
#[test]
fn l26_a_ledger_damaged_while_the_gateway_stood_isolates_and_does_not_start_again() {
    let mut hospital = Hospital::own();
    hospital.stop("TERM");
    damage(&hospital);
    hospital.start();
    let isolated = hospital.dir.join("isolated");
    acceptance::wait::until("the damage is found", || isolated.exists().then_some(()));
    let status = hospital.clerk.asks(["site", "status"]).to_string();
    assert!(status.contains("finding-ledger-broken"), "{status}");
    hospital.stop("TERM");
    does_not_start(&hospital);
}
