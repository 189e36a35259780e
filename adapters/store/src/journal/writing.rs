//! The hot half of the journal: appending, syncing, rotating, and what stops them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use ids::SessionId;
use recording::{NotSealed, SessionKey};

use super::files::{Files, Step};
use super::recover::Found;
use super::{DigestError, Limits, OpenJournalError, RecordError, SessionStart, lock, space};

/// What stopped the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// The step that failed.
    pub step: Step,
    /// The system's error number; 0 if the system gave none.
    pub errno: i32,
}

impl Trouble {
    pub(super) fn new(step: Step, error: &io::Error) -> Self {
        Self {
            step,
            errno: error.raw_os_error().unwrap_or(0),
        }
    }

    pub(super) fn sealing(_error: NotSealed) -> Self {
        Self {
            step: Step::Append,
            errno: 0,
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let step = match self.step {
            Step::Append => "writing the journal",
            Step::TakeBack => "taking back a failed write of the journal",
            Step::Sync => "bringing the journal to the disk",
            Step::Begin => "beginning a journal file",
            Step::ReadBack => "reading the journal back",
            Step::WriteSegment => "writing a segment",
            Step::SyncSegment => "bringing a segment to the disk",
            Step::NameSegment => "naming a segment",
            Step::SyncFolder => "bringing a folder to the disk",
            Step::Free => "freeing a journal file",
            Step::Reserve => "reserving space",
        };
        match self.errno {
            0 => write!(f, "{step} failed"),
            errno => write!(f, "{step}: {}", io::Error::from_raw_os_error(errno)),
        }
    }
}

impl std::error::Error for Trouble {}

/// Whether the journal takes frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Well,
    /// The disk is full: it takes closing frames only, until there is room again.
    Full,
    /// It takes none until the gateway is started again: after a failed write or sync nobody knows
    /// what the disk holds.
    Failed(Trouble),
}

/// A session that is being recorded, or whose end is not in a segment yet.
pub(super) struct Live {
    pub(super) session: SessionId,
    pub(super) key: Arc<SessionKey>,
    pub(super) wrapped: Vec<String>,
}

/// The file that takes frames.
struct Active {
    number: u64,
    file: Arc<File>,
    length: u64,
    ended: bool,
}

/// What of the journal may be read back.
#[derive(Default)]
pub(super) struct Readable {
    /// Files that take no more frames, with their lengths.
    pub(super) complete: BTreeMap<u64, u64>,
    /// The active file, and how much of it is on the disk.
    pub(super) active: (u64, u64),
}

pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) limits: Limits,
    pub(super) files: Files,
    active: Mutex<Active>,
    pub(super) readable: Mutex<Readable>,
    /// Held while syncing or rotating: one at a time, and never while appending.
    turn: Mutex<()>,
    dirty: AtomicBool,
    /// Bytes appended since the start.
    written: AtomicU64,
    full: AtomicBool,
    trouble: OnceLock<Trouble>,
    appending: Watch,
    syncing: Watch,
    live: Mutex<BTreeMap<u64, Arc<Live>>>,
    reserved: Mutex<bool>,
}

impl Shared {
    pub(super) fn begin(
        dir: &Path,
        site: &ids::SiteId,
        limits: Limits,
        files: Files,
        found: &Found,
    ) -> Result<Self, OpenJournalError> {
        let number = found.next_file();
        let folder = dir.join("journal");
        let path = journal_file(&folder, number);
        let file = files.begin(&path).map_err(OpenJournalError::at(&path))?;
        files
            .sync_folder(&folder)
            .map_err(OpenJournalError::at(&folder))?;
        let epoch = Instant::now();
        let shared = Self {
            dir: dir.to_owned(),
            limits,
            files,
            active: Mutex::new(Active {
                number,
                file: Arc::new(file),
                length: 0,
                ended: false,
            }),
            readable: Mutex::new(Readable {
                complete: found.files.clone(),
                active: (number, 0),
            }),
            turn: Mutex::new(()),
            dirty: AtomicBool::new(false),
            written: AtomicU64::new(0),
            full: AtomicBool::new(false),
            trouble: OnceLock::new(),
            appending: Watch::new(epoch),
            syncing: Watch::new(epoch),
            live: Mutex::default(),
            reserved: Mutex::new(false),
        };
        if !shared.remake_reserve() {
            tracing::warn!(%site, "no space could be reserved for closing recordings");
        }
        Ok(shared)
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.dir.join("journal")
    }

    pub(super) fn recordings(&self) -> PathBuf {
        self.dir.join("recordings")
    }

    /// Makes a session known to the digester before its first frame is written.
    pub(super) fn admit(&self, start: &SessionStart<'_>) -> Result<Arc<SessionKey>, RecordError> {
        let key = SessionKey::new(start.key)
            .map_err(|_| RecordError::Failed(Trouble::sealing(NotSealed::Cipher)))?;
        let key = Arc::new(key);
        let live = Live {
            session: start.session.clone(),
            key: Arc::clone(&key),
            wrapped: start.wrapped_keys.clone(),
        };
        let mut sessions = lock(&self.live);
        if sessions.contains_key(&start.session.number()) {
            return Err(RecordError::AlreadyRecorded);
        }
        sessions.insert(start.session.number(), Arc::new(live));
        Ok(key)
    }

    pub(super) fn forget(&self, session: &SessionId) {
        lock(&self.live).remove(&session.number());
    }

    pub(super) fn live(&self, number: u64) -> Option<Arc<Live>> {
        lock(&self.live).get(&number).cloned()
    }

    /// Writes one sealed frame. Nothing here allocates; the lock is held around the write alone.
    pub(super) fn append(&self, record: &[u8], closing: bool) -> Result<(), RecordError> {
        let mut outcome = self.append_once(record, closing);
        if outcome == Err(RecordError::DiskFull) {
            self.release_reserve();
            if closing {
                outcome = self.append_once(record, closing);
            }
        }
        outcome
    }

    fn append_once(&self, record: &[u8], closing: bool) -> Result<(), RecordError> {
        let mut active = lock(&self.active);
        if let Some(trouble) = self.trouble.get() {
            return Err(RecordError::Failed(*trouble));
        }
        if !closing && self.full.load(Ordering::Acquire) {
            return Err(RecordError::DiskFull);
        }
        let written = {
            let _under_way = self.appending.begin();
            self.files.append(&active.file, record)
        };
        match written {
            Ok(()) => {
                let length = u64::try_from(record.len()).unwrap_or(0);
                active.length += length;
                self.written.fetch_add(length, Ordering::Relaxed);
                active.ended |= closing;
                self.dirty.store(true, Ordering::Release);
                Ok(())
            }
            Err(error) => Err(self.take_back(&active, &error)),
        }
    }

    /// After a failed write: cuts off what it may have left, so that the next frame follows the last
    /// whole one. A full disk passes; after anything else nobody knows what the disk holds.
    fn take_back(&self, active: &Active, error: &io::Error) -> RecordError {
        let cut = self.files.take_back(&active.file, active.length);
        if let Err(error) = cut {
            return RecordError::Failed(self.fail(Step::TakeBack, &error));
        }
        if is_full(error) {
            return RecordError::DiskFull;
        }
        RecordError::Failed(self.fail(Step::Append, error))
    }

    fn fail(&self, step: Step, error: &io::Error) -> Trouble {
        let trouble = *self.trouble.get_or_init(|| Trouble::new(step, error));
        tracing::error!(%trouble, "the journal takes no more frames");
        trouble
    }

    /// Refuses every frame from now on, as after a power cut.
    #[cfg(test)]
    pub(super) fn kill(&self) {
        let _ = self.trouble.set(Trouble {
            step: Step::Append,
            errno: 0,
        });
    }

    pub(super) fn sync(&self) -> Result<(), Trouble> {
        let _turn = lock(&self.turn);
        self.sync_in_turn()
    }

    fn sync_in_turn(&self) -> Result<(), Trouble> {
        if let Some(trouble) = self.trouble.get() {
            return Err(*trouble);
        }
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let (number, file, length) = {
            let active = lock(&self.active);
            (active.number, Arc::clone(&active.file), active.length)
        };
        self.sync_file(&file)?;
        lock(&self.readable).active = (number, length);
        Ok(())
    }

    /// A failed sync is final: the kernel may have dropped the pages, and a second sync that succeeds
    /// would prove nothing.
    fn sync_file(&self, file: &File) -> Result<(), Trouble> {
        let _under_way = self.syncing.begin();
        self.files
            .sync(file)
            .map_err(|error| self.fail(Step::Sync, &error))
    }

    /// Goes on in a new file. If we stop in between, an empty file or an unsynced one is found and
    /// taken up by `recover` like any other.
    pub(super) fn rotate(&self) -> Result<(), DigestError> {
        let _turn = lock(&self.turn);
        self.sync_in_turn().map_err(DigestError::Journal)?;
        let folder = self.folder();
        let number = lock(&self.active).number + 1;
        let path = journal_file(&folder, number);
        // It holds nothing yet; the name must be free for the next try.
        let withdraw = || drop(std::fs::remove_file(&path));
        let file = self.files.begin(&path).map_err(|error| {
            if error.kind() != io::ErrorKind::AlreadyExists {
                withdraw();
            }
            DigestError::at(Step::Begin, &path)(error)
        })?;
        self.files.sync_folder(&folder).map_err(|error| {
            withdraw();
            DigestError::at(Step::SyncFolder, &folder)(error)
        })?;
        let next = Active {
            number,
            file: Arc::new(file),
            length: 0,
            ended: false,
        };
        let last = std::mem::replace(&mut *lock(&self.active), next);
        // Frames that came between the sync above and the exchange.
        self.sync_file(&last.file).map_err(DigestError::Journal)?;
        let mut readable = lock(&self.readable);
        readable.complete.insert(last.number, last.length);
        readable.active = (number, 0);
        Ok(())
    }

    /// Makes the reserve anew if it is gone, and begins a new file where one is due.
    pub(super) fn tend(&self) -> Result<(), DigestError> {
        self.remake_reserve();
        if self.rotation_is_due() {
            self.rotate()?;
        }
        Ok(())
    }

    /// Bytes appended since the start.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether the active file is large enough, or holds the end of a session that waits to be packed.
    fn rotation_is_due(&self) -> bool {
        let active = lock(&self.active);
        active.length >= self.limits.file_bytes || active.ended
    }

    pub(super) fn health(&self) -> Health {
        match self.trouble.get() {
            Some(trouble) => Health::Failed(*trouble),
            None if self.full.load(Ordering::Acquire) => Health::Full,
            None => Health::Well,
        }
    }

    pub(super) fn stalled_for(&self, now: Instant) -> Option<Duration> {
        self.appending.since(now).max(self.syncing.since(now))
    }

    pub(super) fn has_reserve(&self) -> bool {
        *lock(&self.reserved)
    }

    pub(super) fn release_reserve(&self) {
        let mut reserved = lock(&self.reserved);
        self.full.store(true, Ordering::Release);
        if std::mem::replace(&mut *reserved, false) {
            tracing::error!("the recording disk is full: reserved space given up, data refused");
            // If it cannot be removed, closing frames fail too, and say so.
            let _ = std::fs::remove_file(self.folder().join("reserve"));
        }
    }

    pub(super) fn remake_reserve(&self) -> bool {
        let mut reserved = lock(&self.reserved);
        if *reserved {
            return true;
        }
        let size = self.limits.reserve_bytes;
        let room = space::free(&self.dir).unwrap_or(0);
        if room < size.saturating_mul(2) {
            return false;
        }
        let path = self.folder().join("reserve");
        match self.files.reserve(&path, size) {
            Ok(()) => {
                *reserved = true;
                self.full.store(false, Ordering::Release);
                true
            }
            Err(_) => {
                let _ = std::fs::remove_file(&path);
                false
            }
        }
    }
}

/// The path of a journal file.
pub(super) fn journal_file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:012}.sekj"))
}

/// Whether an error means that there is no room.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Since when an operation has been under way; one at a time.
struct Watch {
    epoch: Instant,
    /// Nanoseconds after the epoch, plus one; 0 when nothing is under way.
    since: AtomicU64,
}

impl Watch {
    fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            since: AtomicU64::new(0),
        }
    }

    fn begin(&self) -> UnderWay<'_> {
        let since = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX - 1);
        self.since.store(since + 1, Ordering::Release);
        UnderWay(self)
    }

    fn since(&self, now: Instant) -> Option<Duration> {
        let since = self.since.load(Ordering::Acquire).checked_sub(1)?;
        let now = now.saturating_duration_since(self.epoch);
        Some(now.saturating_sub(Duration::from_nanos(since)))
    }
}

struct UnderWay<'a>(&'a Watch);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.since.store(0, Ordering::Release);
    }
}
