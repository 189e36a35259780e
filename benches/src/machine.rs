//! Where and when it was measured, and what has to be there for it.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use ids::Timestamp;

use crate::process::find;

/// Programs that are run, and the Debian packages that bring them.
const NEEDED: [(&str, &str); 15] = [
    ("sshd", "openssh-server"),
    ("ssh", "openssh-client"),
    ("ssh-keygen", "openssh-client"),
    ("openssl", "openssl"),
    ("stunnel", "stunnel4"),
    ("haproxy", "haproxy"),
    ("psql", "postgresql-client"),
    ("pgbench", "postgresql"),
    ("pgbouncer", "pgbouncer"),
    ("nginx", "nginx-light"),
    ("wrk", "wrk"),
    ("curl", "curl"),
    ("Xtigervnc", "tigervnc-standalone-server"),
    ("tigervncpasswd", "tigervnc-tools"),
    ("xterm", "xterm"),
];

/// The packages without which nothing can be compared.
pub(crate) fn missing_packages() -> Vec<&'static str> {
    let missing = NEEDED.iter().filter(|(program, _)| find(program).is_none());
    let mut packages: Vec<_> = missing.map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

/// `target/bench`: on the disk of the build, which is a real one; a temporary directory may be memory.
pub(crate) fn results_folder() -> Result<PathBuf> {
    let ourselves = std::env::current_exe()?;
    let target = ourselves.parent().and_then(|profile| profile.parent());
    let folder = target.context("the target directory")?.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Processor, cores, memory, kernel, and the load before the first measurement.
pub(crate) fn line() -> String {
    let cpu = member("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = member("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_ascii_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kib| kib >> 20);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let (kernel, load) = (kernel.trim(), load());
    format!("{cpu}, {cores} cores, {memory} GiB, Linux {kernel}, load before {load}")
}

/// Of the last minute: what else runs on the same cores is in every figure.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_ascii_whitespace()
        .next()
        .unwrap_or("?")
        .to_owned()
}

pub(crate) fn date() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(0)).to_string()
}

fn member(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
