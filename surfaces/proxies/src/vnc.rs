//! VNC: the engineer's viewer, the decisions, the recording and the desktop's server, joined.
//!
//! Both ends are signed in on their own: the viewer with nothing, for it speaks inside the session; the
//! gateway at the server with the vault's password, over TLS with the pinned key where it has one. From
//! there on what is on `wire::rfb`'s list passes, each recorded first (invariant 6): the server's messages
//! as they come, so that they can be played again; the viewer's beside them; its keys sealed (decision
//! 0012), in a stream of their own on which nothing is ever shown, so that no password becomes readable.
//!
//! The gateway asks for the whole screen from time to time: from each of these a recording can be played.

mod challenge;
mod entry;
mod pumps;
mod session;
pub(crate) mod viewer;

pub(crate) use session::carry;
