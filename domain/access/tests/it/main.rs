//! What `access` promises, as sentences.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests are tests: a panic is a failure with its place"
)]

mod busy;
mod channels;
mod discretion;
mod emergencies;
mod explore;
mod fold;
mod invariants;
mod isolation;
mod lessons;
mod looking;
mod levels;
mod matrix;
mod paths;
mod refusals;
mod world;
