//! Telnet of old consoles. The engineer comes with SSH, so their end, the decisions and the recording are SSH's
//! (`crate::ssh`); here is the console's end, which a worker of its own has for each session (decision 0055).
//!
//! It gives one terminal: a shell of SSH, and nothing else that SSH has. A console is known by its pinned address
//! alone, and nothing is encrypted towards it: such a target rests on an accepted risk.

mod console;
mod sign_in;

pub(crate) use console::{Console, Keys, Screen};
pub(crate) use sign_in::{NotSignedIn, sign_in};
