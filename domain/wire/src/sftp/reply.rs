//! What a gateway answers in a target's place: to whoever asks for a file that waits with it.

use super::answer::Answer;
use super::codec::{Attributes, Packet, kind, status_packet};

/// An answer, to be sent under the request's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Done, or why not: a code of [`super::status`], and a sentence for the person.
    Status(u32, &'a str),
    /// What was opened.
    Handle(&'a [u8]),
    /// Content of a file.
    Data(&'a [u8]),
    /// Attributes, as a target said them.
    Attributes(&'a [u8]),
    /// Of all attributes the size.
    Size(u64),
}

impl Reply<'_> {
    /// The packet (draft, section 7).
    pub fn packet(&self, id: u32) -> Vec<u8> {
        let with = |kind| Packet::with_id(kind, id);
        match self {
            Self::Status(code, sentence) => status_packet(id, *code, sentence),
            Self::Handle(handle) => with(kind::HANDLE).string(handle).done(),
            Self::Data(content) => with(kind::DATA).string(content).done(),
            Self::Attributes(raw) => with(kind::ATTRS).raw(raw).done(),
            Self::Size(size) => with(kind::ATTRS).u32(1).u64(*size).done(),
        }
    }
}

impl<'a> Answer<'a> {
    /// The attributes in an answer to a question for them, as they came and as far as they are read.
    pub fn attributes(&self) -> Option<Attributes<'a>> {
        match self {
            Self::Attrs { rest, .. } => Attributes::read(rest).ok(),
            Self::Version { .. }
            | Self::Status { .. }
            | Self::Handle { .. }
            | Self::Data { .. }
            | Self::Name { .. }
            | Self::Extended { .. } => None,
        }
    }

    /// The id of the request that it answers; a version answers none.
    pub fn answers(&self) -> Option<u32> {
        self.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decoding;

    #[test]
    fn an_answer_of_ours_is_read_as_a_targets() {
        let read = |packet: &[u8]| match Answer::decode(packet) {
            Ok(Decoding::Complete { message, used }) => {
                assert_eq!(used, packet.len());
                format!("{message:?} {:?}", message.attributes())
            }
            other => panic!("{other:?}"),
        };
        let said = read(&Reply::Status(4, "no").packet(7));
        assert!(said.contains("id: 7, code: 4"), "{said}");
        assert!(read(&Reply::Handle(b"h").packet(1)).contains("Handle"));
        assert!(read(&Reply::Data(b"x").packet(1)).contains("content: [120]"));
        assert!(read(&Reply::Size(9).packet(1)).contains("size: Some(9)"));
        let raw = [0, 0, 0, 4, 0, 0, 0x41, 0xed];
        let said = read(&Reply::Attributes(&raw).packet(1));
        assert!(said.contains("permissions: Some(16877)"), "{said}");
    }
}
