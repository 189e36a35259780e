//! `relay.toml` as it is written: what any bytes in its place come to. It uses nothing of this crate, so that
//! `fuzz` can read the same source.

use std::net::SocketAddr;

use ids::{Digest, NonEmpty, SiteId};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The file as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelayFile {
    /// Address and port that it listens on.
    pub(crate) listen: SocketAddr,
    /// Its own name: gateways ask for it, and its cosignatures carry it.
    pub(crate) name: String,
    /// The sites that are reached through it.
    #[serde(default, rename = "site", skip_serializing_if = "Vec::is_empty")]
    pub(crate) sites: Vec<SiteFile>,
}

/// One site, as `sekisho relay introduce` prints it at the hospital.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteFile {
    /// The site's short name.
    pub(crate) site: SiteId,
    /// The pin of its gateway's link key.
    pub(crate) key: Digest,
    /// The names that it may announce, and no other site.
    pub(crate) names: NonEmpty<String>,
    /// From where its gateway dials.
    pub(crate) gateways_from: From,
    /// With what it signs checkpoints.
    pub(crate) site_key: String,
    /// With what its recovery kit signs.
    pub(crate) kit_key: String,
}

/// From where a gateway may dial.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum From {
    /// From these networks.
    Nets(NonEmpty<IpNet>),
    /// `"anywhere"`: hospitals whose address changes. Anybody may then send one ClientHello.
    Word(Anywhere),
}

/// The word that has to be written out.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anywhere {
    /// From any address.
    Anywhere,
}

impl RelayFile {
    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
