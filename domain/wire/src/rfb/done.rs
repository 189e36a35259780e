//! What is done in a page at a desktop, as the page says it: RFB's messages of a viewer, with keys as QEMU's
//! Extended Key Event, which says both what a key means and where it lies.

use super::{MAX_CLIPBOARD, Misbehaviour, encoding};

/// QEMU's messages of a viewer, and the one among them that is a key.
const QEMU: u8 = 255;
const EXTENDED_KEY: u8 = 0;

/// Something that was done.
#[derive(Clone, PartialEq, Eq)]
pub enum Done {
    /// A key went down or up.
    Key {
        /// Which way.
        down: bool,
        /// What it means, as X has it (keysym); 0 if the page knows nothing.
        symbol: u32,
        /// Where it lies: its number on a PC's keyboard (XT, set 1), with 0x80 for those with a prefix; 0
        /// for a letter that no key was pressed for.
        place: u8,
    },
    /// The pointer, as it is and lies now: the whole message.
    Pointer([u8; 6]),
    /// A text for the desktop's clipboard, in Latin-1.
    Text(Vec<u8>),
}

/// Keys and texts are passwords, too.
impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key { .. } => "Key(…)",
            Self::Pointer(_) => "Pointer(…)",
            Self::Text(_) => "Text(…)",
        })
    }
}

impl Done {
    /// Reads whole messages.
    ///
    /// # Errors
    /// If there is anything else, or one is cut off.
    pub fn read(mut bytes: &[u8]) -> Result<Vec<Self>, Misbehaviour> {
        let mut done = Vec::new();
        while let Some(kind) = bytes.first().copied() {
            let cut = Misbehaviour::Unexpected { kind };
            let length = match kind {
                5 => 6,
                QEMU => 12,
                6 => {
                    let head = bytes.get(4..).and_then(|rest| rest.first_chunk());
                    let said = u32::from_be_bytes(*head.ok_or(cut.clone())?);
                    let length = usize::try_from(said).unwrap_or(usize::MAX);
                    if length > MAX_CLIPBOARD {
                        return Err(cut);
                    }
                    length.saturating_add(8)
                }
                _ => return Err(cut),
            };
            let (message, rest) = bytes.split_at_checked(length).ok_or(cut.clone())?;
            bytes = rest;
            done.push(Self::one(message).ok_or(cut)?);
        }
        Ok(done)
    }

    fn one(message: &[u8]) -> Option<Self> {
        Some(match *message {
            [
                QEMU,
                EXTENDED_KEY,
                0,
                down @ (0 | 1),
                a,
                b,
                c,
                d,
                0,
                0,
                0,
                place,
            ] => Self::Key {
                down: down == 1,
                symbol: u32::from_be_bytes([a, b, c, d]),
                place,
            },
            [5, ..] => Self::Pointer(*message.first_chunk()?),
            [6, ..] => Self::Text(message.get(8..)?.to_vec()),
            _ => return None,
        })
    }

    /// As QEMU's viewers say it.
    pub fn told(&self) -> Vec<u8> {
        match self {
            Self::Key {
                down,
                symbol,
                place,
            } => {
                let head = [QEMU, EXTENDED_KEY, 0, u8::from(*down)];
                [&head[..], &symbol.to_be_bytes(), &[0, 0, 0, *place]].concat()
            }
            Self::Pointer(message) => message.to_vec(),
            Self::Text(text) => cut_text(text),
        }
    }

    /// As every server understands it (RFC 6143 §7.5.4); `None` for a key that means nothing.
    pub fn plain(&self) -> Option<Vec<u8>> {
        match self {
            Self::Key { symbol: 0, .. } => None,
            Self::Key { down, symbol, .. } => {
                Some([&[4, u8::from(*down), 0, 0][..], &symbol.to_be_bytes()].concat())
            }
            Self::Pointer(_) | Self::Text(_) => Some(self.told()),
        }
    }
}

/// The message with which a viewer offers the text of its clipboard (RFC 6143 §7.5.6).
pub fn cut_text(text: &[u8]) -> Vec<u8> {
    with_text(6, text)
}

/// The message with which a server offers the text of its clipboard (RFC 6143 §7.6.4).
pub fn server_cut_text(text: &[u8]) -> Vec<u8> {
    with_text(3, text)
}

fn with_text(kind: u8, text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(0);
    [&[kind, 0, 0, 0][..], &length.to_be_bytes(), text].concat()
}

/// The message with which a viewer says what it can draw (RFC 6143 §7.5.2): all that passes, the shortest
/// first.
pub fn encodings() -> Vec<u8> {
    let [raw, rest @ ..] = encoding::PASSED;
    let mut said = vec![2, 0, 0, u8::try_from(encoding::PASSED.len()).unwrap_or(0)];
    let shortest = rest.iter().filter(|number| **number == encoding::HEXTILE);
    let others = rest.iter().filter(|number| **number != encoding::HEXTILE);
    for number in shortest.chain(others).chain([&raw]) {
        said.extend(number.to_be_bytes());
    }
    said
}
