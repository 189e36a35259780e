//! `relay.toml`: which sites a relay serves.

use std::net::SocketAddr;
use std::path::Path;

use ids::{Digest, NonEmpty, SiteId};
use ipnet::IpNet;
use ledger::Verifier;
use serde::{Deserialize, Serialize};
use tunnel::relay::{GatewaysFrom, RelayConfig, RelayLimits, SiteEntry};

use crate::failure::Failure;

/// The file's name in the relay's directory.
const FILE: &str = "relay.toml";

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
    /// Reads the file of a relay's directory.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let text =
            std::fs::read_to_string(&path).map_err(|cause| Failure::unreadable(&path, &cause))?;
        toml::from_str(&text).map_err(|cause| Failure::unreadable(&path, &cause))
    }

    /// Writes the file of a new relay.
    pub(crate) fn write_new(&self, dir: &Path) -> Result<(), Failure> {
        let path = dir.join(FILE);
        client::keep::write_new_private(&path, self.text()?.as_bytes())
            .map_err(|cause| Failure::unwritable(&path, &cause))
    }

    /// Replaces the file, whole.
    pub(crate) fn replace(&self, dir: &Path) -> Result<(), Failure> {
        Ok(client::keep::replace_private(
            dir,
            FILE,
            self.text()?.as_bytes(),
        )?)
    }

    fn text(&self) -> Result<String, Failure> {
        toml::to_string(self).map_err(Failure::internal)
    }

    /// Whether it can be used.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        for site in &self.sites {
            site.verifiers()?;
        }
        self.resolve()?.check().map_err(Failure::failed)
    }

    /// What it means.
    pub(crate) fn resolve(&self) -> Result<RelayConfig, Failure> {
        let sites = self.sites.iter().map(|site| SiteEntry {
            site: site.site.to_string(),
            key: site.key,
            names: site.names.clone(),
            gateways_from: match &site.gateways_from {
                From::Nets(nets) => GatewaysFrom::Only(nets.clone()),
                From::Word(Anywhere::Anywhere) => GatewaysFrom::Anywhere,
            },
        });
        Ok(RelayConfig {
            listen: self.listen,
            name: self.name.clone(),
            sites: sites.collect(),
            limits: RelayLimits::default(),
        })
    }
}

impl SiteFile {
    /// The keys of the site and of its kit.
    pub(crate) fn verifiers(&self) -> Result<(Verifier, Verifier), Failure> {
        let read = |key: &str| key.parse::<Verifier>().map_err(Failure::failed);
        Ok((read(&self.site_key)?, read(&self.kit_key)?))
    }
}
