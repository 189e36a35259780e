//! Processes of ours: started, timed by the kernel's own account, ended with us.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::room::Room;

/// How long a peer may take to start.
const START: Duration = Duration::from_secs(20);

/// A process that ends with this value.
#[derive(Debug)]
pub(crate) struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    /// Starts it without input.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self { name, child })
    }

    /// Starts a peer that keeps its words in `log` and listens at `address` once it is ready.
    pub(crate) fn peer(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        address: SocketAddr,
    ) -> Result<Self> {
        let said = File::create(log)?;
        command.stdout(said.try_clone()?).stderr(said);
        let mut peer = Self::start(name, command)?;
        peer.wait_until_it_listens(log, address, || TcpStream::connect(address).is_ok())?;
        Ok(peer)
    }

    /// The same for one that was started to enter a room, and listens there.
    pub(crate) fn peer_inside(
        room: &Room,
        name: &'static str,
        command: &mut Command,
        log: &Path,
        address: SocketAddr,
    ) -> Result<Self> {
        let said = File::create(log)?;
        command.stdout(said.try_clone()?).stderr(said);
        let mut peer = Self::start(name, command)?;
        let dials = || {
            room.inside(|| TcpStream::connect(address))
                .is_ok_and(|dialled| dialled.is_ok())
        };
        peer.wait_until_it_listens(log, address, dials)?;
        Ok(peer)
    }

    /// Starts it with this file as its input.
    pub(crate) fn with_input(
        name: &'static str,
        command: &mut Command,
        input: File,
    ) -> Result<Self> {
        let child = command
            .stdin(input)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self { name, child })
    }

    fn wait_until_it_listens(
        &mut self,
        log: &Path,
        address: SocketAddr,
        dials: impl Fn() -> bool,
    ) -> Result<()> {
        let started = Instant::now();
        loop {
            if dials() {
                return Ok(());
            }
            let ended = self.child.try_wait()?.is_some();
            if ended || started.elapsed() > START {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                bail!(
                    "{} does not listen at {address}: {}",
                    self.name,
                    said.trim()
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }
}

impl Running {
    /// Kills it, and waits until it is gone.
    pub(crate) fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a program that ends by itself, and gives what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.with_context(|| format!("running {command:?}"))?;
    if !ended.status.success() {
        bail!(
            "{command:?}: {}",
            String::from_utf8_lossy(&ended.stderr).trim()
        );
    }
    Ok(String::from_utf8(ended.stdout)?)
}

/// A program, also where only root's path leads.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).collect::<Vec<_>>();
    let roots = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut places = folders.into_iter().chain(roots);
    places.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// How many descriptors a process of ours may open, less some that everybody needs.
pub(crate) fn descriptors() -> usize {
    const ASIDE: u64 = 1_000;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let left = limit.unwrap_or(u64::MAX).saturating_sub(ASIDE);
    usize::try_from(left).unwrap_or(usize::MAX)
}

/// A loopback address that nobody listens at now.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

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
