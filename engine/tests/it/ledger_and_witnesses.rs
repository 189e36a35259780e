//! Witnesses, alarms, resumption.

use std::time::Duration;

use engine::Observed;
use ledger::note::SignedNote;

use crate::hospital::{Hospital, Staffed};

#[test]
fn a_checkpoint_that_we_signed_and_do_not_continue_isolates_the_site() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let identity = hospital.signed_in(&mut clerk);
    let held = hospital.engine.checkpoint();
    assert_eq!(
        hospital.run(hospital.engine.witness_alarm(&identity, &held)),
        Observed::Consistent
    );
    let nobody = "sekisho/handa\n9\nAAAA\n\n";
    assert_eq!(
        hospital.run(hospital.engine.witness_alarm(&identity, nobody)),
        Observed::NotOurs
    );

    // The same key signs another history of the same size.
    let keys = vault::KeyStore::open(
        &hospital.config.dir.join(vault::keystore::FILE_NAME),
        &hospital.config.site,
        &vault::Unlock::DangerousKeyBesideData,
    )
    .unwrap();
    let origin = ledger::checkpoint::origin(&hospital.config.site);
    let signer = ledger::Signer::ed25519(&origin, keys.keys().site.as_bytes()).unwrap();
    let forked = ledger::Checkpoint {
        origin,
        size: 3,
        root: ids::Digest([7; 32]),
    };
    let forked = ledger::checkpoint::sign(&forked, &signer)
        .unwrap()
        .to_string();
    let found = hospital.run(hospital.engine.witness_alarm(&identity, &forked));
    assert_eq!(found, Observed::Disagreement);
    assert!(hospital.engine.live().is_isolated());
    assert!(
        hospital.engine.site().isolated(),
        "in the ledger too, so that people can lift it"
    );
    assert!(
        hospital
            .engine
            .findings()
            .iter()
            .any(|finding| finding.id == "finding-forked")
    );
    let hospital = hospital.restarted();
    assert!(hospital.engine.live().is_isolated(), "also after a restart");
}

#[test]
fn a_devices_cosignature_stands_in_the_receipts_checkpoint() {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    let request = staffed.visit(Duration::from_secs(3600));
    let Staffed {
        hospital,
        clerk,
        engineer,
        ..
    } = staffed;
    let visit = hospital
        .engine
        .site()
        .request(&request)
        .unwrap()
        .visit
        .clone();
    let note = SignedNote::decode(hospital.engine.checkpoint().as_bytes()).unwrap();
    let witness = ledger::Signer::cosigner("tanaka-device", &[9; 32]).unwrap();
    let note = ledger::checkpoint::cosign(note, &witness, hospital.engine.now()).unwrap();
    hospital
        .engine
        .cosigned(&engineer, &note.to_string())
        .unwrap();
    let receipt = hospital
        .run(hospital.engine.receipt(&clerk, &visit))
        .unwrap();
    let trust = ledger::Trust {
        site: receipt.site_key.clone(),
        witnesses: vec![witness.verifier().clone()],
    };
    let vouched = ledger::receipt::verify(&receipt, &trust).unwrap();
    assert!(!vouched.site_only);
    assert_eq!(vouched.cosigned.len(), 1);
    // Somebody without a device is no witness.
    assert!(hospital.engine.cosigned(&clerk, &note.to_string()).is_err());
}

#[test]
fn the_kit_resumes_and_recovers_and_no_other_kit_does() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let _identity = hospital.signed_in(&mut clerk);
    let resumed = hospital
        .run(hospital.engine.resume_ledger(&hospital.kit))
        .unwrap();
    assert_eq!(resumed.counter, 1);
    assert_eq!(hospital.engine.resumptions().len(), 1);
    let other = vault::Kit::generate().unwrap();
    assert!(hospital.run(hospital.engine.resume_ledger(&other)).is_err());
    assert!(
        hospital
            .run(hospital.engine.recover_person(&other, "clerk"))
            .is_err()
    );
    hospital
        .run(hospital.engine.recover_person(&hospital.kit, "clerk"))
        .unwrap();
}
