//! The disk is full.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::hospital::{Hospital, Plan};
use acceptance::link::Link;
use acceptance::{peers, said, wait};

/// A small file system of its own; it is taken away again.
pub(crate) struct SmallDisk {
    pub(crate) at: PathBuf,
}

impl SmallDisk {
    pub(crate) fn mount() -> Option<Self> {
        if !peers::is_root() {
            eprintln!("skipped: only root can mount a small disk");
            return None;
        }
        let at = tempfile::Builder::new()
            .prefix("sekisho-disk-")
            .tempdir()
            .unwrap()
            .keep();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=160m,mode=0700", "tmpfs"])
            .arg(&at)
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("skipped: this machine does not let root mount a small disk");
            return None;
        }
        Some(Self { at })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.at).status();
        let _gone = std::fs::remove_dir(&self.at);
    }
}

/// Takes everything that is left.
pub(crate) fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("somebody-elses-log");
    let mut file = std::fs::File::create(&path).unwrap();
    let block = vec![0x5a; 1 << 16];
    while file.write_all(&block).is_ok() {}
    while file.write_all(&[0x5a]).is_ok() {}
    path
}

#[test]
fn l27_on_a_full_disk_a_session_ends_with_a_reason_and_isolating_still_works() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let plan = Plan {
        dir: Some(disk.at.join("site")),
        ..Plan::default()
    };
    let mut hospital = Hospital::build(plan);
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let filler = fill(&disk.at);

    // The engineer works on; what can no longer be recorded is not forwarded.
    let mut writer = live.stream.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        let line = vec![b'w'; 32 * 1024];
        let mut sent = 0u64;
        while sent < 1 << 30 && writer.write_all(&line).is_ok() {
            sent += line.len() as u64;
        }
        sent
    });
    let ended = wait::within(wait::PATIENCE, || {
        let mut buffer = [0; 65536];
        match live.stream.read(&mut buffer) {
            Ok(0) | Err(_) => Some(()),
            Ok(_) => None,
        }
    });
    assert!(
        ended.is_some(),
        "the session goes on although nothing can be recorded"
    );
    flood.join().unwrap();
    let why = wait::until("the engineer's reason", || {
        let said = link.running.said();
        ["end-recorder-failed", "end-ledger-unavailable"]
            .into_iter()
            .find(|reason| said.contains(&said::beginning(reason)))
    });
    assert_eq!(why, "end-recorder-failed", "{}", link.running.said());
    let refused = crew.engineer.tries(["connect", &crew.target]);
    assert_ne!(refused.code, 0, "{refused}");

    // Taking access away works all the same.
    let isolated = hospital
        .root()
        .args(["isolate", "--reason", "the disk is full"])
        .done();
    isolated.expect(0);
    let status = hospital.root().args(["site", "status"]).json();
    assert!(!status["isolation"].is_null(), "{status:#}");

    // With room again, the recording of what was forwarded verifies, and people lift it.
    let heard = crew.echo.heard().len() as u64;
    std::fs::remove_file(&filler).unwrap();
    hospital.stop("TERM");
    hospital.start();
    let status = hospital.root().args(["site", "status"]).json();
    assert!(
        !status["isolation"].is_null(),
        "isolated also after a restart: {status:#}"
    );
    let sessions = hospital.root().args(["sessions"]).json();
    let session = sessions[0]["id"].as_str().unwrap().to_owned();
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true, "{verified:#}");
    assert!(
        verified["sent"].as_u64().unwrap() >= heard,
        "{verified:#} of {heard}"
    );
    hospital.clerk.tries(["lift"]).expect(0);
    hospital.chief.tries(["lift"]).expect(0);
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("room again")
        .ok();
}
