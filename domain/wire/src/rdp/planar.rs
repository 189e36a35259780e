//! Bitmaps of 32 bits, as RDP 6.0 compresses them (MS-RDPEGDI 2.2.2.5.1, 3.1.9): one plane after the other.

use super::misbehaviour::Misbehaviour;
use super::read::Reader;

/// The header's bits.
const LOSSY: u8 = 0x0f;
const RUN_LENGTHS: u8 = 0x10;
const NO_ALPHA: u8 = 0x20;

fn bad(field: &'static str) -> Misbehaviour {
    Misbehaviour::Bitmap { field }
}

/// Reads a bitmap; its pixels as 0x00RRGGBB, the lowest row first, as they are sent. The caller has bounded
/// `width` and `height`.
pub(super) fn decode(bytes: &[u8], width: usize, height: usize) -> Result<Vec<u32>, Misbehaviour> {
    let mut reader = Reader::of(bytes, "a bitmap");
    let head = reader.u8()?;
    if head & LOSSY != 0 {
        return Err(bad("loss of colours"));
    }
    let pixels = width.checked_mul(height).ok_or(bad("size"))?;
    let mut out = vec![0_u32; pixels];
    // Alpha says nothing on a desktop; red, green and blue follow.
    let shifts: &[Option<u32>] = match head & NO_ALPHA {
        0 => &[None, Some(16), Some(8), Some(0)],
        _ => &[Some(16), Some(8), Some(0)],
    };
    for shift in shifts {
        let unpacked;
        let plane = if head & RUN_LENGTHS == 0 {
            reader.take(pixels)?
        } else {
            unpacked = unpack(&mut reader, width, height)?;
            &unpacked
        };
        let Some(shift) = shift else { continue };
        for (pixel, value) in out.iter_mut().zip(plane) {
            *pixel |= u32::from(*value) << shift;
        }
    }
    Ok(out)
}

/// A plane in runs: the first row as values, each other as differences to the one before.
fn unpack(reader: &mut Reader<'_>, width: usize, height: usize) -> Result<Vec<u8>, Misbehaviour> {
    let mut plane = Vec::with_capacity(width.saturating_mul(height));
    let mut above: Vec<u8> = Vec::new();
    for row in 0..height {
        let mut this: Vec<u8> = Vec::with_capacity(width);
        let mut last = 0;
        while this.len() < width {
            let control = reader.u8()?;
            let (run, literal) = match (control & 15, control >> 4) {
                (1, more) => (16 + usize::from(more), 0),
                (2, more) => (32 + usize::from(more), 0),
                (run, literal) => (usize::from(run), usize::from(literal)),
            };
            let end = this.len() + literal + run;
            if literal + run == 0 || end > width {
                return Err(bad("run"));
            }
            for value in reader.take(literal)? {
                last = if row == 0 { *value } else { difference(*value) };
                push(&mut this, &above, last);
            }
            for _ in 0..run {
                push(&mut this, &above, last);
            }
        }
        plane.extend_from_slice(&this);
        above = this;
    }
    Ok(plane)
}

fn push(this: &mut Vec<u8>, above: &[u8], value: u8) {
    let before = above.get(this.len()).copied().unwrap_or_default();
    this.push(before.wrapping_add(value));
}

/// The lowest bit says the sign.
fn difference(value: u8) -> u8 {
    if value & 1 == 0 {
        value >> 1
    } else {
        !(value >> 1)
    }
}
