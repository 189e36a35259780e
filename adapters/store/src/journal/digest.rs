//! The cool half of the journal: reading back, chaining, packing, freeing.
//!
//! The digester follows the journal from its oldest file to what the disk has of the active one. It
//! owns every session's chain and unfinished segment. All of this is in memory only: after a crash it
//! is made anew from the journal's files, which are freed only after the ledger has their segments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ids::{Digest, SessionId, SiteId};
use recording::{
    Broken, Chain, Ending, FrameOpener, Header, Kind, Packed, SealLeaf, SegmentDraft, SessionKey,
};

use super::files::Step;
use super::recover::Found;
use super::walk::{Stretch, Walk};
use super::writing::{Shared, journal_file};
use super::{Damage, DamageKind, Trouble, Unwrap, lock, recording_folder, space};
use crate::segment::{self, Packer, SegmentSealed};

/// Frames are packed in chunks of this size or a little more.
const CHUNK: usize = 1 << 20;
/// Bytes read back at once: more than the largest frame.
const WINDOW: usize = 2 << 20;

/// A background step failed. Nothing is lost; the next one tries again.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The journal takes no more frames.
    #[error("the journal: {0}")]
    Journal(Trouble),
    /// A file operation failed.
    #[error("{step:?} of {path:?}: {error}")]
    File {
        /// Which step.
        step: Step,
        /// On which file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// A segment was read back and is not what was written, or no longer is.
    #[error("{path:?} does not verify: {broken}")]
    NotVerified {
        /// Which.
        path: PathBuf,
        /// The place.
        #[source]
        broken: Broken,
    },
    /// There is no room for a segment. The journal keeps its frames.
    #[error("the recording disk has no room for a segment")]
    DiskFull,
    /// Frames could not be packed or sealed.
    #[error("frames could not be packed")]
    Packing,
}

impl DigestError {
    pub(crate) fn at(step: Step, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { step, path, error }
    }
}

/// What a step brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Segments that now stand on the disk, verified. After a restart some are told again.
    pub sealed: Vec<SegmentSealed>,
    /// Stretches of journal that could not be read. Their files are kept.
    pub damage: Vec<Damage>,
    /// Whether there is more to do at once.
    pub more: bool,
    /// Journal files whose frames are all in segments.
    finished: Vec<u64>,
}

/// One session on its way into segments.
struct Thread {
    session: SessionId,
    key: Arc<SessionKey>,
    opener: FrameOpener,
    wrapped: Vec<String>,
    chain: Chain,
    number: u32,
    /// Whether the chain moved since the last seal.
    changed: bool,
    ended: bool,
    draft: Draft,
}

/// Frames that are not in a segment yet.
struct Draft {
    first: u64,
    before: Digest,
    raw: Vec<u8>,
    packed: Vec<Packed>,
    packed_size: usize,
}

impl Draft {
    fn after(chain: &Chain) -> Self {
        Self {
            first: chain.frames(),
            before: chain.head(),
            raw: Vec::new(),
            packed: Vec::new(),
            packed_size: 0,
        }
    }

    fn size(&self) -> usize {
        self.raw.len() + self.packed_size
    }
}

pub(super) struct Digester {
    unwrap: Unwrap,
    site: SiteId,
    /// The first file of this run.
    own_from: u64,
    /// The last file with frames of a session that an earlier run recorded.
    last_file: BTreeMap<u64, u64>,
    threads: BTreeMap<u64, Thread>,
    /// Sessions whose key is not to be had.
    locked: BTreeSet<u64>,
    /// The file being read, its number, and whether anything in it could not be read.
    file: u64,
    walk: Option<Walk>,
    keep: bool,
    buffered: usize,
    packer: Option<Packer>,
    /// Heads of sessions that have ended since the last seal.
    last_heads: Vec<SealLeaf>,
    pending: Progress,
}

impl Digester {
    pub(super) fn new(unwrap: Unwrap, found: &Found) -> Self {
        Self {
            unwrap,
            site: found.site.clone(),
            own_from: found.next_file(),
            last_file: found.last_file.clone(),
            threads: BTreeMap::new(),
            locked: BTreeSet::new(),
            file: 0,
            walk: None,
            keep: false,
            buffered: 0,
            packer: None,
            last_heads: Vec::new(),
            pending: Progress::default(),
        }
    }

    pub(super) fn step(&mut self, shared: &Shared) -> Result<Progress, DigestError> {
        let rotated = shared.tend();
        // A disk too full for a new file may get room from what is packed and freed here.
        let more = self.pump(shared)?;
        if self.pending == Progress::default() && !more {
            rotated?;
        }
        let mut progress = std::mem::take(&mut self.pending);
        progress.more = more;
        Ok(progress)
    }

    pub(super) fn heads(&mut self, shared: &Shared) -> Result<Vec<SealLeaf>, DigestError> {
        shared.sync().map_err(DigestError::Journal)?;
        while self.pump(shared)? {}
        let mut heads = std::mem::take(&mut self.last_heads);
        for thread in self.threads.values_mut() {
            if std::mem::replace(&mut thread.changed, false) {
                heads.push(thread.leaf());
            }
        }
        Ok(heads)
    }

    /// Reads on until enough is gathered, the file ends, or there is no more. Says whether to go on.
    fn pump(&mut self, shared: &Shared) -> Result<bool, DigestError> {
        let Some((number, end, complete)) = self.readable(shared) else {
            return Ok(false);
        };
        if self.file != number {
            self.file = number;
            self.walk = None;
            self.keep = false;
        }
        self.read(shared, end)?;
        if self.buffered >= shared.limits.segment_bytes {
            self.cut(shared, false)?;
            return Ok(true);
        }
        if !complete {
            return Ok(false);
        }
        self.cut(shared, true)?;
        self.finish_file(shared);
        Ok(true)
    }

    /// The oldest file that is not finished: its number, how far it may be read, whether it is complete.
    fn readable(&self, shared: &Shared) -> Option<(u64, u64, bool)> {
        let readable = lock(&shared.readable);
        let mut complete = readable.complete.iter();
        let oldest = complete.find(|(number, _)| **number >= self.file);
        match oldest {
            Some((number, length)) => Some((*number, *length, true)),
            None => {
                let (number, synced) = readable.active;
                (number >= self.file && synced > 0).then_some((number, synced, false))
            }
        }
    }

    fn read(&mut self, shared: &Shared, end: u64) -> Result<(), DigestError> {
        let path = journal_file(&shared.folder(), self.file);
        let at = |error| DigestError::at(Step::ReadBack, &path)(error);
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None => {
                let file = File::open(&path).map_err(at)?;
                Walk::new(file, shared.files.clone(), WINDOW, end)
            }
        };
        walk.extend(end);
        let mut outcome = Ok(());
        while self.buffered < shared.limits.segment_bytes && !walk.at_end() && outcome.is_ok() {
            let from = walk.at();
            outcome = self.take(shared, &mut walk, from, at);
            if outcome.is_err() {
                walk.rewind(from);
            }
        }
        self.walk = Some(walk);
        outcome
    }

    /// Takes up the next stretch. If this fails, the same stretch can be taken up again.
    fn take(
        &mut self,
        shared: &Shared,
        walk: &mut Walk,
        from: u64,
        at: impl Fn(io::Error) -> DigestError + Copy,
    ) -> Result<(), DigestError> {
        match walk.step().map_err(at)? {
            None => Ok(()),
            Some(Stretch::Frame(header)) => {
                if !self.known(shared, &header, walk, at)? {
                    self.damaged(from, walk.at(), DamageKind::Unreadable(header.session));
                    return Ok(());
                }
                self.frame(shared, &header, walk, from, at)
            }
            Some(Stretch::Damaged { from, to, torn }) => {
                // What ends a file of an earlier run was never answered, so never forwarded.
                let torn = torn && self.file < self.own_from;
                let what = if torn {
                    DamageKind::Torn
                } else {
                    DamageKind::NotFrames
                };
                self.damaged(from, to, what);
                Ok(())
            }
        }
    }

    /// Notes a stretch that cannot be read; neighbours of one kind are one stretch.
    fn damaged(&mut self, from: u64, to: u64, what: DamageKind) {
        self.keep |= what != DamageKind::Torn;
        let file = self.file;
        let last = self.pending.damage.last_mut();
        if let Some(last) =
            last.filter(|last| last.file == file && last.to == from && last.what == what)
        {
            last.to = to;
            return;
        }
        self.pending.damage.push(Damage {
            file,
            from,
            to,
            what,
        });
    }

    /// Makes sure that the frame's session has a thread; says whether it has.
    fn known(
        &mut self,
        shared: &Shared,
        header: &Header,
        walk: &mut Walk,
        at: impl Fn(io::Error) -> DigestError,
    ) -> Result<bool, DigestError> {
        if self.threads.contains_key(&header.session) {
            return Ok(true);
        }
        if self.locked.contains(&header.session) {
            return Ok(false);
        }
        if let Some(live) = shared.live(header.session) {
            let chain = Chain::start(&live.key, &live.session);
            let thread = Thread {
                session: live.session.clone(),
                key: Arc::clone(&live.key),
                opener: FrameOpener::new(&live.session),
                wrapped: live.wrapped.clone(),
                chain,
                number: 0,
                changed: false,
                ended: false,
                draft: Draft::after(&chain),
            };
            self.threads.insert(header.session, thread);
            return Ok(true);
        }
        let start = match header.kind {
            Kind::Start => start_of(header, walk.sealed().map_err(at)?),
            Kind::Data(_)
            | Kind::Size(_)
            | Kind::Notice
            | Kind::End
            | Kind::Stream(..)
            | Kind::Typed
            | Kind::Channel => None,
        };
        self.resume(shared, header, start)
    }

    /// A session that an earlier run recorded: goes on where its segments end.
    fn resume(
        &mut self,
        shared: &Shared,
        header: &Header,
        start: Option<recording::Start>,
    ) -> Result<bool, DigestError> {
        let session = SessionId::new(&self.site, header.session);
        let recordings = shared.recordings();
        let wrapped = match start {
            Some(start) if start.session == session => Some(start.wrapped),
            _ => segment::last_header(&recording_folder(&recordings, &session))
                .map(|header| header.wrapped),
        };
        let key = wrapped.as_ref().and_then(|wrapped| {
            let secret = zeroize::Zeroizing::new((self.unwrap)(&session, wrapped)?);
            SessionKey::new(&secret).ok()
        });
        let (Some(wrapped), Some(key)) = (wrapped, key) else {
            self.locked.insert(header.session);
            return Ok(false);
        };
        let existing = match segment::existing(&recordings, &session, &key, header.number) {
            Err(DigestError::NotVerified { path, broken }) => {
                // One recording that was tampered with must not hold up all others.
                tracing::error!(?path, %broken, "a segment does not verify");
                self.locked.insert(header.session);
                return Ok(false);
            }
            existing => existing?,
        };
        self.pending.sealed.extend(existing.beyond);
        let thread = Thread {
            opener: FrameOpener::new(&session),
            session,
            key: Arc::new(key),
            wrapped,
            chain: existing.chain,
            number: existing.next_number,
            // Whether its last head was sealed is not known here; sealing it twice does no harm.
            changed: true,
            ended: false,
            draft: Draft::after(&existing.chain),
        };
        self.threads.insert(header.session, thread);
        Ok(true)
    }

    fn frame(
        &mut self,
        shared: &Shared,
        header: &Header,
        walk: &mut Walk,
        from: u64,
        at: impl Fn(io::Error) -> DigestError,
    ) -> Result<(), DigestError> {
        let Some(thread) = self.threads.get_mut(&header.session) else {
            return Ok(());
        };
        let sealed = walk.sealed().map_err(at)?;
        // It is in a segment already: opening it again would prove nothing new.
        if header.number < thread.chain.frames() {
            return Ok(());
        }
        let Ok(content) = thread.opener.open(&thread.key, header, sealed) else {
            let session = thread.session.clone();
            self.damaged(from, walk.at(), DamageKind::Altered(session));
            return Ok(());
        };
        let mut packer = Lazy(&mut self.packer);
        if header.number > thread.chain.frames() {
            // Frames are lost, and were told as damage. A segment holds no gap: it ends before it.
            let size = thread.draft.size();
            if size > 0 {
                self.pending
                    .sealed
                    .push(thread.cut(shared, false, &mut packer)?);
                self.buffered = self.buffered.saturating_sub(size);
            }
            thread.chain.skip_to(header.number);
            thread.draft = Draft::after(&thread.chain);
        }
        let before = thread.draft.size();
        thread.push(header, content, &mut packer)?;
        self.buffered = (self.buffered + thread.draft.size()).saturating_sub(before);
        Ok(())
    }

    /// Writes segments: of every session that has frames at a file's end, otherwise of the large ones.
    fn cut(&mut self, shared: &Shared, file_ends: bool) -> Result<(), DigestError> {
        let cut = self.cut_each(shared, file_ends);
        // Counted anew: a cut that failed may have packed what it did not write.
        self.buffered = self
            .threads
            .values()
            .map(|thread| thread.draft.size())
            .sum();
        cut
    }

    fn cut_each(&mut self, shared: &Shared, file_ends: bool) -> Result<(), DigestError> {
        let sizes = self.threads.values().map(|thread| thread.draft.size());
        let enough = match file_ends {
            true => 1,
            false => self.buffered / sizes.filter(|size| *size > 0).count().max(1),
        };
        let numbers: Vec<u64> = self.threads.keys().copied().collect();
        for number in numbers {
            let Some(thread) = self.threads.get_mut(&number) else {
                continue;
            };
            let last = file_ends && self.last_file.get(&number) == Some(&self.file);
            if thread.draft.size() >= enough.max(1) {
                let sealed = thread.cut(shared, last, &mut Lazy(&mut self.packer))?;
                self.pending.sealed.push(sealed);
            }
            if file_ends && (thread.ended || last) {
                self.retire(shared, number);
            }
        }
        Ok(())
    }

    fn retire(&mut self, shared: &Shared, number: u64) {
        if let Some(thread) = self.threads.remove(&number) {
            if thread.changed {
                self.last_heads.push(thread.leaf());
            }
            shared.forget(&thread.session);
        }
        self.last_file.remove(&number);
    }

    fn finish_file(&mut self, shared: &Shared) {
        lock(&shared.readable).complete.remove(&self.file);
        if !self.keep {
            self.pending.finished.push(self.file);
        }
        self.file += 1;
        self.walk = None;
        self.keep = false;
    }
}

/// What a start says, before anything vouches for it.
fn start_of(header: &Header, sealed: &[u8]) -> Option<recording::Start> {
    let content = sealed.get(..header.content_length())?;
    recording::Start::decode(content).ok()
}

/// The packer, made when it is first needed.
struct Lazy<'a>(&'a mut Option<Packer>);

impl Lazy<'_> {
    fn pack(&mut self, raw: &[u8]) -> Result<Packed, DigestError> {
        if self.0.is_none() {
            *self.0 = Packer::new().ok();
        }
        let packer = self.0.as_mut().ok_or(DigestError::Packing)?;
        let bytes = packer.pack(raw).map_err(|_| DigestError::Packing)?;
        let raw = u32::try_from(raw.len()).map_err(|_| DigestError::Packing)?;
        Ok(Packed { raw, bytes })
    }
}

impl Thread {
    fn leaf(&self) -> SealLeaf {
        SealLeaf {
            frames: self.chain.frames(),
            head: self.chain.head(),
            session: self.session.clone(),
        }
    }

    fn push(
        &mut self,
        header: &Header,
        content: &[u8],
        packer: &mut Lazy<'_>,
    ) -> Result<(), DigestError> {
        if self.draft.raw.len() >= CHUNK {
            self.pack(packer)?;
        }
        let encoded = header.encode();
        self.chain.push(&encoded, content);
        self.draft.raw.extend_from_slice(&encoded);
        self.draft.raw.extend_from_slice(content);
        self.changed = true;
        self.ended |= header.kind == Kind::End;
        Ok(())
    }

    fn pack(&mut self, packer: &mut Lazy<'_>) -> Result<(), DigestError> {
        if !self.draft.raw.is_empty() {
            let chunk = packer.pack(&self.draft.raw)?;
            self.draft.packed_size += chunk.bytes.len();
            self.draft.packed.push(chunk);
            self.draft.raw.clear();
        }
        Ok(())
    }

    /// Writes the draft as a segment. If this fails the draft stays, and the next try makes the same.
    fn cut(
        &mut self,
        shared: &Shared,
        last: bool,
        packer: &mut Lazy<'_>,
    ) -> Result<SegmentSealed, DigestError> {
        self.pack(packer)?;
        let ending = match (self.ended, last) {
            (true, _) => Ending::Ended,
            (false, true) => Ending::Interrupted,
            (false, false) => Ending::Open,
        };
        let draft = SegmentDraft {
            session: &self.session,
            number: self.number,
            first: self.draft.first,
            before: self.draft.before,
            after: self.chain,
            ending,
            wrapped: &self.wrapped,
            salt: salt()?,
            chunks: &self.draft.packed,
        };
        let bytes = recording::seal(&self.key, &draft).ok_or(DigestError::Packing)?;
        make_room(shared, bytes.len())?;
        let sealed = segment::write(
            &shared.files,
            &shared.recordings(),
            &self.key,
            &draft,
            &bytes,
        )?;
        self.number = self.number.saturating_add(1);
        self.draft = Draft::after(&self.chain);
        Ok(sealed)
    }
}

fn salt() -> Result<[u8; 32], DigestError> {
    let mut salt = [0; 32];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| DigestError::Packing)?;
    Ok(salt)
}

/// Segments never take the room that was given up for closing frames and ledger entries.
fn make_room(shared: &Shared, size: usize) -> Result<(), DigestError> {
    let reserved = if shared.has_reserve() {
        0
    } else {
        shared.limits.reserve_bytes
    };
    let needed = u64::try_from(size)
        .unwrap_or(u64::MAX)
        .saturating_add(reserved);
    match space::free(&shared.dir) {
        Ok(free) if free < needed => Err(DigestError::DiskFull),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Removes the files that `progress` finished.
pub(super) fn free(shared: &Shared, progress: &Progress) -> Result<usize, DigestError> {
    let folder = shared.folder();
    for number in &progress.finished {
        let path = journal_file(&folder, *number);
        shared
            .files
            .free(&path)
            .map_err(DigestError::at(Step::Free, &path))?;
    }
    if !progress.finished.is_empty() {
        shared
            .files
            .sync_folder(&folder)
            .map_err(DigestError::at(Step::SyncFolder, &folder))?;
    }
    Ok(progress.finished.len())
}
