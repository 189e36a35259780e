//! Files that wait between an engineer and a target: sealed on the disk, looked into with limits, shown
//! to scanners by socket. Knows no policy: it says what a file is, and somebody else decides.
//!
//! Trusted to: keep content unreadable without the key that its writer holds, and say of content no more
//! than was looked at. Not trusted to: know what a file may be, or who may let it pass. Content is a
//! stranger's (lesson L33): whatever is read of it is bounded before it is kept, and nothing that it says
//! of itself (names, sizes, types) is believed without the bytes behind it.

#![forbid(unsafe_code)]

mod archive;
mod kind;
mod scan;
mod spool;

pub use archive::{Limits, Look, Trouble, look};
pub use kind::{KINDS, kind};
pub use scan::{ScanError, Scanned, Scanner, Socket};
pub use spool::{Draft, KEY_LENGTH, Key, Quarantine, Reader, SpoolError, Waiting};
