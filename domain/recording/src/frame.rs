//! Frames: one observation each, sealed for the journal.
//!
//! A record of the journal is a header of 44 bytes, the sealed content and a tag of 16 bytes:
//!
//! ```text
//! 0  "SKJ" 1      magic and version
//! 4  kind         see Kind
//! 5  0 0 0        reserved
//! 8  length       u32, of the content
//! 12 attempt      u32, how often writing this frame failed before
//! 16 session      u64
//! 24 number       u64, of the frame in its session
//! 32 at           i64, milliseconds since 1970
//! 40 check        CRC-32 over 0..40
//! ```
//!
//! Integers are big-endian. AES-256-GCM with the session's frame key; nonce = attempt || number;
//! additional data = header || hash of the session's name. The first frame of a session is a
//! start (see `Start`) in the clear, vouched for by its tag: it says how the key is wrapped.
//!
//! Bytes of a channel are followed by the channel's number (u32), typed bytes by the channel's and
//! the line's (u32, u64). The numbers stand behind the bytes because the cipher can append a little
//! to what it reads elsewhere: so the bytes go from the socket's buffer into the sealed frame without
//! having been copied.

use aws_lc_rs::aead::{Aad, Nonce};
use ids::{SessionId, Timestamp};

use crate::check::crc32;
use crate::content::{Content, Kind, MAX_TEXT, Observation, STREAM, TYPED};
use crate::key::{SessionKey, sha256};

/// Bytes of a frame's header.
pub const HEADER: usize = 44;
/// Bytes of a frame's tag.
pub const TAG: usize = 16;
/// The largest content of one frame. What a proxy reads at once is far smaller.
pub const MAX_CONTENT: usize = 1 << 20;

const MAGIC: [u8; 4] = *b"SKJ\x01";

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What follows.
    pub kind: Kind,
    /// Bytes of content.
    pub length: u32,
    /// How often writing this frame failed before.
    pub attempt: u32,
    /// The session's number at its site.
    pub session: u64,
    /// The frame's number in its session, from 0.
    pub number: u64,
    /// When it was seen.
    pub at: Timestamp,
}

/// Bytes that are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFrame {
    /// The magic, a reserved byte, the kind or the checksum is wrong.
    #[error("the frame's header is damaged")]
    Header,
    /// The length is beyond the limit.
    #[error("the frame's length is beyond the limit of {MAX_CONTENT} bytes")]
    Length,
    /// The content is not what the kind says.
    #[error("the frame's content does not fit its kind")]
    Content,
}

impl Header {
    /// The header's bytes.
    pub fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0u8; HEADER];
        let kind = [self.kind.byte(), 0, 0, 0];
        let fields: [&[u8]; 7] = [
            &MAGIC,
            &kind,
            &self.length.to_be_bytes(),
            &self.attempt.to_be_bytes(),
            &self.session.to_be_bytes(),
            &self.number.to_be_bytes(),
            &self.at.as_millis().to_be_bytes(),
        ];
        let (checked, check) = bytes.split_at_mut(HEADER - 4);
        let mut rest = &mut *checked;
        for field in fields {
            let (here, after) = rest.split_at_mut(field.len());
            here.copy_from_slice(field);
            rest = after;
        }
        check.copy_from_slice(&crc32(checked).to_be_bytes());
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// If it is not one, or its length is beyond the limit.
    pub fn decode(bytes: &[u8; HEADER]) -> Result<Self, NotAFrame> {
        let mut fields = Fields(bytes);
        let magic = fields.take::<4>()?;
        let [kind, reserved @ ..] = fields.take::<4>()?;
        let length = u32::from_be_bytes(fields.take()?);
        let attempt = u32::from_be_bytes(fields.take()?);
        let session = u64::from_be_bytes(fields.take()?);
        let number = u64::from_be_bytes(fields.take()?);
        let millis = i64::from_be_bytes(fields.take()?);
        let check = u32::from_be_bytes(fields.take()?);
        let at = Timestamp::from_millis(millis);
        let (checked, _) = bytes.split_at(HEADER - 4);
        let sound = magic == MAGIC
            && reserved == [0; 3]
            && at.as_millis() == millis
            && crc32(checked) == check;
        let kind = Kind::from_byte(kind).filter(|_| sound);
        let kind = kind.ok_or(NotAFrame::Header)?;
        if usize::try_from(length).map_or(true, |length| length > MAX_CONTENT) {
            return Err(NotAFrame::Length);
        }
        Ok(Self {
            kind,
            length,
            attempt,
            session,
            number,
            at,
        })
    }

    /// Bytes of content.
    pub fn content_length(&self) -> usize {
        usize::try_from(self.length).unwrap_or(MAX_CONTENT)
    }

    fn nonce(&self) -> Nonce {
        let mut nonce = [0u8; 12];
        let (attempt, number) = nonce.split_at_mut(4);
        attempt.copy_from_slice(&self.attempt.to_be_bytes());
        number.copy_from_slice(&self.number.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

/// What stands between the fields of a header and their types.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], NotAFrame> {
        let (field, rest) = self.0.split_first_chunk::<N>().ok_or(NotAFrame::Header)?;
        self.0 = rest;
        Ok(*field)
    }
}

/// The next thing in a stretch of journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A frame whose header is sound; `size` bytes with content and tag.
    Frame {
        /// Its header.
        header: Header,
        /// Bytes of the whole record.
        size: usize,
    },
    /// The record goes on: so many bytes more.
    Needs(usize),
    /// Not a frame. [`resync`] finds the next.
    Damaged(NotAFrame),
}

/// What `bytes` begin with.
pub fn next(bytes: &[u8]) -> Next {
    let Some((header, _)) = bytes.split_first_chunk::<HEADER>() else {
        return Next::Needs(HEADER - bytes.len());
    };
    let header = match Header::decode(header) {
        Ok(header) => header,
        Err(error) => return Next::Damaged(error),
    };
    let size = HEADER + header.content_length() + TAG;
    match size.checked_sub(bytes.len()) {
        None | Some(0) => Next::Frame { header, size },
        Some(missing) => Next::Needs(missing),
    }
}

/// The offset of the next sound header after the first byte, if `bytes` hold one whole.
pub fn resync(bytes: &[u8]) -> Option<usize> {
    let windows = bytes.windows(HEADER).enumerate().skip(1);
    for (offset, window) in windows {
        let Some((header, _)) = window.split_first_chunk::<HEADER>() else {
            continue;
        };
        if window.starts_with(&MAGIC) && Header::decode(header).is_ok() {
            return Some(offset);
        }
    }
    None
}

/// A frame could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSealed {
    /// The content is beyond the limit.
    #[error("the content is beyond the limit of one frame")]
    TooLong,
    /// The cipher refused.
    #[error("the cipher refused")]
    Cipher,
}

/// A frame does not open: its bytes were altered, or it is another session's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frame does not open: altered, or sealed with another key")]
pub struct NotOpened;

/// Seals one session's frames.
pub struct FrameSealer {
    session: u64,
    name: [u8; 32],
    number: u64,
    attempt: u32,
}

impl FrameSealer {
    /// For a new session.
    pub fn new(session: &SessionId) -> Self {
        Self {
            session: session.number(),
            name: name_of(session),
            number: 0,
            attempt: 0,
        }
    }

    /// Seals the next frame into `out`, which is reused and only ever grows; gives its bytes.
    ///
    /// The frame's number is used up by [`FrameSealer::written`]. If writing it fails, call
    /// [`FrameSealer::failed`]: it may be kept on the disk all the same, and no two sealings may
    /// share a nonce.
    ///
    /// # Errors
    /// [`NotSealed::TooLong`] beyond [`MAX_CONTENT`], or for a text beyond [`MAX_TEXT`]. A note is cut
    /// instead.
    pub fn seal<'o>(
        &self,
        key: &SessionKey,
        observation: &Observation<'_>,
        out: &'o mut Vec<u8>,
    ) -> Result<&'o [u8], NotSealed> {
        let about = (observation.content.kind(), observation.at);
        match &observation.content {
            Content::Start(start) => self.put(key, about, &start.encode()?, &[], out),
            Content::Data(_, bytes) => self.put(key, about, bytes, &[], out),
            Content::Size(_, size) => self.put(key, about, &size.to_be_bytes(), &[], out),
            Content::Notice(text) | Content::End(text) => {
                if text.len() > MAX_TEXT {
                    return Err(NotSealed::TooLong);
                }
                self.put(key, about, text.as_bytes(), &[], out)
            }
            Content::Stream { channel, bytes, .. } => {
                self.put(key, about, bytes, &channel.to_be_bytes(), out)
            }
            Content::Typed {
                channel,
                line,
                sealed,
            } => {
                let mut behind = [0u8; TYPED];
                let (first, second) = behind.split_at_mut(STREAM);
                first.copy_from_slice(&channel.to_be_bytes());
                second.copy_from_slice(&line.to_be_bytes());
                self.put(key, about, sealed, &behind, out)
            }
            Content::Channel(note) => self.put(key, about, &note.encode()?, &[], out),
        }
    }

    /// Seals `content` and then `behind` as one content.
    fn put<'o>(
        &self,
        key: &SessionKey,
        (kind, at): (Kind, Timestamp),
        content: &[u8],
        behind: &[u8],
        out: &'o mut Vec<u8>,
    ) -> Result<&'o [u8], NotSealed> {
        let length = content.len() + behind.len();
        if length > MAX_CONTENT {
            return Err(NotSealed::TooLong);
        }
        let header = Header {
            kind,
            length: u32::try_from(length).map_err(|_| NotSealed::TooLong)?,
            attempt: self.attempt,
            session: self.session,
            number: self.number,
            at,
        };
        let size = HEADER + length + TAG;
        if out.len() < size {
            out.resize(size, 0);
        }
        let record = out.get_mut(..size).ok_or(NotSealed::Cipher)?;
        let (head, rest) = record.split_at_mut(HEADER);
        let (body, tag) = rest.split_at_mut(content.len());
        let encoded = header.encode();
        head.copy_from_slice(&encoded);
        let sealed = if kind == Kind::Start {
            body.copy_from_slice(content);
            let aad = [&associated(&encoded, &self.name), content].concat();
            let aad = Aad::from(aad);
            key.frames()
                .seal_out_of_place_scatter(header.nonce(), aad, &[], &mut [], &[], tag)
        } else {
            let aad = Aad::from(associated(&encoded, &self.name));
            key.frames()
                .seal_out_of_place_scatter(header.nonce(), aad, content, body, behind, tag)
        };
        sealed.map_err(|_| NotSealed::Cipher)?;
        Ok(record)
    }

    /// The sealed frame stands in the journal: the next one has the next number.
    pub fn written(&mut self) {
        self.number = self.number.saturating_add(1);
        self.attempt = 0;
    }

    /// Writing the sealed frame failed: the same number may be sealed again, under another nonce.
    pub fn failed(&mut self) {
        self.attempt = self.attempt.saturating_add(1);
    }

    /// How many frames were written.
    pub fn frames(&self) -> u64 {
        self.number
    }
}

/// Opens one session's frames.
pub struct FrameOpener {
    session: u64,
    name: [u8; 32],
}

impl FrameOpener {
    /// For frames of this session.
    pub fn new(session: &SessionId) -> Self {
        Self {
            session: session.number(),
            name: name_of(session),
        }
    }

    /// Opens a frame in place: `sealed` is content and tag, as they followed `header`. Gives the content.
    ///
    /// # Errors
    /// If header, content or tag was altered, or the frame belongs to another session or key.
    pub fn open<'b>(
        &self,
        key: &SessionKey,
        header: &Header,
        sealed: &'b mut [u8],
    ) -> Result<&'b [u8], NotOpened> {
        let length = header.content_length();
        if header.session != self.session || sealed.len() != length + TAG {
            return Err(NotOpened);
        }
        let aad = associated(&header.encode(), &self.name);
        if header.kind != Kind::Start {
            let content = key
                .frames()
                .open_in_place(header.nonce(), Aad::from(aad), sealed)
                .map_err(|_| NotOpened)?;
            return Ok(content);
        }
        let (content, tag) = sealed.split_at_mut(length);
        let aad = Aad::from([&aad, &*content].concat());
        key.frames()
            .open_in_place(header.nonce(), aad, tag)
            .map_err(|_| NotOpened)?;
        Ok(content)
    }
}

fn name_of(session: &SessionId) -> [u8; 32] {
    let name = session.to_string();
    sha256(&[b"sekisho/recording/session/v1\0", name.as_bytes()]).0
}

fn associated(header: &[u8; HEADER], name: &[u8; 32]) -> [u8; HEADER + 32] {
    let mut data = [0u8; HEADER + 32];
    let (first, second) = data.split_at_mut(HEADER);
    first.copy_from_slice(header);
    second.copy_from_slice(name);
    data
}
