//! Durable entries per second in batches, the latency of a single append, and the time to open.
//!
//! `cargo run --release -p store --example append [DIR]`: DIR on the disk to be measured, the system's
//! temporary directory otherwise. The last line compares with what the disk itself takes for an fsync.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ids::SiteId;
use ledger::{Signer, checkpoint};
use store::Store;

const BATCH: u64 = 500;
const BATCHED: u64 = 200_000;
const SINGLE: u64 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let parent = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(parent)?;
    let site: SiteId = "bench".parse()?;
    let signer = Signer::ed25519(&checkpoint::origin(&site), &[7; 32])?;
    let store = Store::create(&dir.path().join("site"), &site, signer.verifier())?;
    let append = |count: u64| -> Result<(), Box<dyn Error>> {
        let size = store.size();
        let entries: Vec<Vec<u8>> = (size..size + count).map(entry).collect();
        store.append(size, &entries, |wanted| {
            checkpoint::sign(wanted, &signer)
                .map_or_else(|_| String::new(), |note| note.to_string())
        })?;
        Ok(())
    };

    let started = Instant::now();
    for _ in 0..BATCHED / BATCH {
        append(BATCH)?;
    }
    let took = started.elapsed();
    let rate = f64::from(u32::try_from(BATCHED)?) / took.as_secs_f64();
    println!("batches of {BATCH}: {rate:.0} durable entries/s");

    let single = sampled(|| append(1))?;
    println!("single append: {}", shown(&single));
    let fsync = fsyncs(&dir.path().join("probe"))?;
    println!("4 KiB append and fdatasync on this disk: {}", shown(&fsync));

    store.close()?;
    drop(store);
    let started = Instant::now();
    let store = Store::open(&dir.path().join("site"), signer.verifier())?;
    println!(
        "open, {} entries verified: {:.2?}",
        store.size(),
        started.elapsed()
    );
    let started = Instant::now();
    let mut bytes = 0;
    let _whole = store.read_from(0, &mut |_, entry| {
        bytes += entry.len();
        ControlFlow::<()>::Continue(())
    })?;
    println!("read all, {bytes} bytes: {:.2?}", started.elapsed());
    Ok(())
}

/// About the size of a common entry.
fn entry(n: u64) -> Vec<u8> {
    let filler = "0123456789abcdef".repeat(24);
    format!(
        r#"{{"at":1800000000000,"event":{{"kind":"session_ended","n":{n}}},"filler":"{filler}"}}"#
    )
    .into_bytes()
}

fn sampled(
    mut act: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut samples = Vec::new();
    for _ in 0..SINGLE {
        let started = Instant::now();
        act()?;
        samples.push(started.elapsed());
    }
    samples.sort_unstable();
    Ok(samples)
}

fn fsyncs(path: &std::path::Path) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut file = std::fs::File::create(path)?;
    sampled(|| {
        file.write_all(&[1; 4096])?;
        Ok(file.sync_data()?)
    })
}

fn shown(sorted: &[Duration]) -> String {
    let at = |percent: usize| {
        sorted
            .get(sorted.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    format!("p50 {:.2?}, p99 {:.2?}", at(50), at(99))
}
