//! The relays through which a site is reached, and what is seen of it from outside.

use std::net::IpAddr;

use ids::{Digest, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

/// A relay, to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Its short name, unique at the site.
    pub name: String,
    /// Where the gateway dials it: `host:port`.
    pub address: String,
    /// The name that it answers to in TLS.
    pub tls_name: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER).
    pub key: Digest,
    /// The verifier key with which it cosigns checkpoints (C2SP signed note).
    pub witness: String,
}

/// A relay as it is registered, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayShown {
    /// What was registered.
    pub relay: Relay,
    /// Whether the gateway is connected to it, and since when; absent: it has not been tried yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<RelayLink>,
    /// When it last cosigned the site's ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosigned_at: Option<Timestamp>,
}

/// The gateway's connection to a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayLink {
    /// Whether it is there.
    pub connected: bool,
    /// Since when it is, or is not.
    pub since: Timestamp,
}

/// Takes a relay away: the site is reached through it no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveRelay {
    /// Its name.
    pub name: String,
}

/// Has every relay try the site's public address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideCheck {
    /// The ports to try, [`MAX_PORTS`] at most.
    pub ports: Vec<u16>,
}

/// The most ports that one outside check tries.
pub const MAX_PORTS: usize = 64;

/// What one relay found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideSeen {
    /// Which relay.
    pub relay: String,
    /// What it found.
    pub found: Outside,
}

/// What a relay found at the site's public address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outside {
    /// It tried.
    Tried {
        /// The address from which the gateway reaches it, as it sees it.
        address: IpAddr,
        /// The ports that answered; none is how it should be.
        open: Vec<u16>,
    },
    /// It could not be asked.
    Unreachable {},
}

/// Sets after how many days a missing work report blocks its engineer's next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetReportDue {
    /// Days, 1 to 30.
    pub days: u8,
}

/// What a relay's operator needs to admit this site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// The site's short name.
    pub site: SiteId,
    /// SHA-256 of the gateway's link key.
    pub key: Digest,
    /// The name that engineers ask for.
    pub engineers_name: String,
    /// With what the site signs checkpoints (C2SP signed note verifier).
    pub site_key: String,
    /// With what its recovery kit signs.
    pub kit_key: String,
}
