//! Web consoles: the engineer's browser, the decisions, the recording and the console's connections, joined
//! (decision 0036).
//!
//! Inside the session the engineer's door speaks HTTP/2: where a message ends is said by frames, so that nothing
//! hides between two readings of a length, and one session carries what a browser asks side by side. Each request
//! is decided, noted, and then made anew in HTTP/1.1 towards the console, with the console's own name and with
//! the vault's secret; each answer comes back without what is the console's alone.

mod answers;
mod body;
mod console;
mod form;
mod heads;
mod line;
mod notes;
mod pages;
mod requests;
mod session;
mod tasks;

pub use session::carry;

/// The channel of a session: there is one.
const CHANNEL: u32 = 0;
