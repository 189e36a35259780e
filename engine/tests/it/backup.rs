//! A site backed up while it works, checked, and put back on a machine that has nothing of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::{Command, NewRelay, Protocol, Reason};
use engine::{
    BackUpWanted, BackedUp, BackupError, Clock, Engine, Observed, RestoreWanted, Restored,
    SiteConfig, back_up_site, check_backup, restore_site, site_key,
};
use ids::Digest;
use ledger::note::SignedNote;
use ledger::{Signer, Verifier};
use vault::{Kit, Unlock};

use crate::hospital::{Hospital, Staffed};

const UNLOCK: Unlock = Unlock::DangerousKeyBesideData;

fn staffed() -> Staffed {
    Staffed::with_target("127.0.0.1:5432".parse().unwrap())
}

fn back_up(hospital: &Hospital, name: &str) -> (PathBuf, BackedUp) {
    let to = hospital.folder().join(name);
    let wanted = BackUpWanted {
        config: &hospital.config,
        unlock: &UNLOCK,
        to: &to,
        recordings: true,
        now: hospital.engine.now(),
    };
    let done = back_up_site(&wanted).unwrap();
    (to, done)
}

fn restore(from: &Path, dir: &Path, kit: &Kit) -> Result<Restored, BackupError> {
    let wanted = RestoreWanted {
        from,
        dir,
        kit,
        site_key: None,
    };
    restore_site(&wanted, &|_| Ok(UNLOCK))
}

fn key(hospital: &Hospital) -> Verifier {
    site_key(&hospital.config, &UNLOCK).unwrap()
}

/// Opens what was put back beside the one that it was taken from.
fn opened(hospital: &Hospital, dir: &Path) -> Engine {
    let config = SiteConfig {
        dir: dir.to_owned(),
        ..hospital.config.clone()
    };
    let clock = Clock::pushed(Arc::clone(&hospital.now));
    Engine::open(config, &UNLOCK, clock).unwrap()
}

fn finds(engine: &Engine, id: &str) -> bool {
    engine.findings().iter().any(|finding| finding.id == id)
}

fn seed(relay: &str) -> u8 {
    relay.as_bytes().first().copied().unwrap_or_default()
}

fn witness(relay: &str) -> Signer {
    Signer::cosigner("relay.example", &[seed(relay); 32]).unwrap()
}

fn register(staffed: &Staffed, name: &str) {
    let relay = NewRelay {
        name: name.to_owned(),
        address: "relay.example:443".to_owned(),
        tls_name: "relay.example".to_owned(),
        key: Digest([seed(name); 32]),
        witness: witness(name).verifier().to_string(),
    };
    let engine = &staffed.hospital.engine;
    let registering = engine.submit(&staffed.clerk, Command::RegisterRelay(relay));
    staffed.hospital.run(registering).unwrap();
}

fn cosign(engine: &Engine, relay: &str) -> String {
    let offered = engine.checkpoint_for(relay, None).unwrap();
    let note = SignedNote::decode(offered.note.as_bytes()).unwrap();
    let cosigned = ledger::checkpoint::cosign(note, &witness(relay), engine.now());
    let cosigned = cosigned.unwrap().to_string();
    engine.relay_cosigned(relay, &cosigned).unwrap();
    offered.note
}

/// Everything below a folder, by name.
fn names(dir: &Path) -> Vec<String> {
    let found = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = found
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_of_a_working_site_is_whole_and_what_is_put_back_knows_what_it_knew() {
    let staffed = staffed();
    let request = staffed.visit(Duration::from_secs(3600));
    let hospital = &staffed.hospital;
    let (file, done) = back_up(hospital, "backup");
    let status = hospital.engine.status();
    assert_eq!(
        (done.ledger.size, done.ledger.root),
        (status.size, status.root)
    );
    assert_eq!(done.kit, hospital.kit.id().to_string());
    let checked = check_backup(&file, &key(hospital), None).unwrap();
    assert!(!checked.opened);
    let checked = check_backup(&file, &key(hospital), Some(&hospital.kit)).unwrap();
    assert!(checked.opened && checked.ledger == done.ledger);
    // Only who has the kit reads it: not a name of a vendor or a login stands in it.
    let bytes = std::fs::read(&file).unwrap();
    for plain in ["tanaka", "vendor 127", "半田病院", "vendor_registered"] {
        assert!(
            !bytes.windows(plain.len()).any(|at| at == plain.as_bytes()),
            "{plain}"
        );
    }
    let dir = hospital.folder().join("again");
    let restored = restore(&file, &dir, &hospital.kit).unwrap();
    assert_eq!(restored.site_key, key(hospital).to_string());
    let again = opened(hospital, &dir);
    assert!(again.site().request(&request).is_some());
    let grown = again.status().size;
    assert!(again.consistency(done.ledger.size, grown).is_some());
    again.stop();
}

#[test]
fn what_was_put_back_admits_nobody_until_every_relay_has_confirmed_it() {
    let staffed = staffed();
    register(&staffed, "tokyo");
    register(&staffed, "osaka");
    staffed.visit(Duration::from_secs(3600));
    let (file, _) = back_up(&staffed.hospital, "backup");
    staffed.hospital.engine.stop();
    let dir = staffed.hospital.folder().join("again");
    restore(&file, &dir, &staffed.hospital.kit).unwrap();
    let again = opened(&staffed.hospital, &dir);
    let open = || {
        let opening = again.open_session(&staffed.engineer, "db", None, Protocol::Tcp);
        staffed
            .hospital
            .run(opening)
            .err()
            .map_or_else(Vec::new, |refusal| refusal.reasons)
    };
    assert!(
        open().contains(&Reason::RestoredUnconfirmed),
        "{:?}",
        open()
    );
    assert!(finds(&again, "finding-restored"));
    cosign(&again, "tokyo");
    assert_eq!(again.unconfirmed_by(), Some(vec!["osaka".to_owned()]));
    assert!(open().contains(&Reason::RestoredUnconfirmed));
    again.stop();
    drop(again);
    // A restart asks again: what one relay said in another run is not said in this one.
    let again = opened(&staffed.hospital, &dir);
    assert_eq!(again.unconfirmed_by().map(|missing| missing.len()), Some(2));
    cosign(&again, "tokyo");
    cosign(&again, "osaka");
    assert_eq!(again.unconfirmed_by(), None);
    assert!(!finds(&again, "finding-restored"));
    again.stop();
    drop(again);
    let again = opened(&staffed.hospital, &dir);
    assert_eq!(again.unconfirmed_by(), None);
    again.stop();
}

#[test]
fn an_older_copy_is_found_out_and_goes_on_with_the_kit_and_a_later_fork_is_found_out_too() {
    let staffed = staffed();
    register(&staffed, "tokyo");
    let hospital = &staffed.hospital;
    let (file, _) = back_up(hospital, "backup");
    staffed.visit(Duration::from_secs(3600));
    let newer = cosign(&hospital.engine, "tokyo");
    hospital.engine.stop();
    let dir = hospital.folder().join("again");
    restore(&file, &dir, &hospital.kit).unwrap();
    let again = opened(hospital, &dir);
    assert_eq!(
        hospital.run(again.relay_disagrees("tokyo", &newer)),
        Observed::Disagreement
    );
    assert!(finds(&again, "finding-rolled-back") || finds(&again, "finding-forked"));
    assert!(again.live().is_isolated());
    let other = Kit::generate().unwrap();
    hospital.run(again.resume_ledger(&other)).unwrap_err();
    assert!(finds(&again, "finding-restored"));
    hospital.run(again.resume_ledger(&hospital.kit)).unwrap();
    for settled in ["finding-restored", "finding-rolled-back", "finding-forked"] {
        assert!(!finds(&again, settled), "{settled}");
    }
    // What the kit gave up isolates nobody again: the relay has not followed yet.
    assert_eq!(
        hospital.run(again.relay_disagrees("tokyo", &newer)),
        Observed::Consistent
    );
    // It follows. From now on what it holds was not given up.
    hospital.pass(Duration::from_secs(60));
    cosign(&again, "tokyo");
    let lost_later = {
        let size = again.status().size + 40;
        let checkpoint = ledger::Checkpoint {
            origin: key(hospital).name().to_owned(),
            size,
            root: Digest([3; 32]),
        };
        let keys = vault::KeyStore::open(&dir.join("keys.sealed"), &hospital.site(), &UNLOCK);
        let seed = *keys.unwrap().keys().site.as_bytes();
        let signer = Signer::ed25519(&checkpoint.origin, &seed).unwrap();
        ledger::checkpoint::sign(&checkpoint, &signer)
            .unwrap()
            .to_string()
    };
    let judged = hospital.run(again.relay_disagrees("tokyo", &lost_later));
    assert_eq!(judged, Observed::Disagreement);
    assert!(finds(&again, "finding-rolled-back"));
    again.stop();
}

#[test]
fn without_a_relay_only_the_kit_says_that_a_restored_site_goes_on() {
    let staffed = staffed();
    let (file, _) = back_up(&staffed.hospital, "backup");
    staffed.hospital.engine.stop();
    let dir = staffed.hospital.folder().join("again");
    restore(&file, &dir, &staffed.hospital.kit).unwrap();
    let again = opened(&staffed.hospital, &dir);
    assert_eq!(again.unconfirmed_by(), Some(Vec::new()));
    staffed
        .hospital
        .run(again.resume_ledger(&staffed.hospital.kit))
        .unwrap();
    assert_eq!(again.unconfirmed_by(), None);
    again.stop();
}

#[test]
fn a_backup_that_was_cut_off_or_altered_anywhere_is_refused_and_leaves_nothing() {
    let hospital = Hospital::founded();
    let (file, _) = back_up(&hospital, "backup");
    let whole = std::fs::read(&file).unwrap();
    let damaged = hospital.folder().join("damaged");
    let dir = hospital.folder().join("not-here");
    let key = key(&hospital);
    let refused = |bytes: &[u8], what: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        for kit in [None, Some(&hospital.kit)] {
            let error = check_backup(&damaged, &key, kit).expect_err(what);
            assert!(error.does_not_verify(), "{what}: {error}");
        }
        let wanted = RestoreWanted {
            from: &damaged,
            dir: &dir,
            kit: &hospital.kit,
            site_key: Some(&key),
        };
        let error = restore_site(&wanted, &|_| Ok(UNLOCK)).expect_err(what);
        assert!(error.does_not_verify(), "{what}: {error}");
        assert!(!dir.exists(), "{what}");
    };
    let step = (whole.len() / 40).max(1);
    for at in (0..whole.len()).step_by(step) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        refused(&flipped, &format!("byte {at}"));
        refused(&whole[..at], &format!("cut at {at}"));
    }
    refused(&[whole.as_slice(), b"\n"].concat(), "a byte more");
    assert_eq!(names(hospital.folder()), ["backup", "damaged", "site"]);
    hospital.engine.stop();
}

#[test]
fn a_backup_opens_with_its_own_kit_is_of_its_own_site_and_overwrites_nothing() {
    let (hospital, other) = (Hospital::founded(), Hospital::founded());
    let (file, _) = back_up(&hospital, "backup");
    let dir = hospital.folder().join("again");
    let wrong_kit = restore(&file, &dir, &other.kit).unwrap_err();
    assert!(
        matches!(&wrong_kit, BackupError::OtherKit { expected, .. } if *expected == hospital.kit.id().to_string()),
        "{wrong_kit}"
    );
    let wrong_site = check_backup(&file, &key(&other), None).unwrap_err();
    assert!(
        matches!(wrong_site, BackupError::OtherSite { .. }),
        "{wrong_site}"
    );
    assert!(!dir.exists());
    // The site's own directory, and one with something of somebody else's.
    let occupied = restore(&file, &hospital.config.dir, &hospital.kit).unwrap_err();
    assert!(matches!(occupied, BackupError::NotEmpty(_)), "{occupied}");
    std::fs::create_dir(&dir).unwrap();
    restore(&file, &dir, &hospital.kit).unwrap();
    let taken = hospital.folder().join("taken");
    std::fs::write(&taken, "mine").unwrap();
    let wanted = BackUpWanted {
        config: &hospital.config,
        unlock: &UNLOCK,
        to: &taken,
        recordings: false,
        now: hospital.engine.now(),
    };
    let exists = back_up_site(&wanted).unwrap_err();
    assert!(matches!(exists, BackupError::Exists(_)), "{exists}");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    hospital.engine.stop();
    other.engine.stop();
}
