//! How a site begins.

use std::net::SocketAddr;

use ids::{Digest, NonEmpty};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// How a new site begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// The hospital's name.
    pub name: String,
    /// The host name for engineers.
    pub engineers_name: String,
    /// The host name of the console.
    pub console_name: String,
    /// From where the hospital's own people come.
    pub lan: NonEmpty<IpNet>,
    /// Verifier of the site's checkpoints (C2SP signed note).
    pub site_vkey: String,
    /// Verifier of the recovery kit's statements.
    pub kit_vkey: String,
    /// The kit's public sealing key, as `vault` writes it.
    pub kit_seal: String,
    /// SHA-256 of the site CA's public key.
    pub ca: Digest,
    /// The gateway's own listening addresses: never dialled. May be empty: then only the kinds of
    /// addresses that are never dialled are refused.
    pub own: Vec<SocketAddr>,
}
