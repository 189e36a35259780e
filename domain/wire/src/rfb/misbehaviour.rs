//! What either side of an RFB conversation can do wrong, by name.

/// A side broke the protocol, a limit that no honest program comes near, or uses what is not offered here.
/// The session ends; the name goes to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// The first line is not RFB's.
    #[error("the first twelve bytes are no version of RFB")]
    NotRfb,
    /// A message whose kind this side may not send here.
    #[error("an RFB message of the kind {kind}, which is not passed on")]
    Unexpected {
        /// Its kind.
        kind: u8,
    },
    /// A rectangle in an encoding that was not asked for.
    #[error("a rectangle in the encoding {encoding}, which was not asked for")]
    Encoding {
        /// Its number.
        encoding: i32,
    },
    /// A rectangle that does not lie on the screen, or holds more than its size allows.
    #[error("a rectangle with an impossible {field}")]
    Rectangle {
        /// What cannot be.
        field: &'static str,
    },
    /// A screen larger than [`MAX_PIXELS`](super::MAX_PIXELS), or without any pixel.
    #[error("a screen of {width} × {height} pixels")]
    Screen {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
    /// Pixels that are not 32 bits of true colour.
    #[error("pixels of {bits} bits, or of a palette: 32 bits of true colour are spoken here")]
    Pixels {
        /// Bits of a pixel.
        bits: u8,
    },
    /// A name, a list or a text longer than it may be.
    #[error("{what}: {announced} announced, {most} are possible")]
    TooLong {
        /// Of what.
        what: &'static str,
        /// What was announced.
        announced: u64,
        /// The limit.
        most: usize,
    },
}
