//! Segments: many frames of one session, packed, sealed and vouched for.
//!
//! ```text
//! "SKSEG" 0 0 1     magic and version
//! u32               length of the header
//! header            JSON, see SegmentHeader
//! 32 bytes          HMAC-SHA256 over all before it
//! chunks            u32 sealed length, u32 raw length, sealed bytes with their tag of 16 bytes
//! ```
//!
//! A chunk holds whole frames: their headers and contents in the clear, one after the other, packed
//! by the caller (zstd), then sealed with AES-256-GCM; nonce = the chunk's index, additional data =
//! the HMAC, the index and both lengths. The header says how many chunks and bytes follow: so a file
//! that was cut is told from one that was altered.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use aws_lc_rs::hmac;
use ids::{Digest, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::content::{Content, Direction, Start};
use crate::frame::{HEADER, Header, MAX_CONTENT, TAG};
use crate::key::SessionKey;
use crate::typed::typed_length;

const MAGIC: [u8; 8] = *b"SKSEG\0\0\x01";
const MAC: usize = 32;
const PREAMBLE: usize = 12;
/// Eight wrapped keys of 8 KiB, and what is fixed.
const MAX_HEADER: usize = 80 << 10;
/// Frames are gathered up to 1 MiB; one more frame may follow.
pub const MAX_CHUNK: usize = (1 << 20) + MAX_CONTENT + HEADER;

/// Whether more of the recording follows a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// More follows.
    Open,
    /// The last; its last frame says why the session ended.
    Ended,
    /// The last; the gateway stopped before the session's end could be recorded.
    Interrupted,
}

/// What a segment says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentHeader {
    /// The session.
    pub session: SessionId,
    /// The segment's number in its session, from 0.
    pub number: u32,
    /// The number of its first frame.
    pub first: u64,
    /// The number after its last frame.
    pub next: u64,
    /// The chain's head before its first frame.
    pub before: Digest,
    /// The chain's head after its last frame.
    pub head: Digest,
    /// Whether more follows.
    pub ending: Ending,
    /// How many chunks follow.
    pub chunks: u32,
    /// How many bytes follow the header's HMAC.
    pub size: u64,
    /// Random; the chunks' key is derived from it.
    pub salt: Digest,
    /// The session's key, wrapped to each who may read; opaque here.
    pub wrapped: Vec<String>,
}

/// Some whole frames, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Their size before.
    pub raw: u32,
    /// The packed bytes.
    pub bytes: Vec<u8>,
}

/// What a segment is made of.
#[derive(Debug, Clone)]
pub struct SegmentDraft<'a> {
    /// The session.
    pub session: &'a SessionId,
    /// The segment's number in its session, from 0.
    pub number: u32,
    /// The number of its first frame.
    pub first: u64,
    /// The chain's head before its first frame.
    pub before: Digest,
    /// The chain after its last frame.
    pub after: Chain,
    /// Whether more follows.
    pub ending: Ending,
    /// The session's key, wrapped.
    pub wrapped: &'a [String],
    /// 32 random bytes, other ones for every sealing: a segment that is made again after a crash, and
    /// comes out differently, must never meet the same key and nonce.
    pub salt: [u8; 32],
    /// Its frames.
    pub chunks: &'a [Packed],
}

/// Unpacks a chunk to exactly that many bytes; `None` if it does not.
pub type Unpack<'a> = &'a mut dyn FnMut(&[u8], usize) -> Option<Vec<u8>>;

/// Where in a segment something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What part.
    pub part: Part,
    /// Its first byte in the file.
    pub from: u64,
    /// The byte after its last.
    pub to: u64,
}

/// A part of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first bytes and the header.
    Header,
    /// A chunk.
    Chunk(u32),
    /// A frame, in the chunk whose bytes the place gives.
    Frame(u64),
    /// What follows the last chunk.
    End,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is shorter than it was.
    #[error("the file is cut: {missing} bytes are missing")]
    Cut {
        /// So many bytes, at least.
        missing: u64,
    },
    /// The bytes are not those that were written.
    #[error("altered, or sealed with another key")]
    Altered,
    /// It opens, but does not hold what it must.
    #[error("{0}")]
    Malformed(&'static str),
}

/// A segment that does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.part {
            Part::Header => f.write_str("header")?,
            Part::Chunk(index) => write!(f, "chunk {index}")?,
            Part::Frame(number) => write!(f, "frame {number}")?,
            Part::End => f.write_str("end")?,
        }
        write!(f, " (bytes {} to {})", self.from, self.to)
    }
}

/// What a sound segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What it says of itself.
    pub header: SegmentHeader,
    /// Bytes from the engineer to the target.
    pub sent: u64,
    /// Bytes from the target to the engineer.
    pub received: u64,
    /// When its first frame was seen.
    pub from: Timestamp,
    /// When its last frame was seen.
    pub to: Timestamp,
}

/// Makes a segment's bytes. The same draft always gives the same bytes.
///
/// # Errors
/// `None` if a limit is exceeded or the cipher refuses.
pub fn seal(key: &SessionKey, draft: &SegmentDraft<'_>) -> Option<Vec<u8>> {
    let sizes: usize = draft
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.len() + 8 + TAG)
        .sum();
    let header = SegmentHeader {
        session: draft.session.clone(),
        number: draft.number,
        first: draft.first,
        next: draft.after.frames(),
        before: draft.before,
        head: draft.after.head(),
        ending: draft.ending,
        chunks: u32::try_from(draft.chunks.len()).ok()?,
        size: u64::try_from(sizes).ok()?,
        salt: Digest(draft.salt),
        wrapped: draft.wrapped.to_vec(),
    };
    let json = serde_json::to_vec(&header)
        .ok()
        .filter(|json| json.len() <= MAX_HEADER)?;
    let mut out = Vec::with_capacity(PREAMBLE + json.len() + MAC + sizes);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&u32::try_from(json.len()).ok()?.to_be_bytes());
    out.extend_from_slice(&json);
    let mac = hmac::sign(&key.header(), &out);
    out.extend_from_slice(mac.as_ref());
    let cipher = key
        .segment(header.number, header.first, &header.salt)
        .ok()?;
    for (index, chunk) in (0u32..).zip(draft.chunks) {
        seal_chunk(&cipher, mac.as_ref(), index, chunk, &mut out)?;
    }
    Some(out)
}

fn seal_chunk(
    cipher: &LessSafeKey,
    mac: &[u8],
    index: u32,
    chunk: &Packed,
    out: &mut Vec<u8>,
) -> Option<()> {
    let sealed = u32::try_from(chunk.bytes.len() + TAG).ok()?;
    out.extend_from_slice(&sealed.to_be_bytes());
    out.extend_from_slice(&chunk.raw.to_be_bytes());
    let from = out.len();
    out.extend_from_slice(&chunk.bytes);
    let aad = Aad::from(chunk_data(mac, index, sealed, chunk.raw));
    let tag = cipher
        .seal_in_place_separate_tag(chunk_nonce(index), aad, out.get_mut(from..)?)
        .ok()?;
    out.extend_from_slice(tag.as_ref());
    Some(())
}

fn chunk_nonce(index: u32) -> Nonce {
    let mut nonce = [0u8; 12];
    let (_, end) = nonce.split_at_mut(8);
    end.copy_from_slice(&index.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

fn chunk_data(mac: &[u8], index: u32, sealed: u32, raw: u32) -> Vec<u8> {
    [
        mac,
        &index.to_be_bytes(),
        &sealed.to_be_bytes(),
        &raw.to_be_bytes(),
    ]
    .concat()
}

/// Reads a segment's header without the key: what it says is not vouched for.
///
/// # Errors
/// If it is cut or malformed.
pub fn peek(bytes: &[u8]) -> Result<SegmentHeader, Broken> {
    Layout::read(bytes).map(|layout| layout.header)
}

/// Checks a whole segment: header, every chunk, every frame, the chain.
///
/// # Errors
/// The place of the first thing that is wrong.
pub fn verify(bytes: &[u8], key: &SessionKey, unpack: Unpack<'_>) -> Result<Summary, Broken> {
    read(bytes, key, unpack, &mut |_, _, _| {})
}

/// Checks that what was read back is the sealed draft: vouched for, whole, and every chunk opens to
/// what was packed. Cheaper than [`verify`], which also unpacks and hashes what the draft's maker has
/// just hashed and packed.
///
/// # Errors
/// The place of the first thing that is wrong.
pub fn confirm(
    bytes: &[u8],
    key: &SessionKey,
    draft: &SegmentDraft<'_>,
) -> Result<SegmentHeader, Broken> {
    let mut expected = draft.chunks.iter();
    let header = chunks(
        bytes,
        key,
        &mut |place, raw, packed| match expected.next() {
            Some(chunk) if chunk.raw == raw && chunk.bytes == packed => Ok(()),
            _ => Err(place.is(Fault::Altered)),
        },
    )?;
    let same = header.session == *draft.session
        && header.number == draft.number
        && (header.first, header.before) == (draft.first, draft.before)
        && (header.next, header.head) == (draft.after.frames(), draft.after.head())
        && header.ending == draft.ending
        && expected.next().is_none();
    if same {
        Ok(header)
    } else {
        Err(whole(bytes).is(Fault::Malformed("it is another segment")))
    }
}

/// Checks a whole segment and shows each frame, in order, with the chain after it.
///
/// # Errors
/// The place of the first thing that is wrong; what was shown before it is sound.
pub fn read(
    bytes: &[u8],
    key: &SessionKey,
    unpack: Unpack<'_>,
    show: &mut dyn FnMut(&Header, Content<'_>, &Chain),
) -> Result<Summary, Broken> {
    let header = peek(bytes)?;
    let mut reader = Reader {
        chain: Chain::resume(header.before, header.first),
        summary: Summary {
            header,
            sent: 0,
            received: 0,
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(0),
        },
        ended: false,
    };
    chunks(bytes, key, &mut |place, raw, packed| {
        let size = usize::try_from(raw).ok().filter(|size| *size <= MAX_CHUNK);
        let size = size.ok_or_else(|| place.is(Fault::Malformed("the chunk is too large")))?;
        let frames = unpack(packed, size)
            .filter(|frames| frames.len() == size)
            .ok_or_else(|| place.is(Fault::Malformed("the chunk does not unpack")))?;
        reader.frames(&frames, place, show)
    })?;
    reader.finish(whole(bytes))
}

/// What is done with each opened chunk: its place, its size before packing, its packed bytes.
type Each<'a> = &'a mut dyn FnMut(Place, u32, &[u8]) -> Result<(), Broken>;

/// Opens a segment chunk by chunk, after its header has been found authentic and its size right.
fn chunks(bytes: &[u8], key: &SessionKey, each: Each<'_>) -> Result<SegmentHeader, Broken> {
    let layout = Layout::read(bytes)?;
    hmac::verify(&key.header(), layout.vouched, layout.mac)
        .map_err(|_| layout.header_place().is(Fault::Altered))?;
    layout.check_size(bytes.len())?;
    let header = layout.header;
    let cipher = key
        .segment(header.number, header.first, &header.salt)
        .map_err(|_| whole(bytes).is(Fault::Malformed("the cipher refused")))?;
    let mut rest = Chunks {
        bytes,
        at: layout.chunks_at,
    };
    let mut buffer = Vec::new();
    for index in 0..header.chunks {
        let (place, raw, sealed_length, sealed) = rest.next(index)?;
        let aad = Aad::from(chunk_data(layout.mac, index, sealed_length, raw));
        buffer.clear();
        buffer.extend_from_slice(sealed);
        let packed = cipher
            .open_in_place(chunk_nonce(index), aad, &mut buffer)
            .map_err(|_| place.is(Fault::Altered))?;
        each(place, raw, packed)?;
    }
    rest.finish()?;
    Ok(header)
}

impl Place {
    fn is(self, fault: Fault) -> Broken {
        Broken { place: self, fault }
    }
}

fn place(part: Part, from: usize, to: usize) -> Place {
    Place {
        part,
        from: u64::try_from(from).unwrap_or(u64::MAX),
        to: u64::try_from(to).unwrap_or(u64::MAX),
    }
}

fn whole(bytes: &[u8]) -> Place {
    place(Part::End, 0, bytes.len())
}

fn cut(part: Part, from: usize, have: usize, missing: usize) -> Broken {
    let missing = u64::try_from(missing).unwrap_or(u64::MAX);
    place(part, from, have).is(Fault::Cut { missing })
}

/// Where the parts of a segment lie.
struct Layout<'a> {
    header: SegmentHeader,
    vouched: &'a [u8],
    mac: &'a [u8],
    chunks_at: usize,
}

impl<'a> Layout<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Broken> {
        let have = bytes.len();
        let missing = |needs: usize| cut(Part::Header, 0, have, needs.saturating_sub(have));
        let (preamble, _) = bytes
            .split_first_chunk::<PREAMBLE>()
            .ok_or_else(|| missing(PREAMBLE))?;
        let (magic, length) = preamble.split_at(MAGIC.len());
        if magic != MAGIC {
            let fault = Fault::Malformed("not a segment of a recording, or altered");
            return Err(place(Part::Header, 0, PREAMBLE).is(fault));
        }
        let length = length.try_into().map_or(u32::MAX, u32::from_be_bytes);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_HEADER {
            let fault = Fault::Malformed("the header's length is beyond its limit");
            return Err(place(Part::Header, 0, PREAMBLE).is(fault));
        }
        let mac_at = PREAMBLE + length;
        let chunks_at = mac_at + MAC;
        let (vouched, rest) = bytes
            .split_at_checked(mac_at)
            .ok_or_else(|| missing(chunks_at))?;
        let (mac, _) = rest
            .split_at_checked(MAC)
            .ok_or_else(|| missing(chunks_at))?;
        let json = vouched.get(PREAMBLE..).unwrap_or_default();
        let header = serde_json::from_slice(json).map_err(|_| {
            let fault = Fault::Malformed("the header is not readable: altered");
            place(Part::Header, 0, chunks_at).is(fault)
        })?;
        Ok(Self {
            header,
            vouched,
            mac,
            chunks_at,
        })
    }

    fn header_place(&self) -> Place {
        place(Part::Header, 0, self.chunks_at)
    }

    fn check_size(&self, have: usize) -> Result<(), Broken> {
        let size = usize::try_from(self.header.size).unwrap_or(usize::MAX);
        let expected = self.chunks_at.saturating_add(size);
        match expected.checked_sub(have) {
            Some(0) => Ok(()),
            Some(missing) => Err(cut(Part::End, have, have, missing)),
            None => {
                let fault = Fault::Malformed("bytes were added after the last chunk");
                Err(place(Part::End, expected, have).is(fault))
            }
        }
    }
}

/// Steps over the chunks.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    fn next(&mut self, index: u32) -> Result<(Place, u32, u32, &'a [u8]), Broken> {
        let from = self.at;
        let altered = || place(Part::Chunk(index), from, self.bytes.len()).is(Fault::Altered);
        let rest = self.bytes.get(from..).ok_or_else(altered)?;
        let (sealed, rest) = rest.split_first_chunk::<4>().ok_or_else(altered)?;
        let (raw, rest) = rest.split_first_chunk::<4>().ok_or_else(altered)?;
        let length = u32::from_be_bytes(*sealed);
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        let sealed = rest.get(..size).ok_or_else(altered)?;
        self.at = from + 8 + size;
        let here = place(Part::Chunk(index), from, self.at);
        Ok((here, u32::from_be_bytes(*raw), length, sealed))
    }

    fn finish(&self) -> Result<(), Broken> {
        if self.at == self.bytes.len() {
            return Ok(());
        }
        let fault = Fault::Malformed("bytes follow the last chunk");
        Err(place(Part::End, self.at, self.bytes.len()).is(fault))
    }
}

/// Reads frames one after the other.
struct Reader {
    chain: Chain,
    summary: Summary,
    ended: bool,
}

impl Reader {
    fn frames(
        &mut self,
        mut bytes: &[u8],
        chunk: Place,
        show: &mut dyn FnMut(&Header, Content<'_>, &Chain),
    ) -> Result<(), Broken> {
        while !bytes.is_empty() {
            let part = Part::Frame(self.chain.frames());
            let here = Place { part, ..chunk };
            let malformed = |what| here.is(Fault::Malformed(what));
            let (encoded, rest) = bytes
                .split_first_chunk::<HEADER>()
                .ok_or_else(|| malformed("the frame is cut"))?;
            let header =
                Header::decode(encoded).map_err(|_| malformed("the frame's header is damaged"))?;
            let (content, rest) = rest
                .split_at_checked(header.content_length())
                .ok_or_else(|| malformed("the frame is cut"))?;
            let says = Content::decode(header.kind, content)
                .map_err(|_| malformed("the frame's content does not fit its kind"))?;
            self.frame(&header, &says).map_err(malformed)?;
            self.chain.push(encoded, content);
            show(&header, says, &self.chain);
            bytes = rest;
        }
        Ok(())
    }

    fn frame(&mut self, header: &Header, says: &Content<'_>) -> Result<(), &'static str> {
        let session = &self.summary.header.session;
        if header.session != session.number() {
            return Err("the frame is another session's");
        }
        if header.number != self.chain.frames() {
            return Err("a frame before it is missing");
        }
        if self.ended {
            return Err("frames follow the end");
        }
        let count = |to: &mut u64, size: u64| *to = to.saturating_add(size);
        match says {
            Content::Start(Start { session: named, .. }) => {
                if header.number != 0 || named != session {
                    return Err("a start that is not this session's");
                }
            }
            Content::Data(direction, bytes)
            | Content::Stream {
                direction, bytes, ..
            } => {
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                match direction {
                    Direction::ToTarget => count(&mut self.summary.sent, size),
                    Direction::FromTarget => count(&mut self.summary.received, size),
                }
            }
            Content::Typed { sealed, .. } => count(&mut self.summary.sent, typed_length(sealed)),
            Content::Size(Direction::ToTarget, size) => count(&mut self.summary.sent, *size),
            Content::Size(Direction::FromTarget, size) => {
                count(&mut self.summary.received, *size);
            }
            Content::Notice(_) | Content::Channel(_) => {}
            Content::End(_) => self.ended = true,
        }
        if self.chain.frames() == self.summary.header.first {
            self.summary.from = header.at;
        }
        self.summary.to = header.at;
        Ok(())
    }

    fn finish(self, whole: Place) -> Result<Summary, Broken> {
        let header = &self.summary.header;
        let malformed = |what| Err(whole.is(Fault::Malformed(what)));
        if self.chain.frames() != header.next {
            return malformed("not as many frames as the header says");
        }
        if self.chain.head() != header.head {
            return malformed("the chain does not end where the header says");
        }
        if self.ended != (header.ending == Ending::Ended) {
            return malformed("the header and the frames disagree on whether the session ended");
        }
        Ok(self.summary)
    }
}
