//! The relay between real sockets, under the real engine, in the engine's own test hospital.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on is a failed test"
)]

mod files;
#[path = "../../../../engine/tests/it/hospital.rs"]
#[expect(dead_code, reason = "the engine's tests use all of it")]
mod hospital;
mod http_ends;
mod http_ground;
mod http_inside;
mod http_line;
mod http_orthanc;
mod page;
mod postgres_ends;
mod postgres_entry;
mod postgres_ground;
mod postgres_statements;
mod relay;
mod seen;
mod ssh_ends;
mod ssh_shell;
mod sshd;
