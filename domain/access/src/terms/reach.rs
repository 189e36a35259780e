//! How far the console's name is open beyond the hospital's LAN.

use std::net::IpAddr;

use ids::NonEmpty;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// From where else, and which way, the console's name can be reached. Without one: from the LAN alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleReach {
    /// From where.
    pub from: ReachFrom,
    /// Which way.
    pub way: ReachWay,
}

/// From where the console's name can be reached, beside the LAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachFrom {
    /// From these networks.
    Prefixes(NonEmpty<IpNet>),
    /// From anywhere. Said by name, never by an empty list (invariant 10).
    Anywhere,
}

/// Which way people come to the console's name from outside the LAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachWay {
    /// To the gateway's own port.
    Port,
    /// Through the site's relays.
    Relays,
    /// Both.
    Both,
}

impl ConsoleReach {
    /// Whether somebody may come from there.
    pub fn admits(&self, source: IpAddr) -> bool {
        match &self.from {
            ReachFrom::Prefixes(nets) => nets.iter().any(|net| net.contains(&source)),
            ReachFrom::Anywhere => true,
        }
    }

    /// The networks as a listener takes them: anywhere is both whole families of addresses.
    pub fn networks(&self) -> Vec<IpNet> {
        match &self.from {
            ReachFrom::Prefixes(nets) => nets.iter().copied().collect(),
            ReachFrom::Anywhere => [IpAddr::from([0u8; 4]), IpAddr::from([0u8; 16])]
                .into_iter()
                .filter_map(|all| IpNet::new(all, 0).ok())
                .collect(),
        }
    }
}

impl ReachWay {
    /// Whether the gateway's own port is one.
    pub fn is_port(self) -> bool {
        matches!(self, Self::Port | Self::Both)
    }

    /// Whether the relays are one.
    pub fn is_relays(self) -> bool {
        matches!(self, Self::Relays | Self::Both)
    }
}
