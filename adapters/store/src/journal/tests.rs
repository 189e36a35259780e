//! What the journal promises, with its disk failing at every step.

mod crashes;
mod faulty;
mod hot_path;
mod recordings;
mod tampered;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ids::{SessionId, Timestamp};
use recording::{Direction, Policy, SealLeaf};

use faults::{Plan, Point, Strike};

use super::*;
use crate::segment::{RecordingReport, SegmentSealed, replay_recording, verify_recording};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn session(number: u64) -> SessionId {
    SessionId::new(&site(), number)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_000_000 + seconds)
}

/// In memory where that is possible: thousands of crashes are tried, and none of them cuts the power.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return tempfile::tempdir_in(memory).unwrap();
    }
    tempfile::tempdir().unwrap()
}

/// Every session's key in these tests.
fn key_of(session: &SessionId) -> [u8; 32] {
    [u8::try_from(session.number() % 251).unwrap() + 1; 32]
}

/// As small as it may be: files and segments end after a few frames.
fn small() -> Limits {
    Limits {
        file_bytes: 4096,
        segment_bytes: 2048,
        reserve_bytes: 4096,
        sync_every: Duration::from_millis(100),
    }
}

/// The faults of one site's disk.
struct Faults(PathBuf);

impl Faults {
    /// Strikes this step after letting some pass.
    fn plan(&self, step: Step, pass: usize, strike: Strike) {
        faults::plan(Plan {
            point: step.point(),
            under: self.0.clone(),
            pass,
            strike,
            when: None,
        });
    }
}

/// A journal with its disk under control, and what the ledger would have of it.
struct Site {
    dir: PathBuf,
    journal: Journal,
    recovered: Recovered,
    faults: Faults,
    listed: BTreeMap<(SessionId, u32), SegmentSealed>,
    heads: Vec<SealLeaf>,
}

impl Site {
    fn open(dir: &Path) -> Self {
        Self::open_with(dir, small())
    }

    fn open_with(dir: &Path, limits: Limits) -> Self {
        Self::try_open(dir, limits, true).unwrap()
    }

    fn try_open(dir: &Path, limits: Limits, keys: bool) -> Result<Self, OpenJournalError> {
        // What was planned for the run before is none of this one's.
        faults::forget(dir);
        let unwrap: Unwrap = Box::new(move |session, wrapped| {
            let right = wrapped == [format!("wrapped {session}")];
            (keys && right).then(|| key_of(session))
        });
        let (journal, recovered) = Journal::open_quiet(dir, &site(), limits, unwrap)?;
        Ok(Self {
            dir: dir.to_owned(),
            journal,
            recovered,
            faults: Faults(dir.to_owned()),
            listed: BTreeMap::new(),
            heads: Vec::new(),
        })
    }

    fn begin(&self, number: u64) -> Recorder {
        self.try_begin(number, Policy::Payload, u64::MAX).unwrap()
    }

    fn try_begin(
        &self,
        number: u64,
        policy: Policy,
        quota_left: u64,
    ) -> Result<Recorder, RecordError> {
        let session = session(number);
        self.journal.recorder(SessionStart {
            session: &session,
            at: at(0),
            key: &key_of(&session),
            wrapped_keys: vec![format!("wrapped {session}")],
            policy,
            quota_left,
        })
    }

    /// As the engine does every ten seconds.
    fn seal(&mut self) -> Vec<SealLeaf> {
        let heads = self.journal.heads().unwrap();
        self.heads.extend(heads.iter().cloned());
        heads
    }

    /// As the engine's thread does, until there is no more to do. Gives how many files were freed.
    fn digest(&mut self) -> usize {
        self.journal.sync_now().unwrap();
        let mut freed = 0;
        loop {
            let progress = self.journal.digest_step().unwrap();
            self.enter(&progress);
            freed += self.journal.free(&progress).unwrap();
            if !progress.more {
                return freed;
            }
        }
    }

    /// A segment is told the same however often it is told.
    fn enter(&mut self, progress: &Progress) {
        for sealed in &progress.sealed {
            let at = (sealed.session.clone(), sealed.number);
            let before = self.listed.insert(at, sealed.clone());
            assert!(before.is_none_or(|before| before == *sealed));
        }
    }

    fn verify(&self, number: u64) -> RecordingReport {
        let session = session(number);
        let listed: Vec<_> = self.listed.values().cloned().collect();
        verify_recording(
            &self.journal.recordings(),
            &session,
            Some(&key_of(&session)),
            &listed,
            &self.heads,
        )
        .unwrap()
    }

    /// What passed in a session, and how it ended, from its verified recording.
    fn replay(&self, number: u64) -> (Vec<u8>, Vec<u8>, Option<String>) {
        let session = session(number);
        let (mut sent, mut received, mut end) = (Vec::new(), Vec::new(), None);
        let listed: Vec<_> = self.listed.values().cloned().collect();
        replay_recording(
            &self.journal.recordings(),
            &session,
            &key_of(&session),
            &listed,
            &self.heads,
            &mut |_, content| match content {
                recording::Content::Data(Direction::ToTarget, bytes)
                | recording::Content::Stream {
                    direction: Direction::ToTarget,
                    bytes,
                    ..
                } => sent.extend(bytes),
                recording::Content::Data(Direction::FromTarget, bytes)
                | recording::Content::Stream {
                    direction: Direction::FromTarget,
                    bytes,
                    ..
                } => received.extend(bytes),
                recording::Content::End(reason) => end = Some(reason.to_owned()),
                recording::Content::Start(_)
                | recording::Content::Size(..)
                | recording::Content::Typed { .. }
                | recording::Content::Channel(_)
                | recording::Content::Notice(_) => {}
            },
        )
        .unwrap();
        (sent, received, end)
    }

    /// `kill -9`: what was written stays, nothing more is.
    fn kill(self) -> PathBuf {
        self.journal.shared.kill();
        self.dir
    }

    fn journal_files(&self) -> Vec<PathBuf> {
        journal_files(&self.dir)
    }
}

fn journal_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.join("journal")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "sekj"));
    files.sort();
    files
}

/// Bytes that no packing makes much smaller, so that small limits are reached.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed * 2 + 1;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(step).collect()
}

fn to_target(recorder: &Recorder, bytes: &[u8]) -> Result<(), RecordError> {
    recorder.record(at(1), Direction::ToTarget, bytes)
}
