//! Processes of ours: started, ended with us.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

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

    /// Starts a process that keeps its words in `log`.
    fn telling(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let said = File::create(log)?;
        command.stdout(said.try_clone()?).stderr(said);
        Self::start(name, command)
    }

    /// Starts a peer that keeps its words in `log` and listens at `address` once it is ready.
    pub(crate) fn peer(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        address: SocketAddr,
    ) -> Result<Self> {
        let mut peer = Self::telling(name, command, log)?;
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
        let mut peer = Self::telling(name, command, log)?;
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
