//! A disk that fails (L27: no fail-open recording).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::*;

/// A gate that is shut until somebody opens it.
#[derive(Default)]
struct Gate {
    state: Mutex<(bool, bool)>,
    moved: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.moved.notify_all();
        while !state.1 {
            state = self.moved.wait(state).unwrap();
        }
    }

    /// Until somebody stands before it.
    fn reached(&self) {
        let mut state = self.state.lock().unwrap();
        while !state.0 {
            state = self.moved.wait(state).unwrap();
        }
    }

    fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.moved.notify_all();
    }
}

fn stall(gate: &Arc<Gate>) -> Strike {
    let gate = Arc::clone(gate);
    Strike::Meanwhile(Arc::new(move || gate.pass()))
}

/// Invariant 6: what is forwarded after `record` returned is in the file by then, and not before.
#[test]
fn l27_record_returns_only_after_the_write_has() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    let size = |site: &Site| std::fs::metadata(&site.journal_files()[0]).unwrap().len();
    let before = size(&site);
    let gate = Arc::new(Gate::default());
    site.faults.plan(Step::Append, 0, stall(&gate));
    let forwarded = AtomicBool::new(false);
    assert_eq!(site.journal.stalled_for(Instant::now()), None);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            to_target(&recorder, b"rm -rf").unwrap();
            assert!(size(&site) > before);
            forwarded.store(true, Ordering::SeqCst);
        });
        gate.reached();
        // A watchdog elsewhere sees the stall grow, by its own clock.
        let now = Instant::now();
        let stalled = site.journal.stalled_for(now).unwrap();
        let later = site.journal.stalled_for(now + Duration::from_secs(5));
        assert_eq!(later, Some(stalled + Duration::from_secs(5)));
        assert_eq!(size(&site), before);
        assert!(!forwarded.load(Ordering::SeqCst));
        gate.open();
    });
    assert!(forwarded.load(Ordering::SeqCst));
    assert_eq!(site.journal.stalled_for(Instant::now()), None);
    recorder.close(at(2), "done").unwrap();
    site.digest();
    assert_eq!(site.replay(7).0, b"rm -rf");
}

#[test]
fn a_sync_that_does_not_return_is_seen_and_records_go_on_meanwhile() {
    let dir = folder();
    let site = Site::open(dir.path());
    let recorder = site.begin(7);
    let gate = Arc::new(Gate::default());
    site.faults.plan(Step::Sync, 0, stall(&gate));
    std::thread::scope(|scope| {
        scope.spawn(|| site.journal.sync_now().unwrap());
        gate.reached();
        assert!(site.journal.stalled_for(Instant::now()).is_some());
        to_target(&recorder, b"x").unwrap();
        assert!(site.journal.stalled_for(Instant::now()).is_some());
        gate.open();
    });
    assert_eq!(site.journal.stalled_for(Instant::now()), None);
}

fn strikes(errno: i32) -> [(&'static str, Strike); 4] {
    [
        ("lost", Strike::Lost(errno)),
        ("kept", Strike::Kept(errno)),
        ("a few bytes", Strike::Part(10, errno)),
        ("most", Strike::Part(70, errno)),
    ]
}

#[test]
fn l27_a_failed_write_stops_every_recording_and_loses_nothing_that_was_recorded() {
    for (name, strike) in strikes(EIO) {
        let dir = folder();
        let site = Site::open(dir.path());
        let (first, second) = (site.begin(1), site.begin(2));
        to_target(&first, b"recorded").unwrap();
        site.faults.plan(Step::Append, 0, strike);
        let trouble = Trouble {
            step: Step::Append,
            errno: EIO,
        };
        let failed = Err(RecordError::Failed(trouble));
        assert_eq!(to_target(&first, b"not recorded"), failed, "{name}");
        assert_eq!(to_target(&second, b"nor this"), failed, "{name}");
        assert_eq!(first.close(at(2), "the recording failed"), failed);
        assert_eq!(site.journal.health(), Health::Failed(trouble));
        assert!(site.try_begin(3, Policy::Payload, 999).is_err());

        let mut site = Site::open(&site.kill());
        assert_eq!(site.recovered.damage, [], "{name}");
        let frames: Vec<u64> = site
            .recovered
            .interrupted
            .iter()
            .map(|i| i.frames)
            .collect();
        assert_eq!(frames, [2, 1], "{name}");
        site.digest();
        assert_eq!(site.replay(1), (b"recorded".to_vec(), vec![], None));
        assert_eq!(site.verify(1).ending, recording::Ending::Interrupted);
    }
}

#[test]
fn l27_a_full_disk_refuses_data_and_every_recording_still_closes() {
    for (name, strike) in strikes(ENOSPC) {
        let dir = folder();
        let mut site = Site::open(dir.path());
        let (first, second) = (site.begin(1), site.begin(2));
        to_target(&first, b"recorded").unwrap();
        assert!(site.journal.has_reserve());
        site.faults.plan(Step::Append, 0, strike);
        let full = Err(RecordError::DiskFull);
        assert_eq!(to_target(&first, b"not recorded"), full, "{name}");
        assert_eq!(site.journal.health(), Health::Full);
        assert!(!site.journal.has_reserve());
        // What was given up is for closing: no other session takes it.
        assert_eq!(to_target(&second, b"nor this"), full, "{name}");
        assert!(site.try_begin(3, Policy::Payload, 999).is_err());
        first.close(at(2), "the disk is full").unwrap();
        // Another end may find it full again, and tries once more with the reserve given up.
        site.faults.plan(Step::Append, 0, Strike::Lost(ENOSPC));
        second.close(at(2), "the disk is full").unwrap();

        // Space is back.
        assert!(site.journal.remake_reserve() && site.journal.has_reserve());
        assert_eq!(site.journal.health(), Health::Well);
        to_target(&site.begin(3), b"on it goes").unwrap();
        site.digest();
        let end = Some("the disk is full".to_owned());
        assert_eq!(site.replay(1), (b"recorded".to_vec(), vec![], end));
        assert_eq!(site.verify(2).ending, recording::Ending::Ended);
    }
}

#[test]
fn a_write_that_can_not_be_taken_back_is_found_torn_at_the_next_start() {
    let dir = folder();
    let site = Site::open(dir.path());
    let recorder = site.begin(7);
    to_target(&recorder, b"recorded").unwrap();
    site.faults.plan(Step::Append, 0, Strike::Part(50, ENOSPC));
    site.faults.plan(Step::TakeBack, 0, Strike::Lost(EIO));
    let failed = to_target(&recorder, b"not recorded").unwrap_err();
    assert!(failed.to_string().contains("taking back"), "{failed}");
    let mut site = Site::open(&site.kill());
    let damage = &site.recovered.damage;
    assert_eq!(damage.len(), 1);
    assert_eq!(damage[0].what, DamageKind::Torn);
    assert_eq!(damage[0].to - damage[0].from, 50);
    // Nothing of it was forwarded, so the file is freed like any other.
    assert_eq!(site.digest(), 1);
    assert_eq!(site.replay(7).0, b"recorded");
}

/// After a failed fsync the kernel may have dropped the pages: a second one proves nothing.
#[test]
fn l27_a_failed_sync_is_final() {
    let dir = folder();
    let site = Site::open(dir.path());
    let recorder = site.begin(7);
    site.faults.plan(Step::Sync, 0, Strike::Lost(EIO));
    assert!(site.journal.sync_now().is_err());
    assert!(site.journal.sync_now().is_err());
    let failed = to_target(&recorder, b"x").unwrap_err().to_string();
    assert!(
        failed.contains("bringing the journal to the disk"),
        "{failed}"
    );
    assert!(matches!(site.journal.health(), Health::Failed(_)));
    assert!(site.journal.heads().is_err());
}

/// Every durable step of the background work, failing once: the next try completes it, and so does
/// the next start.
#[test]
fn l26_a_background_step_that_fails_loses_and_doubles_nothing() {
    let steps = [
        Step::Begin,
        Step::ReadBack,
        Step::WriteSegment,
        Step::SyncSegment,
        Step::NameSegment,
        Step::SyncFolder,
        Step::Free,
    ];
    for step in steps {
        for pass in 0..3 {
            for (name, strike) in strikes(EIO) {
                for restart in [false, true] {
                    let case = format!("{step:?} {pass} {name} {restart}");
                    background(step, pass, strike.clone(), restart, &case);
                }
            }
        }
    }
}

fn background(step: Step, pass: usize, strike: Strike, restart: bool, case: &str) {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    for round in 0..12 {
        to_target(&recorder, &noise(300, round)).unwrap();
    }
    recorder.close(at(2), "done").unwrap();
    site.journal.sync_now().unwrap();
    site.faults.plan(step, pass, strike);
    let mut failed = 0;
    loop {
        let Ok(progress) = site.journal.digest_step() else {
            failed += 1;
            assert!(failed < 3, "{case}");
            if restart {
                site = again(site);
            }
            continue;
        };
        site.enter(&progress);
        if site.journal.free(&progress).is_err() {
            failed += 1;
            if restart {
                site = again(site);
                continue;
            }
            site.journal.free(&progress).unwrap();
        }
        if !progress.more {
            break;
        }
    }
    let sent: Vec<u8> = (0..12).flat_map(|round| noise(300, round)).collect();
    site.seal();
    assert!(site.replay(7).0 == sent, "{case}");
    let report = site.verify(7);
    assert_eq!((report.frames, report.unlisted), (14, 0), "{case}");
    assert_eq!(site.journal_files().len(), 1, "{case}");
}

/// Killed and started again; the ledger keeps what it had.
fn again(site: Site) -> Site {
    let (listed, heads) = (site.listed.clone(), site.heads.clone());
    let mut site = Site::open(&site.kill());
    site.listed = listed;
    site.heads = heads;
    site
}

/// On a file system that really is full. Needs root for the mount; says so where it has none.
#[test]
fn l27_on_a_disk_that_is_really_full_recordings_close_and_go_on_when_space_is_back() {
    let Some(disk) = SmallDisk::mount() else {
        println!("not tried here: mounting a small tmpfs needs root");
        return;
    };
    let limits = Limits {
        file_bytes: 1 << 20,
        segment_bytes: 1 << 19,
        reserve_bytes: 1 << 20,
        ..small()
    };
    let site = Site::open_with(disk.0.path(), limits);
    let filler = disk.0.path().join("filler");
    let (first, second) = (site.begin(1), site.begin(2));
    let mut recorded = Vec::new();
    let refused = loop {
        let bytes = noise(60_000, recorded.len() as u64);
        match to_target(&first, &bytes) {
            Ok(()) => recorded.extend(bytes),
            Err(error) => break error,
        }
        if recorded.len() == 600_000 {
            // Somebody else fills the rest.
            let _ = std::fs::write(&filler, noise(32 << 20, 1));
        }
    };
    assert_eq!(refused, RecordError::DiskFull);
    assert!(site.journal.space().unwrap() > 0.5);
    first.close(at(2), "the disk is full").unwrap();
    second.close(at(2), "the disk is full").unwrap();
    // The room that was given up is not eaten by segments.
    site.journal.sync_now().unwrap();
    while site
        .journal
        .digest_step()
        .is_ok_and(|progress| progress.more)
    {}
    std::fs::write(disk.0.path().join("entry"), noise(100_000, 2)).unwrap();

    std::fs::remove_file(&filler).unwrap();
    let mut site = again(site);
    assert!(site.journal.has_reserve());
    site.digest();
    assert!(site.replay(1).0 == recorded);
    assert_eq!(site.verify(2).ending, recording::Ending::Ended);
}

/// A tmpfs of 8 MiB that is unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]);
        let mounted = mount.arg(dir.path()).output().ok()?.status.success();
        mounted.then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .output();
    }
}
