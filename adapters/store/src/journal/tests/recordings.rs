//! A recording that nothing disturbs.

use super::*;

#[test]
fn what_was_recorded_comes_back_from_a_verified_recording() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let (first, second) = (site.begin(7), site.begin(8));
    for round in 0..20u64 {
        to_target(&first, &noise(200, round)).unwrap();
        second
            .record(at(2), Direction::FromTarget, b"a row of a table\n")
            .unwrap();
        if round % 5 == 0 {
            site.seal();
            site.digest();
        }
    }
    first
        .close(at(9), "the engineer closed the connection")
        .unwrap();
    second.close(at(9), "the deadline passed").unwrap();
    let freed = site.digest();
    site.seal();

    let sent: Vec<u8> = (0..20u64).flat_map(|round| noise(200, round)).collect();
    let end = Some("the engineer closed the connection".to_owned());
    assert_eq!(site.replay(7), (sent, vec![], end));
    assert_eq!(site.replay(8).1, b"a row of a table\n".repeat(20));
    let report = site.verify(7);
    let opened = report.opened.unwrap();
    assert_eq!((report.frames, opened.sent), (22, 4000));
    assert!(report.segments > 1 && report.unlisted == 0 && opened.heads_met > 2);
    assert_eq!(report.ending, recording::Ending::Ended);
    assert!(freed > 0);
    assert_eq!(
        site.journal_files().len(),
        1,
        "only the active file is left"
    );
}

#[test]
fn an_idle_session_yields_no_head_and_a_changed_one_its_last() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let (busy, idle) = (site.begin(1), site.begin(2));
    assert_eq!(site.seal().len(), 2);
    assert_eq!(site.seal(), []);
    to_target(&busy, b"x").unwrap();
    let heads = site.seal();
    assert_eq!(heads.len(), 1);
    assert_eq!((heads[0].session.clone(), heads[0].frames), (session(1), 2));
    idle.close(at(3), "done").unwrap();
    // Packed away before the next seal: its last head is sealed all the same.
    site.digest();
    let heads = site.seal();
    assert_eq!((heads[0].session.clone(), heads[0].frames), (session(2), 2));
    assert_eq!(site.verify(2).head, Some(heads[0].head));
}

#[test]
fn nothing_that_passed_stands_in_the_clear() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    let secret = b"canary-6f1d: the patient's name";
    to_target(&recorder, secret).unwrap();
    recorder.close(at(2), "canary-6f1d").unwrap();
    let contains = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(11).any(|window| window == b"canary-6f1d")
    };
    assert!(!contains(&site.journal_files()[0]));
    site.digest();
    assert_eq!(site.replay(7).0, secret);
    let segment = site.journal.recordings().join("handa-session-7/0000.seg");
    assert!(!contains(&segment));
}

/// Channel 1's bytes, a typed piece and a note, in that order.
fn a_channel(recorder: &Recorder, typed: &[u8]) -> Result<(), RecordError> {
    let note = recording::ChannelNote::Closed { channel: 1 };
    let shown = recording::Stream::Output;
    recorder.stream(at(1), 1, Direction::FromTarget, shown, b"$ ")?;
    recorder.typed(at(1), 1, 0, typed)?;
    recorder.channel(at(1), &note)
}

#[test]
fn what_a_channel_did_comes_back_from_a_verified_recording() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    let large = noise(recording::MAX_PIECE + 5, 1);
    a_channel(&recorder, &[7; 30]).unwrap();
    let errors = recording::Stream::Error;
    recorder
        .stream(at(2), 1, Direction::FromTarget, errors, &large)
        .unwrap();
    recorder.close(at(3), "done").unwrap();
    site.digest();
    assert_eq!(site.replay(7).1, [b"$ ", large.as_slice()].concat());
    let opened = site.verify(7).opened.unwrap();
    assert_eq!((opened.sent, opened.received), (10, 2 + large.len() as u64));
    assert_eq!(recorder.frames(), 7);
}

#[test]
fn channels_keep_to_the_quota_and_to_the_policy() {
    let dir = folder();
    let site = Site::open(dir.path());
    let short = site.try_begin(7, Policy::Payload, 120).unwrap();
    assert_eq!(
        a_channel(&short, &[7; 30]),
        Err(RecordError::QuotaUsedUp),
        "the second frame is beyond it"
    );
    assert_eq!(short.frames(), 2);
    let sizes = site.try_begin(8, Policy::Metadata, u64::MAX).unwrap();
    a_channel(&sizes, &[7; 3000]).unwrap();
    assert!(sizes.frames() == 4 && sizes.used() < 600);
    sizes.close(at(2), "done").unwrap();
    assert_eq!(a_channel(&sizes, &[]), Err(RecordError::Stopped));
}

#[test]
fn metadata_only_keeps_times_and_sizes_and_no_byte() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.try_begin(7, Policy::Metadata, u64::MAX).unwrap();
    to_target(&recorder, &[0x55; 70_000]).unwrap();
    recorder.close(at(2), "done").unwrap();
    assert!(recorder.used() < 500);
    site.digest();
    assert_eq!(site.verify(7).opened.unwrap().sent, 70_000);
    assert_eq!(site.replay(7).0, b"");
}

#[test]
fn a_session_stops_at_its_quota_and_still_closes() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.try_begin(7, Policy::Payload, 1000).unwrap();
    to_target(&recorder, &[1; 900]).unwrap();
    assert_eq!(
        to_target(&recorder, &[2; 900]),
        Err(RecordError::QuotaUsedUp)
    );
    recorder.close(at(2), "the quota is used up").unwrap();
    assert_eq!(to_target(&recorder, &[3]), Err(RecordError::Stopped));
    assert_eq!(recorder.close(at(3), "again"), Err(RecordError::Stopped));
    site.digest();
    let (sent, _, end) = site.replay(7);
    assert_eq!(
        (sent, end),
        (vec![1; 900], Some("the quota is used up".into()))
    );
}

#[test]
fn a_read_larger_than_a_frame_is_recorded_whole() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let recorder = site.begin(7);
    let large = noise(recording::MAX_CONTENT * 2 + 5, 1);
    to_target(&recorder, &large).unwrap();
    recorder.close(at(2), "done").unwrap();
    site.digest();
    assert!(site.replay(7).0 == large);
}

#[test]
fn a_recorder_that_nobody_closed_leaves_an_end() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    drop(site.begin(7));
    site.digest();
    assert!(site.replay(7).2.unwrap().starts_with("abandoned"));
}

#[test]
fn a_session_is_never_recorded_twice() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    let again = |site: &Site| site.try_begin(7, Policy::Payload, 9999).unwrap_err();
    let recorder = site.begin(7);
    assert_eq!(again(&site), RecordError::AlreadyRecorded);
    recorder.close(at(1), "done").unwrap();
    assert_eq!(again(&site), RecordError::AlreadyRecorded);
    site.digest();
    assert_eq!(again(&site), RecordError::AlreadyRecorded);
    let dir = site.kill();
    assert_eq!(again(&Site::open(&dir)), RecordError::AlreadyRecorded);
}

#[test]
fn sessions_on_many_threads_are_kept_apart() {
    let dir = folder();
    let mut site = Site::open(dir.path());
    std::thread::scope(|scope| {
        for number in 1..=8 {
            let recorder = site.begin(number);
            scope.spawn(move || {
                for round in 0..50 {
                    to_target(&recorder, &noise(64, number * 1000 + round)).unwrap();
                }
                recorder.close(at(2), "done").unwrap();
            });
        }
        for _ in 0..20 {
            let heads = site.journal.heads().unwrap();
            site.heads.extend(heads);
        }
    });
    site.digest();
    for number in 1..=8 {
        let sent = (0..50).flat_map(|round| noise(64, number * 1000 + round));
        assert!(site.replay(number).0 == sent.collect::<Vec<_>>());
    }
}

#[test]
fn the_journal_belongs_to_one_process_at_a_time() {
    let dir = folder();
    let _site = Site::open(dir.path());
    let second = Site::try_open(dir.path(), small(), true);
    assert!(matches!(second, Err(OpenJournalError::InUse(_))));
}

#[test]
fn the_sync_thread_brings_frames_to_the_disk_and_stops_with_the_journal() {
    let dir = folder();
    let limits = Limits {
        sync_every: Duration::from_millis(1),
        ..small()
    };
    let unwrap: Unwrap = Box::new(|_, _| None);
    let (journal, recovered) = Journal::open(dir.path(), &site(), limits, unwrap).unwrap();
    assert_eq!(recovered, Recovered::default());
    let session = session(7);
    let recorder = journal
        .recorder(SessionStart {
            session: &session,
            at: at(0),
            key: &key_of(&session),
            wrapped_keys: vec![],
            policy: Policy::Payload,
            quota_left: 1000,
        })
        .unwrap();
    to_target(&recorder, b"x").unwrap();
    recorder.close(at(1), "done").unwrap();
    let shared = Arc::clone(&journal.shared);
    drop(journal);
    let synced = lock(&shared.readable).active.1;
    assert_eq!(synced, recorder.used());
    assert_eq!(shared.health(), Health::Well);
}
