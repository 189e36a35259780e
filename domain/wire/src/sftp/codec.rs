//! Bytes to packets and back: SSH File Transfer Protocol, version 3
//! (draft-ietf-secsh-filexfer-02), with OpenSSH's extensions (its file `PROTOCOL`, section 4).
//!
//! Total and without copies: a packet borrows from the bytes that it was read from.

use super::Misbehaviour;
use crate::frame::Decoding;

/// The longest packet, in bytes after its length. OpenSSH's own limit (`SFTP_MAX_MSG_LENGTH`).
pub const MAX_PACKET: usize = 256 * 1024;

/// The longest packet of an engineer that carries no content of a file: draft, section 3, asks
/// servers to take 34,000 bytes; two paths and attributes are far less.
pub const MAX_REQUEST: usize = 34_000;

/// The longest path, in bytes: `PATH_MAX` of the systems that run `sftp-server`.
pub const MAX_PATH: usize = 4096;

/// The longest handle, in bytes (draft, section 6.2).
pub const MAX_HANDLE: usize = 256;

/// The longest name of an extension, in bytes; the longest that we know has 33.
pub const MAX_EXTENSION: usize = 128;

/// The most bytes of content in one packet: what OpenSSH's server announces and serves.
pub const MAX_CONTENT: usize = MAX_PACKET - 1024;

/// Bytes of the length before a packet.
pub(super) const LENGTH: usize = 4;

/// Types of packets (draft, section 3).
#[allow(missing_docs, reason = "the names are the draft's")]
pub(super) mod kind {
    pub(crate) const INIT: u8 = 1;
    pub(crate) const VERSION: u8 = 2;
    pub(crate) const OPEN: u8 = 3;
    pub(crate) const CLOSE: u8 = 4;
    pub(crate) const READ: u8 = 5;
    pub(crate) const WRITE: u8 = 6;
    pub(crate) const LSTAT: u8 = 7;
    pub(crate) const FSTAT: u8 = 8;
    pub(crate) const SETSTAT: u8 = 9;
    pub(crate) const FSETSTAT: u8 = 10;
    pub(crate) const OPENDIR: u8 = 11;
    pub(crate) const READDIR: u8 = 12;
    pub(crate) const REMOVE: u8 = 13;
    pub(crate) const MKDIR: u8 = 14;
    pub(crate) const RMDIR: u8 = 15;
    pub(crate) const REALPATH: u8 = 16;
    pub(crate) const STAT: u8 = 17;
    pub(crate) const RENAME: u8 = 18;
    pub(crate) const READLINK: u8 = 19;
    pub(crate) const SYMLINK: u8 = 20;
    pub(crate) const STATUS: u8 = 101;
    pub(crate) const HANDLE: u8 = 102;
    pub(crate) const DATA: u8 = 103;
    pub(crate) const NAME: u8 = 104;
    pub(crate) const ATTRS: u8 = 105;
    pub(crate) const EXTENDED: u8 = 200;
    pub(crate) const EXTENDED_REPLY: u8 = 201;
}

/// Codes of a status (draft, section 7).
pub mod status {
    /// Done.
    pub const OK: u32 = 0;
    /// Nothing more to read.
    pub const EOF: u32 = 1;
    /// The file does not exist.
    pub const NO_SUCH_FILE: u32 = 2;
    /// Not permitted: what a refusal of ours says.
    pub const PERMISSION_DENIED: u32 = 3;
    /// Anything else: what a limit of ours says.
    pub const FAILURE: u32 = 4;
    /// Not offered here.
    pub const OP_UNSUPPORTED: u32 = 8;
}

/// How to open a file (draft, section 6.3).
pub mod flags {
    /// To read.
    pub const READ: u32 = 1;
    /// To write.
    pub const WRITE: u32 = 2;
    /// To write at the end, wherever the request says.
    pub const APPEND: u32 = 4;
    /// To create what does not exist.
    pub const CREATE: u32 = 8;
    /// To empty what exists.
    pub const TRUNCATE: u32 = 16;
    /// To fail on what exists.
    pub const EXCLUSIVE: u32 = 32;
    /// All of version 3.
    pub const ALL: u32 = 63;
}

/// One packet at the beginning of `bytes`, its length first, read by `read` once it is whole.
pub(super) fn framed<'a, P>(
    bytes: &'a [u8],
    read: impl FnOnce(&'a [u8]) -> Result<P, Misbehaviour>,
) -> Result<Decoding<P>, Misbehaviour> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Ok(Decoding::Needs(LENGTH - bytes.len()));
    };
    let length = announced(*length, MAX_PACKET)?;
    match rest.get(..length) {
        None => Ok(Decoding::Needs(length - rest.len())),
        Some(packet) => Ok(Decoding::Complete {
            message: read(packet)?,
            used: LENGTH + length,
        }),
    }
}

/// The length that a packet announces: something, and no more than `most`.
pub(super) fn announced(length: [u8; LENGTH], most: usize) -> Result<usize, Misbehaviour> {
    let announced = u32::from_be_bytes(length);
    match to_usize(announced) {
        0 => Err(Misbehaviour::PacketEmpty),
        length if length > most => Err(Misbehaviour::PacketTooLong { announced, most }),
        length => Ok(length),
    }
}

/// Takes fields from the beginning of a packet.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Misbehaviour> {
        let (first, rest) = self
            .0
            .split_first_chunk()
            .ok_or(Misbehaviour::Malformed { field })?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, Misbehaviour> {
        self.array(field).map(u8::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, Misbehaviour> {
        self.array(field).map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, Misbehaviour> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// A string: its length, then so many bytes, at most `most`.
    pub(super) fn string(
        &mut self,
        field: &'static str,
        most: usize,
    ) -> Result<&'a [u8], Misbehaviour> {
        let length = to_usize(self.u32(field)?);
        if length > most {
            return Err(Misbehaviour::FieldTooLong { field, most });
        }
        let (text, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Misbehaviour::Malformed { field })?;
        self.0 = rest;
        Ok(text)
    }

    /// A path. One with a NUL would be a shorter path to the target than to us.
    pub(super) fn path(&mut self) -> Result<&'a [u8], Misbehaviour> {
        let path = self.string("path", MAX_PATH)?;
        if path.contains(&0) {
            return Err(Misbehaviour::Malformed { field: "path" });
        }
        Ok(path)
    }

    /// The attributes at the end of a packet (draft, section 5).
    pub(super) fn attributes(&mut self) -> Result<Attributes<'a>, Misbehaviour> {
        let raw = self.rest();
        Attributes::read(raw)
    }

    /// Attributes that something follows: in a list of names.
    pub(super) fn some_attributes(&mut self) -> Result<Attributes<'a>, Misbehaviour> {
        Attributes::taken(self)
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Nothing may follow: two readers could read two packets.
    pub(super) fn end(&self) -> Result<(), Misbehaviour> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Misbehaviour::Malformed { field: "end" })
        }
    }
}

/// Attributes of a file (draft, section 5): well formed, and passed on as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// All of them, as they stood in the packet.
    pub raw: &'a [u8],
    /// The size in bytes, if it is among them.
    pub size: Option<u64>,
    /// The permissions with the kind of the file, if they are among them.
    pub permissions: Option<u32>,
}

impl<'a> Attributes<'a> {
    pub(super) fn read(raw: &'a [u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields::of(raw);
        let attributes = Self::taken(&mut fields)?;
        fields.end()?;
        Ok(Self { raw, ..attributes })
    }

    fn taken(fields: &mut Fields<'a>) -> Result<Self, Misbehaviour> {
        const FIELD: &str = "attributes";
        let given = fields.u32(FIELD)?;
        if given & !0x8000_000f != 0 {
            return Err(Misbehaviour::Malformed { field: FIELD });
        }
        let size = if given & 1 == 0 {
            None
        } else {
            Some(fields.u64(FIELD)?)
        };
        let mut permissions = None;
        // Owner and group, permissions, times of access and change.
        for (bit, words) in [(2, 2), (4, 1), (8, 2)] {
            for _ in 0..if given & bit == 0 { 0 } else { words } {
                let word = fields.u32(FIELD)?;
                if bit == 4 {
                    permissions = Some(word);
                }
            }
        }
        if given & 0x8000_0000 != 0 {
            for _ in 0..fields.u32(FIELD)? {
                fields.string(FIELD, MAX_REQUEST)?;
                fields.string(FIELD, MAX_REQUEST)?;
            }
        }
        Ok(Self {
            raw: &[],
            size,
            permissions,
        })
    }
}

/// A packet being written.
#[derive(Debug)]
pub(super) struct Packet(Vec<u8>);

impl Packet {
    pub(super) fn new(kind: u8) -> Self {
        Self(vec![0, 0, 0, 0, kind])
    }

    /// A packet of a request or an answer: its type, its id.
    pub(super) fn with_id(kind: u8, id: u32) -> Self {
        Self::new(kind).u32(id)
    }

    pub(super) fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(super) fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn string(self, text: &[u8]) -> Self {
        self.u32(to_u32(text.len())).raw(text)
    }

    /// The packet, its length counting `following` bytes more than it holds.
    pub(super) fn before(mut self, following: u32) -> Vec<u8> {
        let length = to_u32(self.0.len().saturating_sub(LENGTH)).saturating_add(following);
        if let Some(space) = self.0.first_chunk_mut::<LENGTH>() {
            *space = length.to_be_bytes();
        }
        self.0
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.before(0)
    }
}

/// The answer to the request `id`: a code, and a sentence for the person.
pub(super) fn status_packet(id: u32, code: u32, sentence: &str) -> Vec<u8> {
    Packet::with_id(kind::STATUS, id)
        .u32(code)
        .string(sentence.as_bytes())
        .string(b"")
        .done()
}

/// A length on the wire as an index.
pub(super) fn to_usize(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// A length as it stands on the wire; ours are all far below four gigabytes.
pub(super) fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
