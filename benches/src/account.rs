//! What processes have used, by the kernel's own account: CPU, memory, connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// CPU seconds, user and system, that these processes and all their descendants have used, those
/// that ended included.
pub(crate) fn cpu_seconds(roots: &[u32]) -> Result<f64> {
    let processes = all_processes()?;
    let counted = with_descendants(&processes, roots)?;
    let ticks = counted.iter().filter_map(|pid| processes.get(pid));
    Ok(seconds(ticks.map(|process| process.ticks).sum()))
}

fn with_descendants(processes: &BTreeMap<u32, Process>, roots: &[u32]) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut waiting = roots.to_vec();
    while let Some(pid) = waiting.pop() {
        if !processes.contains_key(&pid) {
            bail!("process {pid} has ended in the middle of a measurement");
        }
        found.push(pid);
        let children = processes.iter().filter(|(_, child)| child.parent == pid);
        waiting.extend(children.map(|(pid, _)| *pid));
    }
    Ok(found)
}

/// CPU seconds of the threads of these processes whose name begins so; 0 if there are none. Finer than
/// [`cpu_seconds`], but a thread that has ended is not in it.
pub(crate) fn thread_cpu_seconds(pids: &[u32], name: &str) -> Result<f64> {
    let mut nanoseconds = 0;
    for pid in pids {
        for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let thread = thread?.path();
            // It may have ended since the folder was listed.
            let called = std::fs::read_to_string(thread.join("comm")).unwrap_or_default();
            let spent = std::fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            let first = spent.split_ascii_whitespace().next();
            if called.starts_with(name) {
                nanoseconds += first.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            }
        }
    }
    Ok(Duration::from_nanos(nanoseconds).as_secs_f64())
}

/// CPU seconds of the programs that this process ran to their end, and of those that they did.
pub(crate) fn ended_cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let times = |count| Some(parse(&stat, count)?.ticks);
    let (own, all) = times(2).zip(times(4)).context("/proc/self/stat")?;
    Ok(seconds(all - own))
}

/// The memory of these processes and all their descendants, KiB: each page divided by how many
/// processes share it (PSS, proc_pid_smaps(5)).
pub(crate) fn memory_kib(roots: &[u32]) -> Result<f64> {
    let mut kib = 0;
    for pid in with_descendants(&all_processes()?, roots)? {
        let file = format!("/proc/{pid}/smaps_rollup");
        let text = std::fs::read_to_string(&file).with_context(|| file.clone())?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        let figure = line.and_then(|line| line.split_ascii_whitespace().next());
        kib += figure
            .and_then(|text| text.parse::<u32>().ok())
            .with_context(|| format!("{file} without Pss"))?;
    }
    Ok(f64::from(kib))
}

/// Processes that stand still, with all that they started, until this is dropped.
pub(crate) struct Stopped(Vec<Pid>);

impl Stopped {
    pub(crate) fn with_descendants(roots: &[u32]) -> Result<Self> {
        let pids = with_descendants(&all_processes()?, roots)?;
        let pids: Vec<Pid> = pids
            .iter()
            .filter_map(|pid| Pid::from_raw(i32::try_from(*pid).ok()?))
            .collect();
        for pid in &pids {
            // One that has ended needs no stopping.
            let _gone = kill_process(*pid, Signal::STOP);
        }
        Ok(Self(pids))
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for pid in &self.0 {
            let _gone = kill_process(*pid, Signal::CONT);
        }
    }
}

/// The established connections to this IPv4 address (proc_pid_net(5)), seen from the dialling end.
pub(crate) fn connections_to(address: SocketAddr) -> Result<usize> {
    let SocketAddr::V4(address) = address else {
        bail!("{address} is not IPv4");
    };
    let (ip, port) = (address.ip().octets(), address.port());
    let remote = format!("{:08X}:{port:04X}", u32::from_ne_bytes(ip));
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let established = |line: &&str| {
        let mut fields = line.split_ascii_whitespace().skip(2);
        fields.next() == Some(&remote) && fields.next() == Some("01")
    };
    Ok(table.lines().filter(established).count())
}

/// CPU seconds of this process alone.
pub(crate) fn own_cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let own = parse(&stat, 2).context("/proc/self/stat")?;
    Ok(seconds(own.ticks))
}

#[derive(Debug, PartialEq, Eq)]
struct Process {
    parent: u32,
    ticks: u64,
}

fn all_processes() -> Result<BTreeMap<u32, Process>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // It may have ended since the folder was listed.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        if let Some(process) = parse(&stat, 4) {
            found.insert(pid, process);
        }
    }
    Ok(found)
}

/// Of proc_pid_stat(5): the parent, and of utime, stime, cutime, cstime the first so many.
fn parse(stat: &str, times: usize) -> Option<Process> {
    // The name may hold anything, also parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let ticks = fields.skip(9).take(times);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>().ok()?;
    Some(Process { parent, ticks })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a hundred years of ticks fit the mantissa"
)]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::{Process, cpu_seconds, own_cpu_seconds, parse};

    const STAT: &str = "42 (a) b (c)) S 7 42 42 0 -1 4194560 100 0 0 0 11 22 33 44 20 0 1 0 500";

    #[test]
    fn the_times_are_found_behind_a_name_with_parentheses() {
        assert_eq!(
            parse(STAT, 2),
            Some(Process {
                parent: 7,
                ticks: 33
            })
        );
        assert_eq!(
            parse(STAT, 4),
            Some(Process {
                parent: 7,
                ticks: 110
            })
        );
        assert_eq!(parse("42 (a", 2), None);
    }

    #[test]
    fn our_own_process_is_found_and_one_that_has_ended_is_not_taken_for_idle() {
        assert!(cpu_seconds(&[std::process::id()]).unwrap() >= own_cpu_seconds().unwrap() * 0.5);
        assert!(cpu_seconds(&[u32::MAX]).is_err());
    }
}
