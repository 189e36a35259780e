//! SSH: the engineer's connection, the decisions, the recording and the target's connection, joined.
//!
//! Both ends are SSH connections of their own (`adapters/ssh`): the engineer's in the gateway, the target's in a
//! worker (`crate::workers`, decision 0053), which sends what it reads as values. Each channel, and each file in one, is
//! asked for at the engine's one door; what passes is recorded first (invariant 6). A channel runs in a
//! task of its own, so that none waits for another; all of them end with the session.
//!
//! While a session is frozen nothing is taken up in either direction. What was being handed to a
//! connection at that moment, one piece of at most 64 KiB per channel and direction, is like what
//! stands in a socket's buffer: it cannot be called back.

mod begin;
mod channel;
mod decisions;
mod entry;
mod files;
mod gate;
mod machine;
mod outgoing;
mod pumps;
mod refusals;
mod resolve;
pub(crate) mod rotating;
mod session;
mod start;
mod terminal;
mod transfer;
pub(crate) mod visit_accounts;
mod windows;

use crate::{frozen, words};

pub use session::carry;
