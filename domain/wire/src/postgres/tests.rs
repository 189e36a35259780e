#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

mod first;
mod patients;
mod signing_in;
mod statements;
mod streams;
