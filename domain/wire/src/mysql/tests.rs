#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

mod commands;
mod grants;
mod patients;
mod signing_in;
