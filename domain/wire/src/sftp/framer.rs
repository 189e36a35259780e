//! One side's bytes, cut into packets. Packets that carry content of files are not kept: their
//! head is read, and their content goes on as it arrives.

use std::borrow::Cow;

use super::Misbehaviour;
use super::codec::{
    LENGTH, MAX_CONTENT, MAX_HANDLE, MAX_PACKET, announced, kind, to_u32, to_usize,
};

/// A WRITE without its handle and content: type, id, two lengths, offset.
const WRITE_LEAST: usize = 21;

/// A DATA without its content: type, id, length.
const DATA_LEAST: usize = 9;

/// Cuts the bytes of one side.
pub(super) struct Framer {
    /// The type of the packets that carry content.
    streamed: u8,
    /// The longest other packet.
    most: usize,
    /// The beginning of a packet that is not whole.
    begun: Vec<u8>,
    /// Bytes of content that are still to come.
    content: usize,
}

/// The next piece of a side's bytes.
pub(super) enum Part<'a> {
    /// A whole packet, without its length.
    Packet(Cow<'a, [u8]>),
    /// The head of a packet with so many bytes of content, without its length.
    Head(Cow<'a, [u8]>, u32),
    /// Content of the packet whose head came last.
    Content(&'a [u8]),
}

/// What stands at the beginning of the bytes.
enum Extent {
    /// So many bytes are missing, and no fewer.
    Needs(usize),
    /// A packet of so many bytes, its length included.
    Packet(usize),
    /// A head of so many bytes, its length included, and so many of content.
    Head(usize, u32),
}

impl Framer {
    /// For what an engineer's client sends.
    pub(super) fn of_requests(most: usize) -> Self {
        Self::new(kind::WRITE, most)
    }

    /// For what a target sends.
    pub(super) fn of_answers() -> Self {
        Self::new(kind::DATA, MAX_PACKET)
    }

    fn new(streamed: u8, most: usize) -> Self {
        Self {
            streamed,
            most,
            begun: Vec::new(),
            content: 0,
        }
    }

    /// Takes the next piece from the beginning of `bytes`; none when they are used up.
    pub(super) fn next<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Part<'a>>, Misbehaviour> {
        while !bytes.is_empty() {
            if self.content > 0 {
                let piece = take(bytes, self.content);
                self.content -= piece.len();
                return Ok(Some(Part::Content(piece)));
            }
            let found = if self.begun.is_empty() {
                self.measure(bytes)?
            } else {
                self.measure(&self.begun)?
            };
            let (whole, content) = match found {
                Extent::Needs(missing) => {
                    // Nothing begun: all that came is too little, and `missing` more is needed.
                    let most = if self.begun.is_empty() {
                        bytes.len()
                    } else {
                        missing
                    };
                    self.begun.extend_from_slice(take(bytes, most));
                    match self.measure(&self.begun)? {
                        Extent::Needs(_) => continue,
                        Extent::Packet(size) => (size, None),
                        Extent::Head(size, content) => (size, Some(content)),
                    }
                }
                Extent::Packet(size) => (size, None),
                Extent::Head(size, content) => (size, Some(content)),
            };
            let packet = if self.begun.is_empty() {
                Cow::Borrowed(take(bytes, whole).get(LENGTH..).unwrap_or_default())
            } else {
                let mut begun = std::mem::take(&mut self.begun);
                begun.drain(..LENGTH.min(begun.len()));
                Cow::Owned(begun)
            };
            return Ok(Some(match content {
                None => Part::Packet(packet),
                Some(content) => {
                    self.content = to_usize(content);
                    Part::Head(packet, content)
                }
            }));
        }
        Ok(None)
    }

    fn measure(&self, bytes: &[u8]) -> Result<Extent, Misbehaviour> {
        let Some((length, packet)) = bytes.split_first_chunk::<LENGTH>() else {
            return Ok(Extent::Needs(LENGTH - bytes.len()));
        };
        let most = match packet.first() {
            Some(kind) if *kind != self.streamed => self.most,
            _ => MAX_PACKET,
        };
        let length = announced(*length, most)?;
        match packet.first() {
            None => Ok(Extent::Needs(1)),
            Some(&kind::WRITE) if self.streamed == kind::WRITE => write_head(length, packet),
            Some(&kind::DATA) if self.streamed == kind::DATA => data_head(length, packet),
            Some(_) if packet.len() < length => Ok(Extent::Needs(length - packet.len())),
            Some(_) => Ok(Extent::Packet(LENGTH + length)),
        }
    }
}

fn write_head(length: usize, packet: &[u8]) -> Result<Extent, Misbehaviour> {
    const BEFORE_HANDLE: usize = 5;
    let Some(handle) = number(packet, BEFORE_HANDLE) else {
        // Only as far as the packet surely goes: what follows is the next one's.
        let sure = WRITE_LEAST.min(length).min(BEFORE_HANDLE + 4);
        return needs(sure, packet, length >= WRITE_LEAST);
    };
    let handle = to_usize(handle);
    if handle > MAX_HANDLE {
        return Err(Misbehaviour::FieldTooLong {
            field: "handle",
            most: MAX_HANDLE,
        });
    }
    let head = WRITE_LEAST + handle;
    match number(packet, head - 4) {
        None => needs(head, packet, length >= head),
        Some(content) => whole(head, content, length),
    }
}

fn data_head(length: usize, packet: &[u8]) -> Result<Extent, Misbehaviour> {
    match number(packet, DATA_LEAST - 4) {
        None => needs(DATA_LEAST, packet, length >= DATA_LEAST),
        Some(content) => whole(DATA_LEAST, content, length),
    }
}

fn number(packet: &[u8], at: usize) -> Option<u32> {
    let (bytes, _) = packet.get(at..)?.split_first_chunk::<4>()?;
    Some(u32::from_be_bytes(*bytes))
}

fn needs(head: usize, packet: &[u8], fits: bool) -> Result<Extent, Misbehaviour> {
    if fits {
        Ok(Extent::Needs(head.saturating_sub(packet.len()).max(1)))
    } else {
        Err(Misbehaviour::Malformed { field: "length" })
    }
}

fn whole(head: usize, content: u32, length: usize) -> Result<Extent, Misbehaviour> {
    if to_usize(content) > MAX_CONTENT {
        return Err(Misbehaviour::FieldTooLong {
            field: "content",
            most: MAX_CONTENT,
        });
    }
    if head.saturating_add(to_usize(content)) != length {
        return Err(Misbehaviour::Malformed { field: "content" });
    }
    Ok(Extent::Head(LENGTH + to_usize(to_u32(head)), content))
}

fn take<'a>(bytes: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(most.min(bytes.len()));
    *bytes = rest;
    taken
}
