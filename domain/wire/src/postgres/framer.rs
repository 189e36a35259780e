//! One side's bytes, cut into messages. Nothing of a message is kept but its first five bytes: its body
//! goes on as it arrives, however long it is.

use super::Misbehaviour;

/// Bytes before a message's body: its kind, and its length without the kind.
pub const HEADER: usize = 5;

/// The longest body: what a server allocates at most (`MaxAllocSize`, a gibibyte).
pub const MAX_BODY: u32 = 0x3fff_ffff;

/// The first bytes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its kind: the meaning of each depends on the side.
    pub kind: u8,
    /// Bytes of its body.
    pub length: u32,
}

impl Head {
    /// As they travel.
    pub fn encode(self) -> [u8; HEADER] {
        let [a, b, c, d] = self.length.saturating_add(4).to_be_bytes();
        [self.kind, a, b, c, d]
    }
}

/// The next piece of a side's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A message begins.
    Head(Head),
    /// Some of its body.
    Body(&'a [u8]),
    /// It is over.
    End,
}

/// Cuts the bytes of one side.
#[derive(Debug, Default)]
pub struct Framer {
    /// The beginning of a header that is not whole.
    begun: ([u8; HEADER], usize),
    /// Bytes of the body that are still to come, inside a message.
    left: Option<u32>,
}

impl Framer {
    /// At the beginning of a message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a message begins with the next byte.
    pub fn is_between_messages(&self) -> bool {
        self.left.is_none() && self.begun.1 == 0
    }

    /// Takes the next piece from the beginning of `bytes`; none when they are used up.
    ///
    /// # Errors
    /// If a message has a length that cannot be.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Part<'a>>, Misbehaviour> {
        match self.left {
            Some(0) => {
                self.left = None;
                return Ok(Some(Part::End));
            }
            Some(left) => {
                if bytes.is_empty() {
                    return Ok(None);
                }
                let most = usize::try_from(left).unwrap_or(usize::MAX);
                let (body, rest) = bytes.split_at(most.min(bytes.len()));
                *bytes = rest;
                let taken = u32::try_from(body.len()).unwrap_or(left);
                self.left = Some(left.saturating_sub(taken));
                return Ok(Some(Part::Body(body)));
            }
            None => {}
        }
        while self.begun.1 < HEADER {
            let Some((first, rest)) = bytes.split_first() else {
                return Ok(None);
            };
            if let Some(slot) = self.begun.0.get_mut(self.begun.1) {
                *slot = *first;
            }
            self.begun.1 += 1;
            *bytes = rest;
        }
        let ([kind, a, b, c, d], _) = std::mem::take(&mut self.begun);
        let announced = u32::from_be_bytes([a, b, c, d]);
        let length = announced
            .checked_sub(4)
            .filter(|length| *length <= MAX_BODY)
            .ok_or(Misbehaviour::Length {
                announced,
                most: MAX_BODY + 4,
            })?;
        self.left = Some(length);
        Ok(Some(Part::Head(Head { kind, length })))
    }
}
