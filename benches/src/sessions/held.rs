//! What an idle SSH session with a terminal costs the gateway's memory, and how soon all of them end.

use std::io::Read as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use acceptance::link::Link;
use anyhow::{Context as _, Result, ensure};

use crate::account::{Stopped, connections_to, memory_kib};
use crate::hospital::Hospital;
use crate::options::Options;
use crate::ssh::Machines;
use crate::table::{Goal, Row, Table};

/// Clients that open at the same time.
const AT_ONCE: usize = 8;

/// Sessions behind one local port: `sekisho connect` carries 64 at once.
const BEHIND_A_PORT: usize = 60;

/// How long a gateway may take to end them all before this gives up.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// Until what an opening needed is given back, and sealed what it said.
const SETTLES_WITHIN: Duration = Duration::from_secs(3);

pub(crate) fn measure(
    options: &Options,
    hospital: &Hospital,
    machines: &Machines,
    table: &mut Table,
) -> Result<()> {
    let config = hospital.held(machines)?;
    let gateway = hospital.gateway().gateway;
    let mut links = Vec::new();
    let mut open = |number: usize| -> Result<Held> {
        if links.len() * BEHIND_A_PORT <= number {
            links.push(hospital.held_link());
        }
        let link: &Link = links.last().context("a local port")?;
        let mut ssh = Command::new("ssh");
        ssh.arg("-F").arg(&config);
        // The way is the local port; one command serves all sessions.
        ssh.args(["-o", "ProxyCommand=none", "-o", "ConnectTimeout=60"]);
        ssh.args(["-o", &format!("HostName={}", link.address.ip())]);
        ssh.arg("-p").arg(link.address.port().to_string());
        // With a terminal, though ours is none.
        ssh.args(["-tt", "server", "echo here; exec cat"]);
        ssh.stdin(Stdio::piped()).stdout(Stdio::piped());
        Ok(Held(ssh.stderr(Stdio::null()).spawn()?))
    };
    let (target, _) = machines.inner();
    // The jump host's own.
    let not_ours = connections_to(target)?;
    // One session first: what everybody needs once is not the price of each.
    let mut held = vec![open(0)?];
    listen(&mut held)?;
    std::thread::sleep(SETTLES_WITHIN);
    let before = memory_kib(&gateway)?;
    for wanted in options.sessions {
        eprintln!("ssh, {wanted} idle sessions");
        while held.len() < *wanted {
            let mut more = Vec::new();
            for number in held.len()..(*wanted).min(held.len() + AT_ONCE) {
                more.push(open(number)?);
            }
            listen(&mut more)?;
            held.extend(more);
        }
        std::thread::sleep(SETTLES_WITHIN);
        let beyond_the_first = f64::from(u32::try_from(held.len() - 1)?);
        let each = (memory_kib(&gateway)? - before) / beyond_the_first;
        table.push(
            Row::new(format!(
                "memory per idle SSH session with a terminal, recorded, at {wanted}, KiB: gateway"
            ))
            .ours(each)
            .goal(Goal::Most(150.0)),
        );
    }
    let mut peers: Vec<u32> = held.iter().map(|client| client.0.id()).collect();
    peers.push(machines.inner_process());
    let cut = suspend(hospital, (target, not_ours), &peers)?;
    table.push(
        Row::new(format!(
            "{} SSH sessions with terminals, from the command that suspends their target until its \
             last connection is gone, ms",
            held.len()
        ))
        .ours(cut.as_secs_f64() * 1e3)
        .goal(Goal::Most(1_000.0)),
    );
    Ok(())
}

/// From the moment at which the clerk says it, starting a process of their own included, until the
/// target has no connections but those that are not the gateway's. The programs at both ends stand
/// still meanwhile: else thousands of them would end on the gateway's own cores, which in a hospital
/// are not theirs.
fn suspend(
    hospital: &Hospital,
    (target, not_ours): (SocketAddr, usize),
    peers: &[u32],
) -> Result<Duration> {
    let stopped = Stopped::with_descendants(peers)?;
    let began = Instant::now();
    let suspending = hospital.suspending_held();
    while connections_to(target)? > not_ours {
        ensure!(began.elapsed() < ENDS_WITHIN, "sessions go on");
        std::thread::sleep(Duration::from_millis(2));
    }
    let cut = began.elapsed();
    drop(stopped);
    suspending.finish().expect(0);
    Ok(cut)
}

/// A client whose session is open, and silent.
struct Held(Child);

/// Waits until each has said that it is there.
fn listen(held: &mut [Held]) -> Result<()> {
    for Held(ssh) in held {
        let out = ssh.stdout.as_mut().context("its output")?;
        let said = out.read_exact(&mut [0; 4]);
        said.context("an idle SSH session did not open")?;
    }
    Ok(())
}

impl Drop for Held {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
