//! The rules, at a small hospital whose every entry is decided as it would be.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests are tests: a panic is a failure with its place"
)]

mod attempts;
mod bounds;
mod commands;
mod data;
mod month;
mod sessions;
mod site;
mod volumes;
mod ward;
// The hospital in which the decisions themselves are tested.
#[allow(
    dead_code,
    reason = "the tests of `access` use the rest of that hospital"
)]
#[path = "../../../access/tests/it/world.rs"]
mod world;
