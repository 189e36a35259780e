//! What a desktop shows now: what its server says, drawn.
//!
//! Whoever begins to look in the middle, or looks more slowly than the desktop moves, is shown what is there
//! ([`Canvas::picture`]) and not what was: nothing is kept for them but the pixels.

use super::rectangles::{Body, Rectangle, Tile, TileHead};
use super::{
    DESKTOP_SIZE, MAX_CANVAS, MAX_CLIPBOARD, Misbehaviour, PixelFormat, Place, ServerSize, UPDATE,
    encoding, hextile,
};

/// Bytes of a pixel: see [`PixelFormat`].
const PIXEL: usize = 4;
/// What an update without a number of rectangles says instead; a last one ends it.
const UNTIL_THE_LAST: u16 = u16::MAX;

/// What changed by some bytes of a server.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Painted {
    /// Where other pixels may stand now.
    pub places: Vec<Place>,
    /// The screen has another size; all of it is black until it is drawn.
    pub resized: bool,
    /// How many updates ended: each is the answer to a viewer who asked.
    pub updates: u32,
    /// Texts of the desktop's clipboard, in Latin-1.
    pub texts: Vec<Vec<u8>>,
}

/// A screen that is drawn by what its server says.
pub struct Canvas {
    format: PixelFormat,
    size: ServerSize,
    /// As they were written, the uppermost row first.
    pixels: Vec<u32>,
    state: State,
    /// The beginning of what is waited for.
    held: Vec<u8>,
    left: u16,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Message,
    Update,
    Colours,
    TextLength,
    Text(usize),
    /// So many bytes say nothing here; then comes the next message, or the next rectangle of an update.
    Skip(usize, bool),
    Head,
    Raw(Rectangle, u16),
    Copy(Rectangle),
    RreHead(Rectangle),
    Rre(Rectangle, u32, u32),
    Tile(Rectangle, Tile, [u32; 2]),
    TileColours(Rectangle, Tile, [u32; 2], TileHead),
    TileCount(Rectangle, Tile, [u32; 2], TileHead),
    TileInside(Rectangle, Tile, [u32; 2], TileHead, usize),
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Canvas({} × {})", self.size.width, self.size.height)
    }
}

impl Canvas {
    /// A black one.
    ///
    /// # Errors
    /// If it has no pixels, or more than [`MAX_CANVAS`].
    pub fn new(size: ServerSize, format: PixelFormat) -> Result<Self, Misbehaviour> {
        Ok(Self {
            format,
            size,
            pixels: black(size)?,
            state: State::Message,
            held: Vec::new(),
            left: 0,
        })
    }

    /// Its size.
    pub fn size(&self) -> ServerSize {
        self.size
    }

    /// How pixels are written from here on, and whether that is new. Those that are there are taken for such: a
    /// desktop that changes its format is drawn anew.
    pub fn write_as(&mut self, format: PixelFormat) -> bool {
        std::mem::replace(&mut self.format, format) != format
    }

    /// The update of RFB with which it begins, black, for somebody who knows another size, or none.
    pub fn begin(&self) -> Vec<u8> {
        let mut out = vec![UPDATE, 0, 0, 1, 0, 0, 0, 0];
        out.extend(self.size.width.to_be_bytes());
        out.extend(self.size.height.to_be_bytes());
        out.extend(DESKTOP_SIZE.to_be_bytes());
        out
    }

    /// What stands at these places, as an update of RFB in [`PixelFormat::OURS`]. Nothing for no places.
    pub fn picture(&self, places: &[Place]) -> Vec<u8> {
        let Some(count) = u16::try_from(places.len()).ok().filter(|count| *count > 0) else {
            return Vec::new();
        };
        let mut out = vec![UPDATE, 0];
        out.extend(count.to_be_bytes());
        for place in places {
            let [left, top, ..] = place.map(usize::from);
            hextile(&mut out, *place, |x, y| {
                let at = self.at(left.saturating_add(x), top.saturating_add(y));
                let pixel = at.and_then(|at| self.pixels.get(at)).copied();
                self.format.colour(pixel.unwrap_or_default())
            });
        }
        out
    }

    /// Draws what the next bytes say.
    ///
    /// # Errors
    /// If the server says what cannot be. What was drawn before that stays.
    pub fn take(&mut self, mut bytes: &[u8], painted: &mut Painted) -> Result<(), Misbehaviour> {
        loop {
            if let State::Skip(left, in_update) = self.state {
                let (now, rest) = bytes.split_at(left.min(bytes.len()));
                bytes = rest;
                self.state = State::Skip(left.saturating_sub(now.len()), in_update);
                if now.len() < left {
                    return Ok(());
                }
                self.state = State::Message;
                if in_update {
                    self.next(painted);
                }
                continue;
            }
            let needs = self.needs();
            if self.held.is_empty()
                && let Some((now, rest)) = bytes.split_at_checked(needs)
            {
                bytes = rest;
                self.step(now, painted)?;
                continue;
            }
            let missing = needs.saturating_sub(self.held.len());
            let (now, rest) = bytes.split_at(missing.min(bytes.len()));
            self.held.extend_from_slice(now);
            bytes = rest;
            if self.held.len() < needs {
                return Ok(());
            }
            let whole = std::mem::take(&mut self.held);
            self.step(&whole, painted)?;
        }
    }

    /// How many bytes the next step is made of.
    fn needs(&self) -> usize {
        match self.state {
            State::Message | State::Tile(..) | State::TileCount(..) => 1,
            State::Update => 3,
            State::Colours => 5,
            State::TextLength => 7,
            State::Text(length) | State::Skip(length, _) => length,
            State::Head | State::Rre(..) => 12,
            State::Raw(place, _) => usize::from(place.width).saturating_mul(PIXEL),
            State::Copy(_) => 4,
            State::RreHead(_) => 8,
            State::TileColours(place, tile, _, head) => small(head.colours(place.tile(tile))),
            State::TileInside(.., head, _) => small(head.inside(1)),
        }
    }

    fn step(&mut self, bytes: &[u8], painted: &mut Painted) -> Result<(), Misbehaviour> {
        self.state = match self.state {
            State::Message => match bytes.first().copied().unwrap_or_default() {
                0 => State::Update,
                1 => State::Colours,
                2 => State::Message,
                3 => State::TextLength,
                kind => return Err(Misbehaviour::Unexpected { kind }),
            },
            State::Update => {
                self.left = short(bytes, 1);
                {
                    self.rest(painted);
                    return Ok(());
                }
            }
            State::Colours => State::Skip(usize::from(short(bytes, 3)).saturating_mul(6), false),
            State::TextLength => {
                let said = i32::from_be_bytes(word(bytes, 3));
                let length = usize::try_from(said.unsigned_abs()).unwrap_or(usize::MAX);
                if said < 0 || length > MAX_CLIPBOARD {
                    State::Skip(length, false)
                } else {
                    State::Text(length)
                }
            }
            State::Text(_) => {
                painted.texts.push(bytes.to_vec());
                State::Message
            }
            State::Skip(..) => State::Message,
            State::Head => match bytes.first_chunk().map(Rectangle::read) {
                Some(rectangle) => return self.rectangle(rectangle, painted),
                None => State::Head,
            },
            State::Raw(place, row) => {
                self.row(place, row, bytes);
                let row = row.saturating_add(1);
                if row >= place.height {
                    {
                        self.drawn(place, painted);
                        return Ok(());
                    }
                }
                State::Raw(place, row)
            }
            State::Copy(place) => {
                self.copy(place, short(bytes, 0), short(bytes, 2))?;
                {
                    self.drawn(place, painted);
                    return Ok(());
                }
            }
            State::RreHead(place) => {
                let inside = u32::from_be_bytes(word(bytes, 0));
                // Bounds the number.
                place.rre(inside)?;
                let background = pixel(bytes, 4);
                self.fill(place, [0, 0, place.width, place.height], background);
                if inside == 0 {
                    {
                        self.drawn(place, painted);
                        return Ok(());
                    }
                }
                State::Rre(place, inside, background)
            }
            State::Rre(place, left, background) => {
                let at = [4, 6, 8, 10].map(|at| short(bytes, at));
                self.fill(place, at, pixel(bytes, 0));
                if left <= 1 {
                    {
                        self.drawn(place, painted);
                        return Ok(());
                    }
                }
                State::Rre(place, left.saturating_sub(1), background)
            }
            State::Tile(place, tile, colours) => {
                let head = TileHead(bytes.first().copied().unwrap_or_default());
                State::TileColours(place, tile, colours, head)
            }
            State::TileColours(place, tile, colours, head) => {
                return self.tile(place, tile, colours, head, bytes, painted);
            }
            State::TileCount(place, tile, colours, head) => {
                match usize::from(bytes.first().copied().unwrap_or_default()) {
                    0 => return self.after_tile(place, tile, colours, painted),
                    count => State::TileInside(place, tile, colours, head, count),
                }
            }
            State::TileInside(place, tile, colours, head, left) => {
                let [_, foreground] = colours;
                let (colour, at) = match bytes.len() {
                    6.. => (pixel(bytes, 0), 4),
                    _ => (foreground, 0),
                };
                let of = |at: usize| bytes.get(at).copied().unwrap_or_default();
                let (corner, size) = (of(at), of(at.saturating_add(1)));
                let inside = [
                    tile.x.saturating_add(u16::from(corner >> 4)),
                    tile.y.saturating_add(u16::from(corner & 15)),
                    u16::from(size >> 4).saturating_add(1),
                    u16::from(size & 15).saturating_add(1),
                ];
                self.fill(place, inside, colour);
                if left <= 1 {
                    return self.after_tile(place, tile, colours, painted);
                }
                State::TileInside(place, tile, colours, head, left.saturating_sub(1))
            }
        };
        Ok(())
    }

    fn rectangle(
        &mut self,
        rectangle: Rectangle,
        painted: &mut Painted,
    ) -> Result<(), Misbehaviour> {
        let body = rectangle.body(self.size)?;
        let empty = rectangle.width == 0 || rectangle.height == 0;
        self.state = match (rectangle.encoding, body) {
            (DESKTOP_SIZE, _) => {
                let size = ServerSize::new(rectangle.width, rectangle.height)?;
                if size != self.size {
                    (self.pixels, self.size) = (black(size)?, size);
                    painted.resized = true;
                    painted.places.clear();
                }
                {
                    self.next(painted);
                    return Ok(());
                }
            }
            (encoding::LAST_RECT, _) => {
                self.left = 0;
                {
                    self.rest(painted);
                    return Ok(());
                }
            }
            (encoding::COPY_RECT, _) => State::Copy(rectangle),
            (_, Body::Rre) => State::RreHead(rectangle),
            (encoding::RAW | encoding::HEXTILE, _) if empty => {
                self.next(painted);
                return Ok(());
            }
            (encoding::RAW, _) => State::Raw(rectangle, 0),
            (_, Body::Hextile(tile)) => State::Tile(rectangle, tile, [0; 2]),
            // The pointer's picture: whoever looks has a pointer of their own.
            (_, Body::Bytes(bytes)) => State::Skip(small(bytes), true),
        };
        Ok(())
    }

    fn drawn(&mut self, rectangle: Rectangle, painted: &mut Painted) {
        let place = [rectangle.x, rectangle.y, rectangle.width, rectangle.height];
        painted.places.push(place);
        self.next(painted);
    }

    /// Behind a rectangle.
    fn next(&mut self, painted: &mut Painted) {
        if self.left != UNTIL_THE_LAST {
            self.left = self.left.saturating_sub(1);
        }
        self.rest(painted);
    }

    /// The next rectangle of an update, or its end.
    fn rest(&mut self, painted: &mut Painted) {
        self.state = if self.left > 0 {
            State::Head
        } else {
            painted.updates = painted.updates.saturating_add(1);
            State::Message
        };
    }

    fn at(&self, x: usize, y: usize) -> Option<usize> {
        let across = usize::from(self.size.width);
        (x < across).then(|| y.saturating_mul(across).saturating_add(x))
    }

    /// One row of a place, from a column on.
    fn line(&mut self, x: usize, y: usize, length: usize) -> &mut [u32] {
        let Some(from) = self.at(x, y) else {
            return &mut [];
        };
        let length = length.min(usize::from(self.size.width).saturating_sub(x));
        let until = from.saturating_add(length).min(self.pixels.len());
        self.pixels.get_mut(from..until).unwrap_or_default()
    }

    fn row(&mut self, place: Rectangle, row: u16, bytes: &[u8]) {
        let y = usize::from(place.y.saturating_add(row));
        let line = self.line(place.x.into(), y, place.width.into());
        for (to, from) in line.iter_mut().zip(bytes.as_chunks::<PIXEL>().0) {
            *to = u32::from_le_bytes(*from);
        }
    }

    /// Fills a part of a place, as far as it lies in it.
    fn fill(&mut self, place: Rectangle, [x, y, width, height]: Place, colour: u32) {
        let across = usize::from(width.min(place.width.saturating_sub(x)));
        let until = y.saturating_add(height).min(place.height);
        for row in y..until {
            let left = usize::from(place.x.saturating_add(x));
            let top = usize::from(place.y.saturating_add(row));
            self.line(left, top, across).fill(colour);
        }
    }

    fn copy(&mut self, to: Rectangle, from_x: u16, from_y: u16) -> Result<(), Misbehaviour> {
        let from = Rectangle {
            x: from_x,
            y: from_y,
            ..to
        };
        from.body(self.size)?;
        let (across, down) = (usize::from(to.width), usize::from(to.height));
        let rows: Box<dyn Iterator<Item = usize>> = if from_y < to.y {
            Box::new((0..down).rev())
        } else {
            Box::new(0..down)
        };
        for row in rows {
            let source = self.at(from_x.into(), usize::from(from_y).saturating_add(row));
            let target = self.at(to.x.into(), usize::from(to.y).saturating_add(row));
            let (Some(source), Some(target)) = (source, target) else {
                continue;
            };
            let ends = [source, target].map(|at| at.saturating_add(across));
            if ends.iter().all(|end| *end <= self.pixels.len()) {
                let [end, _] = ends;
                self.pixels.copy_within(source..end, target);
            }
        }
        Ok(())
    }

    fn tile(
        &mut self,
        place: Rectangle,
        tile: Tile,
        [mut background, mut foreground]: [u32; 2],
        head: TileHead,
        bytes: &[u8],
        painted: &mut Painted,
    ) -> Result<(), Misbehaviour> {
        let across = super::rectangles::TILE.min(place.width.saturating_sub(tile.x));
        let down = super::rectangles::TILE.min(place.height.saturating_sub(tile.y));
        if head.is_raw() {
            let left = usize::from(place.x.saturating_add(tile.x));
            let each = usize::from(across).saturating_mul(PIXEL).max(PIXEL);
            for (row, bytes) in (0..down).zip(bytes.chunks_exact(each)) {
                let top = usize::from(place.y.saturating_add(tile.y).saturating_add(row));
                let line = self.line(left, top, across.into());
                for (to, from) in line.iter_mut().zip(bytes.as_chunks::<PIXEL>().0) {
                    *to = u32::from_le_bytes(*from);
                }
            }
            return self.after_tile(place, tile, [background, foreground], painted);
        }
        let (said_background, said_foreground) = head.says();
        if said_background {
            background = pixel(bytes, 0);
        }
        if said_foreground {
            foreground = pixel(bytes, if said_background { PIXEL } else { 0 });
        }
        self.fill(place, [tile.x, tile.y, across, down], background);
        let colours = [background, foreground];
        if head.has_inside() {
            self.state = State::TileCount(place, tile, colours, head);
            return Ok(());
        }
        self.after_tile(place, tile, colours, painted)
    }

    fn after_tile(
        &mut self,
        place: Rectangle,
        tile: Tile,
        colours: [u32; 2],
        painted: &mut Painted,
    ) -> Result<(), Misbehaviour> {
        match place.after(tile) {
            Some(tile) => {
                self.state = State::Tile(place, tile, colours);
                Ok(())
            }
            None => {
                self.drawn(place, painted);
                Ok(())
            }
        }
    }
}

fn black(size: ServerSize) -> Result<Vec<u32>, Misbehaviour> {
    let ServerSize { width, height } = size;
    let pixels = size.pixels();
    let too_many = Misbehaviour::Screen { width, height };
    if pixels == 0 || pixels > MAX_CANVAS {
        return Err(too_many);
    }
    Ok(vec![0; small(pixels)])
}

fn small(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn word(bytes: &[u8], at: usize) -> [u8; 4] {
    let there = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    there.copied().unwrap_or_default()
}

fn short(bytes: &[u8], at: usize) -> u16 {
    let there = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    u16::from_be_bytes(there.copied().unwrap_or_default())
}

fn pixel(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(word(bytes, at))
}
