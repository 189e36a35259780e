//! What a gateway asks a target on its own account: where a path leads, and what is there.

use super::VERSION;
use super::answer::{Answer, only_name};
use super::codec::{Attributes, Packet, kind};

/// The kind of a file in its permissions (POSIX `S_IFMT`), and a directory.
const FILE_KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

/// What can be asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// What is there, links followed.
    Stat,
    /// What is there, a link as itself.
    Lstat,
    /// Where it leads.
    Realpath,
}

impl Lookup {
    /// The first packet, before anything is asked: the version that is spoken.
    pub fn hello() -> Vec<u8> {
        Packet::new(kind::INIT).u32(VERSION).done()
    }

    /// The question, under this id.
    pub fn packet(self, id: u32, path: &[u8]) -> Vec<u8> {
        let kind = match self {
            Self::Stat => kind::STAT,
            Self::Lstat => kind::LSTAT,
            Self::Realpath => kind::REALPATH,
        };
        Packet::with_id(kind, id).string(path).done()
    }
}

impl<'a> Answer<'a> {
    /// The one name of an answer to [`Lookup::Realpath`] (draft, section 6.11).
    pub fn name(&self) -> Option<&'a [u8]> {
        match self {
            Self::Name { rest, .. } => only_name(rest).ok(),
            Self::Version { .. }
            | Self::Status { .. }
            | Self::Handle { .. }
            | Self::Data { .. }
            | Self::Attrs { .. }
            | Self::Extended { .. } => None,
        }
    }

    /// Whether an answer to [`Lookup::Stat`] tells of a directory; nothing if it does not say.
    pub fn is_directory(&self) -> Option<bool> {
        match self {
            Self::Attrs { rest, .. } => {
                let permissions = Attributes::read(rest).ok()?.permissions?;
                Some(permissions & FILE_KIND == DIRECTORY)
            }
            Self::Version { .. }
            | Self::Status { .. }
            | Self::Handle { .. }
            | Self::Data { .. }
            | Self::Name { .. }
            | Self::Extended { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decoding;
    use crate::sftp::Request;

    fn attributes(rest: &[u8]) -> Option<bool> {
        Answer::Attrs { id: 1, rest }.is_directory()
    }

    #[test]
    fn a_directory_is_known_by_its_permissions_wherever_they_stand() {
        let attrs = |mode: u32| [&[0, 0, 0, 7][..], &[0; 16], &mode.to_be_bytes()].concat();
        assert_eq!(attributes(&attrs(0o040_755)), Some(true));
        assert_eq!(attributes(&attrs(0o100_644)), Some(false));
        assert_eq!(attributes(&[0, 0, 0, 4, 0]), None);
        assert_eq!(attributes(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]), None);
    }

    #[test]
    fn a_question_is_one_that_a_client_could_have_asked() {
        for (lookup, kind) in [
            (Lookup::Stat, kind::STAT),
            (Lookup::Lstat, kind::LSTAT),
            (Lookup::Realpath, kind::REALPATH),
        ] {
            let packet = lookup.packet(7, b"/var/log");
            assert_eq!(packet.get(4), Some(&kind));
            let Ok(Decoding::Complete { used, .. }) = Request::decode(&packet) else {
                panic!("{lookup:?}");
            };
            assert_eq!(used, packet.len());
        }
        let hello = Lookup::hello();
        let Ok(Decoding::Complete { message, .. }) = Request::decode(&hello) else {
            panic!();
        };
        assert_eq!(message, Request::Init { version: VERSION });
    }
}
