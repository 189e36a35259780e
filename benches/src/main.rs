//! What Sekisho costs, against OpenSSH, stunnel, HAProxy, ocserv, WireGuard, pgbouncer and
//! nginx, in one run.
//!
//! Figures of different runs, machines or days are not compared: everything that stands in one ratio
//! is started together, and measured in random order in every round. Misses are printed as such.
//!
//! `cargo xtask bench [--quick | --full] [--only bulk,latency,far,ssh,held,tcp,relay,gateways,ledger,
//! pages,databases,web,desktops]`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is what it is for"
)]

mod account;
mod bulk;
mod certificate;
mod cold;
mod content;
mod databases;
mod desktops;
mod driver;
mod entrance;
mod far;
mod far_end;
mod figures;
mod gateways;
mod hospital;
mod known;
mod lane;
mod latency;
mod ledger_rows;
mod long_way;
mod machine;
mod options;
mod page_rows;
mod process;
mod relay;
mod room;
mod rule_rows;
mod search_rows;
mod sessions;
mod ssh;
mod story;
mod stunnel;
mod table;
mod tcp_held;
mod vpn;
mod web;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::far_end::FarEnd;
use crate::figures::Shuffle;
use crate::hospital::Hospital;
use crate::lane::Lane;
use crate::options::{Asked, Options};
use crate::table::Table;
use crate::vpn::Vpns;

/// Something was missing or asked wrongly: nothing was measured.
const NOT_MEASURED: u8 = 2;

fn main() -> ExitCode {
    let options = match options::read(std::env::args().skip(1)) {
        Ok(Asked::Bench(options)) => options,
        Ok(Asked::FarEnd) => return far_end::serve(),
        Ok(Asked::RelayedSite(folder, relay, pin)) => {
            return relay::serve_site(&folder, relay, pin);
        }
        Ok(Asked::Help) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{}", options::HELP);
            return ExitCode::from(NOT_MEASURED);
        }
    };
    let missing = machine::missing_packages();
    if !missing.is_empty() {
        let packages = missing.join(" ");
        eprintln!("not installed: {packages}\nInstall it as root: apt-get install {packages}");
        return ExitCode::from(NOT_MEASURED);
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the bench failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let paths_too = options.paths();
    if paths_too
        || options.relay
        || options.gateways_too
        || options.databases
        || options.web
        || options.desktops
    {
        hospital::with_the_binary()?;
    }
    let folder = machine::results_folder()?;
    let work = tempfile::Builder::new()
        .prefix("run-")
        .tempdir_in(&folder)
        .context("a folder to work in")?;
    let started = Instant::now();
    let mut table = Table::begun(machine::line(), machine::date());
    if paths_too {
        paths(options, work.path(), &mut table)?;
    }
    if options.relay {
        relay::measure(options, work.path(), &mut Shuffle::new(), &mut table)?;
    }
    if options.gateways_too {
        gateways::measure(options, work.path(), &mut table)?;
    }
    if options.databases {
        eprintln!("databases");
        databases::measure(options, &work.path().join("databases"), &mut table)?;
    }
    if options.web {
        eprintln!("web consoles");
        web::measure(options, &work.path().join("web"), &mut table)?;
    }
    if options.desktops {
        eprintln!("desktops");
        desktops::measure(options, &work.path().join("desktops"), &mut table)?;
    }
    if options.ledger {
        eprintln!("ledger");
        ledger_rows::measure(options, work.path(), &mut table)?;
    }
    if options.pages {
        eprintln!("pages");
        page_rows::measure(work.path(), &mut table)?;
    }
    table.took = started.elapsed();
    table.load_after = machine::load();
    println!("{}", table.markdown());
    table.keep(&folder)?;
    let unknown = known::unknown(table.names());
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown = Vec::from_iter(unknown).join("\n");
    anyhow::bail!("rows that benches/rows.txt lacks:\n{unknown}")
}

/// Everything that moves bytes from one place to another. All of it stands at the same time.
fn paths(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    eprintln!("starting the peers and a hospital");
    let far_end = FarEnd::start()?;
    let target = far_end.address();
    let machines = ssh::Machines::start(&work.join("ssh"))?;
    let plain = machines.forward(target, ssh::How::Default)?;
    let gcm = machines.forward(target, ssh::How::Aes256Gcm)?;
    let jump = machines.forward(target, ssh::How::Jump)?;
    let stunnel = stunnel::Stunnel::start(&work.join("stunnel"), target)?;
    let mut hospital = Hospital::start(work, target)?;
    let vpns = match options.bulk || options.latency {
        true => Vpns::start(&work.join("vpn"), target),
        false => Vpns::default(),
    };
    let mut lanes = hospital.lanes().to_vec();
    lanes.extend([
        plain.lane(),
        gcm.lane(),
        jump.lane(),
        stunnel.lane(),
        Lane::direct(target),
    ]);
    lanes.extend_from_slice(vpns.lanes());
    for lane in &lanes {
        driver::first_byte(&lane.entrance)
            .with_context(|| format!("{} does not carry a byte", lane.name))?;
    }
    let mut shuffle = Shuffle::new();
    if options.latency {
        latency::measure(options, &lanes, &vpns.absent, &mut shuffle, table)?;
        cold::measure(
            options,
            &hospital,
            machines.cold(target),
            &mut shuffle,
            table,
        )?;
    }
    if options.bulk {
        let stage = (&lanes[..], &vpns.absent[..], &far_end);
        bulk::measure(options, stage, &mut shuffle, table)?;
    }
    // A room is left by all before the next one is made: the addresses are the same.
    drop((lanes, vpns));
    if options.far {
        let stage = far::Stage {
            hospital: &mut hospital,
            machines: &machines,
            stunnel: &stunnel,
            far_end: &far_end,
        };
        far::measure(options, work, stage, &mut shuffle, table)?;
    }
    if options.ssh {
        let everything = (&hospital, &machines, &plain.lane());
        sessions::measure(options, work, everything, &mut shuffle, table)?;
    }
    if options.held {
        eprintln!("ssh, idle sessions");
        sessions::held::measure(options, &hospital, &machines, table)?;
    }
    if options.tcp {
        tcp_held::measure(options, &hospital, table)?;
    }
    Ok(())
}
