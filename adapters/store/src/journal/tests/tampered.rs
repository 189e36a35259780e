//! Somebody alters what lies on the disk.

use super::*;
use crate::segment::RecordingBroken;

fn recorded(dir: &Path) -> Site {
    let mut site = Site::open(dir);
    let recorder = site.begin(7);
    for round in 0..9 {
        to_target(&recorder, &noise(400, round)).unwrap();
        site.seal();
    }
    recorder.close(at(2), "done").unwrap();
    site.digest();
    site.seal();
    assert!(site.verify(7).segments >= 2);
    site
}

fn check(site: &Site, key: bool, listed: bool) -> Result<RecordingReport, RecordingBroken> {
    let session = session(7);
    let list: Vec<_> = site.listed.values().cloned().collect();
    verify_recording(
        &site.journal.recordings(),
        &session,
        key.then(|| key_of(&session)).as_ref(),
        if listed { &list } else { &[] },
        &site.heads,
    )
}

#[test]
fn l26_one_flipped_byte_anywhere_in_a_recording_fails_with_its_place() {
    let dir = folder();
    let site = recorded(dir.path());
    for number in [0, 1] {
        let path = site
            .journal
            .recordings()
            .join(format!("handa-session-7/{number:04}.seg"));
        let bytes = std::fs::read(&path).unwrap();
        for index in (0..bytes.len()).step_by(7) {
            let mut altered = bytes.clone();
            altered[index] ^= 0x20;
            std::fs::write(&path, &altered).unwrap();
            let index = index as u64;
            // By the ledger's hash alone, on a machine without any key.
            let broken = check(&site, false, true).unwrap_err();
            assert!(
                matches!(broken, RecordingBroken::NotAsListed { segment, .. } if segment == number)
            );
            // With the key, to the very part; and also without the ledger's list.
            let broken = check(&site, true, true).unwrap_err();
            let RecordingBroken::NotAsListed {
                place: Some(inside),
                ..
            } = broken
            else {
                panic!("byte {index}: {broken}");
            };
            assert!(
                inside.place.from <= index && index < inside.place.to,
                "{inside}"
            );
            let broken = check(&site, true, false).unwrap_err();
            assert!(
                broken.to_string().starts_with(&format!("{number:04}.seg")),
                "{broken}"
            );
        }
        std::fs::write(&path, &bytes).unwrap();
    }
    assert!(check(&site, true, true).is_ok());
}

#[test]
fn a_segment_removed_cut_or_exchanged_is_named() {
    let dir = folder();
    let site = recorded(dir.path());
    let folder = site.journal.recordings().join("handa-session-7");
    let last = site.verify(7).segments - 1;
    let path = folder.join(format!("{last:04}.seg"));
    let bytes = std::fs::read(&path).unwrap();

    std::fs::remove_file(&path).unwrap();
    for key in [false, true] {
        let broken = check(&site, key, true).unwrap_err();
        assert!(matches!(broken, RecordingBroken::Missing { segment } if segment == last));
        // Even if the list is lost as well, the sealed heads tell that frames are missing.
        let broken = check(&site, key, false).unwrap_err();
        assert!(
            matches!(broken, RecordingBroken::FramesMissing { .. }),
            "{broken}"
        );
    }
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    let broken = check(&site, true, true).unwrap_err().to_string();
    assert!(
        broken.contains("the file is cut: 9 bytes are missing"),
        "{broken}"
    );

    std::fs::copy(folder.join("0000.seg"), &path).unwrap();
    let broken = check(&site, false, false).unwrap_err();
    assert!(
        matches!(broken, RecordingBroken::NotContinued { .. }),
        "{broken}"
    );
}

/// Whoever holds the key can seal anything, but not under the heads that the ledger has.
#[test]
fn a_recording_made_anew_with_the_real_key_does_not_meet_the_ledgers_heads() {
    let dir = folder();
    let real = recorded(dir.path());
    let other = folder();
    let mut forged = Site::open(other.path());
    let recorder = forged.begin(7);
    for round in 0..9 {
        to_target(&recorder, &noise(400, round + u64::from(round == 5))).unwrap();
    }
    recorder.close(at(2), "done").unwrap();
    forged.digest();
    assert_eq!(forged.verify(7).frames, real.verify(7).frames);
    forged.heads = real.heads;
    let broken = check(&forged, true, true).unwrap_err();
    assert!(
        matches!(broken, RecordingBroken::OtherHead { frames: 7 }),
        "{broken}"
    );
}

#[test]
fn a_flipped_byte_in_the_journal_costs_one_frame_and_is_told_and_the_file_is_kept() {
    let whole = folder();
    let site = Site::open(whole.path());
    let (first, second) = (site.begin(1), site.begin(2));
    for round in 0..3 {
        to_target(&first, &noise(30, round)).unwrap();
        to_target(&second, &noise(30, round)).unwrap();
    }
    first.close(at(2), "done").unwrap();
    second.close(at(2), "done").unwrap();
    let bytes = std::fs::read(&site.journal_files()[0]).unwrap();
    drop(site);
    for index in 0..bytes.len() {
        let dir = folder();
        std::fs::create_dir(dir.path().join("journal")).unwrap();
        let path = dir.path().join("journal/000000000001.sekj");
        let mut altered = bytes.clone();
        altered[index] ^= 0x40;
        std::fs::write(&path, altered).unwrap();
        let mut site = Site::open(dir.path());
        let mut damage = Vec::new();
        loop {
            let progress = site.journal.digest_step().unwrap();
            site.enter(&progress);
            damage.extend(progress.damage.clone());
            site.journal.free(&progress).unwrap();
            if !progress.more {
                break;
            }
        }
        let index = index as u64;
        let named = damage.iter().any(|d| d.from <= index && index < d.to);
        assert!(named, "byte {index}: {damage:?}");
        // Nobody takes a damaged last frame for one that was never answered, except where the
        // file ends in the middle of it.
        assert!(
            path.exists() || damage[0].what == DamageKind::Torn,
            "byte {index}"
        );
        let sound = [1, 2].iter().filter(|number| {
            let session = session(**number);
            let recordings = site.journal.recordings();
            verify_recording(
                &recordings,
                &session,
                Some(&key_of(&session)),
                &[],
                &site.heads,
            )
            .is_ok_and(|report| report.frames == 5)
        });
        assert!(
            sound.count() >= 1,
            "byte {index}: the other session is whole"
        );
    }
}
