//! What our own client of the terminal in the page asks: files, one after the other.

use super::answer::Answer;
use super::codec::{Attributes, Fields, MAX_PATH, Packet, flags, kind};

/// The longest line that a server writes beside a name, as of `ls -l`.
const MOST_LINE: usize = 8192;

/// The most names that one answer is read for; OpenSSH's server sends a hundred.
const MOST_NAMES: u32 = 4096;

/// The kind of a file in its permissions (POSIX `S_IFMT`), and a directory.
const FILE_KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

/// A request of a client, to be sent under an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call<'a> {
    /// Open a file to read it.
    OpenToRead(&'a [u8]),
    /// Make a file, to write it; what is there already stays as it is, and the call fails.
    OpenNew(&'a [u8]),
    /// Open a file to write it from its beginning: made if it is not there, emptied if it is.
    OpenWhole {
        /// Which.
        path: &'a [u8],
        /// Fail on what exists.
        exclusive: bool,
        /// Attributes as they stood in a client's packet; empty: none.
        attributes: &'a [u8],
    },
    /// Set attributes of what was opened, as they stood in a client's packet.
    SetAttributes {
        /// What was opened.
        handle: &'a [u8],
        /// Which.
        attributes: &'a [u8],
    },
    /// Read so many bytes from there.
    Read {
        /// What was opened.
        handle: &'a [u8],
        /// From which byte.
        offset: u64,
        /// How many.
        length: u32,
    },
    /// Write there.
    Write {
        /// What was opened.
        handle: &'a [u8],
        /// From which byte.
        offset: u64,
        /// What.
        content: &'a [u8],
    },
    /// The size of what was opened.
    Size(&'a [u8]),
    /// Done with it.
    Close(&'a [u8]),
    /// Open a folder, to read its names.
    OpenFolder(&'a [u8]),
    /// The next names of a folder.
    Names(&'a [u8]),
    /// Where a path leads.
    Real(&'a [u8]),
}

impl Call<'_> {
    /// The packet (draft, section 6).
    pub fn packet(&self, id: u32) -> Vec<u8> {
        let with = |kind| Packet::with_id(kind, id);
        match self {
            Self::OpenToRead(path) => open(with(kind::OPEN), path, flags::READ),
            Self::OpenNew(path) => {
                let new = flags::WRITE | flags::CREATE | flags::EXCLUSIVE;
                open(with(kind::OPEN), path, new)
            }
            Self::OpenWhole {
                path,
                exclusive,
                attributes,
            } => {
                let new = if *exclusive {
                    flags::EXCLUSIVE
                } else {
                    flags::TRUNCATE
                };
                let packet = with(kind::OPEN).string(path);
                let packet = packet.u32(flags::WRITE | flags::CREATE | new);
                if attributes.is_empty() {
                    packet.u32(0).done()
                } else {
                    packet.raw(attributes).done()
                }
            }
            Self::SetAttributes { handle, attributes } => {
                with(kind::FSETSTAT).string(handle).raw(attributes).done()
            }
            Self::Read {
                handle,
                offset,
                length,
            } => with(kind::READ)
                .string(handle)
                .u64(*offset)
                .u32(*length)
                .done(),
            Self::Write {
                handle,
                offset,
                content,
            } => with(kind::WRITE)
                .string(handle)
                .u64(*offset)
                .string(content)
                .done(),
            Self::Size(handle) => with(kind::FSTAT).string(handle).done(),
            Self::Close(handle) => with(kind::CLOSE).string(handle).done(),
            Self::OpenFolder(path) => with(kind::OPENDIR).string(path).done(),
            Self::Names(handle) => with(kind::READDIR).string(handle).done(),
            Self::Real(path) => with(kind::REALPATH).string(path).done(),
        }
    }
}

fn open(packet: Packet, path: &[u8], flags: u32) -> Vec<u8> {
    packet.string(path).u32(flags).u32(0).done()
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// As the target calls it: bytes of any encoding.
    pub name: &'a [u8],
    /// Whether it is a folder.
    pub folder: bool,
    /// Its size in bytes, if the target says.
    pub size: Option<u64>,
}

impl<'a> Answer<'a> {
    /// The names of an answer to [`Call::Names`]; nothing if it cannot be read.
    pub fn names(&self) -> Option<Vec<Named<'a>>> {
        let Self::Name { rest, .. } = self else {
            return None;
        };
        let mut fields = Fields::of(rest);
        let count = fields.u32("count").ok()?;
        let mut names = Vec::new();
        for _ in 0..count.min(MOST_NAMES) {
            let name = fields.string("name", MAX_PATH).ok()?;
            fields.string("line", MOST_LINE).ok()?;
            let attributes = fields.some_attributes().ok()?;
            let permissions = attributes.permissions.unwrap_or_default();
            names.push(Named {
                name,
                folder: permissions & FILE_KIND == DIRECTORY,
                size: attributes.size,
            });
        }
        Some(names)
    }

    /// The size in an answer to [`Call::Size`].
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Attrs { rest, .. } => Attributes::read(rest).ok()?.size,
            Self::Version { .. }
            | Self::Status { .. }
            | Self::Handle { .. }
            | Self::Data { .. }
            | Self::Name { .. }
            | Self::Extended { .. } => None,
        }
    }
}

impl Answer<'_> {
    /// The sentence of a status: ours, in the engineer's language, or the target's.
    pub fn sentence(&self) -> Option<String> {
        let Self::Status { rest, .. } = self else {
            return None;
        };
        let text = Fields::of(rest).string("sentence", MOST_LINE).ok()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decoding;
    use crate::sftp::{MAX_CONTENT, Request};

    #[test]
    fn every_call_is_one_that_the_inspector_reads() {
        let content = vec![7; 1000];
        let calls = [
            Call::OpenToRead(b"/a"),
            Call::OpenNew(b"/a"),
            Call::Read {
                handle: b"h",
                offset: 1,
                length: 2,
            },
            Call::Write {
                handle: b"h",
                offset: 1,
                content: &content,
            },
            Call::Size(b"h"),
            Call::Close(b"h"),
            Call::OpenFolder(b"/a"),
            Call::Names(b"h"),
            Call::Real(b"."),
        ];
        assert!(content.len() < MAX_CONTENT);
        for call in calls {
            let packet = call.packet(9);
            let Ok(Decoding::Complete { used, .. }) = Request::decode(&packet) else {
                panic!("{call:?}");
            };
            assert_eq!(used, packet.len());
        }
    }

    #[test]
    fn the_names_of_a_folder_are_read_with_kind_and_size() {
        let mut rest = 2u32.to_be_bytes().to_vec();
        for (name, mode, size) in [("log", 0o100_644u32, 5u64), ("etc", 0o040_755, 9)] {
            let length = u32::try_from(name.len()).unwrap().to_be_bytes();
            rest.extend(length);
            rest.extend(name.as_bytes());
            rest.extend(length);
            rest.extend(name.as_bytes());
            rest.extend(5u32.to_be_bytes());
            rest.extend(size.to_be_bytes());
            rest.extend(mode.to_be_bytes());
        }
        let names = Answer::Name { id: 1, rest: &rest }.names().unwrap();
        let seen: Vec<_> = names.iter().map(|n| (n.name, n.folder, n.size)).collect();
        assert_eq!(
            seen,
            [(&b"log"[..], false, Some(5)), (&b"etc"[..], true, Some(9))]
        );
        for cut in 0..rest.len() {
            let cut = Answer::Name {
                id: 1,
                rest: &rest[..cut],
            };
            assert_eq!(cut.names(), None);
        }
    }
}
