//! RDP (MS-RDPBCGR) with TLS, as Windows, xrdp and FreeRDP speak it: a gateway between an engineer's client
//! and a desktop's server.
//!
//! # Stages
//! Both ends are negotiated with on their own ([`ConnectionRequest`], [`ask_target`], [`Selected`]), and the
//! gateway signs in at the server ([`credssp`], or by Client Info alone). From there on a [`Desk`] follows
//! both sides, unit by unit, and lets pass what stands on a list. What is on no list ends the session.
//!
//! # What is taken away
//! Every virtual channel (drives, printers, sound, USB, smart cards), but text on that of clipboards where the
//! terms open it; graphics pipelines, codecs, caches, drawing orders, compression, UDP. What remains on the screen are bitmaps, which can be read
//! without those before; they are read before they pass, and told as RFB ([`crate::rfb`]), so that a
//! recording of any desktop is played in one way.
//!
//! # Limits
//! A unit is at most 65,535 bytes long by its own header, a drawing in pieces [`MAX_DRAWING`], a screen
//! [`MAX_SCREEN`] pixels.

mod capabilities;
mod client;
mod clipboard;
mod connect;
pub mod credssp;
mod der;
mod desk;
mod info;
mod input;
mod mcs;
mod misbehaviour;
mod nego;
mod output;
mod planar;
mod read;
mod screen;
#[cfg(test)]
mod tests;
mod unit;

pub use client::{Client, Heard};
pub use connect::{Channels, Connected, connect_initial, connect_response};
pub use desk::{Desk, Down, Rules, Up};
pub use info::Logon;
pub use input::Key;
pub use misbehaviour::Misbehaviour;
pub use nego::{ConnectionRequest, Selected, SignIn, ask_target, confirm, refuse, tls_is_next};
pub use screen::Screen;
pub use unit::{Units, data_unit};

/// The most pixels of a screen: four thousand across, and so much memory for it as can be spared.
pub const MAX_SCREEN: usize = 4096 * 2560;
/// The longest drawing that comes in pieces, in bytes; clients and servers are told so.
pub const MAX_DRAWING: usize = 4 << 20;
/// The longest Connect Initial or Connect Response, in bytes. Real ones are a tenth of it.
const MAX_CONNECT: usize = 8 << 10;
