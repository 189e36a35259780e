//! What both sides can do (MS-RDPBCGR 2.2.1.13, 2.2.7), without what cannot be read in a recording.

use super::MAX_DRAWING;
use super::misbehaviour::{Misbehaviour, cut};
use super::read::{Reader, put, short, u16_at, u32_at};

/// The most sets of capabilities that a side may announce. Real ones announce some twenty.
const MOST: u16 = 64;

/// The sets by number.
mod set {
    pub(super) const GENERAL: u16 = 1;
    pub(super) const BITMAP: u16 = 2;
    pub(super) const ORDER: u16 = 3;
    pub(super) const BITMAP_CACHE: u16 = 4;
    pub(super) const CONTROL: u16 = 5;
    pub(super) const ACTIVATION: u16 = 7;
    pub(super) const POINTER: u16 = 8;
    pub(super) const SHARE: u16 = 9;
    pub(super) const COLOUR_CACHE: u16 = 10;
    pub(super) const SOUND: u16 = 12;
    pub(super) const INPUT: u16 = 13;
    pub(super) const FONT: u16 = 14;
    pub(super) const BRUSH: u16 = 15;
    pub(super) const GLYPH_CACHE: u16 = 16;
    pub(super) const OFFSCREEN: u16 = 17;
    pub(super) const BITMAP_CACHE_2: u16 = 19;
    pub(super) const VIRTUAL_CHANNEL: u16 = 20;
    pub(super) const MULTIFRAGMENT: u16 = 26;
}

/// Sets that were read: the body of a Demand Active or Confirm Active up to them, and what they say.
pub(super) struct Filtered {
    pub(super) body: Vec<u8>,
    /// The desktop's size, as the bitmap set says.
    pub(super) size: Option<(u16, u16)>,
}

/// Writes a Demand Active (from the server) or Confirm Active (from the client) anew. `fixed` is what stands
/// between the share's header and the lengths: 4 bytes in the first, 6 in the second.
pub(super) fn filtered(pdu: &[u8], fixed: usize) -> Result<Filtered, Misbehaviour> {
    const WHAT: &str = "a list of capabilities";
    let mut reader = Reader::of(pdu, WHAT);
    let header = reader.take(6)?;
    let fixed = reader.take(fixed)?;
    let (source, _combined) = (usize::from(reader.u16()?), reader.u16()?);
    let source = reader.take(source)?;
    let (count, pad) = (reader.u16()?, reader.u16()?);
    if count > MOST {
        return Err(Misbehaviour::TooMuch {
            what: "capabilities",
            most: MOST.into(),
        });
    }
    let (mut kept, mut sets, mut size) = (0_u16, Vec::new(), None);
    for _ in 0..count {
        let (kind, length) = (reader.u16()?, usize::from(reader.u16()?));
        let length = length.checked_sub(4).ok_or(cut(WHAT))?;
        let mut body = reader.take(length)?.to_vec();
        if !narrow(kind, &mut body) {
            continue;
        }
        if kind == set::BITMAP {
            size = u16_at(&body, 8).zip(u16_at(&body, 10));
        }
        kept = kept.saturating_add(1);
        sets.extend(kind.to_le_bytes());
        sets.extend(short(length.saturating_add(4), WHAT)?);
        sets.extend(body);
    }
    // Behind the sets a Demand Active has its session's number.
    let rest = reader.rest();
    let combined = short(sets.len().saturating_add(4), WHAT)?;
    let mut body = [
        header,
        fixed,
        &short(source.len(), WHAT)?,
        &combined,
        source,
        &kept.to_le_bytes(),
        &pad.to_le_bytes(),
        &sets,
        rest,
    ]
    .concat();
    let length = short(body.len(), WHAT)?;
    put(&mut body, 0, &length);
    Ok(Filtered { body, size })
}

/// Takes away from one set what does not pass; `false` if the whole set does not.
fn narrow(kind: u16, body: &mut [u8]) -> bool {
    match kind {
        set::GENERAL => {
            // No compression; no coming back by a cookie; whoever looks cannot switch the picture off.
            let extra = u16_at(body, 10).unwrap_or_default() & !0x8;
            put(body, 8, &[0, 0]);
            put(body, 10, &extra.to_le_bytes());
            put(body, 19, &[0]);
        }
        set::BITMAP => {
            put(body, 0, &32_u16.to_le_bytes());
            // Whether alpha may be left out, and nothing that loses colours.
            let drawing = body.get(19).copied().unwrap_or_default() & 0x8;
            put(body, 19, &[drawing]);
        }
        set::ORDER => put(body, 28, &[0; 32]),
        set::BITMAP_CACHE | set::OFFSCREEN | set::BRUSH => body.fill(0),
        set::GLYPH_CACHE => {
            let at = body.len().saturating_sub(8);
            put(body, at, &[0; 8]);
        }
        set::BITMAP_CACHE_2 => put(body, 0, &[0; 4]),
        set::VIRTUAL_CHANNEL => put(body, 0, &[0; 4]),
        set::MULTIFRAGMENT => {
            let most = u32::try_from(MAX_DRAWING).unwrap_or(u32::MAX);
            let asked = u32_at(body, 0).unwrap_or_default();
            put(body, 0, &asked.min(most).to_le_bytes());
        }
        set::CONTROL
        | set::ACTIVATION
        | set::POINTER
        | set::SHARE
        | set::COLOUR_CACHE
        | set::SOUND
        | set::INPUT
        | set::FONT => {}
        _ => return false,
    }
    true
}
