//! What a viewer says, message by message.

use super::{
    MAX_CLIPBOARD, MAX_ENCODINGS, MAX_MESSAGE, Misbehaviour, PixelFormat, ServerSize, encoding,
};

/// Where the text of the clipboard begins in its message, in bytes.
const TEXT: usize = 8;

/// What passes from a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Keys and the pointer.
    pub input: bool,
    /// The text of its clipboard.
    pub clipboard: bool,
}

/// What a viewer said, as it is to be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Whole messages about the picture, or the pointer.
    Message(Vec<u8>),
    /// A text of the clipboard that passes: the whole message (RFC 6143 §7.5.6).
    Text(Vec<u8>),
    /// One key went down or up: the whole message, of eight bytes.
    Key([u8; 8]),
    /// A text of the clipboard that does not pass, or is too long.
    Clipboard {
        /// Its bytes.
        bytes: u64,
    },
    /// A key or the pointer, where the desktop is only looked at.
    Input,
}

/// Follows a viewer.
#[derive(Debug)]
pub struct ViewerSide {
    rules: Rules,
    kept: Vec<u8>,
    /// Bytes of a text that are dropped as they come.
    dropping: u64,
    format: Option<PixelFormat>,
}

/// A length that stands in a message.
enum Length {
    /// So many bytes, all in all.
    Whole(usize),
    /// More of it is needed to know.
    Later,
    /// A text of so many bytes follows that is dropped.
    Drop(u64),
}

impl ViewerSide {
    /// For a viewer that was told of the screen.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            kept: Vec::new(),
            dropping: 0,
            format: None,
        }
    }

    /// How it asked for pixels to be written, if it did.
    pub fn format(&self) -> Option<PixelFormat> {
        self.format
    }

    /// Takes the next bytes, and gives what they say.
    ///
    /// # Errors
    /// If the viewer says what it may not. What was heard before that stays in `heard`.
    pub fn take(&mut self, mut bytes: &[u8], heard: &mut Vec<Heard>) -> Result<(), Misbehaviour> {
        while !bytes.is_empty() {
            let dropped = usize::try_from(self.dropping).unwrap_or(usize::MAX);
            let dropped = dropped.min(bytes.len());
            if dropped > 0 {
                bytes = bytes.get(dropped..).unwrap_or_default();
                self.dropping -= u64::try_from(dropped).unwrap_or(0);
                continue;
            }
            let (kind, needed) = match self.length()? {
                Length::Whole(needed) => (self.kept.first().copied(), needed),
                Length::Later => (None, self.kept.len() + 1),
                Length::Drop(length) => {
                    self.dropping = length;
                    self.kept.clear();
                    heard.push(Heard::Clipboard { bytes: length });
                    continue;
                }
            };
            let (now, rest) = bytes.split_at(bytes.len().min(needed - self.kept.len().min(needed)));
            self.kept.extend_from_slice(now);
            bytes = rest;
            if let Some(kind) = kind
                && self.kept.len() >= needed
            {
                self.whole(kind, heard)?;
                self.kept.clear();
            }
        }
        // A text of no bytes at all is over when it is announced.
        if let Length::Drop(length) = self.length()? {
            self.dropping = length;
            self.kept.clear();
            heard.push(Heard::Clipboard { bytes: length });
        }
        Ok(())
    }

    /// How long the message is that was begun.
    fn length(&self) -> Result<Length, Misbehaviour> {
        let Some(kind) = self.kept.first().copied() else {
            return Ok(Length::Later);
        };
        Ok(match kind {
            0 => Length::Whole(20),
            2 => match *self.kept.as_slice() {
                [_, _, high, low, ..] => {
                    let count = usize::from(u16::from_be_bytes([high, low]));
                    if count > MAX_ENCODINGS {
                        return Err(Misbehaviour::TooLong {
                            what: "a list of encodings",
                            announced: u64::try_from(count).unwrap_or(u64::MAX),
                            most: MAX_ENCODINGS,
                        });
                    }
                    Length::Whole(MAX_MESSAGE.min(4 + 4 * count))
                }
                _ => Length::Later,
            },
            3 => Length::Whole(10),
            4 => Length::Whole(8),
            5 => Length::Whole(6),
            6 => match *self.kept.as_slice() {
                [_, _, _, _, a, b, c, d, ..] => {
                    // Negative is the extended clipboard, which nobody was told of.
                    let said = i32::from_be_bytes([a, b, c, d]);
                    let length = u64::from(said.unsigned_abs());
                    let fits = usize::try_from(length).is_ok_and(|length| length <= MAX_CLIPBOARD);
                    if self.rules.clipboard && said >= 0 && fits {
                        Length::Whole(usize::try_from(length).unwrap_or(0) + 8)
                    } else {
                        Length::Drop(length)
                    }
                }
                _ => Length::Later,
            },
            kind => return Err(Misbehaviour::Unexpected { kind }),
        })
    }

    fn whole(&mut self, kind: u8, heard: &mut Vec<Heard>) -> Result<(), Misbehaviour> {
        match kind {
            0 => {
                if let Some(format) = self.kept.get(4..).and_then(|f| f.first_chunk()) {
                    self.format = Some(PixelFormat::read(format)?);
                }
                message(&self.kept, heard);
            }
            2 => message(&passed(&self.kept), heard),
            4 | 5 if !self.rules.input => heard.push(Heard::Input),
            4 => heard.extend(self.kept.first_chunk().map(|key| Heard::Key(*key))),
            6 => heard.push(Heard::Text(self.kept.clone())),
            _ => message(&self.kept, heard),
        }
        Ok(())
    }
}

impl Heard {
    /// The text of a message of the clipboard, which is Latin-1.
    pub fn latin_1(message: &[u8]) -> String {
        let text = message.get(TEXT..).unwrap_or_default();
        text.iter().map(|byte| char::from(*byte)).collect()
    }
}

/// Messages beside each other pass together.
fn message(said: &[u8], heard: &mut Vec<Heard>) {
    if let Some(Heard::Message(before)) = heard.last_mut() {
        before.extend_from_slice(said);
    } else {
        heard.push(Heard::Message(said.to_vec()));
    }
}

/// The encodings that a viewer named and that can be followed, in its order; Raw, which each understands,
/// last.
fn passed(named: &[u8]) -> Vec<u8> {
    let named = named.get(4..).unwrap_or_default().as_chunks::<4>().0;
    let named = named.iter().map(|number| i32::from_be_bytes(*number));
    let mut passed: Vec<i32> = Vec::with_capacity(encoding::PASSED.len());
    for number in named.chain([encoding::RAW]) {
        if encoding::PASSED.contains(&number) && !passed.contains(&number) {
            passed.push(number);
        }
    }
    let count = u16::try_from(passed.len()).unwrap_or(0);
    let mut said = vec![2, 0];
    said.extend(count.to_be_bytes());
    said.extend(passed.iter().flat_map(|number| number.to_be_bytes()));
    said
}

/// The message that asks for the whole screen anew (RFC 6143 §7.5.3).
pub fn request_all(size: ServerSize) -> [u8; 10] {
    let ([w0, w1], [h0, h1]) = (size.width.to_be_bytes(), size.height.to_be_bytes());
    [3, 0, 0, 0, 0, 0, w0, w1, h0, h1]
}
