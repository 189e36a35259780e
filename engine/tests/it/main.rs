//! The engine with a real store, journal and key store in a temporary folder, and a pushed clock.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]

// The hospital of access's own tests, whose entries are part of the golden ledgers.
#[path = "../../../domain/access/tests/it/busy.rs"]
mod busy;
#[allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "the world of access's own tests; a part of it is needed here"
)]
#[path = "../../../domain/access/tests/it/world.rs"]
mod world;

// The security key in software, of login's own tests.
#[allow(clippy::indexing_slicing, reason = "of login's own tests")]
#[path = "../../../adapters/login/tests/it/authenticator.rs"]
mod authenticator;

mod attendance;
mod backup;
mod channels;
mod chronology;
mod clocks;
mod console_reach;
mod databases;
mod faults;
mod foreign_logs;
mod golden;
mod hospital;
mod ledger_and_witnesses;
mod log_out;
mod notices;
mod passkeys;
mod people;
mod reach;
mod relays;
mod rotating;
mod searching;
mod secrets;
mod sessions;
mod starts;
mod story;
mod visit_accounts;
mod weak_secrets;
