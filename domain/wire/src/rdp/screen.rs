//! What is on the screen, from bitmap updates alone (MS-RDPBCGR 2.2.9.1.1.3.1.2).

use super::MAX_SCREEN;
use super::misbehaviour::Misbehaviour;
use super::planar;
use super::read::Reader;
use crate::rfb::hextile;
use crate::rfb::{self, ServerSize};

/// The flags of one bitmap: it is compressed, and without a header of the older kind.
const COMPRESSED: u16 = 1;
const NO_HEADER: u16 = 0x400;
/// How many screens the bitmaps of one update may hold: they repeat little.
const MOST_SCREENS: usize = 4;

/// A screen, pixel by pixel.
pub struct Screen {
    size: ServerSize,
    /// 0x00RRGGBB, the uppermost row first.
    pixels: Vec<u32>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Screen({} × {})", self.size.width, self.size.height)
    }
}

fn bad(field: &'static str) -> Misbehaviour {
    Misbehaviour::Bitmap { field }
}

impl Screen {
    /// A black one.
    ///
    /// # Errors
    /// If it has no pixels, or more than [`MAX_SCREEN`].
    pub fn new(width: u16, height: u16) -> Result<Self, Misbehaviour> {
        let pixels = usize::from(width).saturating_mul(usize::from(height));
        if pixels == 0 || pixels > MAX_SCREEN {
            return Err(Misbehaviour::Screen { width, height });
        }
        Ok(Self {
            size: ServerSize { width, height },
            pixels: vec![0; pixels],
        })
    }

    /// Its size.
    pub fn size(&self) -> ServerSize {
        self.size
    }

    /// Its pixels as 0x00RRGGBB, the uppermost row first.
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// The whole of it as an update of RFB, from which a recording can be played.
    pub fn whole(&self) -> Vec<u8> {
        let mut out = vec![rfb::UPDATE, 0, 0, 1];
        let ServerSize { width, height } = self.size;
        self.tell(&mut out, [0, 0, width, height]);
        out
    }

    /// The update of RFB with which a screen begins that had another size.
    pub fn resized(&self) -> Vec<u8> {
        let mut out = vec![rfb::UPDATE, 0, 0, 1, 0, 0, 0, 0];
        out.extend(self.size.width.to_be_bytes());
        out.extend(self.size.height.to_be_bytes());
        out.extend(rfb::DESKTOP_SIZE.to_be_bytes());
        out
    }

    fn tell(&self, to: &mut Vec<u8>, place: [u16; 4]) {
        let [left, top, ..] = place.map(usize::from);
        let across = usize::from(self.size.width);
        hextile(to, place, |x, y| {
            let at = (top + y) * across + left + x;
            self.pixels.get(at).copied().unwrap_or_default()
        });
    }

    /// Draws the bitmaps of an update, and writes what it drew as an update of RFB.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(super) fn draw(&mut self, update: &[u8], shown: &mut Vec<u8>) -> Result<(), Misbehaviour> {
        let mut reader = Reader::of(update, "a bitmap update");
        let (kind, count) = (reader.u16()?, reader.u16()?);
        if kind != 1 {
            return Err(bad("kind"));
        }
        let mut left = self.pixels.len().saturating_mul(MOST_SCREENS);
        let mut places = Vec::new();
        for _ in 0..count {
            let mut corner = [0; 4];
            for number in &mut corner {
                *number = reader.u16()?;
            }
            let (width, height) = (reader.u16()?, reader.u16()?);
            let (bits, flags) = (reader.u16()?, reader.u16()?);
            let length = usize::from(reader.u16()?);
            let mut body = reader.take(length)?;
            if bits != 32 {
                return Err(bad("number of colours"));
            }
            let size = usize::from(width).saturating_mul(usize::from(height));
            left = left.checked_sub(size).ok_or(bad("size"))?;
            if flags & COMPRESSED != 0 && flags & NO_HEADER == 0 {
                body = body.get(8..).ok_or(bad("header"))?;
            }
            let pixels = if flags & COMPRESSED == 0 {
                uncompressed(body, size)?
            } else {
                planar::decode(body, width.into(), height.into())?
            };
            places.extend(self.place(corner, width, height, &pixels)?);
        }
        if places.is_empty() {
            return Ok(());
        }
        let drawn = u16::try_from(places.len()).map_err(|_| bad("count"))?;
        shown.extend([rfb::UPDATE, 0]);
        shown.extend(drawn.to_be_bytes());
        for place in places {
            self.tell(shown, place);
        }
        Ok(())
    }

    /// Puts a bitmap onto the screen; where. What hangs over an edge is not shown.
    fn place(
        &mut self,
        [left, top, right, bottom]: [u16; 4],
        width: u16,
        height: u16,
        pixels: &[u32],
    ) -> Result<Option<[u16; 4]>, Misbehaviour> {
        if right < left || bottom < top || width == 0 || height == 0 {
            return Err(bad("corner"));
        }
        let across = width
            .min((right - left).saturating_add(1))
            .min(self.size.width.saturating_sub(left));
        let down = height
            .min((bottom - top).saturating_add(1))
            .min(self.size.height.saturating_sub(top));
        if across == 0 || down == 0 {
            return Ok(None);
        }
        let screen = usize::from(self.size.width);
        // The lowest row is sent first.
        let rows = pixels.chunks_exact(width.into()).rev().take(down.into());
        let lines = self.pixels.chunks_exact_mut(screen).skip(top.into());
        for (row, line) in rows.zip(lines) {
            let line = line.iter_mut().skip(left.into());
            for (pixel, value) in line.zip(row).take(across.into()) {
                *pixel = *value;
            }
        }
        Ok(Some([left, top, across, down]))
    }
}

fn uncompressed(body: &[u8], pixels: usize) -> Result<Vec<u32>, Misbehaviour> {
    let (each, _) = body.as_chunks::<4>();
    let each = each.get(..pixels).ok_or(bad("length"))?;
    let value = |pixel: &[u8; 4]| u32::from_le_bytes(*pixel) & 0x00ff_ffff;
    Ok(each.iter().map(value).collect())
}
