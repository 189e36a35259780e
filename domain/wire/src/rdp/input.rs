//! What an engineer does: keys and the pointer (MS-RDPBCGR 2.2.8).

use super::misbehaviour::{Misbehaviour, cut};
use super::read::Reader;
use super::unit::TPKT;

/// Events of one message of the older kind. Clients send a handful.
const MOST_EVENTS: u16 = 1000;

/// A key that went down or up. Its `Debug` says neither which nor what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// 0 for a scancode, 1 for an extended one, 2 for one of the second extension, 16 for a character.
    kind: u8,
    down: bool,
    code: u16,
}

impl Key {
    /// As RFB would say it (RFC 6143 §7.5.4), the number being kind and code: so keys of every desktop
    /// are recorded in one way.
    pub fn as_rfb(self) -> [u8; 8] {
        let [high, low] = self.code.to_be_bytes();
        [4, self.down.into(), 0, 0, self.kind, 0, high, low]
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What was done, as a recording keeps it.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) keys: Vec<Key>,
    /// The pointer, as RFB's messages.
    pub(super) pointer: Vec<u8>,
}

/// The pointer's buttons that are down, as RFB counts them.
#[derive(Debug, Default)]
pub(super) struct Buttons(u8);

impl Buttons {
    fn moved(&mut self, flags: u16, x: u16, y: u16, done: &mut Done) {
        const BUTTONS: [(u16, u8); 3] = [(0x1000, 1), (0x2000, 4), (0x4000, 2)];
        for (bit, button) in BUTTONS {
            if flags & bit != 0 && flags & 0x8000 != 0 {
                self.0 |= button;
            } else if flags & bit != 0 {
                self.0 &= !button;
            }
        }
        let wheel = match flags & 0x300 {
            0x200 => 8,
            0x300 => 16,
            _ => 0,
        };
        let says = |mask: u8| {
            let ([a, b], [c, d]) = (x.to_be_bytes(), y.to_be_bytes());
            [5, mask, a, b, c, d]
        };
        // A wheel's event says no place.
        if flags & 0x600 == 0 {
            done.pointer.extend(says(self.0));
        } else if wheel != 0 {
            done.pointer.extend(says(self.0 | wheel));
            done.pointer.extend(says(self.0));
        }
    }
}

/// Reads a unit of the fast path.
pub(super) fn fast(unit: &[u8], buttons: &mut Buttons) -> Result<Done, Misbehaviour> {
    const WHAT: &str = "an input message";
    let mut reader = Reader::of(unit, WHAT);
    let head = reader.u8()?;
    debug_assert_ne!(head, TPKT, "told apart by its first byte");
    if head >> 6 != 0 {
        return Err(Misbehaviour::NotAgreed {
            what: "encryption inside TLS",
        });
    }
    if reader.u8()? & 0x80 != 0 {
        reader.u8()?;
    }
    let mut count = head >> 2 & 15;
    if count == 0 {
        count = reader.u8()?;
    }
    let mut done = Done::default();
    for _ in 0..count {
        let head = reader.u8()?;
        let flags = head & 31;
        match head >> 5 {
            0 => done.keys.push(Key {
                kind: flags >> 1 & 3,
                down: flags & 1 == 0,
                code: reader.u8()?.into(),
            }),
            1 => {
                let (flags, x, y) = (reader.u16()?, reader.u16()?, reader.u16()?);
                buttons.moved(flags, x, y, &mut done);
            }
            // The fourth and fifth button.
            2 => drop(reader.take(6)?),
            // Which locks are on.
            3 => {}
            4 => done.keys.push(Key {
                kind: 16,
                down: flags & 1 == 0,
                code: reader.u16()?,
            }),
            kind => {
                return Err(Misbehaviour::Unexpected {
                    what: WHAT,
                    kind: kind.into(),
                });
            }
        }
    }
    if reader.is_empty() {
        Ok(done)
    } else {
        Err(cut(WHAT))
    }
}

/// Reads the events of the older kind of message.
pub(super) fn slow(body: &[u8], buttons: &mut Buttons) -> Result<Done, Misbehaviour> {
    const WHAT: &str = "an input message";
    let mut reader = Reader::of(body, WHAT);
    let (count, _pad) = (reader.u16()?, reader.u16()?);
    if count > MOST_EVENTS {
        return Err(Misbehaviour::TooMuch {
            what: "events of input",
            most: MOST_EVENTS.into(),
        });
    }
    let mut done = Done::default();
    for _ in 0..count {
        let (_time, kind) = (reader.u32()?, reader.u16()?);
        let (flags, code, more) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let down = flags & 0x8000 == 0;
        match kind {
            0x0000 | 0x8002 => {}
            0x0004 => done.keys.push(Key {
                kind: u8::from(flags & 0x100 != 0) | u8::from(flags & 0x200 != 0) << 1,
                down,
                code,
            }),
            0x0005 => done.keys.push(Key {
                kind: 16,
                down,
                code,
            }),
            0x8001 => buttons.moved(flags, code, more, &mut done),
            kind => {
                return Err(Misbehaviour::Unexpected {
                    what: WHAT,
                    kind: kind.into(),
                });
            }
        }
    }
    if reader.is_empty() {
        Ok(done)
    } else {
        Err(cut(WHAT))
    }
}
