//! Requests that name paths: what of them is resolved, asked and sent.

use super::Misbehaviour;
use super::act::{Change, Operation};
use super::codec::{Fields, Packet, flags, kind};
use super::extension::Extension;
use super::path::RemotePath;
use super::request::{Plain, Request};

/// What a request does with its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Open { flags: u32 },
    Plain(Plain),
    Setstat { size: bool },
    LinkSetstat { size: bool },
    Mkdir,
    Rename,
    PosixRename,
    Hardlink,
    Symlink,
    Statvfs,
}

/// A request that waits: for its paths, for its decision.
#[derive(Debug)]
pub(super) struct Job {
    /// The engineer's id.
    pub(super) id: u32,
    pub(super) verb: Verb,
    /// The path as the engineer wrote it: of a link, the link.
    pub(super) first: Vec<u8>,
    /// The other path: of a rename the new name, of a link what it names.
    pub(super) second: Option<Vec<u8>>,
    /// The attributes, as they came.
    tail: Vec<u8>,
}

impl Job {
    /// The job of a request that names paths for anything but resolving them; none for others.
    pub(super) fn of(request: &Request<'_>) -> Option<Self> {
        let job = |id: u32, verb, first: &[u8], second: Option<&[u8]>, tail: &[u8]| Self {
            id,
            verb,
            first: first.to_vec(),
            second: second.map(<[u8]>::to_vec),
            tail: tail.to_vec(),
        };
        Some(match *request {
            Request::Open {
                id,
                path,
                flags,
                attributes,
            } => job(id, Verb::Open { flags }, path, None, attributes.raw),
            Request::Plain { id, verb, path } => job(id, Verb::Plain(verb), path, None, b""),
            Request::Setstat {
                id,
                path,
                attributes,
            } => {
                let size = attributes.size.is_some();
                job(id, Verb::Setstat { size }, path, None, attributes.raw)
            }
            Request::Mkdir {
                id,
                path,
                attributes,
            } => job(id, Verb::Mkdir, path, None, attributes.raw),
            Request::Rename { id, from, to } => job(id, Verb::Rename, from, Some(to), b""),
            Request::Symlink { id, target, link } => {
                job(id, Verb::Symlink, link, Some(target), b"")
            }
            Request::Init { .. }
            | Request::Close { .. }
            | Request::Read { .. }
            | Request::Write { .. }
            | Request::Fstat { .. }
            | Request::Fsetstat { .. }
            | Request::Readdir { .. }
            | Request::Realpath { .. }
            | Request::Extended { .. } => return None,
        })
    }

    /// The job of an extended request that names paths.
    pub(super) fn of_extension(
        id: u32,
        extension: Extension,
        rest: &[u8],
    ) -> Result<Option<Self>, Misbehaviour> {
        let mut fields = Fields::of(rest);
        let (verb, first, second, tail) = match extension {
            Extension::PosixRename => {
                let from = fields.path()?;
                (Verb::PosixRename, from, Some(fields.path()?), &b""[..])
            }
            Extension::Hardlink => {
                // The existing name comes first on the wire.
                let existing = fields.path()?;
                (Verb::Hardlink, fields.path()?, Some(existing), &b""[..])
            }
            Extension::Statvfs => (Verb::Statvfs, fields.path()?, None, &b""[..]),
            Extension::Lsetstat => {
                let path = fields.path()?;
                let attributes = fields.attributes()?;
                let size = attributes.size.is_some();
                (Verb::LinkSetstat { size }, path, None, attributes.raw)
            }
            Extension::Fstatvfs
            | Extension::Fsync
            | Extension::Limits
            | Extension::ExpandPath
            | Extension::HomeDirectory
            | Extension::UsersGroupsById => return Ok(None),
        };
        fields.end()?;
        Ok(Some(Self {
            id,
            verb,
            first: first.to_vec(),
            second: second.map(<[u8]>::to_vec),
            tail: tail.to_vec(),
        }))
    }

    /// Whether the target follows a symbolic link in the last place of the path.
    pub(super) fn follows(&self) -> bool {
        match self.verb {
            Verb::Open { .. } | Verb::Setstat { .. } | Verb::Statvfs => true,
            Verb::Plain(plain) => matches!(plain, Plain::Stat | Plain::Opendir),
            Verb::LinkSetstat { .. }
            | Verb::Mkdir
            | Verb::Rename
            | Verb::PosixRename
            | Verb::Hardlink
            | Verb::Symlink => false,
        }
    }

    /// Whether the path may name what does not exist yet, in a place that the target follows.
    pub(super) fn may_create(&self) -> bool {
        matches!(self.verb, Verb::Open { flags } if flags & flags::CREATE != 0)
    }

    /// What is asked before the request may go, in this order.
    pub(super) fn operations(
        &self,
        path: &RemotePath,
        other: Option<&RemotePath>,
    ) -> Vec<Operation> {
        let path = path.clone();
        let change = |what, path| {
            let other = other.cloned();
            vec![Operation::Change { what, path, other }]
        };
        let attributes = |size| {
            if size {
                Change::Size
            } else {
                Change::Attributes
            }
        };
        match self.verb {
            Verb::Open { flags } => open_operations(flags, path),
            Verb::Setstat { size } | Verb::LinkSetstat { size } => change(attributes(size), path),
            Verb::Mkdir => change(Change::MakeDirectory, path),
            Verb::Rename | Verb::PosixRename => change(Change::Rename, path),
            Verb::Hardlink => change(Change::HardLink, path),
            Verb::Symlink => change(Change::SymbolicLink, path),
            Verb::Statvfs => vec![Operation::Look { path }],
            Verb::Plain(plain) => match plain {
                Plain::Stat | Plain::Lstat | Plain::Readlink => vec![Operation::Look { path }],
                Plain::Opendir => vec![Operation::List { path }],
                Plain::Remove => change(Change::Remove, path),
                Plain::Rmdir => change(Change::RemoveDirectory, path),
            },
        }
    }

    /// Whether it changes what paths mean: the next path is resolved when this one is done.
    pub(super) fn changes(&self) -> bool {
        match self.verb {
            Verb::Open { flags } => flags & flags::CREATE != 0,
            Verb::Plain(plain) => matches!(plain, Plain::Remove | Plain::Rmdir),
            Verb::Statvfs | Verb::Setstat { .. } | Verb::LinkSetstat { .. } => false,
            Verb::Mkdir | Verb::Rename | Verb::PosixRename | Verb::Hardlink | Verb::Symlink => true,
        }
    }

    /// The request with the paths that were decided on.
    pub(super) fn packet(&self, id: u32, path: &RemotePath, other: Option<&RemotePath>) -> Vec<u8> {
        let path = path.as_bytes();
        let other = other.map_or(&b""[..], RemotePath::as_bytes);
        let simple = |kind| Packet::with_id(kind, id).string(path);
        let extended = |extension: Extension| {
            Packet::with_id(kind::EXTENDED, id).string(extension.name().as_bytes())
        };
        let packet = match self.verb {
            Verb::Open { flags } => simple(kind::OPEN).u32(flags).raw(&self.tail),
            Verb::Plain(plain) => simple(plain_kind(plain)),
            Verb::Setstat { .. } => simple(kind::SETSTAT).raw(&self.tail),
            Verb::LinkSetstat { .. } => extended(Extension::Lsetstat).string(path).raw(&self.tail),
            Verb::Mkdir => simple(kind::MKDIR).raw(&self.tail),
            Verb::Rename => simple(kind::RENAME).string(other),
            Verb::PosixRename => extended(Extension::PosixRename).string(path).string(other),
            Verb::Hardlink => extended(Extension::Hardlink).string(other).string(path),
            Verb::Symlink => Packet::with_id(kind::SYMLINK, id)
                .string(other)
                .string(path),
            Verb::Statvfs => extended(Extension::Statvfs).string(path),
        };
        packet.done()
    }

    /// The type of the answer, besides a status.
    pub(super) fn answer(&self) -> Option<u8> {
        match self.verb {
            Verb::Open { .. } => Some(kind::HANDLE),
            Verb::Statvfs => Some(kind::EXTENDED_REPLY),
            Verb::Plain(plain) => match plain {
                Plain::Stat | Plain::Lstat => Some(kind::ATTRS),
                Plain::Opendir => Some(kind::HANDLE),
                Plain::Readlink => Some(kind::NAME),
                Plain::Remove | Plain::Rmdir => None,
            },
            Verb::Setstat { .. }
            | Verb::LinkSetstat { .. }
            | Verb::Mkdir
            | Verb::Rename
            | Verb::PosixRename
            | Verb::Hardlink
            | Verb::Symlink => None,
        }
    }
}

/// Whether these flags let content in, and whether they let it out. Emptying and creating write,
/// whatever else is said; what does not say that it writes reads.
pub(super) fn writes_reads(given: u32) -> (bool, bool) {
    const WRITES: u32 = flags::WRITE | flags::APPEND | flags::CREATE | flags::TRUNCATE;
    let reads = given & flags::READ != 0 || given & (flags::WRITE | flags::APPEND) == 0;
    (given & WRITES != 0, reads)
}

fn open_operations(given: u32, path: RemotePath) -> Vec<Operation> {
    let (writes, reads) = writes_reads(given);
    let mut operations = Vec::new();
    if reads {
        operations.push(Operation::Read { path: path.clone() });
    }
    if writes {
        operations.push(Operation::Write {
            path,
            create: given & flags::CREATE != 0,
            truncate: given & flags::TRUNCATE != 0,
        });
    }
    operations
}

fn plain_kind(plain: Plain) -> u8 {
    match plain {
        Plain::Stat => kind::STAT,
        Plain::Lstat => kind::LSTAT,
        Plain::Opendir => kind::OPENDIR,
        Plain::Remove => kind::REMOVE,
        Plain::Rmdir => kind::RMDIR,
        Plain::Readlink => kind::READLINK,
    }
}
