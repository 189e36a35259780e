//! The relay: the real binary, with one site admitted.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use acceptance::run::sekisho;
use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process::{Running, free_address, output};

/// The relay's own name.
pub(crate) const NAME: &str = "relay.bench.invalid";

/// What a site says of itself to the operator of a relay.
#[derive(Debug)]
pub(crate) struct Introduced {
    pub(crate) site: String,
    pub(crate) link_key: String,
    pub(crate) engineers_name: String,
    pub(crate) site_key: String,
    pub(crate) kit_key: String,
}

#[derive(Debug)]
pub(crate) struct RelayProcess {
    running: Running,
    address: SocketAddr,
    folder: PathBuf,
}

impl RelayProcess {
    /// A new relay for this site, whose gateway dials from this very machine.
    pub(crate) fn start(folder: &Path, site: &Introduced) -> Result<Self> {
        Self::start_for(folder, std::slice::from_ref(site))
    }

    /// A new relay for these sites. The first is admitted by the command, and the others as it did it.
    pub(crate) fn start_for(folder: &Path, sites: &[Introduced]) -> Result<Self> {
        let address = free_address()?;
        let verb = |verb: &str| sekisho().args(["relay", verb]).arg(folder);
        let init = verb("init").args(["--listen", &address.to_string(), "--name", NAME]);
        output(&mut init.into_command())?;
        let (site, others) = sites.split_first().context("a relay without sites")?;
        let admit = verb("admit")
            .args(["--site", &site.site, "--key", &site.link_key])
            .args(["--engineers-name", &site.engineers_name])
            .args(["--site-key", &site.site_key, "--kit-key", &site.kit_key])
            .args(["--from-net", "127.0.0.1/32"]);
        output(&mut admit.into_command())?;
        let file = folder.join("relay.toml");
        let mut text = std::fs::read_to_string(&file)?;
        let (_, admitted) = text
            .split_once("[[site]]")
            .context("a site in relay.toml")?;
        let admitted = admitted.to_owned();
        for other in others {
            let changed = [
                (&site.site, &other.site),
                (&site.link_key, &other.link_key),
                (&site.engineers_name, &other.engineers_name),
            ];
            let block = changed.iter().fold(admitted.clone(), |block, (from, to)| {
                block.replace(&format!("\"{from}\""), &format!("\"{to}\""))
            });
            text += &format!("\n[[site]]{block}");
        }
        std::fs::write(&file, text)?;
        Ok(Self {
            running: run(folder, address)?,
            address,
            folder: folder.to_owned(),
        })
    }

    /// Killed, and started again at the same place.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.running.end();
        self.running = run(&self.folder, self.address)?;
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// The pin of its key, and the key with which it cosigns: what a site registers it by.
    pub(crate) fn keys(&self) -> Result<(String, String)> {
        let show = sekisho().args(["relay", "show"]).arg(&self.folder);
        let shown = output(&mut show.arg("--json").into_command())?;
        let shown: Value = serde_json::from_str(&shown)?;
        let member = |name: &str| shown.get(name).and_then(Value::as_str).map(str::to_owned);
        let keys = member("key").zip(member("witness"));
        keys.with_context(|| format!("a relay that shows {shown}"))
    }
}

fn run(folder: &Path, address: SocketAddr) -> Result<Running> {
    let run = sekisho().args(["relay", "run"]).arg(folder);
    let mut run = run.env("SEKISHO_LOG", "warn").into_command();
    Running::peer(
        "sekisho relay",
        &mut run,
        &folder.join("relay.log"),
        address,
    )
}
