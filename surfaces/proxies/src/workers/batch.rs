//! What one read of a data path brings, as packets: calls in their order, answered once.
//!
//! ```text
//! packet = number (8 bytes; 0: nobody waits) · bytes sent (8) · bytes received (8) · calls
//! call   = length (4) · kind (1) · its content
//! answer = number (8) · its content
//! ```
//!
//! Numbers are big-endian. What passed is counted in the heading, so that counting costs no packet.

use recording::{ChannelNote, Direction, Stream};

use super::crossing::{Call, read};
use super::packets::MAX_PACKET;

/// The heading of a packet of calls, in bytes.
const HEAD: usize = 24;

/// The heading of one call, in bytes.
const CALL: usize = 4;

/// The number before an answer, in bytes.
pub(super) const NUMBER: usize = 8;

/// Bytes of a stream that go into one call.
pub(super) const MAX_BYTES: usize = 64 * 1024;

const SAID: u8 = b'c';
const STREAM: u8 = b's';
const OUTPUT: u8 = b'o';
const RAW: u8 = b'r';
const TYPED: u8 = b't';

/// A call as it comes.
#[derive(Debug)]
pub(super) enum Called<'a> {
    Said(Call),
    /// Bytes that are to be recorded before they pass.
    Stream {
        channel: u32,
        direction: Direction,
        stream: Stream,
        bytes: &'a [u8],
    },
    /// Keys that are sealed for good, to be recorded before they pass.
    Typed {
        channel: u32,
        line: u64,
        sealed: &'a [u8],
    },
    /// Bytes of a session that is not understood, to be recorded before they pass.
    Raw {
        direction: Direction,
        bytes: &'a [u8],
    },
    /// Without an answer: output for those who attend.
    Output {
        channel: u32,
        bytes: &'a [u8],
    },
}

/// Calls that are answered together. What is one read and more than a packet takes becomes several.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    packets: Vec<Vec<u8>>,
    is_too_long: bool,
}

impl Batch {
    /// Of one call.
    pub(super) fn of(call: &Call) -> Self {
        let mut batch = Self::default();
        batch.say(call);
        batch
    }

    /// Adds something about a channel, for the recording.
    pub(crate) fn note(&mut self, note: ChannelNote) {
        self.say(&Call::Note(note));
    }

    /// Adds bytes of one channel, for the recording.
    pub(crate) fn stream(
        &mut self,
        channel: u32,
        direction: Direction,
        stream: Stream,
        bytes: &[u8],
    ) {
        for piece in bytes.chunks(MAX_BYTES) {
            self.add(|packet| {
                packet.push(STREAM);
                packet.extend(channel.to_be_bytes());
                packet.push(direction_byte(direction));
                packet.push(match stream {
                    Stream::Output => 0,
                    Stream::Error => 1,
                });
                packet.extend(piece);
                true
            });
        }
    }

    /// Adds bytes of a session that is not understood, for the recording.
    pub(crate) fn raw(&mut self, direction: Direction, bytes: &[u8]) {
        for piece in bytes.chunks(MAX_BYTES) {
            self.add(|packet| {
                packet.push(RAW);
                packet.push(direction_byte(direction));
                packet.extend(piece);
                true
            });
        }
    }

    /// Adds keys that are sealed for good, for the recording.
    pub(super) fn typed(&mut self, channel: u32, line: u64, sealed: &[u8]) {
        self.add(|packet| {
            packet.push(TYPED);
            packet.extend(channel.to_be_bytes());
            packet.extend(line.to_be_bytes());
            packet.extend(sealed);
            true
        });
    }

    /// Adds output for those who attend.
    pub(crate) fn show_output(&mut self, channel: u32, bytes: &[u8]) {
        for piece in bytes.chunks(MAX_BYTES) {
            self.add(|packet| {
                packet.push(OUTPUT);
                packet.extend(channel.to_be_bytes());
                packet.extend(piece);
                true
            });
        }
    }

    fn say(&mut self, call: &Call) {
        self.add(|packet| {
            packet.push(SAID);
            serde_json::to_writer(packet, call).is_ok()
        });
    }

    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) {
        let mut packet = self.packets.pop().unwrap_or_else(|| vec![0; HEAD]);
        let begun = packet.len();
        packet.extend([0; CALL]);
        let written = write(&mut packet);
        let length = packet.len() - begun - CALL;
        let heading = packet.get_mut(begun..begun + CALL);
        if let (Some(heading), Ok(length)) = (heading, u32::try_from(length)) {
            heading.copy_from_slice(&length.to_be_bytes());
        }
        if packet.len() <= MAX_PACKET {
            self.is_too_long |= !written;
            self.packets.push(packet);
            return;
        }
        // It begins a packet of its own.
        let call = packet.split_off(begun);
        self.is_too_long |= !written || call.len() > MAX_PACKET - HEAD;
        if begun > HEAD {
            self.packets.push(packet);
        }
        let mut next = vec![0; HEAD];
        next.extend(call);
        self.packets.push(next);
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.packets.is_empty() && !self.is_too_long
    }

    /// Its packets; `None` if something in it cannot cross.
    pub(super) fn packets(self) -> Option<Vec<Vec<u8>>> {
        (!self.is_too_long).then_some(self.packets)
    }
}

/// A packet that says nothing but what passed.
pub(super) fn empty() -> Vec<u8> {
    vec![0; HEAD]
}

/// Writes the heading of a packet that is sent now.
pub(super) fn head(packet: &mut [u8], number: u64, sent: u64, received: u64) {
    for (place, value) in packet
        .chunks_exact_mut(NUMBER)
        .zip([number, sent, received])
    {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

/// A packet of calls as it comes.
pub(super) struct Came<'a> {
    /// Under which it is answered; 0 if nobody waits.
    pub(super) number: u64,
    /// Bytes that passed to the target, and from it, since the packet before.
    pub(super) sent: u64,
    pub(super) received: u64,
    calls: &'a [u8],
}

impl<'a> Came<'a> {
    /// Reads the heading of whatever a worker sends; `None` if there is none.
    pub(super) fn read(packet: &'a [u8]) -> Option<Self> {
        let (number, rest) = packet.split_first_chunk()?;
        let (sent, rest) = rest.split_first_chunk()?;
        let (received, calls) = rest.split_first_chunk()?;
        Some(Self {
            number: u64::from_be_bytes(*number),
            sent: u64::from_be_bytes(*sent),
            received: u64::from_be_bytes(*received),
            calls,
        })
    }

    /// Its calls in their order. A `None` in it is no call, and the last.
    pub(super) fn calls(self) -> impl Iterator<Item = Option<Called<'a>>> {
        let mut rest = Some(self.calls).filter(|calls| !calls.is_empty());
        std::iter::from_fn(move || {
            let read = next(rest.take()?);
            rest = read.as_ref().map(|(_, rest)| *rest);
            rest = rest.filter(|rest| !rest.is_empty());
            Some(read.map(|(called, _)| called))
        })
    }
}

fn next(calls: &[u8]) -> Option<(Called<'_>, &[u8])> {
    let (length, rest) = calls.split_first_chunk::<CALL>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (call, rest) = rest.split_at_checked(length)?;
    Some((Called::read(call)?, rest))
}

impl<'a> Called<'a> {
    fn read(call: &'a [u8]) -> Option<Self> {
        let (kind, rest) = call.split_first()?;
        match *kind {
            SAID => read(rest).ok().map(Self::Said),
            STREAM => {
                let (channel, rest) = rest.split_first_chunk::<4>()?;
                let (&[direction, stream], bytes) = rest.split_first_chunk::<2>()?;
                Some(Self::Stream {
                    channel: u32::from_be_bytes(*channel),
                    direction: direction_of(direction)?,
                    stream: match stream {
                        0 => Stream::Output,
                        1 => Stream::Error,
                        _ => return None,
                    },
                    bytes,
                })
            }
            RAW => {
                let (direction, bytes) = rest.split_first()?;
                let direction = direction_of(*direction)?;
                Some(Self::Raw { direction, bytes })
            }
            TYPED => {
                let (channel, rest) = rest.split_first_chunk::<4>()?;
                let (line, sealed) = rest.split_first_chunk::<8>()?;
                Some(Self::Typed {
                    channel: u32::from_be_bytes(*channel),
                    line: u64::from_be_bytes(*line),
                    sealed,
                })
            }
            OUTPUT => {
                let (channel, bytes) = rest.split_first_chunk::<4>()?;
                let channel = u32::from_be_bytes(*channel);
                Some(Self::Output { channel, bytes })
            }
            _ => None,
        }
    }
}

fn direction_byte(direction: Direction) -> u8 {
    match direction {
        Direction::ToTarget => 0,
        Direction::FromTarget => 1,
    }
}

fn direction_of(byte: u8) -> Option<Direction> {
    match byte {
        0 => Some(Direction::ToTarget),
        1 => Some(Direction::FromTarget),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
