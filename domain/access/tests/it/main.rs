//! What `access` promises, as sentences.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests are tests: a panic is a failure with its place"
)]

mod alerts;
mod browsers;
mod busy;
mod channels;
mod consoles;
mod databases;
mod decoys;
mod desktops;
mod discretion;
mod emergencies;
mod emergency_accounts;
mod explore;
mod finding;
mod fold;
mod foreign_logs;
mod held_files;
mod incidents;
mod inspection;
mod invariants;
mod isolation;
mod lessons;
mod levels;
mod looking;
mod matrix;
mod notices;
mod passkeys;
mod paths;
mod reach;
mod refusals;
mod response;
mod reviews;
mod risks;
mod rotation;
mod rotation_way;
mod secrets;
mod target_terms;
mod telnet;
mod unusual;
mod visit_accounts;
mod world;
