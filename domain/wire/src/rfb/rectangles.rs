//! How many bytes a rectangle has, found out as it passes; and whether an update shows the whole screen.

use super::{Misbehaviour, ServerSize, encoding};

/// Bytes of a pixel: see [`PixelFormat`](super::PixelFormat).
const PIXEL: u64 = 4;
/// The longest side of a pointer's picture, in pixels.
const MAX_CURSOR: u16 = 512;
/// Side of Hextile's tiles, in pixels.
pub(super) const TILE: u16 = 16;
/// Rectangles of an update that are remembered. One of more is no keyframe.
const MAX_RECTANGLES: usize = 1024;

/// Where a rectangle lies, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) x: u16,
    pub(super) y: u16,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) encoding: i32,
}

impl Rectangle {
    pub(super) fn read(head: &[u8; 12]) -> Self {
        let [x0, x1, y0, y1, w0, w1, h0, h1, e0, e1, e2, e3] = *head;
        Self {
            x: u16::from_be_bytes([x0, x1]),
            y: u16::from_be_bytes([y0, y1]),
            width: u16::from_be_bytes([w0, w1]),
            height: u16::from_be_bytes([h0, h1]),
            encoding: i32::from_be_bytes([e0, e1, e2, e3]),
        }
    }

    fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn right(&self) -> u32 {
        u32::from(self.x) + u32::from(self.width)
    }

    fn bottom(&self) -> u32 {
        u32::from(self.y) + u32::from(self.height)
    }

    /// Whether it shows pixels of the screen.
    pub(super) fn shows(&self) -> bool {
        matches!(
            self.encoding,
            encoding::RAW | encoding::COPY_RECT | encoding::RRE | encoding::HEXTILE
        )
    }

    fn meets(&self, other: &Self) -> bool {
        u32::from(self.x) < other.right()
            && u32::from(other.x) < self.right()
            && u32::from(self.y) < other.bottom()
            && u32::from(other.y) < self.bottom()
    }

    /// What comes after its head.
    ///
    /// # Errors
    /// If it does not lie on the screen, or is written as nobody asked for.
    pub(super) fn body(&self, screen: ServerSize) -> Result<Body, Misbehaviour> {
        let on_screen =
            self.right() <= u32::from(screen.width) && self.bottom() <= u32::from(screen.height);
        if self.shows() && !on_screen {
            return Err(Misbehaviour::Rectangle { field: "place" });
        }
        Ok(match self.encoding {
            encoding::RAW => Body::Bytes(self.area() * PIXEL),
            encoding::COPY_RECT => Body::Bytes(4),
            encoding::RRE => Body::Rre,
            encoding::HEXTILE if self.area() == 0 => Body::Bytes(0),
            encoding::HEXTILE => Body::Hextile(Tile { x: 0, y: 0 }),
            encoding::CURSOR => {
                if self.width > MAX_CURSOR || self.height > MAX_CURSOR {
                    return Err(Misbehaviour::Rectangle { field: "pointer" });
                }
                let mask = u64::from(self.width.div_ceil(8)) * u64::from(self.height);
                Body::Bytes(self.area() * PIXEL + mask)
            }
            encoding::DESKTOP_SIZE | encoding::LAST_RECT => Body::Bytes(0),
            encoding => return Err(Misbehaviour::Encoding { encoding }),
        })
    }

    /// Bytes of RRE's rectangles inside, by their number.
    pub(super) fn rre(&self, inside: u32) -> Result<u64, Misbehaviour> {
        let inside = u64::from(inside);
        if inside > self.area() {
            return Err(Misbehaviour::Rectangle {
                field: "number inside",
            });
        }
        Ok(PIXEL + inside * (PIXEL + 8))
    }

    /// The tile's size, in pixels.
    pub(super) fn tile(&self, tile: Tile) -> u64 {
        let across = TILE.min(self.width.saturating_sub(tile.x));
        let down = TILE.min(self.height.saturating_sub(tile.y));
        u64::from(across) * u64::from(down)
    }

    /// The tile after this one, if there is one.
    pub(super) fn after(&self, tile: Tile) -> Option<Tile> {
        let across = tile.x.saturating_add(TILE);
        if across < self.width {
            return Some(Tile {
                x: across,
                y: tile.y,
            });
        }
        let down = tile.y.saturating_add(TILE);
        (down < self.height).then_some(Tile { x: 0, y: down })
    }
}

/// What comes after the head of a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Bytes(u64),
    /// The number of rectangles inside, and these.
    Rre,
    /// Tile after tile, from this one on.
    Hextile(Tile),
}

/// Where a tile of Hextile lies in its rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) x: u16,
    pub(super) y: u16,
}

/// What comes after the first byte of a tile (RFC 6143 §7.7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TileHead(pub(super) u8);

impl TileHead {
    /// Bytes up to the number of rectangles inside, or of the whole tile if there are none.
    pub(super) fn colours(self, pixels: u64) -> u64 {
        if self.0 & 1 != 0 {
            return pixels * PIXEL;
        }
        u64::from(self.0 >> 1 & 1) * PIXEL + u64::from(self.0 >> 2 & 1) * PIXEL
    }

    /// Whether its pixels follow one by one.
    pub(super) fn is_raw(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether it says another background, and another foreground.
    pub(super) fn says(self) -> (bool, bool) {
        (self.0 & 2 != 0, self.0 & 4 != 0)
    }

    pub(super) fn has_inside(self) -> bool {
        self.0 & 1 == 0 && self.0 & 8 != 0
    }

    /// Bytes of so many rectangles inside.
    pub(super) fn inside(self, count: u8) -> u64 {
        let coloured = self.0 & 16 != 0;
        u64::from(count) * if coloured { PIXEL + 2 } else { 2 }
    }
}

/// Which parts of the screen an update shows without what was there before.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    shown: Vec<Rectangle>,
    /// Something in it needs what was there before, or it has too many parts to be remembered.
    broken: bool,
}

impl Coverage {
    pub(super) fn add(&mut self, rectangle: Rectangle) {
        let copies = rectangle.encoding == encoding::COPY_RECT;
        self.broken |= copies || self.shown.len() >= MAX_RECTANGLES;
        if !self.broken && rectangle.area() > 0 {
            self.shown.push(rectangle);
        }
    }

    /// Another size: what was shown of the old one counts no more.
    pub(super) fn resized(&mut self) {
        self.broken = true;
    }

    /// Whether all of the screen was shown: rectangles on it, none over another, together as large as it.
    pub(super) fn is_whole(&self, screen: ServerSize) -> bool {
        let area: u64 = self.shown.iter().map(Rectangle::area).sum();
        let apart = |(at, one): (usize, &Rectangle)| {
            let after = self.shown.iter().skip(at + 1);
            !after.into_iter().any(|other| one.meets(other))
        };
        !self.broken && area == screen.pixels() && self.shown.iter().enumerate().all(apart)
    }
}
