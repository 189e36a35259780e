//! HAProxy in TCP mode, splicing where it sees fit.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{Running, find, free_address};

#[derive(Debug)]
pub(super) struct Haproxy {
    running: Running,
    address: SocketAddr,
}

impl Haproxy {
    /// In front of `site`, for so many sessions at once.
    pub(super) fn start(folder: &Path, site: SocketAddr, sessions: usize) -> Result<Self> {
        let address = free_address()?;
        let config = folder.join("haproxy.cfg");
        let lines = format!(
            "global\n    maxconn {sessions}\n    maxpipes 100\n\
             defaults\n    mode tcp\n    option splice-auto\n\
             \x20   timeout connect 10s\n    timeout client 1h\n    timeout server 1h\n\
             listen bench\n    bind {address}\n    server site {site}\n"
        );
        std::fs::write(&config, lines)?;
        let mut command = Command::new(find("haproxy").context("haproxy")?);
        // -db: one process, in the foreground.
        command.arg("-db").arg("-f").arg(&config);
        let running = Running::peer(
            "haproxy",
            &mut command,
            &folder.join("haproxy.log"),
            address,
        )?;
        Ok(Self { running, address })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn pid(&self) -> u32 {
        self.running.pid()
    }
}
