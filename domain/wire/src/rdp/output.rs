//! What a server shows on the fast path (MS-RDPBCGR 2.2.9.1.2): read before it passes.

use super::MAX_DRAWING;
use super::misbehaviour::{Misbehaviour, cut};
use super::read::Reader;
use super::screen::Screen;

/// Kinds of updates.
const BITMAP: u8 = 1;
/// Pointers, palettes and what says that all is drawn: nothing on the screen changes by them.
const HARMLESS: [u8; 9] = [2, 3, 5, 6, 8, 9, 10, 11, 12];

/// An update that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Its kind, once its first piece was there.
    kind: Option<u8>,
    held: Vec<u8>,
}

impl Pieces {
    /// Reads a unit, and draws what it shows; that is appended to `shown` as RFB.
    pub(super) fn fast(
        &mut self,
        unit: &[u8],
        screen: &mut Screen,
        shown: &mut Vec<u8>,
    ) -> Result<(), Misbehaviour> {
        const WHAT: &str = "an update";
        let mut reader = Reader::of(unit, WHAT);
        if reader.u8()? >> 6 != 0 {
            return Err(Misbehaviour::NotAgreed {
                what: "encryption inside TLS",
            });
        }
        if reader.u8()? & 0x80 != 0 {
            reader.u8()?;
        }
        while !reader.is_empty() {
            let head = reader.u8()?;
            let (kind, piece) = (head & 15, head >> 4 & 3);
            if head >> 6 != 0 {
                return Err(Misbehaviour::NotAgreed {
                    what: "compression",
                });
            }
            if kind != BITMAP && !HARMLESS.contains(&kind) {
                return Err(Misbehaviour::Unexpected {
                    what: "a drawing",
                    kind: kind.into(),
                });
            }
            let length = usize::from(reader.u16()?);
            let body = reader.take(length)?;
            match piece {
                0 => {
                    self.begins(None)?;
                    drawn(kind, body, screen, shown)?;
                }
                2 => {
                    self.begins(Some(kind))?;
                    self.held.extend_from_slice(body);
                }
                _ => {
                    if self.kind != Some(kind) {
                        return Err(cut(WHAT));
                    }
                    if self.held.len().saturating_add(length) > MAX_DRAWING {
                        return Err(Misbehaviour::TooMuch {
                            what: "bytes of an update",
                            most: MAX_DRAWING,
                        });
                    }
                    self.held.extend_from_slice(body);
                    if piece == 1 {
                        self.kind = None;
                        let whole = std::mem::take(&mut self.held);
                        drawn(kind, &whole, screen, shown)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn begins(&mut self, kind: Option<u8>) -> Result<(), Misbehaviour> {
        if self.kind.is_some() {
            return Err(cut("an update in pieces"));
        }
        self.kind = kind;
        Ok(())
    }
}

fn drawn(
    kind: u8,
    body: &[u8],
    screen: &mut Screen,
    shown: &mut Vec<u8>,
) -> Result<(), Misbehaviour> {
    if kind == BITMAP {
        screen.draw(body, shown)?;
    }
    Ok(())
}

/// An update of the older kind of message (2.2.9.1.1.3).
pub(super) fn slow(
    body: &[u8],
    screen: &mut Screen,
    shown: &mut Vec<u8>,
) -> Result<(), Misbehaviour> {
    match Reader::of(body, "an update").u16()? {
        1 => screen.draw(body, shown),
        2 | 3 => Ok(()),
        kind => Err(Misbehaviour::Unexpected {
            what: "a drawing",
            kind: kind.into(),
        }),
    }
}
