//! One side's bytes, cut into packets and messages. Nothing of a message is kept but the four bytes of a
//! packet: its body goes on as it arrives, however long it is.

/// Bytes before a packet's body: its length, and its number.
pub const HEADER: usize = 4;

/// The longest body of a packet. One that is as long says that the message goes on in the next.
pub const MAX_PIECE: u32 = 0xff_ffff;

/// The first bytes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Bytes of its body.
    pub length: u32,
    /// Its number.
    pub number: u8,
    /// Whether it goes on with the message before.
    pub continues: bool,
}

impl Head {
    /// As they travel.
    pub fn encode(self) -> [u8; HEADER] {
        let [a, b, c, _] = self.length.min(MAX_PIECE).to_le_bytes();
        [a, b, c, self.number]
    }
}

/// The next piece of a side's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A packet begins.
    Head(Head),
    /// Some of its body.
    Body(&'a [u8]),
    /// The packet is over: whether the message is.
    End {
        /// Whether no packet goes on with it.
        whole: bool,
    },
}

/// Cuts the bytes of one side.
#[derive(Debug, Default)]
pub struct Framer {
    /// The beginning of a header that is not whole.
    begun: ([u8; HEADER], usize),
    /// Bytes of the body that are still to come, inside a packet.
    left: Option<u32>,
    /// Whether the packet is as long as a packet can be.
    full: bool,
    /// Whether a message goes on.
    inside: bool,
}

impl Framer {
    /// At the beginning of a message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a message begins with the next byte.
    pub fn is_between_messages(&self) -> bool {
        self.left.is_none() && self.begun.1 == 0 && !self.inside
    }

    /// Takes the next piece from the beginning of `bytes`; none when they are used up.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Part<'a>> {
        match self.left {
            Some(0) => {
                self.left = None;
                self.inside = self.full;
                return Some(Part::End { whole: !self.full });
            }
            Some(left) => {
                if bytes.is_empty() {
                    return None;
                }
                let most = usize::try_from(left).unwrap_or(usize::MAX);
                let (body, rest) = bytes.split_at(most.min(bytes.len()));
                *bytes = rest;
                let taken = u32::try_from(body.len()).unwrap_or(left);
                self.left = Some(left.saturating_sub(taken));
                return Some(Part::Body(body));
            }
            None => {}
        }
        while self.begun.1 < HEADER {
            let (first, rest) = bytes.split_first()?;
            if let Some(slot) = self.begun.0.get_mut(self.begun.1) {
                *slot = *first;
            }
            self.begun.1 += 1;
            *bytes = rest;
        }
        let ([a, b, c, number], _) = std::mem::take(&mut self.begun);
        let length = u32::from_le_bytes([a, b, c, 0]);
        self.left = Some(length);
        self.full = length == MAX_PIECE;
        Some(Part::Head(Head {
            length,
            number,
            continues: self.inside,
        }))
    }
}
