//! WebSocket frames (RFC 6455), as much of them as the gateway speaks: binary messages, no extension,
//! no subprotocol. Sans-IO, like everything here: bytes in, messages out.
//!
//! A browser's frames are masked, ours are not (§5.1). A message may come in fragments (§5.4); it is
//! held until it is whole, and never longer than the reader was told to hold. What breaks the protocol
//! ends the line: nothing is guessed.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::BASE64;

/// What a client's key is joined with before it is hashed (§1.3). It proves that the other side speaks
/// WebSocket, and nothing else.
const JOINED_WITH: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Bytes of a frame's head at the longest: two, a length of eight, a mask of four.
const LONGEST_HEAD: usize = 14;

/// The most that a control frame carries (§5.5).
pub const MOST_CONTROL: usize = 125;

/// Why a line is closed (§7.4.1).
pub mod close {
    /// Done.
    pub const NORMAL: u16 = 1000;
    /// The other side broke the protocol, or a limit.
    pub const PROTOCOL: u16 = 1002;
    /// The other side may not, or not any more.
    pub const POLICY: u16 = 1008;
}

/// Kinds of frames (§5.2).
mod kind {
    pub(super) const CONTINUATION: u8 = 0;
    pub(super) const TEXT: u8 = 1;
    pub(super) const BINARY: u8 = 2;
    pub(super) const CLOSE: u8 = 8;
    pub(super) const PING: u8 = 9;
    pub(super) const PONG: u8 = 10;
}

/// What the other side said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A whole message.
    Message(Vec<u8>),
    /// "Are you there?" To be answered with [`pong`].
    Ping(Vec<u8>),
    /// The answer to one of our pings.
    Pong,
    /// Nothing more comes.
    Close,
}

/// What a peer did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// An extension that was not agreed on, or a kind that does not exist.
    #[error("a frame of a kind that was not agreed on")]
    Kind,
    /// A frame of a browser without its mask, or one of ours with it.
    #[error("a frame that is masked where it must not be, or not where it must be")]
    Mask,
    /// Text: everything here is bytes.
    #[error("a message of text")]
    Text,
    /// A message that is longer than any.
    #[error("a message longer than {0} bytes")]
    TooLong(usize),
    /// Fragments that do not follow each other.
    #[error("a fragment out of its order")]
    Fragment,
    /// A control frame in pieces, or a long one.
    #[error("a control frame that breaks its rules")]
    Control,
}

/// The answer to a client's `Sec-WebSocket-Key` (§4.2.2). `None` if it is no key of sixteen bytes.
pub fn accept(key: &str) -> Option<String> {
    let bytes = BASE64.decode(key.as_bytes()).ok()?;
    if bytes.len() != 16 {
        return None;
    }
    let joined = format!("{key}{JOINED_WITH}");
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, joined.as_bytes());
    Some(BASE64.encode(digest.as_ref()))
}

/// Who sent what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A browser: masked.
    Client,
    /// A gateway: not masked.
    Server,
}

/// Reads one side of a line.
#[derive(Debug)]
pub struct Reader {
    from: Sender,
    most: usize,
    received: Vec<u8>,
    message: Option<Vec<u8>>,
}

/// One frame at the beginning of what was received.
struct Frame {
    whole: bool,
    kind: u8,
    payload: Vec<u8>,
    used: usize,
}

impl Reader {
    /// Of a line on which no message is longer than `most` bytes.
    pub fn new(from: Sender, most: usize) -> Self {
        Self {
            from,
            most,
            received: Vec::new(),
            message: None,
        }
    }

    /// Takes bytes as they came. Take out what they hold with [`Reader::said`] before giving more:
    /// nothing else bounds what waits here.
    pub fn take(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    /// The next thing said; `None` until more has come.
    ///
    /// # Errors
    /// What the other side did wrong; nothing that follows can be read.
    pub fn said(&mut self) -> Result<Option<Said>, Wrong> {
        loop {
            let Some(frame) = self.frame()? else {
                return Ok(None);
            };
            self.received.drain(..frame.used);
            if let Some(said) = self.put_together(frame)? {
                return Ok(Some(said));
            }
        }
    }

    fn put_together(&mut self, frame: Frame) -> Result<Option<Said>, Wrong> {
        let message = match (frame.kind, self.message.take()) {
            (kind::PING, before) => {
                self.message = before;
                return Ok(Some(Said::Ping(frame.payload)));
            }
            (kind::PONG, before) => {
                self.message = before;
                return Ok(Some(Said::Pong));
            }
            (kind::CLOSE, _) => return Ok(Some(Said::Close)),
            (kind::BINARY, None) => frame.payload,
            (kind::CONTINUATION, Some(mut before)) => {
                // An empty piece of nothing could come forever.
                if frame.payload.is_empty() && !frame.whole {
                    return Err(Wrong::Fragment);
                }
                before.extend_from_slice(&frame.payload);
                before
            }
            (kind::TEXT, _) => return Err(Wrong::Text),
            (kind::BINARY | kind::CONTINUATION, _) => return Err(Wrong::Fragment),
            _ => return Err(Wrong::Kind),
        };
        if frame.whole {
            return Ok(Some(Said::Message(message)));
        }
        self.message = Some(message);
        Ok(None)
    }

    fn frame(&self) -> Result<Option<Frame>, Wrong> {
        let Some(([first, second], rest)) = self.received.split_first_chunk::<2>() else {
            return Ok(None);
        };
        let (whole, kind) = (first & 0x80 != 0, first & 0x0f);
        if first & 0x70 != 0 || !matches!(kind, 0..=2 | 8..=10) {
            return Err(Wrong::Kind);
        }
        let masked = second & 0x80 != 0;
        if masked != (self.from == Sender::Client) {
            return Err(Wrong::Mask);
        }
        let Some((length, rest)) = length(second & 0x7f, rest) else {
            return Ok(None);
        };
        if kind >= kind::CLOSE && (!whole || length > MOST_CONTROL) {
            return Err(Wrong::Control);
        }
        let held = self.message.as_ref().map_or(0, Vec::len);
        if kind < kind::CLOSE && length > self.most.saturating_sub(held) {
            return Err(Wrong::TooLong(self.most));
        }
        let (mask, rest) = match rest.split_first_chunk::<4>() {
            Some((mask, rest)) if masked => (*mask, rest),
            None if masked => return Ok(None),
            _ => ([0; 4], rest),
        };
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let used = self.received.len().saturating_sub(rest.len()) + length;
        let payload = payload.iter().zip(mask.iter().cycle());
        Ok(Some(Frame {
            whole,
            kind,
            payload: payload.map(|(byte, mask)| byte ^ mask).collect(),
            used,
        }))
    }
}

/// The length of a frame, and what follows it; `None` until it is there. One that no machine could
/// hold is as long as can be: the limit refuses it.
fn length(short: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    match short {
        126 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            Some((usize::from(u16::from_be_bytes(*length)), rest))
        }
        127 => {
            let (length, rest) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX);
            Some((length, rest))
        }
        short => Some((usize::from(short), rest)),
    }
}

fn frame(kind: u8, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let mut frame = Vec::with_capacity(LONGEST_HEAD + payload.len());
    frame.push(0x80 | kind);
    let masked = if mask.is_some() { 0x80 } else { 0 };
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..126), _) => frame.push(masked | short),
        (_, Ok(length)) => {
            frame.push(masked | 126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(masked | 127);
            let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    let mask = mask.inspect(|mask| frame.extend_from_slice(mask));
    let mask = mask.unwrap_or_default();
    let payload = payload.iter().zip(mask.iter().cycle());
    frame.extend(payload.map(|(byte, mask)| byte ^ mask));
    frame
}

/// A message, whole, from a gateway.
pub fn message(payload: &[u8]) -> Vec<u8> {
    frame(kind::BINARY, payload, None)
}

/// A message as a client sends it, under this mask.
pub fn masked_message(payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    frame(kind::BINARY, payload, Some(mask))
}

/// "Are you there?", from a gateway.
pub fn ping() -> Vec<u8> {
    frame(kind::PING, &[], None)
}

/// The answer to a ping, from a gateway.
pub fn pong(payload: &[u8]) -> Vec<u8> {
    let within = payload.get(..MOST_CONTROL).unwrap_or(payload);
    frame(kind::PONG, within, None)
}

/// The answer to a ping as a client sends it, under this mask.
pub fn masked_pong(payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let within = payload.get(..MOST_CONTROL).unwrap_or(payload);
    frame(kind::PONG, within, Some(mask))
}

/// The last frame from a gateway, with one of [`mod@close`].
pub fn closing(code: u16) -> Vec<u8> {
    frame(kind::CLOSE, &code.to_be_bytes(), None)
}

#[cfg(test)]
mod tests;
