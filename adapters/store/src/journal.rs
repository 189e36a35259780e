//! The one append-only journal of all recordings (architecture §2).
//!
//! What a proxy read is sealed and written here with one `write(2)`, then forwarded. One `fdatasync`
//! per 100 ms covers all sessions: a crash of the process loses nothing that was forwarded, a loss of
//! power at most 100 ms. In the background frames are read back, chained, packed into segments, and
//! the journal's files freed.
//!
//! Trusted to: keep what `write(2)` took. Not trusted to: be honest; every frame is authenticated
//! when it is read back, and the heads that go into the ledger are computed from what the disk gives.
//!
//! ```text
//! DIR/journal/000000000001.sekj     frames of all sessions
//! DIR/journal/lock, reserve         one process; space for closing when the disk is full
//! DIR/recordings/SITE-session-7/0000.seg
//! ```

mod digest;
mod files;
mod recorder;
mod recover;
mod space;
mod walk;
mod writing;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ids::{SessionId, SiteId, Timestamp};
use recording::SealLeaf;

use self::digest::Digester;
pub use self::digest::{DigestError, Progress};
use self::files::Files;
pub(crate) use self::files::Files as FileLayer;
pub use self::files::Step;
pub use self::recorder::{RecordError, Recorder, SessionStart};
pub use self::recover::OpenJournalError;
use self::writing::Shared;
pub use self::writing::{Health, Trouble};

/// Gives back a session's key from its wrapped forms; `None` if this gateway cannot.
pub type Unwrap = Box<dyn Fn(&SessionId, &[String]) -> Option<[u8; 32]> + Send + Sync>;

/// Sizes of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A journal file of this size is followed by a new one; bytes.
    pub file_bytes: u64,
    /// Frames gathered in memory before segments are written; bytes. The journal needs about twice
    /// as much memory, however many sessions there are.
    pub segment_bytes: usize,
    /// Space kept for closing frames and ledger entries when the disk is full; bytes.
    pub reserve_bytes: u64,
    /// How often the journal is brought to the disk.
    pub sync_every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            segment_bytes: 32 << 20,
            reserve_bytes: 8 << 20,
            sync_every: Duration::from_millis(100),
        }
    }
}

/// What was found when the journal was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Sessions whose recording has no end, because the gateway stopped first.
    pub interrupted: Vec<Interrupted>,
    /// Stretches of journal that are not frames.
    pub damage: Vec<Damage>,
    /// Bytes of journal that wait to be packed into segments.
    pub waiting: u64,
}

/// A session whose recording has no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The session.
    pub session: SessionId,
    /// Frames recorded.
    pub frames: u64,
    /// When the last of them was seen.
    pub last_at: Timestamp,
}

/// A stretch of journal that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The journal file's number.
    pub file: u64,
    /// Its first byte.
    pub from: u64,
    /// The byte after its last.
    pub to: u64,
    /// What it is.
    pub what: DamageKind,
}

/// What a stretch of journal is that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DamageKind {
    /// A frame was being written when the gateway or the power stopped. Nothing of it had been
    /// forwarded, unless the power stopped.
    Torn,
    /// Bytes that are no frame.
    NotFrames,
    /// A frame of this session that does not open: altered.
    Altered(SessionId),
    /// Frames of the session with this number, whose key this gateway cannot unwrap, or whose earlier
    /// segments do not verify.
    Unreadable(u64),
}

/// The journal. Dropping it stops its sync thread after a last sync.
pub struct Journal {
    shared: Arc<Shared>,
    digester: Mutex<Digester>,
    stop: Arc<(Mutex<bool>, Condvar)>,
    syncing: Option<std::thread::JoinHandle<()>>,
    _lock: crate::lock::SiteLock,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Journal({})", self.shared.dir.display())
    }
}

impl Journal {
    /// Opens, or begins, the journal in `dir`, whose frames are of `site`. `unwrap` is asked for the
    /// keys of sessions that an earlier run recorded.
    ///
    /// # Errors
    /// If another process has it, or a file operation fails.
    pub fn open(
        dir: &Path,
        site: &SiteId,
        limits: Limits,
        unwrap: Unwrap,
    ) -> Result<(Self, Recovered), OpenJournalError> {
        let (mut journal, recovered) = Self::open_quiet(dir, site, limits, unwrap)?;
        let shared = Arc::clone(&journal.shared);
        let stop = Arc::clone(&journal.stop);
        let syncing = std::thread::Builder::new()
            .name("journal-sync".into())
            .spawn(move || sync_until(&shared, &stop))
            .map_err(OpenJournalError::at(dir))?;
        journal.syncing = Some(syncing);
        Ok((journal, recovered))
    }

    /// Opens without a sync thread.
    fn open_quiet(
        dir: &Path,
        site: &SiteId,
        limits: Limits,
        unwrap: Unwrap,
    ) -> Result<(Self, Recovered), OpenJournalError> {
        let files = Files::of(dir);
        let found = recover::recover(dir, site, &files)?;
        let shared = Shared::begin(dir, site, limits, files, &found)?;
        let journal = Self {
            digester: Mutex::new(Digester::new(unwrap, &found)),
            shared: Arc::new(shared),
            stop: Arc::default(),
            syncing: None,
            _lock: found.lock,
        };
        Ok((journal, found.recovered))
    }

    /// Begins the recording of a session.
    ///
    /// # Errors
    /// If its first frame was not recorded: the session must not begin.
    pub fn recorder(&self, start: SessionStart<'_>) -> Result<Recorder, RecordError> {
        let folder = recording_folder(&self.shared.recordings(), start.session);
        if folder.exists() {
            return Err(RecordError::AlreadyRecorded);
        }
        let key = self.shared.admit(&start)?;
        let session = start.session.clone();
        let begun = Recorder::begin(Arc::clone(&self.shared), key, start);
        if begun.is_err() {
            self.shared.forget(&session);
        }
        begun
    }

    /// Brings to the disk what was recorded so far. The sync thread does this by itself.
    ///
    /// # Errors
    /// If the disk fails; nothing more is recorded then.
    pub fn sync_now(&self) -> Result<(), Trouble> {
        self.shared.sync()
    }

    /// Whether the journal takes frames, and if not, why.
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// How long, at `now`, a write or a sync has been under way without returning.
    pub fn stalled_for(&self, now: Instant) -> Option<Duration> {
        self.shared.stalled_for(now)
    }

    /// The used part of the disk, 0.0 to 1.0, as an unprivileged process sees it. No new session
    /// should begin above 0.9.
    ///
    /// # Errors
    /// If the file system does not say.
    pub fn space(&self) -> std::io::Result<f64> {
        space::used(&self.shared.dir)
    }

    /// Whether space for closing is reserved.
    pub fn has_reserve(&self) -> bool {
        self.shared.has_reserve()
    }

    /// Gives the reserved space up, so that closing frames and ledger entries can still be written.
    /// Data is refused from now on, until [`Journal::remake_reserve`]. A full disk does this by itself.
    pub fn release_reserve(&self) {
        self.shared.release_reserve();
    }

    /// Reserves the space again, if the disk has room for it; then data is recorded again.
    /// [`Journal::digest_step`] does this by itself. Says whether it is reserved now.
    pub fn remake_reserve(&self) -> bool {
        self.shared.remake_reserve()
    }

    /// Ends the current journal file, so that its frames are packed into segments by the next steps.
    ///
    /// # Errors
    /// If the new file cannot be begun; recording goes on in the old one.
    pub fn rotate(&self) -> Result<(), DigestError> {
        self.shared.rotate()
    }

    /// One background step: reads a stretch of journal back, checks and chains its frames, packs
    /// them, writes segments, reads those back and verifies them. Call it again at once while it
    /// says `more`, otherwise every second or so.
    ///
    /// # Errors
    /// If a file operation fails; nothing is lost, and the next step tries again.
    pub fn digest_step(&self) -> Result<Progress, DigestError> {
        lock(&self.digester).step(&self.shared)
    }

    /// What of a background step cannot wait: a new file where the active one is long enough, and the
    /// reserve once there is room for it. Frames stay as they are.
    ///
    /// # Errors
    /// If there is no room for a new file; frames go on into the active one.
    pub fn tend(&self) -> Result<(), DigestError> {
        self.shared.tend()
    }

    /// Bytes of frames since the start.
    pub fn written(&self) -> u64 {
        self.shared.written()
    }

    /// Frees the journal files whose frames are all in segments, once the ledger has `progress`'s
    /// segments. What is not freed is announced again after the next start. Gives how many.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn free(&self, progress: &Progress) -> Result<usize, DigestError> {
        digest::free(&self.shared, progress)
    }

    /// The heads of the sessions that changed since the last call, computed from what the disk gives
    /// back, for the next seal. Idle sessions yield nothing.
    ///
    /// # Errors
    /// If the journal cannot be brought to the disk or read back.
    pub fn heads(&self) -> Result<Vec<SealLeaf>, DigestError> {
        lock(&self.digester).heads(&self.shared)
    }

    /// The folder of all recordings.
    pub fn recordings(&self) -> PathBuf {
        self.shared.recordings()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        *lock(&self.stop.0) = true;
        self.stop.1.notify_all();
        if let Some(syncing) = self.syncing.take() {
            // A sync thread that panicked has poisoned nothing that is still used.
            let _ = syncing.join();
        }
    }
}

fn sync_until(shared: &Shared, stop: &(Mutex<bool>, Condvar)) {
    let mut stopped = lock(&stop.0);
    loop {
        let last = *stopped;
        drop(stopped);
        // The failure stands in the journal's health; every later record says it.
        let _ = shared.sync();
        if last {
            return;
        }
        stopped = lock(&stop.0);
        if !*stopped {
            stopped = stop
                .1
                .wait_timeout(stopped, shared.limits.sync_every)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// The folder of one session's segments, named from its checked id and nothing that a client said.
pub(crate) fn recording_folder(recordings: &Path, session: &SessionId) -> PathBuf {
    recordings.join(format!("{}-session-{}", session.site(), session.number()))
}

/// A panic elsewhere leaves these states whole: every change to them is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
