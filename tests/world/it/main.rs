//! The simulated world (docs/simulated-world.md).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on is a failed test, and a failing seed is told"
)]

mod audit;
mod casting;
mod clerks;
mod clocks;
mod gateway;
#[path = "../../../engine/tests/it/hospital.rs"]
#[allow(
    dead_code,
    reason = "the world needs only some of the engine's own hospital"
)]
mod hospital;
mod lines;
mod link;
mod model;
mod mutations;
mod plan;
mod run;
mod seeds;
mod world;
