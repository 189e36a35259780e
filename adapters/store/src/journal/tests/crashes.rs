//! The gateway or the power stops at any point.

use super::*;

/// A journal as a session of eight frames without an end leaves it.
fn left_behind(dir: &Path) -> Vec<u8> {
    let site = Site::open(dir);
    let recorder = site.begin(7);
    for round in 0..7 {
        to_target(&recorder, &noise(20, round)).unwrap();
    }
    let dir = site.kill();
    std::fs::read(&journal_files(&dir)[0]).unwrap()
}

#[test]
fn a_crash_of_the_process_loses_nothing_that_was_recorded() {
    let dir = folder();
    left_behind(dir.path());
    let mut site = Site::open(dir.path());
    let expected = Interrupted {
        session: session(7),
        frames: 8,
        last_at: at(1),
    };
    assert_eq!(site.recovered.interrupted, [expected]);
    assert_eq!(site.recovered.damage, []);
    site.digest();
    assert_eq!(site.replay(7).0.len(), 140);
    assert_eq!(site.verify(7).ending, recording::Ending::Interrupted);
}

/// Power that fails may leave any prefix of the file.
#[test]
fn wherever_the_journal_is_cut_the_frames_before_it_are_kept_and_the_cut_is_told() {
    let whole = folder();
    let bytes = left_behind(whole.path());
    for length in 0..bytes.len() {
        let dir = folder();
        std::fs::create_dir(dir.path().join("journal")).unwrap();
        let path = dir.path().join("journal/000000000001.sekj");
        std::fs::write(path, &bytes[..length]).unwrap();
        let mut ends = vec![0];
        while let recording::Next::Frame { size, .. } =
            recording::next(&bytes[ends[ends.len() - 1]..])
        {
            ends.push(ends[ends.len() - 1] + size);
        }
        let whole = ends.iter().filter(|end| **end <= length).count() - 1;
        let torn = !ends.contains(&length);
        let mut site = Site::open(dir.path());
        let damage: Vec<_> = site
            .recovered
            .damage
            .iter()
            .map(|d| (d.from, d.to))
            .collect();
        let expected = if torn {
            vec![(ends[whole] as u64, length as u64)]
        } else {
            vec![]
        };
        assert_eq!(damage, expected, "cut to {length}");
        let frames = site.recovered.interrupted.first().map_or(0, |i| i.frames);
        assert_eq!(frames, whole as u64, "cut to {length}");
        assert_eq!(site.digest(), 1, "cut to {length}");
        if whole > 0 {
            assert_eq!(site.verify(7).frames, whole as u64);
        }
    }
}

#[test]
fn a_session_that_goes_on_for_many_files_is_taken_up_from_its_segments() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    let mut sent = Vec::new();
    for round in 0..30 {
        let bytes = noise(500, round);
        to_target(&recorder, &bytes).unwrap();
        sent.extend(bytes);
        site.digest();
    }
    // The file with the session's start was freed long ago.
    assert!(!dir.path().join("journal/000000000001.sekj").exists());
    to_target(&recorder, b"the last").unwrap();
    sent.extend(b"the last");
    site.seal();
    let (listed, heads) = (site.listed.clone(), site.heads.clone());
    let mut site = Site::open(&site.kill());
    site.listed = listed;
    site.heads = heads;
    site.digest();
    site.seal();
    assert!(site.replay(7).0 == sent);
    assert_eq!(site.verify(7).ending, recording::Ending::Interrupted);
}

/// The ledger may have stopped between a segment and its entry: it is told again, the same.
#[test]
fn a_segment_that_the_ledger_may_not_have_is_told_again() {
    let dir = folder();
    let site = Site::open(dir.path());
    let recorder = site.begin(7);
    for round in 0..10 {
        to_target(&recorder, &noise(400, round)).unwrap();
    }
    recorder.close(at(2), "done").unwrap();
    site.journal.sync_now().unwrap();
    let mut told = Vec::new();
    loop {
        let progress = site.journal.digest_step().unwrap();
        told.extend(progress.sealed.clone());
        // Not freed: the ledger has nothing of it.
        if !progress.more {
            break;
        }
    }
    assert!(told.len() > 1);
    let mut site = Site::open(&site.kill());
    site.digest();
    assert_eq!(site.listed.into_values().collect::<Vec<_>>(), told);
}

#[test]
fn frames_whose_key_is_not_to_be_had_wait_in_the_journal_until_it_is() {
    let dir = folder();
    left_behind(dir.path());
    let site = Site::try_open(dir.path(), small(), false).unwrap();
    let progress = site.journal.digest_step().unwrap();
    assert_eq!(progress.damage[0].what, DamageKind::Unreadable(7));
    assert_eq!(progress.sealed, []);
    assert_eq!(site.journal.free(&progress).unwrap(), 0);
    let mut site = Site::open(&site.kill());
    site.digest();
    assert_eq!(site.replay(7).0.len(), 140);
}

#[test]
fn an_unfinished_segment_is_no_segment() {
    let dir = folder();
    left_behind(dir.path());
    let folder = dir.path().join("recordings/handa-session-7");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("0000.unfinished"), b"half").unwrap();
    std::fs::write(folder.join("notes.txt"), b"?").unwrap();
    let mut site = Site::open(dir.path());
    site.digest();
    assert_eq!(site.verify(7).frames, 8);
}
