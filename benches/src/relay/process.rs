//! The relay alone, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use ids::NonEmpty;
use tokio::runtime::Runtime;
use tunnel::PinnedKey;
use tunnel::relay::{GatewaysFrom, Relay, RelayConfig, RelayLimits, SiteEntry};
use wire::relay::WhyNotCosigned;

use super::site::ENGINEERS;
use crate::process::Running;

/// The relay's own name.
pub(super) const NAME: &str = "relay.bench.invalid";

const RELAY_KEY: &str = "relay.key";
const LINK_KEY: &str = "link.key";

#[derive(Debug)]
pub(super) struct RelayProcess {
    running: Running,
    address: SocketAddr,
}

impl RelayProcess {
    pub(super) fn start(folder: &Path) -> Result<Self> {
        for name in [RELAY_KEY, LINK_KEY] {
            let key = PinnedKey::generate()?;
            std::fs::write(folder.join(name), key.pkcs8().as_slice())?;
        }
        let mut ourselves = Command::new(std::env::current_exe()?);
        ourselves.arg("--relay").arg(folder);
        let (running, line) = first_line("the relay", &mut ourselves)?;
        let address = line.parse().context("the relay's address")?;
        Ok(Self { running, address })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn pid(&self) -> u32 {
        self.running.pid()
    }
}

/// Starts a process that says one line once it is ready.
pub(super) fn first_line(name: &'static str, command: &mut Command) -> Result<(Running, String)> {
    let mut running = Running::start(name, command.stdout(Stdio::piped()))?;
    let out = running.stdout().context("its output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    Ok((running, line.trim().to_owned()))
}

pub(super) fn relay_key(folder: &Path) -> Result<PinnedKey> {
    Ok(PinnedKey::from_pkcs8(&std::fs::read(
        folder.join(RELAY_KEY),
    )?)?)
}

pub(super) fn link_key(folder: &Path) -> Result<PinnedKey> {
    Ok(PinnedKey::from_pkcs8(&std::fs::read(
        folder.join(LINK_KEY),
    )?)?)
}

/// Is the relay, until killed.
pub(crate) fn serve(folder: &Path) -> ExitCode {
    match relay(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the relay failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn relay(folder: &Path) -> Result<()> {
    let entry = SiteEntry {
        site: "bench".to_owned(),
        key: link_key(folder)?.pin(),
        names: NonEmpty::one(ENGINEERS.to_owned()),
        gateways_from: GatewaysFrom::Only(NonEmpty::one("127.0.0.1/32".parse()?)),
    };
    let config = RelayConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        name: NAME.to_owned(),
        sites: vec![entry],
        limits: RelayLimits::default(),
    };
    let key = relay_key(folder)?;
    Runtime::new()?.block_on(async {
        let no_witness = Arc::new(|_: &str, _: &_| Err(WhyNotCosigned::Unavailable));
        let relay = Relay::bind(config, &key, no_witness)?;
        println!("{}", relay.local_addr());
        std::future::pending().await
    })
}
