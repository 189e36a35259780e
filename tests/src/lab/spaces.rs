//! Network namespaces of this process: named, entered, removed.
//!
//! The name says whose it is, `sk` PROCESS `-` ITS START `-` NUMBER `-` PLACE, so that what a killed
//! process has left behind can be told from what a living one uses.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::place::Place;
use super::spot::Spot;

const FOLDER: &str = "/run/netns";

/// The namespace of the internet's bridge.
pub(super) const INTERNET: &str = "inet";
/// The namespace of the LAN's bridge.
pub(super) const LAN: &str = "lan";

/// The namespaces of one laboratory. Dropping them ends what runs there.
#[derive(Debug)]
pub(super) struct Spaces {
    prefix: String,
}

impl Spaces {
    /// Makes them; none if this machine does not let us.
    pub(super) fn add() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Two that make the first namespace of a machine at once disturb each other.
        let lock = File::create("/run/sekisho-lab.lock").ok()?;
        lock.lock().ok()?;
        remove_dead();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let me = std::process::id();
        let began = began(me).expect("this process is listed");
        let spaces = Self {
            prefix: format!("sk{me}-{began}-{number}-"),
        };
        let mut script = String::new();
        for name in spaces.names() {
            let _infallible = writeln!(script, "netns add {name}");
        }
        let added = try_to_feed(Command::new("ip").args(["-batch", "-"]), &script).is_ok();
        if !added {
            return None;
        }
        for place in spaces.places() {
            spaces.spot(place).inside(|| {
                // Where there is no IPv6 there is nothing to switch off.
                let _none = std::fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
            });
        }
        Some(spaces)
    }

    fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        [INTERNET, LAN]
            .into_iter()
            .chain(Place::ALL.into_iter().map(Place::name))
    }

    /// The namespaces' names.
    pub(super) fn names(&self) -> Vec<String> {
        self.places().map(|place| self.name(place)).collect()
    }

    /// The name of one of them.
    pub(super) fn name(&self, place: &str) -> String {
        format!("{}{place}", self.prefix)
    }

    /// The way into one of them.
    pub(super) fn spot(&self, place: &str) -> Spot {
        Spot {
            namespace: Path::new(FOLDER).join(self.name(place)),
            hosts: None,
        }
    }

    /// Runs the lines of a script of `ip` in that namespace.
    pub(super) fn configure(&self, place: &str, script: &str) {
        let mut ip = Command::new("ip");
        feed(
            ip.arg("-n").arg(self.name(place)).args(["-batch", "-"]),
            script,
        );
    }
}

impl Drop for Spaces {
    fn drop(&mut self) {
        remove(&self.names());
    }
}

/// Runs a program on this input; it must succeed.
pub(super) fn feed(command: &mut Command, input: &str) {
    if let Err(said) = try_to_feed(command, input) {
        panic!("{command:?} on\n{input}\n{said}");
    }
}

fn try_to_feed(command: &mut Command, input: &str) -> Result<(), String> {
    let (stdin, stderr) = (Stdio::piped(), Stdio::piped());
    let child = command.stdin(stdin).stderr(stderr).spawn();
    let mut child = child.map_err(|cause| format!("{cause}: `cargo xtask test` installs it"))?;
    let taken = child.stdin.take();
    // A program that has ended on an earlier line says so itself.
    let _gone = taken.map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|cause| cause.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Removes the laboratories of processes that are no more.
fn remove_dead() {
    let entries = std::fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let dead: Vec<String> = names.filter(|name| is_dead(name)).collect();
    if !dead.is_empty() {
        remove(&dead);
    }
}

fn is_dead(name: &str) -> bool {
    let Some(owner) = owner(name) else {
        return false;
    };
    began(owner.0) != Some(owner.1)
}

/// The process number and the start of a namespace's owner, if it is one of ours.
fn owner(name: &str) -> Option<(u32, u64)> {
    let mut parts = name.strip_prefix("sk")?.splitn(4, '-');
    let owner = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let _number: u32 = parts.next()?.parse().ok()?;
    parts.next().map(|_place| owner)
}

/// When a process began, in ticks since the machine's start: with its number it is that process and
/// no later one. proc(5), field 22 of `stat`; the name before it may hold anything, so from its end.
fn began(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split(' ').nth(19)?.parse().ok()
}

fn remove(names: &[String]) {
    let paths = names.iter().map(|name| Path::new(FOLDER).join(name));
    let found = paths.filter_map(|path| std::fs::metadata(path).ok());
    let spaces: HashSet<(u64, u64)> = found.map(|space| (space.dev(), space.ino())).collect();
    end_all_in(&spaces);
    let mut script = String::new();
    for name in names {
        let _infallible = writeln!(script, "netns del {name}");
    }
    // Somebody else may have removed the dead before us; of the others none may stay.
    let _gone = try_to_feed(Command::new("ip").args(["-force", "-batch", "-"]), &script);
}

/// Ends every process that stands in one of these namespaces.
fn end_all_in(spaces: &HashSet<(u64, u64)>) {
    let me = std::process::id();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let there = numbers.filter(|process: &u32| {
        let space = std::fs::metadata(format!("/proc/{process}/ns/net"));
        *process != me && space.is_ok_and(|space| spaces.contains(&(space.dev(), space.ino())))
    });
    let there: Vec<String> = there.map(|process| process.to_string()).collect();
    if !there.is_empty() {
        // One that has ended meanwhile is not an error.
        let _ended = Command::new("kill")
            .arg("-KILL")
            .args(&there)
            .stderr(Stdio::null())
            .status();
    }
}
