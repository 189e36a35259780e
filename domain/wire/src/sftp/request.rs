//! What an engineer's client asks.

use super::Misbehaviour;
use super::codec::{
    Attributes, Fields, MAX_CONTENT, MAX_EXTENSION, MAX_HANDLE, flags, framed, kind,
};
use crate::frame::Decoding;

/// One packet of a client (draft, sections 4 and 6). The `id` is the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are named and specified by the draft"
)]
pub enum Request<'a> {
    /// The first packet: the highest version that the client speaks.
    Init { version: u32 },
    /// Open a file; `flags` as in [`super::flags`].
    Open {
        id: u32,
        path: &'a [u8],
        flags: u32,
        attributes: Attributes<'a>,
    },
    /// Give a handle back.
    Close { id: u32, handle: &'a [u8] },
    /// Read `length` bytes at `offset`.
    Read {
        id: u32,
        handle: &'a [u8],
        offset: u64,
        length: u32,
    },
    /// Write `content` at `offset`.
    Write {
        id: u32,
        handle: &'a [u8],
        offset: u64,
        content: &'a [u8],
    },
    /// Ask for a file's attributes by its handle.
    Fstat { id: u32, handle: &'a [u8] },
    /// Set a file's attributes by its handle.
    Fsetstat {
        id: u32,
        handle: &'a [u8],
        attributes: Attributes<'a>,
    },
    /// The next names of a directory.
    Readdir { id: u32, handle: &'a [u8] },
    /// Resolve a path.
    Realpath { id: u32, path: &'a [u8] },
    /// A request that names one path and has no other field.
    Plain {
        id: u32,
        verb: Plain,
        path: &'a [u8],
    },
    /// Set the attributes of what a path names.
    Setstat {
        id: u32,
        path: &'a [u8],
        attributes: Attributes<'a>,
    },
    /// Make a directory.
    Mkdir {
        id: u32,
        path: &'a [u8],
        attributes: Attributes<'a>,
    },
    /// Give another name; fails if it is taken.
    Rename {
        id: u32,
        from: &'a [u8],
        to: &'a [u8],
    },
    /// Make a symbolic link `link` that holds `target`. On the wire in OpenSSH's order, `target`
    /// first, which every server in use follows, not in the draft's.
    Symlink {
        id: u32,
        target: &'a [u8],
        link: &'a [u8],
    },
    /// A request by name.
    Extended {
        id: u32,
        name: &'a [u8],
        rest: &'a [u8],
    },
}

/// Requests that name one path and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Attributes of what the path names.
    Stat,
    /// Attributes, of a link itself.
    Lstat,
    /// Open a directory.
    Opendir,
    /// Remove a file.
    Remove,
    /// Remove a directory.
    Rmdir,
    /// What a link holds.
    Readlink,
}

impl<'a> Request<'a> {
    /// Reads one request from the beginning of `bytes`, its length first. Total: never panics,
    /// keeps nothing.
    ///
    /// # Errors
    /// What the client did wrong.
    pub fn decode(bytes: &'a [u8]) -> Result<Decoding<Self>, Misbehaviour> {
        framed(bytes, Self::read)
    }

    /// Reads a whole packet, without its length.
    pub(super) fn read(packet: &'a [u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields::of(packet);
        let kind = fields.u8("type")?;
        let number = fields.u32(if kind == kind::INIT { "version" } else { "id" })?;
        if kind == kind::INIT {
            // What follows are the client's extensions; no client has any.
            return Ok(Self::Init { version: number });
        }
        let request = Self::fields(kind, number, &mut fields)?;
        fields.end()?;
        Ok(request)
    }

    fn fields(kind: u8, id: u32, fields: &mut Fields<'a>) -> Result<Self, Misbehaviour> {
        let plain = |verb, path| Self::Plain { id, verb, path };
        Ok(match kind {
            kind::OPEN => Self::open(id, fields)?,
            kind::READ => Self::Read {
                id,
                handle: handle(fields)?,
                offset: fields.u64("offset")?,
                length: fields.u32("length")?,
            },
            kind::WRITE => Self::Write {
                id,
                handle: handle(fields)?,
                offset: fields.u64("offset")?,
                content: fields.string("content", MAX_CONTENT)?,
            },
            kind::CLOSE => Self::Close {
                id,
                handle: handle(fields)?,
            },
            kind::FSTAT => Self::Fstat {
                id,
                handle: handle(fields)?,
            },
            kind::READDIR => Self::Readdir {
                id,
                handle: handle(fields)?,
            },
            kind::FSETSTAT => Self::Fsetstat {
                id,
                handle: handle(fields)?,
                attributes: fields.attributes()?,
            },
            kind::SETSTAT => Self::Setstat {
                id,
                path: fields.path()?,
                attributes: fields.attributes()?,
            },
            kind::MKDIR => Self::Mkdir {
                id,
                path: fields.path()?,
                attributes: fields.attributes()?,
            },
            kind::REALPATH => Self::Realpath {
                id,
                path: fields.path()?,
            },
            kind::STAT => plain(Plain::Stat, fields.path()?),
            kind::LSTAT => plain(Plain::Lstat, fields.path()?),
            kind::OPENDIR => plain(Plain::Opendir, fields.path()?),
            kind::REMOVE => plain(Plain::Remove, fields.path()?),
            kind::RMDIR => plain(Plain::Rmdir, fields.path()?),
            kind::READLINK => plain(Plain::Readlink, fields.path()?),
            kind::RENAME => Self::Rename {
                id,
                from: fields.path()?,
                to: fields.path()?,
            },
            kind::SYMLINK => Self::Symlink {
                id,
                target: fields.path()?,
                link: fields.path()?,
            },
            kind::EXTENDED => Self::Extended {
                id,
                name: fields.string("extension", MAX_EXTENSION)?,
                rest: fields.rest(),
            },
            kind => return Err(Misbehaviour::PacketUnknown { kind }),
        })
    }

    fn open(id: u32, fields: &mut Fields<'a>) -> Result<Self, Misbehaviour> {
        let path = fields.path()?;
        let given = fields.u32("flags")?;
        if given & !flags::ALL != 0 {
            return Err(Misbehaviour::Malformed { field: "flags" });
        }
        Ok(Self::Open {
            id,
            path,
            flags: given,
            attributes: fields.attributes()?,
        })
    }
}

/// A handle: the target's words, opaque to everybody else.
pub(super) fn handle<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], Misbehaviour> {
    fields.string("handle", MAX_HANDLE)
}
