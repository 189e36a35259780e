//! Relays: who they are, what they cosign, what they find.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{Command, NewRelay, Reason};
use engine::{Observed, Outside};
use ids::Digest;
use ledger::Signer;
use ledger::note::SignedNote;

use crate::hospital::{Hospital, Staffed};

fn staffed() -> Staffed {
    Staffed::with_target("127.0.0.1:5432".parse().unwrap())
}

fn witness() -> Signer {
    Signer::cosigner("relay.example", &[5; 32]).unwrap()
}

fn register(staffed: &Staffed) {
    let relay = NewRelay {
        name: "tokyo".to_owned(),
        address: "relay.example:443".to_owned(),
        tls_name: "relay.example".to_owned(),
        key: Digest([8; 32]),
        witness: witness().verifier().to_string(),
    };
    let engine = &staffed.hospital.engine;
    let registering = engine.submit(&staffed.clerk, Command::RegisterRelay(relay));
    staffed.hospital.run(registering).unwrap();
}

/// What the relay does when it is shown a checkpoint.
fn cosigned(hospital: &Hospital, note: &str) -> String {
    let note = SignedNote::decode(note.as_bytes()).unwrap();
    let cosigned = ledger::checkpoint::cosign(note, &witness(), hospital.engine.now());
    cosigned.unwrap().to_string()
}

fn findings(staffed: &Staffed) -> Vec<&'static str> {
    let findings = staffed.hospital.engine.findings();
    findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn a_relay_is_shown_what_continues_the_size_that_it_signed_last() {
    let staffed = staffed();
    register(&staffed);
    let hospital = &staffed.hospital;
    let first = hospital.engine.checkpoint_for("tokyo", None).unwrap();
    assert_eq!((first.from, first.proof.len()), (0, 0));
    let note = cosigned(hospital, &first.note);
    hospital.engine.relay_cosigned("tokyo", &note).unwrap();
    staffed.visit(Duration::from_secs(3600));
    let next = hospital.engine.checkpoint_for("tokyo", None).unwrap();
    let open = |note: &str| {
        let site = hospital.engine.site();
        let key = site.founding().unwrap().site_vkey.parse().unwrap();
        let note = SignedNote::decode(note.as_bytes()).unwrap();
        ledger::checkpoint::open(&note, &key).unwrap()
    };
    let (old, new) = (open(&first.note), open(&next.note));
    assert_eq!(next.from, old.size);
    let proved =
        ledger::tree::verify_consistency(old.size, &old.root, new.size, &new.root, &next.proof);
    proved.unwrap();
    // It may remember another size than we know of: then it is proved from there.
    let from_there = hospital.engine.checkpoint_for("tokyo", Some(2)).unwrap();
    assert_eq!(from_there.from, 2);
    // One that remembers more is shown what there is, so that it can say that it disagrees.
    let less = hospital.engine.checkpoint_for("tokyo", Some(10_000));
    assert_eq!(less.unwrap().proof, []);
    assert_eq!(hospital.engine.checkpoint_for("osaka", None), None);
}

#[test]
fn a_relays_cosignature_stands_in_receipts_also_after_it_was_removed() {
    let staffed = staffed();
    register(&staffed);
    let request = staffed.visit(Duration::from_secs(3600));
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let shown = hospital.engine.checkpoint_for("tokyo", None).unwrap();
    let note = cosigned(hospital, &shown.note);
    hospital.engine.relay_cosigned("tokyo", &note).unwrap();
    let removing = Command::RemoveRelay {
        name: "tokyo".to_owned(),
    };
    hospital
        .run(hospital.engine.submit(clerk, removing))
        .unwrap();
    let refused = hospital.engine.relay_cosigned("tokyo", &note);
    assert!(refused.is_err(), "it is no witness any more");
    let visit = hospital
        .engine
        .site()
        .request(&request)
        .unwrap()
        .visit
        .clone();
    let receipt = hospital
        .run(hospital.engine.receipt(clerk, &visit))
        .unwrap();
    let trust = ledger::Trust {
        site: receipt.site_key.clone(),
        witnesses: vec![witness().verifier().clone()],
    };
    let vouched = ledger::receipt::verify(&receipt, &trust).unwrap();
    assert!(!vouched.site_only);
    assert_eq!(vouched.cosigned[0].name, "relay.example");
}

#[test]
fn an_engineers_receipt_bears_the_signature_of_their_own_device_although_the_relay_signed_later() {
    let staffed = staffed();
    register(&staffed);
    let request = staffed.visit(Duration::from_secs(3600));
    let Staffed {
        hospital, engineer, ..
    } = &staffed;
    let device = Signer::cosigner("tanaka-device", &[9; 32]).unwrap();
    let shown = SignedNote::decode(hospital.engine.checkpoint().as_bytes()).unwrap();
    let own = ledger::checkpoint::cosign(shown, &device, hospital.engine.now()).unwrap();
    hospital
        .engine
        .cosigned(engineer, &own.to_string())
        .unwrap();
    hospital
        .run(
            hospital
                .engine
                .submit(&staffed.clerk, Command::SetReportDue { days: 5 }),
        )
        .unwrap();
    let later = hospital.engine.checkpoint_for("tokyo", None).unwrap();
    let later = cosigned(hospital, &later.note);
    hospital.engine.relay_cosigned("tokyo", &later).unwrap();
    let visit = hospital
        .engine
        .site()
        .request(&request)
        .unwrap()
        .visit
        .clone();
    let receipt = hospital
        .run(hospital.engine.receipt(engineer, &visit))
        .unwrap();
    let trust = ledger::Trust {
        site: receipt.site_key.clone(),
        witnesses: vec![device.verifier().clone()],
    };
    let vouched = ledger::receipt::verify(&receipt, &trust).unwrap();
    assert!(!vouched.site_only);
}

#[test]
fn what_the_relay_did_not_sign_is_not_kept() {
    let staffed = staffed();
    register(&staffed);
    let hospital = &staffed.hospital;
    let shown = hospital.engine.checkpoint();
    assert!(hospital.engine.relay_cosigned("tokyo", &shown).is_err());
    let note = SignedNote::decode(shown.as_bytes()).unwrap();
    let other = Signer::cosigner("relay.example", &[6; 32]).unwrap();
    let note = ledger::checkpoint::cosign(note, &other, hospital.engine.now()).unwrap();
    let refused = hospital.engine.relay_cosigned("tokyo", &note.to_string());
    assert!(refused.is_err());
}

#[test]
fn a_relay_that_holds_another_history_isolates_the_site() {
    let staffed = staffed();
    register(&staffed);
    let hospital = &staffed.hospital;
    let held = hospital.engine.checkpoint();
    let found = hospital.run(hospital.engine.relay_disagrees("tokyo", &held));
    assert_eq!(found, Observed::Consistent);
    let keys = vault::KeyStore::open(
        &hospital.config.dir.join(vault::keystore::FILE_NAME),
        &hospital.config.site,
        &vault::Unlock::DangerousKeyBesideData,
    )
    .unwrap();
    let origin = ledger::checkpoint::origin(&hospital.config.site);
    let signer = Signer::ed25519(&origin, keys.keys().site.as_bytes()).unwrap();
    let forked = ledger::Checkpoint {
        origin,
        size: 3,
        root: Digest([7; 32]),
    };
    let forked = ledger::checkpoint::sign(&forked, &signer)
        .unwrap()
        .to_string();
    let found = hospital.run(hospital.engine.relay_disagrees("tokyo", &forked));
    assert_eq!(found, Observed::Disagreement);
    assert!(hospital.engine.live().is_isolated());
    assert!(findings(&staffed).contains(&"finding-forked"));
}

#[test]
fn the_gateway_is_told_of_its_relays_now_and_when_they_change() {
    let staffed = staffed();
    let told: Arc<Mutex<Vec<usize>>> = Arc::default();
    let count = Arc::clone(&told);
    staffed
        .hospital
        .engine
        .tell_relays(move |relays| count.lock().unwrap().push(relays.len()));
    register(&staffed);
    staffed.visit(Duration::from_secs(3600));
    assert_eq!(*told.lock().unwrap(), [0, 1]);
}

#[test]
fn a_relay_that_is_away_or_does_not_sign_is_found() {
    let staffed = staffed();
    register(&staffed);
    assert!(findings(&staffed).contains(&"finding-relay-unsigned"));
    let hospital = &staffed.hospital;
    let shown = hospital.engine.checkpoint_for("tokyo", None).unwrap();
    let note = cosigned(hospital, &shown.note);
    hospital.engine.relay_cosigned("tokyo", &note).unwrap();
    hospital.engine.relay_linked("tokyo", true);
    let well = findings(&staffed);
    assert!(
        !well.iter().any(|id| id.starts_with("finding-relay")),
        "{well:?}"
    );
    hospital.engine.relay_linked("tokyo", false);
    assert!(findings(&staffed).contains(&"finding-relay"));
    hospital.pass(Duration::from_secs(25 * 3600));
    assert!(findings(&staffed).contains(&"finding-relay-unsigned"));
}

#[test]
fn the_site_is_tried_from_outside_on_the_hospitals_word_only() {
    let staffed = staffed();
    let seen: IpAddr = "203.0.113.7".parse().unwrap();
    let hospital = &staffed.hospital;
    hospital.engine.on_outside_check(move |ports| async move {
        vec![Outside {
            relay: "tokyo".to_owned(),
            found: Some((seen, ports)),
        }]
    });
    let asked = hospital.engine.outside_check(&staffed.engineer, vec![443]);
    let refused = hospital.run(asked).unwrap_err();
    assert_eq!(refused.reasons, [Reason::RoleMissing]);
    let asked = hospital.engine.outside_check(&staffed.clerk, vec![443]);
    let found = hospital.run(asked).unwrap();
    assert_eq!(found[0].found, Some((seen, vec![443])));
}

#[test]
fn an_overdue_report_is_told_to_the_hospital_until_it_is_there() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    let Staffed {
        hospital, engineer, ..
    } = &staffed;
    let opening = hospital
        .engine
        .open_session(engineer, "db", None, access::Protocol::Tcp);
    let opened = hospital.run(opening).unwrap();
    let visit = opened.permit().visit().clone();
    let person = opened.permit().person().clone();
    hospital.run(opened.close(access::EndReason::EngineerClosed));
    let week = Duration::from_secs(7 * 24 * 3600);
    hospital.pass(week);
    assert!(!findings(&staffed).contains(&"finding-report"));
    hospital.pass(Duration::from_secs(2 * 3600));
    let found = hospital.engine.findings();
    let report = found.iter().find(|finding| finding.id == "finding-report");
    let detail = &report.unwrap().detail;
    // By number, not by name: findings are read by who may not open names.
    let who = person.to_string();
    assert!(
        detail.contains(&visit.to_string()) && detail.contains(&who),
        "{detail}"
    );
}
