//! A relay as a witness: somebody outside remembers the hospital's ledger.

use acceptance::hospital::pinned;
use acceptance::lab::Place;
use acceptance::people::text;
use acceptance::relayed::{FIRST, Relayed};
use acceptance::{files, sekisho};

#[test]
fn a_receipt_carries_the_relays_signature_and_verifies_on_another_machine() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let (visitor, visit) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let session = open.hospital.session_of(&visit.visit);
    open.hospital.ended(&session);
    open.signed();
    let receipt = open.hospital.folder.join("visit.sekisho-receipt");
    let export = ["receipt", "export", &visit.visit, "--out"];
    let clerk = &open.hospital.clerk;
    clerk.sekisho().args(export).arg(&receipt).ok();
    let site_key = text(&pinned(clerk), "site_key");
    let witness = text(&open.relay.shown(), "witness");
    open.hospital.stop("TERM");
    open.relay.stop("TERM");
    let elsewhere = |witness: Option<&str>| {
        let run = sekisho()
            .arg("--home")
            .arg(open.lab.folder().join("nobody"));
        let run = open.lab.run(Place::Stranger, run);
        let run = run.args(["receipt", "verify"]).arg(&receipt);
        let run = run.args(["--site-key", &site_key]);
        match witness {
            Some(witness) => run.args(["--witness", witness]).json(),
            None => run.json(),
        }
    };
    let verified = elsewhere(Some(&witness));
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["site_only"], false, "{verified:#}");
    let names: Vec<_> = verified["cosigned"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1, "{verified:#}");
    assert_eq!(names[0]["name"], "first.relay.test");
    assert_eq!(elsewhere(None)["site_only"], true);
}

#[test]
fn l30_a_relay_that_remembers_more_does_not_sign_and_the_site_isolates_itself() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let (visitor, _) = open.visitor();
    open.seen();
    open.hospital.stop("TERM");
    let backup = open.hospital.folder.join("backup");
    files::copy(&open.hospital.dir, &backup);
    // Business goes on, and the relay sees it.
    open.hospital.start();
    open.connected(FIRST);
    open.hospital
        .vendor("A vendor that somebody wants forgotten");
    open.seen();
    open.hospital.stop("TERM");
    let remembered = open.relay.dir.join("witness/handa.json");
    let before = std::fs::read_to_string(&remembered).unwrap();
    let lost = open.hospital.folder.join("lost");
    std::fs::rename(&open.hospital.dir, lost).unwrap();
    files::copy(&backup, &open.hospital.dir);
    open.hospital.start();
    // It isolates at once, and enters why.
    acceptance::wait::until("the isolation and its alarm", || {
        let status = open.hospital.root().args(["site", "status"]).json();
        let alarms = status["alarms"].to_string();
        (!status["isolation"].is_null()
            && (alarms.contains("finding-rolled-back") || alarms.contains("finding-forked")))
        .then_some(())
    });
    let connect = ["connect", &visitor.target];
    assert_ne!(visitor.engineer.tries(connect).code, 0);
    // It has signed nothing of it: it would have remembered that first.
    let after = std::fs::read_to_string(&remembered).unwrap();
    assert_eq!(after, before);
}
