//! What recording costs: CPU-seconds per GB, in the path and in the background.
//!
//! `cargo run --release -p store --example journal_cost [FOLDER]`. Text is like SQL rows (packs well),
//! noise does not pack at all. The path is `record` with 64 KiB, one thread; the background is reading
//! back, opening, chaining, packing, sealing, writing and verifying segments.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use ids::{SessionId, SiteId, Timestamp};
use recording::{Direction, Policy};
use store::{Journal, Limits, SessionStart};

const READ: usize = 64 << 10;
const TOTAL: usize = 1 << 30;
/// Long enough that no window of the packer sees it twice.
const CONTENT: usize = 16 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/tmp".into());
    let cases = [
        ("payload, text", Policy::Payload, text()),
        ("payload, noise", Policy::Payload, noise()),
        ("metadata only", Policy::Metadata, text()),
    ];
    for (name, policy, content) in cases {
        measure(Path::new(&folder), name, policy, &content)?;
    }
    Ok(())
}

fn measure(
    folder: &Path,
    name: &str,
    policy: Policy,
    content: &[u8],
) -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir_in(folder)?;
    let site: SiteId = "bench".parse()?;
    let unwrap = Box::new(|_: &SessionId, _: &[String]| None);
    let (journal, _) = Journal::open(dir.path(), &site, Limits::default(), unwrap)?;
    let session = SessionId::new(&site, 1);
    let at = Timestamp::from_seconds(1_795_000_000);
    let recorder = journal.recorder(SessionStart {
        session: &session,
        at,
        key: &[7; 32],
        wrapped_keys: vec![],
        policy,
        quota_left: u64::MAX,
    })?;
    let (cpu, wall) = (cpu_seconds()?, Instant::now());
    for read in 0..TOTAL / READ {
        let from = (read * (READ - 4096)) % (CONTENT - READ);
        let bytes = content.get(from..from + READ).unwrap_or_default();
        recorder.record(at, Direction::FromTarget, bytes)?;
    }
    let path = (cpu_seconds()? - cpu, wall.elapsed().as_secs_f64());
    recorder.close(at, "done")?;
    journal.sync_now()?;
    let (cpu, mut packed) = (cpu_seconds()?, 0);
    loop {
        let progress = journal.digest_step()?;
        packed += progress
            .sealed
            .iter()
            .map(|sealed| sealed.bytes)
            .sum::<u64>();
        journal.free(&progress)?;
        if !progress.more {
            break;
        }
    }
    let background = cpu_seconds()? - cpu;
    let gigabytes = TOTAL as f64 / 1e9;
    writeln!(
        std::io::stdout(),
        "{name}: path {:.3} CPU-s/GB ({:.2} GB/s), background {:.3} CPU-s/GB, segments {:.3} of the bytes",
        path.0 / gigabytes,
        gigabytes / path.1,
        background / gigabytes,
        packed as f64 / TOTAL as f64,
    )?;
    Ok(())
}

/// On-CPU time of all threads of this process.
fn cpu_seconds() -> std::io::Result<f64> {
    let mut nanoseconds = 0u64;
    for task in std::fs::read_dir("/proc/self/task")? {
        let statistics = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let first = statistics.split_whitespace().next();
        nanoseconds += first.and_then(|first| first.parse().ok()).unwrap_or(0);
    }
    Ok(nanoseconds as f64 / 1e9)
}

fn text() -> Vec<u8> {
    let mut text = Vec::new();
    let mut row = 1u64;
    while text.len() < CONTENT {
        row = row.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (patient, ward) = (row >> 48, row % 31);
        let line = format!(
            "{patient:>6} | 2026-11-21 22:00:00+09 | ward {ward:>2} | blood count | done\n"
        );
        text.extend_from_slice(line.as_bytes());
    }
    text
}

fn noise() -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut noise = Vec::new();
    while noise.len() < CONTENT {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    noise
}
