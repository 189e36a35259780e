//! Allocations for each megabyte through the relay, so that a copy or a task too many is seen without a
//! clock. TLS at both ends is in this process too, and counts.
//!
//! A binary of its own, because the allocator is the whole process's.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    dead_code,
    reason = "the other tests use all of what is shared with them"
)]

#[path = "../it/relayed.rs"]
mod relayed;
#[path = "../it/testsite.rs"]
mod testsite;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::relayed::Relayed;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is moved in each direction.
const MEGABYTES: usize = 64;

/// TLS has 61 records for each megabyte, and rustls a buffer for each at either end: 125 were measured.
const CEILING: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_and_tls_at_both_ends_allocate_next_to_nothing_for_each_megabyte() {
    let mut relayed = Relayed::open().await;
    let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    let (mut engineer, mut site) = (connection.stream, arrival.stream);
    moved(&mut engineer, &mut site, 1).await;
    let region = Region::new(COUNTED);
    moved(&mut engineer, &mut site, MEGABYTES).await;
    held("put", &region);
    moved(&mut site, &mut engineer, 1).await;
    let region = Region::new(COUNTED);
    moved(&mut site, &mut engineer, MEGABYTES).await;
    held("get", &region);
}

fn held(what: &str, region: &Region<'_, System>) {
    let change = region.change();
    let times = (change.allocations + change.reallocations).div_ceil(MEGABYTES);
    let kib = (change.bytes_allocated >> 10) / MEGABYTES;
    // Seen with --nocapture: what a new ceiling is set by.
    eprintln!("relay and TLS, {what}: {times} allocations, {kib} KiB for each megabyte");
    assert!(
        times <= CEILING,
        "{what}: {times} allocations for each megabyte, {CEILING} at most"
    );
}

/// So many megabytes from one to the other, with one buffer each.
async fn moved(
    from: &mut (impl AsyncWrite + Unpin),
    to: &mut (impl AsyncRead + Unpin),
    megabytes: usize,
) {
    let sent = vec![7; 1_000_000];
    let mut heard = vec![0; 1_000_000];
    let sending = async {
        for _ in 0..megabytes {
            from.write_all(&sent).await.unwrap();
        }
        from.flush().await.unwrap();
    };
    let hearing = async {
        for _ in 0..megabytes {
            to.read_exact(&mut heard).await.unwrap();
        }
    };
    tokio::join!(sending, hearing);
}
