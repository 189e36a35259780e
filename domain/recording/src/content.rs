//! What a frame holds.

use ids::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::frame::{MAX_CONTENT, NotAFrame, NotSealed};
use crate::note::ChannelNote;

/// The largest piece of a channel's bytes in one frame: the numbers behind it need room.
pub const MAX_PIECE: usize = MAX_CONTENT - TYPED;
/// The longest text of a notice or of an end.
pub const MAX_TEXT: usize = 4096;

/// Bytes behind a channel's bytes: its number.
pub(crate) const STREAM: usize = 4;
/// Bytes behind typed bytes: the channel's number, and the line's.
pub(crate) const TYPED: usize = 12;
/// A start names up to 8 wrapped keys of up to 8 KiB each.
const MAX_WRAPPED: usize = 8;
const MAX_WRAPPED_LENGTH: usize = 8192;

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the engineer to the target.
    ToTarget,
    /// From the target to the engineer.
    FromTarget,
}

/// Which stream of a channel (RFC 4254 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// The channel's data: what is shown, and what is sent to the target.
    Output,
    /// Its extended data of type 1: standard error.
    Error,
}

/// What is kept of a session's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// All bytes, both ways.
    Payload,
    /// Times and sizes only.
    Metadata,
}

/// What kind of frame it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first of a session.
    Start,
    /// Bytes.
    Data(Direction),
    /// How many bytes, without them.
    Size(Direction),
    /// A sentence of the gateway's.
    Notice,
    /// The last of a session, with the reason.
    End,
    /// Bytes of one channel.
    Stream(Direction, Stream),
    /// Bytes typed into a channel's terminal, sealed once more.
    Typed,
    /// Something about a channel.
    Channel,
}

impl Kind {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Start => 1,
            Self::Data(Direction::ToTarget) => 2,
            Self::Data(Direction::FromTarget) => 3,
            Self::Size(Direction::ToTarget) => 4,
            Self::Size(Direction::FromTarget) => 5,
            Self::Notice => 6,
            Self::End => 7,
            Self::Stream(Direction::ToTarget, Stream::Output) => 8,
            Self::Stream(Direction::FromTarget, Stream::Output) => 9,
            Self::Stream(Direction::ToTarget, Stream::Error) => 10,
            Self::Stream(Direction::FromTarget, Stream::Error) => 11,
            Self::Typed => 12,
            Self::Channel => 13,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Start,
            2 => Self::Data(Direction::ToTarget),
            3 => Self::Data(Direction::FromTarget),
            4 => Self::Size(Direction::ToTarget),
            5 => Self::Size(Direction::FromTarget),
            6 => Self::Notice,
            7 => Self::End,
            8 => Self::Stream(Direction::ToTarget, Stream::Output),
            9 => Self::Stream(Direction::FromTarget, Stream::Output),
            10 => Self::Stream(Direction::ToTarget, Stream::Error),
            11 => Self::Stream(Direction::FromTarget, Stream::Error),
            12 => Self::Typed,
            13 => Self::Channel,
            _ => return None,
        })
    }
}

/// Something that was seen in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation<'a> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub content: Content<'a>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// The session began.
    Start(Start),
    /// Bytes that passed.
    Data(Direction, &'a [u8]),
    /// How many bytes passed.
    Size(Direction, u64),
    /// A sentence of the gateway's.
    Notice(&'a str),
    /// The session ended, for this reason.
    End(&'a str),
    /// Bytes that passed in one channel.
    Stream {
        /// Which way.
        direction: Direction,
        /// The channel's number in the session.
        channel: u32,
        /// Which of its streams.
        stream: Stream,
        /// The bytes, [`MAX_PIECE`] at most.
        bytes: &'a [u8],
    },
    /// Bytes that were typed into a channel's terminal, sealed under their line's own key.
    Typed {
        /// The channel's number in the session.
        channel: u32,
        /// The line's number in the channel.
        line: u64,
        /// The sealed piece, [`MAX_PIECE`] at most.
        sealed: &'a [u8],
    },
    /// Something about a channel.
    Channel(ChannelNote),
}

impl<'a> Content<'a> {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Start(_) => Kind::Start,
            Self::Data(direction, _) => Kind::Data(*direction),
            Self::Size(direction, _) => Kind::Size(*direction),
            Self::Notice(_) => Kind::Notice,
            Self::End(_) => Kind::End,
            Self::Stream {
                direction, stream, ..
            } => Kind::Stream(*direction, *stream),
            Self::Typed { .. } => Kind::Typed,
            Self::Channel(_) => Kind::Channel,
        }
    }

    /// Reads an opened frame's content.
    ///
    /// # Errors
    /// If it is not what `kind` says.
    pub fn decode(kind: Kind, bytes: &'a [u8]) -> Result<Self, NotAFrame> {
        Ok(match kind {
            Kind::Start => Self::Start(Start::decode(bytes)?),
            Kind::Data(direction) => Self::Data(direction, bytes),
            Kind::Size(direction) => {
                let size = bytes.try_into().map_err(|_| NotAFrame::Content)?;
                Self::Size(direction, u64::from_be_bytes(size))
            }
            Kind::Notice => Self::Notice(text(bytes)?),
            Kind::End => Self::End(text(bytes)?),
            Kind::Stream(direction, stream) => {
                let (bytes, channel) = bytes
                    .split_last_chunk::<STREAM>()
                    .ok_or(NotAFrame::Content)?;
                Self::Stream {
                    direction,
                    channel: u32::from_be_bytes(*channel),
                    stream,
                    bytes,
                }
            }
            Kind::Typed => {
                let behind = bytes.split_last_chunk::<8>();
                let (bytes, line) = behind.ok_or(NotAFrame::Content)?;
                let behind = bytes.split_last_chunk::<4>();
                let (sealed, channel) = behind.ok_or(NotAFrame::Content)?;
                Self::Typed {
                    channel: u32::from_be_bytes(*channel),
                    line: u64::from_be_bytes(*line),
                    sealed,
                }
            }
            Kind::Channel => Self::Channel(ChannelNote::decode(bytes)?),
        })
    }
}

fn text(bytes: &[u8]) -> Result<&str, NotAFrame> {
    if bytes.len() > MAX_TEXT {
        return Err(NotAFrame::Content);
    }
    std::str::from_utf8(bytes).map_err(|_| NotAFrame::Content)
}

/// The first frame of a session, in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The session.
    pub session: SessionId,
    /// What is kept.
    pub policy: Policy,
    /// The session's key, wrapped to each who may read; opaque here.
    pub wrapped: Vec<String>,
}

impl Start {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, NotSealed> {
        let fits = self.wrapped.len() <= MAX_WRAPPED
            && self
                .wrapped
                .iter()
                .all(|key| key.len() <= MAX_WRAPPED_LENGTH);
        if !fits {
            return Err(NotSealed::TooLong);
        }
        serde_json::to_vec(self).map_err(|_| NotSealed::TooLong)
    }

    /// Reads a start; it is believed only after the frame has been opened.
    ///
    /// # Errors
    /// If the bytes are not a start within its limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAFrame> {
        let start: Self = serde_json::from_slice(bytes).map_err(|_| NotAFrame::Content)?;
        let fits = start.wrapped.len() <= MAX_WRAPPED
            && start
                .wrapped
                .iter()
                .all(|key| key.len() <= MAX_WRAPPED_LENGTH);
        if fits {
            Ok(start)
        } else {
            Err(NotAFrame::Content)
        }
    }
}
