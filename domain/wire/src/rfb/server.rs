//! What a server says, followed as it passes.

use super::rectangles::{Body, Coverage, Rectangle, Tile, TileHead};
use super::{MAX_CLIPBOARD, Misbehaviour, ServerSize, encoding};

/// What an update without a number of rectangles says instead; a last one ends it.
const UNTIL_THE_LAST: u16 = u16::MAX;

/// Something in what a server said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// An update ended that shows the whole screen without what was there before: who reads what passed
    /// can begin with it.
    Keyframe {
        /// Where it begins, in bytes of what passed.
        from: u64,
        /// The screen's size.
        size: ServerSize,
    },
    /// The screen has another size.
    Resized(ServerSize),
    /// A text of the clipboard that does not pass, or is too long.
    Clipboard {
        /// Its bytes.
        bytes: u64,
    },
}

/// What passes, and what is told of it.
#[derive(Debug, Default)]
pub struct Passed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// In their order.
    pub told: Vec<Follow>,
}

/// Follows a server.
#[derive(Debug)]
pub struct ServerSide {
    size: ServerSize,
    clipboard: bool,
    state: State,
    /// A head that is not whole yet.
    head: Vec<u8>,
    passed: u64,
    /// Where the update that passes begins.
    began: u64,
    coverage: Coverage,
    left: u16,
    updates: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// A head of so many bytes.
    Head(Head),
    /// So many bytes, then what follows.
    Body(u64, Then),
    /// So many bytes that do not pass.
    Drop(u64),
}

#[derive(Debug, Clone, Copy)]
enum Head {
    Message,
    Update,
    Colours,
    Text,
    Rectangle,
    Rre(Rectangle),
    Tile(Rectangle, Tile),
    TileInside(Rectangle, Tile, TileHead),
}

impl Head {
    fn length(self) -> usize {
        match self {
            Self::Message | Self::Tile(..) | Self::TileInside(..) => 1,
            Self::Update => 3,
            Self::Colours => 5,
            Self::Text => 7,
            Self::Rectangle => 12,
            Self::Rre(_) => 4,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Then {
    Message,
    NextRectangle,
    AfterColours(Rectangle, Tile, TileHead),
    NextTile(Rectangle, Tile),
}

impl ServerSide {
    /// For a server with such a screen; `clipboard` is whether the text of its clipboard passes.
    pub fn new(size: ServerSize, clipboard: bool) -> Self {
        Self {
            size,
            clipboard,
            state: State::Head(Head::Message),
            head: Vec::with_capacity(12),
            passed: 0,
            began: 0,
            coverage: Coverage::default(),
            left: 0,
            updates: 0,
        }
    }

    /// The screen's size.
    pub fn size(&self) -> ServerSize {
        self.size
    }

    /// How many updates ended. One that tells of no keyframe may have used up a request all the same: TigerVNC
    /// answers with a changed pointer alone, and shows the picture to whoever asks again.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Takes the next bytes: what passes of them, and what is told, is added to `passed`.
    ///
    /// # Errors
    /// If the server says what it may not. What passed before that stays.
    pub fn take(&mut self, mut bytes: &[u8], passed: &mut Passed) -> Result<(), Misbehaviour> {
        loop {
            match self.state {
                State::Body(0, then) => self.after(then, passed),
                State::Drop(0) => self.state = State::Head(Head::Message),
                _ if bytes.is_empty() => return Ok(()),
                State::Body(left, then) => {
                    let (now, rest) = split(bytes, left);
                    self.pass(now, passed);
                    self.state = State::Body(left - length(now), then);
                    bytes = rest;
                }
                State::Drop(left) => {
                    let (now, rest) = split(bytes, left);
                    self.state = State::Drop(left - length(now));
                    bytes = rest;
                }
                State::Head(head) => {
                    let missing = head.length().saturating_sub(self.head.len());
                    let (now, rest) = bytes.split_at(missing.min(bytes.len()));
                    self.head.extend_from_slice(now);
                    bytes = rest;
                    if self.head.len() >= head.length() {
                        let whole = std::mem::take(&mut self.head);
                        self.head(head, &whole, passed)?;
                    }
                }
            }
        }
    }

    fn pass(&mut self, bytes: &[u8], passed: &mut Passed) {
        passed.bytes.extend_from_slice(bytes);
        self.passed += length(bytes);
    }

    fn head(&mut self, head: Head, bytes: &[u8], passed: &mut Passed) -> Result<(), Misbehaviour> {
        // The text of a clipboard is decided on before any of it passes.
        if !matches!(head, Head::Message | Head::Text) {
            self.pass(bytes, passed);
        }
        self.state = match (head, bytes) {
            (Head::Message, [kind, ..]) => return self.message(*kind, passed),
            (Head::Update, [_, high, low, ..]) => {
                self.left = u16::from_be_bytes([*high, *low]);
                self.coverage = Coverage::default();
                self.next(passed)
            }
            (Head::Colours, [.., high, low]) => {
                let colours = u16::from_be_bytes([*high, *low]);
                State::Body(u64::from(colours) * 6, Then::Message)
            }
            (Head::Text, [_, _, _, a, b, c, d]) => {
                self.text(bytes, i32::from_be_bytes([*a, *b, *c, *d]), passed)
            }
            (Head::Rectangle, _) => match bytes.first_chunk().map(Rectangle::read) {
                Some(rectangle) => self.rectangle(rectangle, passed)?,
                None => State::Head(Head::Rectangle),
            },
            (Head::Rre(rectangle), [a, b, c, d, ..]) => {
                let inside = rectangle.rre(u32::from_be_bytes([*a, *b, *c, *d]))?;
                State::Body(inside, Then::NextRectangle)
            }
            (Head::Tile(rectangle, tile), [kind, ..]) => {
                let head = TileHead(*kind);
                let colours = head.colours(rectangle.tile(tile));
                State::Body(colours, Then::AfterColours(rectangle, tile, head))
            }
            (Head::TileInside(rectangle, tile, head), [count, ..]) => {
                State::Body(head.inside(*count), Then::NextTile(rectangle, tile))
            }
            // Not reached: a head is as long as it says.
            (head, _) => State::Head(head),
        };
        Ok(())
    }

    fn message(&mut self, kind: u8, passed: &mut Passed) -> Result<(), Misbehaviour> {
        self.state = match kind {
            0 => {
                self.began = self.passed;
                State::Head(Head::Update)
            }
            1 => State::Head(Head::Colours),
            2 => State::Head(Head::Message),
            3 => {
                self.state = State::Head(Head::Text);
                return Ok(());
            }
            kind => return Err(Misbehaviour::Unexpected { kind }),
        };
        self.pass(&[kind], passed);
        Ok(())
    }

    fn text(&mut self, head: &[u8], said: i32, passed: &mut Passed) -> State {
        let bytes = u64::from(said.unsigned_abs());
        let fits = usize::try_from(bytes).is_ok_and(|bytes| bytes <= MAX_CLIPBOARD);
        // Negative is the extended clipboard, which the server was not told of.
        if self.clipboard && said >= 0 && fits {
            self.pass(&[3], passed);
            self.pass(head, passed);
            return State::Body(bytes, Then::Message);
        }
        passed.told.push(Follow::Clipboard { bytes });
        State::Drop(bytes)
    }

    fn rectangle(
        &mut self,
        rectangle: Rectangle,
        passed: &mut Passed,
    ) -> Result<State, Misbehaviour> {
        let body = rectangle.body(self.size)?;
        if rectangle.shows() {
            self.coverage.add(rectangle);
        }
        if rectangle.encoding == encoding::DESKTOP_SIZE {
            self.size = ServerSize::new(rectangle.width, rectangle.height)?;
            self.coverage.resized();
            passed.told.push(Follow::Resized(self.size));
        }
        if rectangle.encoding == encoding::LAST_RECT {
            self.left = 0;
            return Ok(self.next(passed));
        }
        Ok(match body {
            Body::Bytes(bytes) => State::Body(bytes, Then::NextRectangle),
            Body::Rre => State::Head(Head::Rre(rectangle)),
            Body::Hextile(tile) => State::Head(Head::Tile(rectangle, tile)),
        })
    }

    /// The next rectangle, or the end of the update.
    fn next(&mut self, passed: &mut Passed) -> State {
        if self.left > 0 {
            return State::Head(Head::Rectangle);
        }
        self.updates += 1;
        if self.coverage.is_whole(self.size) {
            passed.told.push(Follow::Keyframe {
                from: self.began,
                size: self.size,
            });
        }
        State::Head(Head::Message)
    }

    fn after(&mut self, then: Then, passed: &mut Passed) {
        self.state = match then {
            Then::Message => State::Head(Head::Message),
            Then::NextRectangle => {
                if self.left != UNTIL_THE_LAST {
                    self.left = self.left.saturating_sub(1);
                }
                self.next(passed)
            }
            Then::AfterColours(rectangle, tile, head) if head.has_inside() => {
                State::Head(Head::TileInside(rectangle, tile, head))
            }
            Then::AfterColours(rectangle, tile, _) | Then::NextTile(rectangle, tile) => {
                match rectangle.after(tile) {
                    Some(tile) => State::Head(Head::Tile(rectangle, tile)),
                    None => State::Body(0, Then::NextRectangle),
                }
            }
        };
    }
}

fn split(bytes: &[u8], most: u64) -> (&[u8], &[u8]) {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    bytes.split_at(most.min(bytes.len()))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
