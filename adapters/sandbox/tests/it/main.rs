//! What a confined process can still do, tried by a real one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::tests_outside_test_module,
    reason = "these are tests: what is not there has failed them"
)]

mod attempts;
mod exposed;
mod workers;
