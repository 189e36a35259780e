//! Starting from the snapshot: the same state, whatever becomes of the file; and what was altered before
//! it, found.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::{Command, Entry, Event, Protocol, Reason};
use engine::{Clock, Engine, OpenSiteError};
use login::Identity;
use vault::Unlock;

use crate::hospital::{Hospital, Special, Staffed, until};

/// How long a test waits for what happens behind the start; on a loaded machine too.
const LONG: Duration = Duration::from_secs(60);

fn open(hospital: &Hospital, dir: &Path) -> Result<Engine, OpenSiteError> {
    let config = engine::SiteConfig {
        dir: dir.to_owned(),
        ..hospital.config.clone()
    };
    let clock = Clock::pushed(Arc::clone(&hospital.now));
    Engine::open(config, &Unlock::DangerousKeyBesideData, clock)
}

/// Where no start enters anything beside itself.
fn at_the_first_level() -> Staffed {
    let hospital = Hospital::founded_at(access::FIRST_LEVEL);
    let at = "127.0.0.1:5432".parse().unwrap();
    Staffed::in_hospital(hospital, at, &Special::default())
}

/// A hospital with a visit, stopped in order.
fn stopped() -> Staffed {
    let staffed = at_the_first_level();
    staffed.visit(Duration::from_secs(3600));
    staffed.hospital.engine.stop();
    staffed
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(to, private).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &target);
        } else if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), target).unwrap();
        }
    }
}

/// The folder as it is now, under another name: this process holds the first one.
fn copied(hospital: &Hospital, name: &str) -> PathBuf {
    let to = hospital.folder().join(name);
    copy(&hospital.config.dir, &to);
    to
}

/// The state after a start in this folder, as JSON.
fn state(hospital: &Hospital, dir: &Path) -> String {
    let engine = open(hospital, dir).unwrap();
    let json = serde_json::to_string(&*engine.site()).unwrap();
    engine.stop();
    json
}

/// Alters the first entry in the database, as a disk or a person could.
fn alter(dir: &Path) {
    let file = dir.join("site.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let needle = b"site_founded";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    bytes[at] ^= 0x20;
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_start_from_a_snapshot_gives_the_state_that_a_fold_of_everything_gives() {
    let staffed = stopped();
    let hospital = &staffed.hospital;
    let dir = &hospital.config.dir;
    assert!(dir.join("snapshot").exists(), "a stop leaves one");
    let at = |name: &str| hospital.folder().join(name);
    for name in ["with", "without", "torn", "foreign", "twice"] {
        copied(hospital, name);
    }
    std::fs::remove_file(at("without").join("snapshot")).unwrap();
    let whole = std::fs::read(dir.join("snapshot")).unwrap();
    std::fs::write(at("torn").join("snapshot"), &whole[..whole.len() / 2]).unwrap();
    let other = stopped();
    let foreign = other.hospital.config.dir.join("snapshot");
    std::fs::copy(foreign, at("foreign").join("snapshot")).unwrap();
    let folded = state(hospital, &at("without"));
    for name in ["with", "torn", "foreign", "twice"] {
        assert_eq!(state(hospital, &at(name)), folded, "{name}");
    }
    assert_eq!(
        state(hospital, &at("twice")),
        state(hospital, &at("without")),
        "and again, from the snapshot that this start left"
    );
}

/// Invariant 12. The state came from the snapshot, so what was decided was decided rightly; the evidence
/// is damaged, and that is found behind the start.
#[test]
fn an_altered_entry_before_the_snapshot_isolates_and_the_next_start_refuses() {
    let Staffed {
        hospital, engineer, ..
    } = stopped();
    let dir = copied(&hospital, "altered");
    alter(&dir);
    let engine = open(&hospital, &dir).unwrap();
    let told = || {
        engine
            .findings()
            .iter()
            .any(|finding| finding.id == "finding-ledger-broken" && finding.stops_visits)
    };
    until("the altered entry is found", LONG, told);
    until("it is marked", LONG, || dir.join("isolated").exists());
    assert!(engine.live().is_isolated());
    let refused = refused(&hospital, &engine, &engineer);
    assert!(refused.contains(&Reason::LedgerUnavailable), "{refused:?}");
    assert!(!dir.join("snapshot").exists());
    engine.stop();
    drop(engine);
    assert!(!dir.join("snapshot").exists(), "nor is one written");
    let cause = open(&hospital, &dir).map(drop).unwrap_err();
    assert!(cause.does_not_verify(), "{cause}");
    assert!(cause.to_string().contains("entry 0 was altered"), "{cause}");
    assert!(cause.to_string().contains("restore the site"), "{cause}");
}

/// Why a session is not opened.
fn refused(hospital: &Hospital, engine: &Engine, by: &Identity) -> Vec<Reason> {
    let opening = engine.open_session(by, "db", None, Protocol::Tcp);
    hospital.run(opening).map(drop).unwrap_err().reasons
}

#[test]
fn after_an_unclean_stop_everything_is_verified_before_anybody_is_admitted() {
    let staffed = stopped();
    let dir = copied(&staffed.hospital, "killed");
    alter(&dir);
    // What a killed process leaves.
    std::fs::write(dir.join("running"), b"").unwrap();
    let cause = open(&staffed.hospital, &dir).map(drop).unwrap_err();
    assert!(cause.does_not_verify(), "{cause}");
}

#[test]
fn nothing_of_a_later_level_is_written_before_the_site_is_committed_to_it() {
    let Staffed {
        hospital, clerk, ..
    } = at_the_first_level();
    let hospital = hospital.restarted().restarted();
    assert_eq!(hospital.engine.site().level(), access::FIRST_LEVEL);
    hospital
        .run(hospital.engine.submit(&clerk, Command::UpgradeSite))
        .unwrap();
    let before = hospital.engine.site().entries();
    let hospital = hospital.restarted();
    // It stopped and it started; then it says that everything was read.
    until("the ledger says that it was verified", LONG, || {
        hospital.engine.site().entries() >= before + 3
    });
    hospital.engine.stop();
    let events = events(&hospital, &copied(&hospital, "stopped"));
    let rise = events
        .iter()
        .position(|event| matches!(event, Event::SiteUpgraded { level: 2 }))
        .unwrap();
    assert!(events[..rise].iter().all(|event| event.level() == 1));
    let verified = |event: &Event| matches!(event, Event::LedgerVerified { .. });
    assert!(events[rise..].iter().any(verified));
}

/// What the ledger of a stopped hospital tells.
fn events(hospital: &Hospital, dir: &Path) -> Vec<Event> {
    let keys = vault::KeyStore::open(
        &dir.join(vault::keystore::FILE_NAME),
        &hospital.config.site,
        &Unlock::DangerousKeyBesideData,
    )
    .unwrap();
    let origin = ledger::checkpoint::origin(&hospital.config.site);
    let signer = ledger::Signer::ed25519(&origin, keys.keys().site.as_bytes()).unwrap();
    let store = store::Store::open(dir, signer.verifier()).unwrap();
    let mut events = Vec::new();
    let read = store.read_from(0, &mut |_, bytes: &[u8]| {
        let value = ledger::canonical::decode(bytes).unwrap();
        events.push(Entry::from_value(value).unwrap().event);
        ControlFlow::<()>::Continue(())
    });
    assert!(read.is_ok());
    events
}
