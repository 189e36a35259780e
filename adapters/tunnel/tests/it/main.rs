//! The listener and the dialler against each other, against hand-made cheats, and against OpenSSL.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "this is test code throughout, and clippy.toml reaches only the test functions themselves"
)]

mod browsers;
mod cheat;
mod closing;
mod devices;
mod dialling;
mod openssl;
mod pebble;
mod relay_cheats;
mod relayed;
mod relaying;
mod sources;
mod strangers;
mod testsite;
