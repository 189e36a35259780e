//! Units: what is sent at once, either TPKT (RFC 1006) with X.224 inside, or fast-path (MS-RDPBCGR
//! 2.2.8.1.2, 2.2.9.1.2).

use super::misbehaviour::{Misbehaviour, cut};

/// The first byte of TPKT: its version.
pub(super) const TPKT: u8 = 3;
/// TPKT's header and that of X.224's Data.
pub(super) const DATA_HEAD: usize = 7;

/// Cuts a stream into units.
#[derive(Debug, Default)]
pub struct Units {
    held: Vec<u8>,
    used: usize,
}

impl Units {
    /// More bytes of the stream.
    pub fn add(&mut self, bytes: &[u8]) {
        self.held.drain(..self.used.min(self.held.len()));
        self.used = 0;
        self.held.extend_from_slice(bytes);
    }

    /// The next whole unit, if there is one.
    ///
    /// # Errors
    /// If what comes is no unit.
    pub fn next_unit(&mut self) -> Result<Option<&[u8]>, Misbehaviour> {
        let rest = self.held.get(self.used..).unwrap_or_default();
        let Some(length) = length(rest)?.filter(|length| *length <= rest.len()) else {
            return Ok(None);
        };
        let from = self.used;
        self.used = from.saturating_add(length);
        Ok(self.held.get(from..self.used))
    }
}

/// How long the unit is that begins so; `None` if more has to be seen.
fn length(begun: &[u8]) -> Result<Option<usize>, Misbehaviour> {
    let (length, least) = match *begun {
        [] | [_] | [TPKT, _] | [TPKT, _, _] => return Ok(None),
        [TPKT, _, high, low, ..] => (u16::from_be_bytes([high, low]).into(), DATA_HEAD),
        [first, ..] if first & 3 != 0 => {
            return Err(Misbehaviour::Unexpected {
                what: "a unit",
                kind: first.into(),
            });
        }
        [_, length, ..] if length & 0x80 == 0 => (usize::from(length), 2),
        [_, _] => return Ok(None),
        [_, high, low, ..] => (u16::from_be_bytes([high & 0x7f, low]).into(), 3),
    };
    if length < least {
        return Err(cut("a unit"));
    }
    Ok(Some(length))
}

/// X.224 Data in TPKT.
///
/// # Errors
/// If it is too long for a unit.
pub fn data_unit(body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    let most = usize::from(u16::MAX);
    let length = u16::try_from(body.len().saturating_add(DATA_HEAD));
    let length = length.map_err(|_| Misbehaviour::TooMuch {
        what: "bytes of a unit",
        most,
    })?;
    let [high, low] = length.to_be_bytes();
    Ok([&[TPKT, 0, high, low, 2, 0xf0, 0x80][..], body].concat())
}

/// What is inside X.224 Data.
pub(super) fn data(unit: &[u8]) -> Result<&[u8], Misbehaviour> {
    match unit {
        [TPKT, _, _, _, 2, 0xf0, 0x80, body @ ..] => Ok(body),
        [_, _, _, _, _, kind, ..] => Err(Misbehaviour::Unexpected {
            what: "an X.224 message",
            kind: (*kind).into(),
        }),
        _ => Err(cut("an X.224 message")),
    }
}
