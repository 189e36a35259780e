//! `relay.toml`: which sites a relay serves.

mod file;

use std::path::Path;

use ledger::Verifier;
use tunnel::relay::{GatewaysFrom, RelayConfig, RelayLimits, SiteEntry};

use crate::failure::Failure;

pub(crate) use file::{Anywhere, From, RelayFile, SiteFile};

/// The file's name in the relay's directory.
const FILE: &str = "relay.toml";

impl RelayFile {
    /// Reads the file of a relay's directory.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let text =
            std::fs::read_to_string(&path).map_err(|cause| Failure::unreadable(&path, &cause))?;
        Self::parse(&text).map_err(|cause| Failure::unreadable(&path, &cause))
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
