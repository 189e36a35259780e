//! One way from the engineer's program to the far end, and which processes pay for it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::account::{cpu_seconds, thread_cpu_seconds};
use crate::entrance::Entrance;

/// How long a path may go on working after a transfer.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);
/// A path counts as settled when it used next to nothing for so long. Longer than the gateway's
/// pause between two background steps.
const QUIET: Duration = Duration::from_millis(600);
/// "Next to nothing": clocks, syncs of an empty journal.
const NEXT_TO_NOTHING: f64 = 0.011;

/// The gateway's threads that carry streams; packing and sealing have others.
const CARRYING: &str = "data";

/// Which path it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Recorded,
    MetadataOnly,
    SshDefault,
    SshGcm,
    Stunnel,
    RelayedRecorded,
    RelayedMetadataOnly,
    SshJump,
    Ocserv,
    WireGuard,
    Direct,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Recorded => "sekisho, payload recorded",
            Self::MetadataOnly => "sekisho, metadata only",
            Self::SshDefault => "ssh -L, default cipher",
            Self::SshGcm => "ssh -L, aes256-gcm",
            Self::Stunnel => "stunnel, TLS 1.3",
            Self::RelayedRecorded => "sekisho through the relay, payload recorded",
            Self::RelayedMetadataOnly => "sekisho through the relay, metadata only",
            Self::SshJump => "ssh -J",
            Self::Ocserv => "ocserv and openconnect, TLS",
            Self::WireGuard => "WireGuard in user space",
            Self::Direct => "direct, nothing between",
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) name: Name,
    /// Where the engineer's program connects.
    pub(crate) entrance: Entrance,
    pub(crate) roles: Roles,
}

/// A peer that cannot be had on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Absent {
    pub(crate) name: Name,
    /// On one line.
    pub(crate) why: String,
}

/// Which processes pay, by role.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles {
    /// The processes at the hospital's end; their descendants count too.
    pub(crate) gateway: Vec<u32>,
    /// The processes between the two, outside of the hospital.
    pub(crate) relay: Vec<u32>,
    /// The processes at the engineer's end.
    pub(crate) client: Vec<u32>,
    /// Whether it works on after the last byte (packs what it recorded): that counts too.
    pub(crate) works_on: bool,
}

/// CPU seconds by role.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) gateway: f64,
    /// Of the gateway's, what the bytes themselves waited for; the rest was in the background.
    pub(crate) in_line: f64,
    pub(crate) relay: f64,
    pub(crate) client: f64,
}

impl Lane {
    pub(crate) fn direct(target: SocketAddr) -> Self {
        Self {
            name: Name::Direct,
            entrance: target.into(),
            roles: Roles::default(),
        }
    }

    pub(crate) fn spent(&self) -> Result<Spent> {
        self.roles.spent()
    }

    pub(crate) fn settle(&self) -> Result<()> {
        let settled = self.roles.settle();
        settled.with_context(|| self.name.to_string())
    }
}

impl Roles {
    pub(crate) fn spent(&self) -> Result<Spent> {
        let gateway = cpu_seconds(&self.gateway)?;
        let in_line = match self.works_on {
            true => thread_cpu_seconds(&self.gateway, CARRYING)?,
            false => gateway,
        };
        Ok(Spent {
            gateway,
            in_line,
            relay: cpu_seconds(&self.relay)?,
            client: cpu_seconds(&self.client)?,
        })
    }

    /// Waits until the path has done what the last transfer left it to do.
    pub(crate) fn settle(&self) -> Result<()> {
        if !self.works_on {
            std::thread::sleep(Duration::from_millis(100));
            return Ok(());
        }
        let started = Instant::now();
        let mut before = self.spent()?;
        while started.elapsed() < SETTLES_WITHIN {
            std::thread::sleep(QUIET);
            let now = self.spent()?;
            let used = now.gateway - before.gateway + now.client - before.client;
            if used <= NEXT_TO_NOTHING {
                return Ok(());
            }
            before = now;
        }
        anyhow::bail!("the path was still at work after {SETTLES_WITHIN:?}")
    }
}
