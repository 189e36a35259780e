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
        let address = free_address()?;
        let verb = |verb: &str| sekisho().args(["relay", verb]).arg(folder);
        let init = verb("init").args(["--listen", &address.to_string(), "--name", NAME]);
        output(&mut init.into_command())?;
        let admit = verb("admit")
            .args(["--site", &site.site, "--key", &site.link_key])
            .args(["--engineers-name", &site.engineers_name])
            .args(["--site-key", &site.site_key, "--kit-key", &site.kit_key])
            .args(["--from-net", "127.0.0.1/32"]);
        output(&mut admit.into_command())?;
        let mut run = verb("run").env("SEKISHO_LOG", "warn").into_command();
        let log = folder.join("relay.log");
        Ok(Self {
            running: Running::peer("sekisho relay", &mut run, &log, address)?,
            address,
            folder: folder.to_owned(),
        })
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
