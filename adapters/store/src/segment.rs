//! Segments on the disk: written so that they are whole or absent, listed, read, verified.
//!
//! Trusted to: keep bytes. Not trusted to: be honest; a recording is believed after its hashes, its
//! key, its chain and the ledger's heads agree.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use aws_lc_rs::digest;
use ids::{Digest, SessionId, Timestamp};
use recording::{
    Broken, Chain, Content, Ending, Header, SealLeaf, SegmentDraft, SegmentHeader, SessionKey,
    Summary,
};

use crate::journal::{DigestError, FileLayer, Step, recording_folder};

/// The largest segment file that is read.
const MAX_FILE: u64 = 1 << 30;

/// A segment that stands in its place on the disk: what the ledger is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentSealed {
    /// The session.
    pub session: SessionId,
    /// The segment's number in its session, from 0.
    pub number: u32,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its size, bytes.
    pub bytes: u64,
    /// The number of its first frame.
    pub first: u64,
    /// How many frames the recording has after it.
    pub frames: u64,
    /// The chain's head after its last frame.
    pub head: Digest,
    /// Whether more follows.
    pub ending: Ending,
}

/// What a sound recording holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingReport {
    /// How many segments.
    pub segments: u32,
    /// Of these, how many are not in the given list yet.
    pub unlisted: u32,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many frames.
    pub frames: u64,
    /// The chain's head.
    pub head: Option<Digest>,
    /// How the last segment ends. `Open`: more is in the journal, or the gateway stopped.
    pub ending: Ending,
    /// What only the key can tell; `None` without it.
    pub opened: Option<Opened>,
}

/// What only the key can tell of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Bytes from the engineer to the target.
    pub sent: u64,
    /// Bytes from the target to the engineer.
    pub received: u64,
    /// When the first frame was seen.
    pub from: Timestamp,
    /// When the last frame was seen.
    pub to: Timestamp,
    /// How many of the ledger's heads were met.
    pub heads_met: u64,
}

/// A recording that does not verify, with the place.
#[derive(Debug, thiserror::Error)]
pub enum RecordingBroken {
    /// There is none.
    #[error("there is no recording of this session")]
    Absent,
    /// A file cannot be read.
    #[error("{segment:04}.seg: {error}")]
    Unreadable {
        /// The segment's number.
        segment: u32,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The folder cannot be read.
    #[error("the recording's folder: {0}")]
    Folder(#[source] io::Error),
    /// A segment is missing.
    #[error("{segment:04}.seg is missing")]
    Missing {
        /// The segment's number.
        segment: u32,
    },
    /// The file is not the one that the ledger names. `place` says where, if the key could tell.
    #[error("{segment:04}.seg: its hash is {actual}, the ledger has {listed}{}", place.as_ref().map(|broken| format!("; {broken}")).unwrap_or_default())]
    NotAsListed {
        /// The segment's number.
        segment: u32,
        /// The hash in the list.
        listed: Digest,
        /// The file's.
        actual: Digest,
        /// The place, named with the key's help or by the layout alone.
        place: Option<Broken>,
    },
    /// Something inside is wrong.
    #[error("{segment:04}.seg: {broken}")]
    Segment {
        /// The segment's number.
        segment: u32,
        /// The place and what is wrong there.
        #[source]
        broken: Broken,
    },
    /// A segment does not continue the one before it.
    #[error("{segment:04}.seg: {what}")]
    NotContinued {
        /// The segment's number.
        segment: u32,
        /// In which way.
        what: &'static str,
    },
    /// The chain has another head than the ledger.
    #[error("frame {frames}: the chain does not meet the head that the ledger has")]
    OtherHead {
        /// After so many frames.
        frames: u64,
    },
    /// The ledger has a head of more frames than were found.
    #[error("the ledger vouches for {sealed} frames, {found} were found")]
    FramesMissing {
        /// In the ledger.
        sealed: u64,
        /// In the recording.
        found: u64,
    },
    /// The key cannot be used.
    #[error("the session's key cannot be used")]
    Key,
}

/// Packs frames: zstd, level 1, unpacked again at once to be sure.
pub(crate) struct Packer {
    pack: zstd::bulk::Compressor<'static>,
    unpack: zstd::bulk::Decompressor<'static>,
    packed: Vec<u8>,
    again: Vec<u8>,
}

impl Packer {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            pack: zstd::bulk::Compressor::new(1)?,
            unpack: zstd::bulk::Decompressor::new()?,
            packed: Vec::new(),
            again: Vec::new(),
        })
    }

    /// # Errors
    /// Also if what was packed does not unpack to the same.
    pub(crate) fn pack(&mut self, raw: &[u8]) -> io::Result<Vec<u8>> {
        self.packed.clear();
        self.packed
            .reserve(zstd::zstd_safe::compress_bound(raw.len()));
        self.pack.compress_to_buffer(raw, &mut self.packed)?;
        self.again.clear();
        self.again.reserve(raw.len());
        self.unpack
            .decompress_to_buffer(&self.packed, &mut self.again)?;
        if self.again == raw {
            // A copy of the right size: what waits for its segment holds no slack.
            Ok(self.packed.clone())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
}

/// Unpacks a chunk to exactly `size` bytes, which the segment vouches for.
pub(crate) fn unpack(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    zstd::bulk::decompress(packed, size)
        .ok()
        .filter(|raw| raw.len() == size)
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let mut value = [0; 32];
    let digest = digest::digest(&digest::SHA256, bytes);
    for (to, from) in value.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    Digest(value)
}

/// Writes a segment under another name, brings it to the disk, reads it back and confirms it, then
/// gives it its name. If we stop before that, the next run writes it again; if we stop after, the
/// next run finds it.
pub(crate) fn write(
    files: &FileLayer,
    recordings: &Path,
    key: &SessionKey,
    draft: &SegmentDraft<'_>,
    bytes: &[u8],
) -> Result<SegmentSealed, DigestError> {
    let folder = recording_folder(recordings, draft.session);
    if !folder.exists() {
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(DigestError::at(Step::WriteSegment, &folder))?;
        files
            .sync_folder(recordings)
            .map_err(DigestError::at(Step::SyncFolder, recordings))?;
    }
    let unfinished = folder.join(format!("{:04}.unfinished", draft.number));
    let path = folder.join(format!("{:04}.seg", draft.number));
    let file = files
        .write_segment(&unfinished, bytes)
        .map_err(DigestError::at(Step::WriteSegment, &unfinished))?;
    files
        .sync_segment(&file)
        .map_err(DigestError::at(Step::SyncSegment, &unfinished))?;
    drop(file);
    let read = FileLayer::read(&unfinished, MAX_FILE)
        .map_err(DigestError::at(Step::ReadBack, &unfinished))?;
    let header =
        recording::confirm(&read, key, draft).map_err(|broken| DigestError::NotVerified {
            path: unfinished.clone(),
            broken,
        })?;
    files
        .name_segment(&unfinished, &path)
        .map_err(DigestError::at(Step::NameSegment, &path))?;
    files
        .sync_folder(&folder)
        .map_err(DigestError::at(Step::SyncFolder, &folder))?;
    Ok(sealed(&header, &read))
}

fn sealed(header: &SegmentHeader, bytes: &[u8]) -> SegmentSealed {
    SegmentSealed {
        session: header.session.clone(),
        number: header.number,
        sha256: sha256(bytes),
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        first: header.first,
        frames: header.next,
        head: header.head,
        ending: header.ending,
    }
}

/// The numbers of a recording's segments, in order. Other files in its folder are none.
pub(crate) fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".seg"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn load(folder: &Path, number: u32) -> io::Result<Vec<u8>> {
    FileLayer::read(&folder.join(format!("{number:04}.seg")), MAX_FILE)
}

/// The header of a recording's last segment, read without its key.
pub(crate) fn last_header(folder: &Path) -> Option<SegmentHeader> {
    let last = numbers(folder).ok()?.pop()?;
    recording::peek(&load(folder, last).ok()?).ok()
}

/// The segments that are on the disk already and reach beyond `frames`, each verified.
pub(crate) fn existing(
    recordings: &Path,
    session: &SessionId,
    key: &SessionKey,
    frames: u64,
) -> Result<Existing, DigestError> {
    let folder = recording_folder(recordings, session);
    let at = |error| DigestError::at(Step::ReadBack, &folder)(error);
    let mut existing = Existing {
        next_number: 0,
        chain: Chain::start(key, session),
        beyond: Vec::new(),
    };
    for number in numbers(&folder).map_err(at)?.into_iter().rev() {
        let bytes = load(&folder, number).map_err(at)?;
        let summary = recording::verify(&bytes, key, &mut unpack).map_err(|broken| {
            DigestError::NotVerified {
                path: folder.join(format!("{number:04}.seg")),
                broken,
            }
        })?;
        if existing.next_number == 0 {
            existing.next_number = number.saturating_add(1);
            existing.chain = Chain::resume(summary.header.head, summary.header.next);
        }
        if summary.header.next <= frames {
            break;
        }
        existing.beyond.push(sealed(&summary.header, &bytes));
    }
    existing.beyond.reverse();
    Ok(existing)
}

/// Where a recording stands on the disk.
pub(crate) struct Existing {
    pub(crate) next_number: u32,
    pub(crate) chain: Chain,
    pub(crate) beyond: Vec<SegmentSealed>,
}

/// The wrapped keys of a recording, as its first segment has them; nothing vouches for them until one
/// of them opens it.
///
/// # Errors
/// If there is no segment, or its header is damaged.
pub fn wrapped_keys(
    recordings: &Path,
    session: &SessionId,
) -> Result<Vec<String>, RecordingBroken> {
    let folder = recording_folder(recordings, session);
    let numbers = numbers(&folder).map_err(RecordingBroken::Folder)?;
    let segment = *numbers.first().ok_or(RecordingBroken::Absent)?;
    let bytes =
        load(&folder, segment).map_err(|error| RecordingBroken::Unreadable { segment, error })?;
    recording::peek(&bytes)
        .map(|header| header.wrapped)
        .map_err(|broken| RecordingBroken::Segment { segment, broken })
}

/// Verifies a recording in the folder `recordings` against what the ledger has: `listed` segments and
/// sealed `heads`, in any order; those of other sessions are passed over.
///
/// Without the key: no segment is missing, each file has its hash, and the headers continue each
/// other. With it: also every byte is authentic, every frame is there, the chain is whole and meets
/// every head.
///
/// # Errors
/// The place of the first thing that is wrong.
pub fn verify_recording(
    recordings: &Path,
    session: &SessionId,
    key: Option<&[u8; 32]>,
    listed: &[SegmentSealed],
    heads: &[SealLeaf],
) -> Result<RecordingReport, RecordingBroken> {
    check(recordings, session, key, listed, heads, &mut |_, _| {})
}

/// Verifies a recording as [`verify_recording`] does and shows each frame in order. Contents are the
/// target's and the engineer's bytes as they were: whoever shows them makes them inert (L28).
///
/// # Errors
/// The place of the first thing that is wrong; what was shown before it is sound.
pub fn replay_recording(
    recordings: &Path,
    session: &SessionId,
    key: &[u8; 32],
    listed: &[SegmentSealed],
    heads: &[SealLeaf],
    show: &mut dyn FnMut(&Header, Content<'_>),
) -> Result<RecordingReport, RecordingBroken> {
    check(recordings, session, Some(key), listed, heads, show)
}

fn check(
    recordings: &Path,
    session: &SessionId,
    key: Option<&[u8; 32]>,
    listed: &[SegmentSealed],
    heads: &[SealLeaf],
    show: &mut dyn FnMut(&Header, Content<'_>),
) -> Result<RecordingReport, RecordingBroken> {
    let folder = recording_folder(recordings, session);
    let numbers = numbers(&folder).map_err(RecordingBroken::Folder)?;
    let of_session = |sealed: &&SegmentSealed| sealed.session == *session;
    let listed: BTreeMap<u32, Digest> = listed
        .iter()
        .filter(of_session)
        .map(|sealed| (sealed.number, sealed.sha256))
        .collect();
    let heads: Vec<&SealLeaf> = heads
        .iter()
        .filter(|leaf| leaf.session == *session)
        .collect();
    let count = listed
        .keys()
        .chain(&numbers)
        .max()
        .map_or(0, |last| last.saturating_add(1));
    if count == 0 {
        return Err(RecordingBroken::Absent);
    }
    let key = key
        .map(SessionKey::new)
        .transpose()
        .map_err(|_| RecordingBroken::Key)?;
    let mut check = Check::new(session, key.as_ref(), &heads);
    for segment in 0..count {
        if !numbers.contains(&segment) {
            return Err(RecordingBroken::Missing { segment });
        }
        let bytes = load(&folder, segment)
            .map_err(|error| RecordingBroken::Unreadable { segment, error })?;
        check.segment(segment, &bytes, listed.get(&segment), show)?;
    }
    check.finish()
}

/// A recording while it is checked, segment by segment.
struct Check<'a> {
    session: &'a SessionId,
    key: Option<&'a SessionKey>,
    heads: BTreeMap<u64, Digest>,
    chain: Option<Chain>,
    report: RecordingReport,
    clash: Option<u64>,
}

impl<'a> Check<'a> {
    fn new(session: &'a SessionId, key: Option<&'a SessionKey>, heads: &[&SealLeaf]) -> Self {
        let mut clash = None;
        let mut by_frames = BTreeMap::new();
        for leaf in heads {
            let other = by_frames.insert(leaf.frames, leaf.head);
            if other.is_some_and(|other| other != leaf.head) {
                clash = Some(leaf.frames);
            }
        }
        Self {
            session,
            key,
            heads: by_frames,
            chain: key.map(|key| Chain::start(key, session)),
            report: RecordingReport {
                segments: 0,
                unlisted: 0,
                bytes: 0,
                frames: 0,
                head: None,
                ending: Ending::Open,
                opened: None,
            },
            clash,
        }
    }

    fn segment(
        &mut self,
        segment: u32,
        bytes: &[u8],
        listed: Option<&Digest>,
        show: &mut dyn FnMut(&Header, Content<'_>),
    ) -> Result<(), RecordingBroken> {
        match listed {
            None => self.report.unlisted += 1,
            Some(listed) => self.check_hash(segment, bytes, *listed)?,
        }
        let broken = |broken| RecordingBroken::Segment { segment, broken };
        let header = recording::peek(bytes).map_err(broken)?;
        self.check_continues(segment, &header)?;
        if let Some(key) = self.key {
            let summary = self.open(segment, bytes, key, show)?;
            self.add(&summary);
        }
        self.report.segments += 1;
        self.report.bytes += u64::try_from(bytes.len()).unwrap_or(0);
        self.report.frames = header.next;
        self.report.head = Some(header.head);
        self.report.ending = header.ending;
        Ok(())
    }

    fn check_hash(
        &self,
        segment: u32,
        bytes: &[u8],
        listed: Digest,
    ) -> Result<(), RecordingBroken> {
        let actual = sha256(bytes);
        if actual == listed {
            return Ok(());
        }
        let place = match self.key {
            Some(key) => recording::verify(bytes, key, &mut unpack).err(),
            None => recording::peek(bytes).err(),
        };
        Err(RecordingBroken::NotAsListed {
            segment,
            listed,
            actual,
            place,
        })
    }

    fn check_continues(&self, segment: u32, header: &SegmentHeader) -> Result<(), RecordingBroken> {
        let wrong = |what| Err(RecordingBroken::NotContinued { segment, what });
        if header.session != *self.session {
            return wrong("it is another session's");
        }
        if header.number != segment {
            return wrong("it is another segment of this session");
        }
        if header.first != self.report.frames {
            return wrong("frames before it are missing");
        }
        let before = self.report.head.or(self.chain.map(|chain| chain.head()));
        if before.is_some_and(|head| head != header.before) {
            return wrong("its chain does not continue the one before");
        }
        if segment > 0 && self.report.ending != Ending::Open {
            return wrong("it follows the end of the recording");
        }
        Ok(())
    }

    fn open(
        &mut self,
        segment: u32,
        bytes: &[u8],
        key: &SessionKey,
        show: &mut dyn FnMut(&Header, Content<'_>),
    ) -> Result<Summary, RecordingBroken> {
        let heads = &self.heads;
        let mut other_head = self.clash;
        let summary = recording::read(bytes, key, &mut unpack, &mut |header, content, chain| {
            let head = heads.get(&chain.frames());
            if head.is_some_and(|head| *head != chain.head()) {
                other_head = other_head.or(Some(chain.frames()));
            }
            if other_head.is_none() {
                show(header, content);
            }
        })
        .map_err(|broken| RecordingBroken::Segment { segment, broken })?;
        match other_head {
            Some(frames) => Err(RecordingBroken::OtherHead { frames }),
            None => Ok(summary),
        }
    }

    fn add(&mut self, summary: &Summary) {
        let opened = self.report.opened.get_or_insert(Opened {
            sent: 0,
            received: 0,
            from: summary.from,
            to: summary.to,
            heads_met: 0,
        });
        opened.sent = opened.sent.saturating_add(summary.sent);
        opened.received = opened.received.saturating_add(summary.received);
        opened.to = summary.to;
    }

    fn finish(mut self) -> Result<RecordingReport, RecordingBroken> {
        let found = self.report.frames;
        if let Some(sealed) = self
            .heads
            .keys()
            .next_back()
            .filter(|sealed| **sealed > found)
        {
            return Err(RecordingBroken::FramesMissing {
                sealed: *sealed,
                found,
            });
        }
        if let Some(opened) = &mut self.report.opened {
            opened.heads_met = u64::try_from(self.heads.len()).unwrap_or(u64::MAX);
        }
        Ok(self.report)
    }
}
