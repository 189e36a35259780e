//! RFB 3.8 (RFC 6143), as VNC speaks it, and the two versions before: a gateway between a viewer and a
//! desktop's server.
//!
//! # Stages
//! Both ends are signed in on their own, with the pieces of [`Version`], [`security`],
//! [`plain_answer`] and [`ServerInit`]. From there on [`ViewerSide`] and [`ServerSide`] follow what passes,
//! and let pass what stands on a list: of messages, of encodings, of pseudo-encodings. What is on no list
//! ends the session.
//!
//! # Why these encodings
//! A recording is what the server sent, and is played from any keyframe on. So only encodings pass whose
//! rectangles can be read without those before: Raw, CopyRect, RRE and Hextile. ZRLE, Tight and their kin
//! carry one compressed stream through the whole session.
//!
//! # Pixels
//! Every pixel is 32 bits of true colour: then the size of what a server sends depends on nothing that
//! could change on the way. Where red, green and blue stand in it, the viewer chooses.
//!
//! # Limits
//! No rectangle and no text is kept: they pass as they come. A viewer's message is kept whole, up to
//! [`MAX_MESSAGE`]; a clipboard's text that passes up to [`MAX_CLIPBOARD`].

mod canvas;
mod damage;
mod done;
mod format;
mod handshake;
mod misbehaviour;
mod rectangles;
mod server;
#[cfg(test)]
mod tests;
mod tiles;
mod viewer;

/// The kind of the message with which a server shows something (RFC 6143 §7.6.1).
pub(crate) const UPDATE: u8 = 0;
pub(crate) use encoding::{DESKTOP_SIZE, HEXTILE};

pub(crate) use tiles::hextile;

pub use canvas::{Canvas, Painted};
pub use damage::{Damage, Place};
pub use done::{Done, cut_text, encodings, server_cut_text};
pub use format::{PixelFormat, ServerInit, ServerSize};
pub use handshake::{Version, failure, plain_answer, security};
pub use misbehaviour::Misbehaviour;
pub use server::{Follow, Passed, ServerSide};
pub use viewer::{Heard, Rules, ViewerSide, request_all};

/// The longest message of a viewer that is kept, beside its clipboard: a list of 1024 encodings.
pub const MAX_MESSAGE: usize = 4 + 4 * MAX_ENCODINGS;
/// Encodings that a viewer may name. Real ones name some thirty.
const MAX_ENCODINGS: usize = 1024;
/// The longest text of a clipboard that passes, in bytes. A longer one is dropped.
pub const MAX_CLIPBOARD: usize = 256 << 10;
/// The most pixels of a screen: 8192 × 8192.
pub const MAX_PIXELS: u32 = 1 << 26;
/// The most pixels of a screen that is drawn here ([`Canvas`]): four bytes each are kept.
pub const MAX_CANVAS: u64 = 1 << 24;
/// The longest name of a desktop, in bytes.
pub const MAX_DESKTOP_NAME: usize = 1024;

/// Encodings by number (RFC 6143 §7.7, §7.8).
mod encoding {
    pub(super) const RAW: i32 = 0;
    pub(super) const COPY_RECT: i32 = 1;
    pub(super) const RRE: i32 = 2;
    pub(crate) const HEXTILE: i32 = 5;
    pub(crate) const DESKTOP_SIZE: i32 = -223;
    pub(super) const LAST_RECT: i32 = -224;
    pub(super) const CURSOR: i32 = -239;
    /// What a server is told that a viewer understands.
    pub(super) const PASSED: [i32; 7] = [
        RAW,
        COPY_RECT,
        RRE,
        HEXTILE,
        DESKTOP_SIZE,
        LAST_RECT,
        CURSOR,
    ];
}
