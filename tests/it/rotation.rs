//! Secrets replaced at a real PostgreSQL through the real binary, and one that others may know.

use acceptance::canary::{self, Canaries};
use acceptance::hospital::{Hospital, Plan};
use acceptance::link::Link;
use acceptance::people::text;
use acceptance::wait;
use serde_json::Value;

use crate::postgres::{WRITES, psql, registered};

fn known(hospital: &Hospital, target: &str) -> Value {
    let all = hospital.clerk.asks(["secret", "list"]);
    let all = all["secrets"].as_array().cloned().unwrap_or_default();
    let of = |one: &&Value| text(one, "name") == target && one["reader"] == false;
    all.iter().find(of).cloned().unwrap()
}

#[test]
fn l29_a_secret_that_others_may_know_opens_nothing_until_the_gateway_replaced_it_and_neither_stands_anywhere()
 {
    let mut hospital = Hospital::build(Plan {
        log: Some("trace"),
        ..Plan::default()
    });
    let vendor = hospital.vendor("Rotating KK");
    let engineer = hospital.engineer(&vendor, "pgrotated");
    let target = "pg-rotated";
    let server = registered(&hospital, &vendor, target);
    hospital.visit(&engineer, target, &["--write"]);

    let why = "it stood in a mail";
    let said = ["secret", "compromised", target, "--reason", why];
    hospital.clerk.sekisho().args(said).ok();
    let before = known(&hospital, target);
    assert_eq!(text(&before["compromised"], "reason"), why);
    let shut = engineer.sekisho().args(["connect", target]).input("");
    shut.done().refused(&["reason-secret-compromised"]);

    let rotate = ["secret", "rotate", target];
    hospital.clerk.sekisho().args(rotate).ok();
    wait::until("it is replaced", || {
        known(&hospital, target).get("rotated").map(drop)
    });
    let after = known(&hospital, target);
    for gone in ["compromised", "rotating", "rotation_failed", "weak"] {
        assert!(after.get(gone).is_none(), "{gone}: {after:#}");
    }
    assert_eq!(text(&after["history"][1], "by"), "gateway");

    // Whoever knows the old one knows nothing any more; the visit never knew any.
    let past = format!(
        "host=127.0.0.1 port={} user=writes dbname=postgres sslmode=require",
        server.address().port()
    );
    let old = acceptance::run::Run::of("psql")
        .args(["--no-psqlrc", "-c", "select 1", "--dbname", &past])
        .env("PGPASSWORD", WRITES)
        .done();
    assert_ne!(old.code, 0, "{}", old.text());
    let link = Link::open(&engineer, target);
    let who = psql(&link, "postgres").args(["-c", "select current_user"]);
    assert_eq!(who.ok().text().trim(), "writes");
    link.close().expect(0);

    // The new one is known to the vault alone: it is looked for when the gateway has stopped.
    let exported = hospital.folder.join("asked-ledger");
    let export = ["ledger", "export", "--out"];
    hospital.clerk.sekisho().args(export).arg(&exported).ok();
    hospital.stop("TERM");
    assert!(hospital.hand_vault() > 1, "the reader's and the new one");
    let found = Canaries::new(&canary::handed()).below(&hospital.folder, "files/sekisho-here");
    let wrong: Vec<_> = found
        .iter()
        .filter(|found| found.reason.is_none())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
