//! A machine is lost, and its site goes on: the commands of `docs/operating/backup.md`, executed in their order.

use std::path::Path;

use acceptance::hospital::Plan;
use acceptance::lab::Lab;
use acceptance::page::Follower;
use acceptance::relayed::{FIRST, Relayed};
use acceptance::run::{Done, Run};
use acceptance::{Hospital, ground, said, sekisho, wait};
use serde_json::Value;

fn relayed() -> Option<Relayed> {
    let lab = Lab::raise()?;
    let ground = ground::Ground::of(&lab);
    Some(Relayed::planned(
        lab,
        Plan {
            ground: Some(ground),
            key_passphrase: Some("八つの海を渡る風の音がする".to_owned()),
            ..Plan::default()
        },
    ))
}

fn status(hospital: &Hospital) -> Value {
    hospital.root().args(["site", "status"]).json()
}

/// Waits until the site says what it found.
fn finds(hospital: &Hospital, finding: &str) -> Value {
    wait::until(finding, || {
        let status = status(hospital);
        status["alarms"]
            .to_string()
            .contains(finding)
            .then_some(status)
    })
}

#[test]
fn a_lost_machine_is_put_back_by_the_page_and_goes_on_with_the_kit_when_a_witness_knows_more() {
    let Some(mut open) = relayed() else {
        return;
    };
    let mut page = Follower::of(&open.hospital);
    let (visitor, visit) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let session = open.hospital.session_of(&visit.visit);
    open.hospital.ended(&session);

    // Making a backup while it runs, and checking it.
    page.exports();
    page.root(&open.hospital, "sekisho --site-dir").ok();
    let words = page.next("sekisho site backup --verify");
    open.hospital.clerk.sekisho().args(&words[1..]).ok();
    let words = page.next("sekisho site backup --verify");
    let with_kit = open.hospital.clerk.sekisho().args(&words[1..]);
    let opened = with_kit.input(open.hospital.typed_kit()).json();
    assert_eq!(opened["opened"], true, "{opened:#}");

    // Business goes on, the relay sees it, and the machine is lost.
    open.hospital.vendor("Registered after the backup");
    open.seen();
    open.hospital.stop("KILL");
    let known_before = open.remembered();
    std::fs::rename(&open.hospital.dir, open.hospital.folder.join("lost")).unwrap();

    // A blank machine.
    page.passes_over("useradd");
    page.passes_over("install");
    page.exports();
    let restored = page.root(&open.hospital, "sekisho site restore");
    restored.input(open.hospital.typed_kit()).ok();
    page.passes_over("chown");
    page.passes_over("systemctl start");
    open.hospital.start();
    let shown = page.root(&open.hospital, "sekisho --site-dir");
    shown.ok();
    // The relay remembers more: nobody is admitted, and everybody is told why.
    let isolated = wait::until("the isolation", || {
        let status = status(&open.hospital);
        let alarms = status["alarms"].to_string();
        let told = alarms.contains("finding-rolled-back") || alarms.contains("finding-forked");
        (told && !status["isolation"].is_null()).then_some(status)
    });
    assert!(
        isolated["alarms"].to_string().contains("finding-restored"),
        "{isolated:#}"
    );
    let doctor = open.hospital.root().arg("doctor").done();
    doctor.expect(1).says(&said::beginning("finding-restored"));
    visitor.engineer.sign_in();
    assert_ne!(visitor.engineer.tries(["connect", &visitor.target]).code, 0);
    assert_eq!(open.remembered(), known_before);

    // It was an honest restore.
    page.passes_over("systemctl stop");
    open.hospital.stop("TERM");
    let resumed = page.root(&open.hospital, "sekisho --site-dir");
    let resumed = resumed.input(open.hospital.typed_kit());
    resumed.ok();
    page.passes_over("chown");
    page.passes_over("systemctl start");
    open.hospital.start();
    let words = [page.next("sekisho login"), page.next("sekisho lift")];
    assert!(words.iter().all(|words| words.len() == 2), "{words:?}");
    page.ended();
    for person in [&open.hospital.clerk, &open.hospital.chief] {
        person.sign_in();
        person.tries(["lift"]).expect(0);
    }
    open.seen();
    // The relay keeps both: what it had seen, and the kit's word that gave it up.
    let memory = open.remembered();
    assert_eq!(
        memory["given_up"][0]["held"], known_before["evidence"],
        "{memory:#}"
    );
    assert!(
        memory["given_up"][0]["statement"]
            .to_string()
            .contains("sekisho/resumed/v1")
    );
    let after = status(&open.hospital);
    assert!(after["isolation"].is_null(), "{after:#}");
    for settled in ["finding-restored", "finding-rolled-back", "finding-forked"] {
        assert!(!after["alarms"].to_string().contains(settled), "{after:#}");
    }
    // The visit that was approved before goes on; the recording of before is whole.
    assert_eq!(visitor.asks("select 7 * 7"), "49");
    let verify = ["recording", "verify", &session];
    open.hospital.clerk.tries(verify).expect(0);
}

#[test]
fn the_newest_backup_goes_on_by_itself_once_its_relay_has_confirmed_it() {
    let Some(mut open) = relayed() else {
        return;
    };
    let (visitor, _) = open.visitor();
    open.seen();
    open.hospital.stop("TERM");
    let backup = open.hospital.folder.join("newest");
    let passphrase = open.hospital.folder.join("key-passphrase");
    let root = || {
        let run = ground::at_the_gateway(&open.hospital.ground, sekisho());
        run.env("SEKISHO_PASSPHRASE_FILE", &passphrase)
    };
    let made = root().arg("--site-dir").arg(&open.hospital.dir);
    made.args(["site", "backup", "--out"]).arg(&backup).ok();
    std::fs::rename(&open.hospital.dir, open.hospital.folder.join("lost")).unwrap();
    let restore = root().args(["site", "restore"]).arg(&backup);
    let restore = restore.arg(&open.hospital.dir);
    restore.input(open.hospital.typed_kit()).ok();
    // Without its relay it waits.
    open.relay.stop("TERM");
    open.hospital.start();
    finds(&open.hospital, "finding-restored");
    open.relay.start();
    wait::until("the relay's word", || {
        let status = status(&open.hospital);
        let waits = status["alarms"].to_string().contains("finding-restored");
        (!waits).then_some(())
    });
    assert!(status(&open.hospital)["isolation"].is_null());
    visitor.engineer.sign_in();
    assert_eq!(visitor.asks("select 6 * 9"), "54");
}

#[test]
fn l30_of_two_gateways_from_one_backup_the_witness_stops_the_second_and_the_first_goes_on() {
    let Some(open) = relayed() else {
        return;
    };
    let (visitor, _) = open.visitor();
    let backup = open.hospital.folder.join("both");
    let passphrase = open.hospital.folder.join("key-passphrase");
    let second = open.hospital.folder.join("second");
    let at = |run: Run| {
        let run = ground::at_the_gateway(&open.hospital.ground, run);
        run.env("SEKISHO_PASSPHRASE_FILE", &passphrase)
    };
    let made = at(sekisho()).arg("--site-dir").arg(&open.hospital.dir);
    made.args(["site", "backup", "--out"]).arg(&backup).ok();
    // The first one goes on a little, and is seen.
    open.hospital.vendor("Registered after the backup");
    open.seen();
    let restore = at(sekisho()).args(["site", "restore"]).arg(&backup);
    let restore = restore.arg(&second);
    restore.input(open.hospital.typed_kit()).ok();
    another_address(&second);
    let gateway = at(sekisho()).arg("gateway").arg(&second);
    let gateway = gateway.arg("--passphrase-file").arg(&passphrase).begin();
    let asked = || {
        let asked = at(sekisho()).arg("--site-dir").arg(&second);
        asked.args(["--json", "site", "status"]).done()
    };
    let told = wait::until("the second gateway's isolation", || {
        let asked: Done = asked();
        let status: Value = serde_json::from_slice(&asked.out).ok()?;
        let alarms = status["alarms"].to_string();
        let forked = alarms.contains("finding-forked") || alarms.contains("finding-rolled-back");
        (forked && !status["isolation"].is_null()).then_some(status)
    });
    assert!(
        told["alarms"].to_string().contains("finding-restored"),
        "{told:#}"
    );
    drop(gateway);
    // The honest one was never in doubt.
    open.hospital
        .vendor("Registered after the second was stopped");
    open.seen();
    assert!(status(&open.hospital)["isolation"].is_null());
    open.connected(FIRST);
    assert_eq!(visitor.asks("select 6 * 8"), "48");
}

/// A second gateway on the same machine listens elsewhere.
fn another_address(dir: &Path) {
    let path = dir.join("site.toml");
    let file = std::fs::read_to_string(&path).unwrap();
    let lines = file
        .lines()
        .map(|line| match line.strip_prefix("listen = ") {
            Some(_) => "listen = \"127.0.0.1:4555\"".to_owned(),
            None => line.to_owned(),
        });
    let text = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(&path, format!("{text}\n")).unwrap();
}
