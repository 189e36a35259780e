//! The terminal in front of whoever attends a session, key by key. It is put back when dropped.

use std::io;

use crate::here;

/// A terminal whose keys come as they are pressed, and are not shown.
#[derive(Debug)]
pub struct RawTerminal(
    #[expect(dead_code, reason = "dropping it restores the terminal")] here::Raw,
);

impl RawTerminal {
    /// Takes the terminal of standard input over; `None` if it is none, or this system has no such
    /// thing.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn take() -> io::Result<Option<Self>> {
        Ok(here::raw()?.map(Self))
    }
}

/// Columns and rows of the terminal of standard output, if it is one.
pub fn size() -> Option<(u16, u16)> {
    here::size()
}
