//! Whole messages of a server, while the gateway signs in: few, and short.

use super::framer::{Framer, HEADER, Head, Part};
use super::{Misbehaviour, back_kind};

/// Bytes that a server may say until it is ready.
pub const MAX_SIGN_IN: usize = 256 << 10;

/// A whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Its kind.
    pub kind: u8,
    /// Its body.
    pub body: Vec<u8>,
}

/// Puts a server's messages together, up to a limit for all of them.
#[derive(Debug, Default)]
pub struct Collector {
    framer: Framer,
    kind: u8,
    body: Vec<u8>,
    taken: usize,
}

impl Collector {
    /// At the beginning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next whole message from the beginning of `bytes`; none when they are used up.
    ///
    /// # Errors
    /// If a message has a length that cannot be, is of a kind that has no place before the first
    /// statement, or more is said than there is to say.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Collected>, Misbehaviour> {
        while let Some(part) = self.framer.next(bytes)? {
            match part {
                Part::Head(head) => self.begin(head)?,
                Part::Body(body) => self.body.extend_from_slice(body),
                Part::End => {
                    return Ok(Some(Collected {
                        kind: self.kind,
                        body: std::mem::take(&mut self.body),
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Whether a message begins with the next byte.
    pub fn is_between_messages(&self) -> bool {
        self.framer.is_between_messages()
    }

    fn begin(&mut self, head: Head) -> Result<(), Misbehaviour> {
        let known = matches!(
            head.kind,
            back_kind::AUTHENTICATION
                | back_kind::BACKEND_KEY
                | back_kind::ERROR
                | back_kind::NOTICE
                | back_kind::PARAMETER
                | back_kind::READY
                | back_kind::COMPLETE
                | back_kind::COLUMNS
                | back_kind::ROW
                | b'v'
        );
        if !known {
            return Err(Misbehaviour::Unexpected { kind: head.kind });
        }
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        self.taken = self.taken.saturating_add(length).saturating_add(HEADER);
        if self.taken > MAX_SIGN_IN {
            return Err(Misbehaviour::TooMuch { most: MAX_SIGN_IN });
        }
        self.kind = head.kind;
        Ok(())
    }
}
