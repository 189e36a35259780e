//! Messages of MCS (T.125) once both sides are connected: joining channels, and data on them.

use super::misbehaviour::{Misbehaviour, cut};
use super::read::{Reader, per_length};
use super::unit::{data, data_unit};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message<'a> {
    ErectDomain,
    AttachUser,
    /// The number that the server gave to the client.
    Attached {
        user: u16,
    },
    Join {
        channel: u16,
    },
    Joined,
    /// Data, either way.
    Data(Data<'a>),
    /// It is over.
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Data<'a> {
    /// Kind, sender, channel and priority, as they came.
    head: &'a [u8],
    pub(super) up: bool,
    pub(super) channel: u16,
    pub(super) body: &'a [u8],
}

impl Data<'_> {
    /// The same with another body, as a unit.
    pub(super) fn unit(&self, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
        data_unit(&[self.head, &per_length(body.len())?, body].concat())
    }
}

/// Users are counted from here (T.125).
pub(super) const FIRST_USER: u16 = 1001;
/// The longest of the short messages.
const SHORT: usize = 16;

pub(super) fn read(unit: &[u8]) -> Result<Message<'_>, Misbehaviour> {
    const WHAT: &str = "an MCS message";
    let body = data(unit)?;
    let mut reader = Reader::of(body, WHAT);
    let kind = reader.u8()?;
    let message = match kind {
        0x64 | 0x68 => {
            let _sender = reader.be16()?;
            let channel = reader.be16()?;
            let _priority = reader.u8()?;
            let head = body.get(..6).ok_or(cut(WHAT))?;
            let length = reader.per_length()?;
            if length != reader.rest().len() {
                return Err(cut(WHAT));
            }
            return Ok(Message::Data(Data {
                head,
                up: kind == 0x64,
                channel,
                body: reader.rest(),
            }));
        }
        0x04 => Message::ErectDomain,
        0x28 => Message::AttachUser,
        0x2e => {
            accepted(reader.u8()?)?;
            let user = reader.be16()?.checked_add(FIRST_USER).ok_or(cut(WHAT))?;
            Message::Attached { user }
        }
        0x38 => {
            let _user = reader.be16()?;
            let channel = reader.be16()?;
            Message::Join { channel }
        }
        0x3e => {
            accepted(reader.u8()?)?;
            Message::Joined
        }
        0x21 => Message::Over,
        kind => {
            return Err(Misbehaviour::Unexpected {
                what: WHAT,
                kind: kind.into(),
            });
        }
    };
    if body.len() > SHORT {
        return Err(Misbehaviour::TooMuch {
            what: "bytes of a short MCS message",
            most: SHORT,
        });
    }
    Ok(message)
}

fn accepted(result: u8) -> Result<(), Misbehaviour> {
    if result == 0 {
        return Ok(());
    }
    Err(Misbehaviour::Unexpected {
        what: "a refusal of MCS",
        kind: result.into(),
    })
}
