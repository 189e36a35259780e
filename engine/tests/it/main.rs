//! The engine with a real store, journal and key store in a temporary folder, and a pushed clock.

mod hospital;
mod ledger_and_witnesses;
mod people;
mod sessions;
