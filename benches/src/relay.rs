//! The relay against HAProxy in TCP mode, which splices too: both lead to the same gateway, and carry
//! the same TLS.

mod engineer;
mod haproxy;
mod process;
mod site;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;

use self::engineer::{Engineer, Streams};
use self::haproxy::Haproxy;
use self::site::SiteProcess;
use crate::account::{memory_kib, thread_cpu_seconds};
use crate::driver::Direction;
use crate::figures::{Shuffle, median};
use crate::options::Options;
use crate::process::descriptors;
use crate::table::{Goal, Row, Table, shown};

pub(crate) use self::process::{Introduced, NAME, RelayProcess};
pub(crate) use self::site::serve as serve_site;
pub(crate) use self::site::{found, nobodys_key};

/// Until what follows a transfer is over, and what was freed is given back.
const SETTLES_WITHIN: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Ours,
    Haproxy,
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Self::Ours => "sekisho relay",
            Self::Haproxy => "HAProxy TCP, splice",
        }
    }
}

/// One of the two, running.
#[derive(Debug, Clone, Copy)]
struct Peer {
    which: Which,
    entrance: SocketAddr,
    pid: u32,
}

/// One transfer, measured.
struct Sample {
    which: Which,
    direction: Direction,
    cpu_per_gigabyte: f64,
    megabytes_per_second: f64,
}

/// Memory with so many idle sessions, KiB for each.
struct Held {
    which: Which,
    sessions: usize,
    each: f64,
}

/// Starts both and what they lead to, and measures.
pub(crate) fn measure(
    options: &Options,
    work: &Path,
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    eprintln!("relay");
    let folder = work.join("relay");
    std::fs::create_dir_all(&folder)?;
    let introduced = SiteProcess::introduce(&folder)?;
    let relay = RelayProcess::start(&folder.join("relay"), &introduced)?;
    let site = SiteProcess::start(&folder, &relay)?;
    let haproxy = Haproxy::start(&folder, site.address(), idle_at_most())?;
    let peers = [
        Peer {
            which: Which::Ours,
            entrance: relay.address(),
            pid: relay.pid(),
        },
        Peer {
            which: Which::Haproxy,
            entrance: haproxy.address(),
            pid: haproxy.pid(),
        },
    ];
    let runtime = Runtime::new()?;
    let engineer = Engineer::of(&folder)?;
    let mut held = Vec::new();
    for peer in shuffle.shuffled(peers) {
        let found = runtime.block_on(idle(options, &engineer, peer));
        held.extend(found.with_context(|| peer.which.name())?);
    }
    let mut samples = Vec::new();
    for _ in 0..options.rounds {
        let cases = peers
            .iter()
            .flat_map(|peer| Direction::BOTH.map(|way| (*peer, way)));
        for (peer, direction) in shuffle.shuffled(cases) {
            let sample = runtime.block_on(transfer(options, &engineer, peer, direction));
            samples.push(sample.with_context(|| peer.which.name())?);
        }
    }
    report(&samples, &held, table);
    Ok(())
}

/// What the descriptors of one process allow: a relay and HAProxy hold two for each session.
fn idle_at_most() -> usize {
    (descriptors() / 2).min(10_000)
}

async fn idle(options: &Options, engineer: &Engineer, peer: Peer) -> Result<Vec<Held>> {
    // One session first: what everybody needs once is not the price of each.
    drop(engineer.hold(peer.entrance, 1, 0).await?);
    tokio::time::sleep(SETTLES_WITHIN).await;
    let before = memory_kib(&[peer.pid])?;
    let (mut streams, mut found) = (Streams::default(), Vec::new());
    for wanted in options
        .idle
        .iter()
        .map(|count| (*count).min(idle_at_most()))
    {
        let more = wanted.saturating_sub(streams.len());
        let opened = engineer.hold(peer.entrance, more, streams.len()).await?;
        streams.extend(opened);
        tokio::time::sleep(SETTLES_WITHIN).await;
        let sessions = u32::try_from(streams.len())?;
        found.push(Held {
            which: peer.which,
            sessions: wanted,
            each: (memory_kib(&[peer.pid])? - before) / f64::from(sessions),
        });
    }
    Ok(found)
}

async fn transfer(
    options: &Options,
    engineer: &Engineer,
    peer: Peer,
    direction: Direction,
) -> Result<Sample> {
    tokio::time::sleep(SETTLES_WITHIN).await;
    let before = thread_cpu_seconds(&[peer.pid], "")?;
    let took = engineer
        .transfer(peer.entrance, direction, options.bytes)
        .await?;
    tokio::time::sleep(SETTLES_WITHIN).await;
    let spent = thread_cpu_seconds(&[peer.pid], "")? - before;
    let gigabytes = crate::bulk::in_gigabytes(options.bytes);
    Ok(Sample {
        which: peer.which,
        direction,
        cpu_per_gigabyte: spent / gigabytes,
        megabytes_per_second: gigabytes * 1e3 / took.as_secs_f64(),
    })
}

fn report(samples: &[Sample], held: &[Held], table: &mut Table) {
    let of = |which, direction, figure: fn(&Sample) -> f64| {
        let wanted = |sample: &&Sample| (sample.which, sample.direction) == (which, direction);
        median(samples.iter().filter(wanted).map(figure))
    };
    let cpu: fn(&Sample) -> f64 = |sample| sample.cpu_per_gigabyte;
    let rate: fn(&Sample) -> f64 = |sample| sample.megabytes_per_second;
    let mut text = "| relay | way | MB/s | relay CPU-s/GB |\n|---|---|---|---|\n".to_owned();
    for direction in Direction::BOTH {
        let row = |what: &str, figure| {
            Row::new(format!("{}, {what}", direction.name()))
                .ours(of(Which::Ours, direction, figure))
                .reference(of(Which::Haproxy, direction, figure))
        };
        let what = "relay CPU-s/GB: sekisho relay, to HAProxy TCP with splice";
        table.push(row(what, cpu).goal(Goal::Times(1.0)));
        table.push(row("MB/s: sekisho relay, to HAProxy TCP", rate));
        for which in [Which::Ours, Which::Haproxy] {
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                which.name(),
                direction.name(),
                shown(of(which, direction, rate)),
                shown(of(which, direction, cpu))
            );
        }
    }
    for ours in held.iter().filter(|held| held.which == Which::Ours) {
        let sessions = ours.sessions;
        let same = |held: &&Held| held.which == Which::Haproxy && held.sessions == sessions;
        let reference = held.iter().find(same).map_or(0.0, |held| held.each);
        table.push(
            Row::new(format!(
                "memory per idle session at {sessions}, KiB: sekisho relay, to HAProxy TCP"
            ))
            .ours(ours.each)
            .reference(reference)
            .goal(Goal::Most(8.0)),
        );
    }
    table.detail(text);
}
