//! Allocations for each forwarded megabyte, so that a copy or a task too many is seen without a clock.
//!
//! Everything in this process counts: the proxy, the recorder, what the engine packs and seals behind
//! it. The programs at both ends do not: they are other processes, or use one buffer. A binary of its
//! own, because the allocator is the whole process's; one test at a time, because so is the count.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::print_stderr,
    reason = "a test that cannot go on is a failed test, and one that counts says what it counted"
)]

#[path = "../../../../engine/tests/it/hospital.rs"]
#[expect(dead_code, reason = "the engine's tests use all of it")]
mod hospital;
mod idle;
#[path = "../it/seen.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod seen;
mod ssh;
#[path = "../it/sshd.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod sshd;
mod tcp;

use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is moved in one direction by one test.
const MEGABYTES: usize = 64;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Until this is dropped no other test counts.
fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Allocations, of any size, while `work` moves [`MEGABYTES`], divided by them; held to a ceiling.
fn costs_at_most(ceiling: usize, what: &str, work: impl FnOnce()) {
    let region = Region::new(COUNTED);
    work();
    let change = region.change();
    let times = (change.allocations + change.reallocations).div_ceil(MEGABYTES);
    let kib = (change.bytes_allocated >> 10) / MEGABYTES;
    // Seen with --nocapture: what a new ceiling is set by.
    eprintln!("{what}: {times} allocations, {kib} KiB for each megabyte");
    assert!(
        times <= ceiling,
        "{what}: {times} allocations for each megabyte, {ceiling} at most"
    );
}
