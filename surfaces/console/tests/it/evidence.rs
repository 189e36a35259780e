//! What witnesses and reviewers get.

use ids::Timestamp;
use ledger::Verifier;
use ledger::note::SignedNote;
use ledger::receipt::{Receipt, verify};
use ledger::trust::Trust;
use ledger::witness::{Memory, observe};
use serde_json::{Value, json};

use crate::hospital::{Held, Hospital, hospital, open_session, witness};

fn keys(hospital: &Hospital) -> (Verifier, Verifier) {
    let site = hospital.engine.site();
    let founding = site.founding().unwrap();
    (
        founding.site_vkey.parse().unwrap(),
        founding.kit_vkey.parse().unwrap(),
    )
}

fn note(answer: &Value) -> SignedNote {
    SignedNote::decode(answer["note"].as_str().unwrap().as_bytes()).unwrap()
}

/// Cosigns the latest checkpoint as the engineer's own program does.
async fn cosign(hospital: &Hospital, who: &Held) -> u64 {
    let (site, _) = keys(hospital);
    let shown = note(&hospital.get(who, "/api/v1/ledger/checkpoint").await);
    let size = ledger::checkpoint::open(&shown, &site).unwrap().size;
    let now = Timestamp::from_millis(hospital.now());
    let cosigned = ledger::checkpoint::cosign(shown, &witness(&who.login), now).unwrap();
    let form = json!({"note": cosigned.to_string()});
    hospital.post(who, "/api/v1/ledger/cosignature", form).await;
    size
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_cosigns_covers_the_sealed_recording_of_its_session() {
    let (hospital, people) = hospital();
    let session = open_session(&hospital, &people.abe).await;
    session
        .record(recording::Direction::ToTarget, b"at work")
        .unwrap();
    session.close(access::EndReason::EngineerClosed).await;
    cosign(&hospital, &people.abe).await;
    let said = hospital
        .ask(&people.suzuki, "GET", "/api/v1/visits/1/receipt", None)
        .await;
    assert_eq!(said.status, 200, "{}", said.text);
    let receipt = Receipt::decode(said.text.as_bytes()).unwrap();
    let (site, _) = keys(&hospital);
    let trust = Trust {
        site,
        witnesses: vec![witness("abe").verifier().clone()],
    };
    let vouched = verify(&receipt, &trust).unwrap();
    assert!(!vouched.site_only, "the device's word is in the receipt");
    assert!(
        !receipt.seals.is_empty(),
        "the recording's seal is in the receipt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_is_shown_that_the_ledger_only_grew() {
    let (hospital, people) = hospital();
    let (site, kit) = keys(&hospital);
    let first = note(
        &hospital
            .get(&people.suzuki, "/api/v1/ledger/checkpoint")
            .await,
    );
    let memory = Memory::pin(&first, &site, 0).unwrap();
    hospital
        .post(&people.suzuki, "/api/v1/envelope", json!({}))
        .await;
    let path = format!("/api/v1/ledger/consistency?from={}", memory.checkpoint.size);
    let grown = hospital.get(&people.suzuki, &path).await;
    let proof: Vec<ids::Digest> = serde_json::from_value(grown["proof"].clone()).unwrap();
    let observed = observe(
        &memory,
        &note(&grown["checkpoint"]),
        &site,
        &proof,
        &[],
        &kit,
    );
    assert!(observed.unwrap().memory.checkpoint.size > memory.checkpoint.size);
    let ahead = hospital
        .ask(
            &people.suzuki,
            "GET",
            "/api/v1/ledger/consistency?from=999999",
            None,
        )
        .await;
    assert_eq!(ahead.status, 400, "{}", ahead.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_a_device_is_no_witness_and_a_forged_note_is_none() {
    let (hospital, people) = hospital();
    let shown = hospital
        .get(&people.suzuki, "/api/v1/ledger/checkpoint")
        .await;
    let form = json!({"note": shown["note"]});
    let path = "/api/v1/ledger/cosignature";
    let said = hospital
        .ask(&people.suzuki, "POST", path, Some(form.clone()))
        .await;
    assert_eq!(said.body["reasons"][0]["id"], "reason-device-unknown");
    let said = hospital.ask(&people.abe, "POST", path, Some(form)).await;
    assert_eq!(said.body["args"]["field"], "note");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_this_ledger_does_not_continue_isolates_the_site() {
    let (hospital, people) = hospital();
    let held = {
        // The same site with the same key, on other paper: what a rolled-back gateway looks like.
        let (other, _) = crate::hospital::hospital();
        for _ in 0..3 {
            other
                .post(&people.suzuki, "/api/v1/envelope", json!({}))
                .await;
        }
        other.get(&people.suzuki, "/api/v1/ledger/checkpoint").await["note"].clone()
    };
    let form = json!({"how": "rolled-back", "held": held, "offered": ""});
    hospital
        .post(&people.abe, "/api/v1/ledger/alarm", form)
        .await;
    assert!(hospital.engine.live().is_isolated());
    let status = hospital.get(&people.abe, "/api/v1/status").await;
    assert!(status["isolation"].is_object(), "{status}");
}

/// Lesson L25: every view is an entry, and engineers see no recording, not even their own.
#[tokio::test(flavor = "multi_thread")]
async fn l25_every_view_of_a_recording_is_an_entry() {
    let (hospital, people) = hospital();
    let listed = hospital.get(&people.inoue, "/api/v1/recordings").await;
    assert_eq!(listed[0]["session"], "handa/session-1");
    let before = hospital.engine.site().entries();
    let shown = hospital.get(&people.inoue, "/api/v1/recordings/1").await;
    // "the target is ready"
    assert_eq!(
        shown["frames"][0]["content"]["data"],
        "dGhlIHRhcmdldCBpcyByZWFkeQ=="
    );
    assert_eq!(shown["more"], false);
    let verified = hospital
        .post(&people.inoue, "/api/v1/recordings/1/verify", json!({}))
        .await;
    assert_eq!(verified["verified"], true, "{verified}");
    hospital
        .get(&people.inoue, "/api/v1/recordings/1/export")
        .await;
    assert!(hospital.engine.site().entries() >= before + 3);
    let own = hospital
        .ask(&people.abe, "GET", "/api/v1/recordings/1", None)
        .await;
    assert_eq!(own.body["reasons"][0]["id"], "reason-role-missing");
}
