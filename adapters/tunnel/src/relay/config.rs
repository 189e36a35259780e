//! What a relay serves, and what strangers may cost it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ids::{Digest, NonEmpty};
use ipnet::IpNet;
use rustls::pki_types::ServerName;

use super::RelayError;

/// What anybody may cost the relay before a gateway has looked at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayLimits {
    /// Connections that are not yet joined to a gateway's. Each holds a descriptor and at most 8 KiB of
    /// hello, or the state of a gateway's handshake, about 20 KiB: 40 MiB in all.
    pub half_open: usize,
    /// The same from one source (an IPv4 address, an IPv6 /64): a whole office behind one address.
    pub half_open_per_source: usize,
    /// From the first packet until it is joined, or until a gateway has proved its key: three round
    /// trips of a client, and as many of a gateway that dials, on bad lines.
    pub opening: Duration,
    /// Clients joined at once. Each holds two descriptors and about 3 KiB.
    pub sessions: usize,
    /// How long a client may go on once the gateway has ended its side: a last acknowledgement. A
    /// gateway that turns a stranger away ends so; the relay does not keep him.
    pub after_the_gateway: Duration,
    /// Connections that a source may open at once before its pace counts: an office that starts work.
    pub burst_per_source: u32,
    /// Its pace after that, connections a minute. Addresses of connected gateways are spared.
    pub per_minute_per_source: u32,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            half_open: 2048,
            half_open_per_source: 128,
            opening: Duration::from_secs(10),
            sessions: 16 * 1024,
            after_the_gateway: Duration::from_secs(10),
            burst_per_source: 256,
            per_minute_per_source: 1200,
        }
    }
}

/// Where a site's gateways may dial from. To be said in words: there is no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewaysFrom {
    /// From anywhere: then anybody may send one ClientHello.
    Anywhere,
    /// From these networks only.
    Only(NonEmpty<IpNet>),
}

/// A gateway that the relay serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteEntry {
    /// What the relay's operator calls it; also what the witness is told.
    pub site: String,
    /// The pin of its link key: [`crate::PinnedKey::pin`].
    pub key: Digest,
    /// The names that it may announce, and no other site.
    pub names: NonEmpty<String>,
    /// Where it may dial from.
    pub gateways_from: GatewaysFrom,
}

/// What a relay serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayConfig {
    /// The port to listen on.
    pub listen: SocketAddr,
    /// The relay's own name (SNI): gateways ask for it.
    pub name: String,
    /// The gateways.
    pub sites: Vec<SiteEntry>,
    /// What strangers may cost.
    pub limits: RelayLimits,
}

impl RelayConfig {
    /// Whether each name and each key leads to one gateway, and every name can be one.
    ///
    /// # Errors
    /// The first name or key that does not.
    pub fn check(&self) -> Result<(), RelayError> {
        let mut names = BTreeSet::new();
        let announced = self.sites.iter().flat_map(|site| site.names.iter());
        for name in announced.chain([&self.name]) {
            let is_a_host = matches!(
                ServerName::try_from(name.as_str()),
                Ok(ServerName::DnsName(_))
            );
            if !is_a_host || !names.insert(name.to_ascii_lowercase()) {
                return Err(RelayError::Name(name.clone()));
            }
        }
        let mut keys = BTreeSet::new();
        match self.sites.iter().find(|site| !keys.insert(site.key)) {
            Some(site) => Err(RelayError::KeyTwice(site.key)),
            None => Ok(()),
        }
    }
}
