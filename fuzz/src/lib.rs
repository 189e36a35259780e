//! What a stranger, a client, a relay, a target or a stored file can feed us, each as one function that
//! takes any bytes. A target looks for more than a stop: what was read must be written the same, what was
//! altered must not verify, what was not allowed or paid for must not pass.
//!
//! The same functions run under a real fuzzer (`cargo xtask fuzz`) and, over the committed seeds and some
//! thousand alterations of them, as tests. `docs/fuzzing.md` says how.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a target that finds something stops: that is how it tells"
)]

mod bytes;
mod mutation;
pub mod seed;
mod targets;

use std::path::{Path, PathBuf};

pub use mutation::{Mutator, mutations};
pub use targets::TARGETS;

/// The variable that tells the fuzzer's program which target to run.
pub const CHOICE: &str = "SEKISHO_FUZZ_TARGET";

/// One way by which bytes reach us.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, in files and on the command line.
    pub name: &'static str,
    /// Takes any bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
    /// What the fuzzer begins with: each with the name of its file.
    pub seeds: fn() -> Vec<(&'static str, Vec<u8>)>,
}

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Writes what is sealed and kept for the seeds (`fuzz/vault`), where it is not there.
///
/// # Errors
/// If it cannot be written.
pub fn keep() -> std::io::Result<()> {
    targets::vault::keep()
}

/// Where the seeds lie: a folder for each target.
pub fn seeds_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}
