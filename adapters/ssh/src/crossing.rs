//! What passes on a target's channel between two processes: the one that holds the connection to the
//! target, and the one that decides, records and holds the engineer's.
//!
//! One packet is one thing. The first byte says which; what has no length of its own is the rest of the
//! packet. Numbers are big-endian.

use russh::Pty;

use crate::flow::Credit;
use crate::inbox::{Closed, Piece, Received, Stream};
use crate::limits::{LONGEST_NAME, LONGEST_VALUE, PACKET};
use crate::target::{Said, Wanted};
use crate::terms::{Exit, Size, Start, Terminal};

/// The longest packet, in bytes: what a target may send at once, and its kind.
pub const LONGEST_CROSSING: usize = 2 * (PACKET as usize) + 1;

/// The most modes of a terminal: as many as there are bytes to name one.
const MOST_MODES: usize = 255;

/// What goes to the target.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// A terminal is asked for, before the start.
    Terminal(Terminal),
    /// A variable, before the start.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// What is to run.
    Start(Start),
    /// Bytes for its standard input.
    Data(Vec<u8>),
    /// No more bytes will come.
    Eof,
    /// Another size of the terminal.
    Resize(Size),
    /// A signal, without `SIG`.
    Signal(String),
    /// The channel is to be closed.
    Close,
}

/// What comes from the target.
#[derive(Debug)]
pub enum Came {
    /// The target has opened the channel: the first packet, or one of the next two.
    Opened,
    /// It refuses the channel, with its reason.
    Refused(String),
    /// The connection was over before.
    Ended,
    /// What it sends on the channel.
    Received(Received<Said>),
}

const TERMINAL: u8 = b't';
const VARIABLE: u8 = b'v';
const SHELL: u8 = b'h';
const EXEC: u8 = b'x';
const SUBSYSTEM: u8 = b'b';
const DATA: u8 = b'd';
const ERROR: u8 = b'f';
const EOF: u8 = b'e';
const RESIZE: u8 = b'r';
const SIGNAL: u8 = b'g';
const CLOSE: u8 = b'c';
const OPENED: u8 = b'o';
const REFUSED: u8 = b'n';
const ENDED: u8 = b'l';
const ANSWERED: u8 = b'a';
const STATUS: u8 = b's';

impl Sent {
    /// As a packet.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Terminal(terminal) => {
                let mut packet = vec![TERMINAL];
                size(&mut packet, terminal.size);
                let modes = terminal.modes.iter().take(MOST_MODES);
                packet.push(u8::try_from(modes.len()).unwrap_or(u8::MAX));
                for (mode, value) in modes {
                    packet.push(*mode as u8);
                    packet.extend(value.to_be_bytes());
                }
                packet.extend(terminal.term.as_bytes());
                packet
            }
            Self::Variable { name, value } => {
                let mut packet = vec![VARIABLE];
                text(&mut packet, name);
                packet.extend(value.as_bytes());
                packet
            }
            Self::Start(Start::Shell) => vec![SHELL],
            Self::Start(Start::Exec(command)) => kind(EXEC, command),
            Self::Start(Start::Subsystem(name)) => kind(SUBSYSTEM, name.as_bytes()),
            Self::Data(bytes) => kind(DATA, bytes),
            Self::Eof => vec![EOF],
            Self::Resize(to) => {
                let mut packet = vec![RESIZE];
                size(&mut packet, *to);
                packet
            }
            Self::Signal(name) => kind(SIGNAL, name.as_bytes()),
            Self::Close => vec![CLOSE],
        }
    }

    /// Reads a packet; `None` if it is none.
    pub fn decode(packet: &[u8]) -> Option<Self> {
        let (kind, rest) = packet.split_first()?;
        Some(match *kind {
            TERMINAL => {
                let (size, rest) = read_size(rest)?;
                let (&count, mut rest) = rest.split_first()?;
                let mut modes = Vec::with_capacity(usize::from(count));
                for _ in 0..count {
                    let (&mode, after) = rest.split_first()?;
                    let (value, after) = number(after)?;
                    modes.push((Pty::from_u8(mode)?, value));
                    rest = after;
                }
                let term = plain(rest, LONGEST_NAME)?;
                Self::Terminal(Terminal { term, size, modes })
            }
            VARIABLE => {
                let (name, value) = read_text(rest, LONGEST_NAME)?;
                let value = plain(value, LONGEST_VALUE)?;
                Self::Variable { name, value }
            }
            SHELL if rest.is_empty() => Self::Start(Start::Shell),
            EXEC => Self::Start(Start::Exec(rest.to_vec())),
            SUBSYSTEM => Self::Start(Start::Subsystem(plain(rest, LONGEST_NAME)?)),
            DATA => Self::Data(rest.to_vec()),
            EOF if rest.is_empty() => Self::Eof,
            RESIZE => Self::Resize(read_size(rest).filter(|(_, more)| more.is_empty())?.0),
            SIGNAL => Self::Signal(plain(rest, LONGEST_NAME)?),
            CLOSE if rest.is_empty() => Self::Close,
            _ => return None,
        })
    }
}

impl Came {
    /// What a target showed that speaks something else than SSH.
    pub fn shown(bytes: Vec<u8>) -> Self {
        Self::Received(Received::Data(Piece {
            stream: Stream::Main,
            bytes,
            credit: Credit::of_another_process(),
        }))
    }

    /// As a packet.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Opened => vec![OPENED],
            Self::Refused(why) => kind(REFUSED, why.as_bytes()),
            Self::Ended => vec![ENDED],
            Self::Received(Received::Data(piece)) => match piece.stream {
                Stream::Main => kind(DATA, &piece.bytes),
                Stream::Error => kind(ERROR, &piece.bytes),
            },
            Self::Received(Received::Eof) => vec![EOF],
            Self::Received(Received::Said(Said::Answered { wanted, granted })) => {
                let wanted = match wanted {
                    Wanted::Terminal => 0,
                    Wanted::Start => 1,
                    Wanted::Nothing => 2,
                };
                vec![ANSWERED, wanted, u8::from(*granted)]
            }
            Self::Received(Received::Said(Said::Exit(Exit::Status(status)))) => {
                kind(STATUS, &status.to_be_bytes())
            }
            Self::Received(Received::Said(Said::Exit(Exit::Signal {
                name,
                core,
                message,
            }))) => {
                let mut packet = vec![SIGNAL, u8::from(*core)];
                text(&mut packet, name);
                packet.extend(message.as_bytes());
                packet
            }
            Self::Received(Received::Closed(how)) => {
                let how = match how {
                    Closed::ByPeer => 0,
                    Closed::WithConnection => 1,
                    Closed::Overflowed => 2,
                };
                vec![CLOSE, how]
            }
        }
    }

    /// Reads a packet; `None` if it is none: what stands at the other end may be anybody's.
    pub fn decode(packet: &[u8]) -> Option<Self> {
        let (kind, rest) = packet.split_first()?;
        let received = match *kind {
            OPENED if rest.is_empty() => return Some(Self::Opened),
            REFUSED => return Some(Self::Refused(plain(rest, LONGEST_VALUE)?)),
            ENDED if rest.is_empty() => return Some(Self::Ended),
            DATA if !rest.is_empty() => piece(Stream::Main, rest),
            ERROR if !rest.is_empty() => piece(Stream::Error, rest),
            EOF if rest.is_empty() => Received::Eof,
            ANSWERED => {
                let &[wanted, granted] = rest else {
                    return None;
                };
                let wanted = match wanted {
                    0 => Wanted::Terminal,
                    1 => Wanted::Start,
                    2 => Wanted::Nothing,
                    _ => return None,
                };
                let granted = yes_or_no(granted)?;
                Received::Said(Said::Answered { wanted, granted })
            }
            STATUS => {
                let (status, _) = number(rest).filter(|(_, more)| more.is_empty())?;
                Received::Said(Said::Exit(Exit::Status(status)))
            }
            SIGNAL => {
                let (&core, rest) = rest.split_first()?;
                let (name, message) = read_text(rest, LONGEST_NAME)?;
                Received::Said(Said::Exit(Exit::Signal {
                    name,
                    core: yes_or_no(core)?,
                    message: plain(message, LONGEST_VALUE)?,
                }))
            }
            CLOSE => Received::Closed(match rest {
                [0] => Closed::ByPeer,
                [1] => Closed::WithConnection,
                [2] => Closed::Overflowed,
                _ => return None,
            }),
            _ => return None,
        };
        Some(Self::Received(received))
    }
}

fn piece(stream: Stream, bytes: &[u8]) -> Received<Said> {
    Received::Data(Piece {
        stream,
        bytes: bytes.to_vec(),
        credit: Credit::of_another_process(),
    })
}

fn kind(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(rest.len() + 1);
    packet.push(kind);
    packet.extend_from_slice(rest);
    packet
}

fn size(packet: &mut Vec<u8>, size: Size) {
    for number in [size.columns, size.rows, size.width, size.height] {
        packet.extend(number.to_be_bytes());
    }
}

fn read_size(rest: &[u8]) -> Option<(Size, &[u8])> {
    let (columns, rest) = number(rest)?;
    let (rows, rest) = number(rest)?;
    let (width, rest) = number(rest)?;
    let (height, rest) = number(rest)?;
    let size = Size {
        columns,
        rows,
        width,
        height,
    };
    Some((size, rest))
}

fn number(rest: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}

/// A text in front of something else.
fn text(packet: &mut Vec<u8>, text: &str) {
    packet.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    packet.extend(text.as_bytes());
}

fn read_text(rest: &[u8], most: usize) -> Option<(String, &[u8])> {
    let (length, rest) = number(rest)?;
    let (text, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((plain(text, most)?, rest))
}

fn plain(bytes: &[u8], most: usize) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= most).then(|| text.to_owned())
}

fn yes_or_no(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
