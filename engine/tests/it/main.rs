//! The engine with a real store, journal and key store in a temporary folder, and a pushed clock.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]

mod attendance;
mod channels;
mod hospital;
mod ledger_and_witnesses;
mod people;
mod relays;
mod secrets;
mod sessions;
mod story;
